"""What is done from the command line and by the clock."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from credentialing.applications.models import AwaitedAct
from credentialing.correspondence.models import Letter
from credentialing.correspondence.services import send_letter
from credentialing.operations.management.commands import workflow_diagram
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.services import shipped_source
from tests.certificates.factories import awarded, prepared
from tests.factories import PersonFactory, make_walk
from workflows.models import EffectRun

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def pathway_file(tmp_path):
    path = tmp_path / "pathway.toml"
    path.write_text(shipped_source("abs-leader"), encoding="utf-8")
    return path


def test_pathway_is_checked_in_words(pathway_file):
    assert "5 stages, 17 requirements" in run("pathway", "check", str(pathway_file))
    pathway_file.write_text("slug = ", encoding="utf-8")
    with pytest.raises(CommandError, match="can't be used"):
        run("pathway", "check", str(pathway_file))
    pathway_file.write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="as text"):
        run("pathway", "check", str(pathway_file))


def test_pathway_is_published_by_an_administrator_from_a_day(pathway_file):
    PersonFactory(email="admin@example.org", offices=["administrator"])
    by = ["--by", "Admin@example.org"]
    assert "in force from 2027-01-01" in run("pathway", "publish", str(pathway_file), *by, "--from", "2027-01-01")
    run("pathway", "publish", str(pathway_file), *by)
    assert PathwayVersion.objects.count() == 1
    changed = pathway_file.read_text(encoding="utf-8").replace("quorum = 3", "quorum = 4")
    pathway_file.write_text(changed, encoding="utf-8")
    with pytest.raises(CommandError, match="another number"):
        run("pathway", "publish", str(pathway_file), *by)
    for starts in ("soon", "2027-13-45"):
        with pytest.raises(CommandError, match="is no date"):
            run("pathway", "publish", str(pathway_file), *by, "--from", starts)
    PersonFactory(email="clerk@example.org")
    with pytest.raises(CommandError, match="no administrator"):
        run("pathway", "publish", str(pathway_file), "--by", "clerk@example.org")


def test_picture_is_written_and_its_age_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(workflow_diagram, "TARGET", tmp_path / "workflow.md")
    with pytest.raises(CommandError, match="not what the code says"):
        run("workflow_diagram", "--check")
    run("workflow_diagram")
    assert run("workflow_diagram", "--check") == ""
    page = (tmp_path / "workflow.md").read_text(encoding="utf-8")
    assert "draft --> applied : submit" in page
    assert "| Certify | Workshop attended | Certified | council | stage_met |  |" in page


def test_second_fee_falls_due_by_the_calendar_alone():
    walk = make_walk(date(2024, 1, 10)).begin_supervision()
    with time_machine.travel(datetime(2024, 6, 1, tzinfo=UTC)):
        run("tick")
        assert not AwaitedAct.objects.filter(role="treasurer").exists()
    with time_machine.travel(datetime(2025, 2, 1, tzinfo=UTC)):
        run("tick")
        assert AwaitedAct.objects.get(role="treasurer").application == walk.application
        since = AwaitedAct.objects.get(role="treasurer").since
        run("tick")
        assert AwaitedAct.objects.get(role="treasurer").since == since


def test_credential_that_has_run_out_expires_once():
    credential = awarded(valid_until=timezone.localdate() - timedelta(days=1))
    running = awarded(valid_until=timezone.localdate())
    assert f"expire, {credential}: would be done" in run("tick", "--dry-run")
    credential.refresh_from_db()
    assert credential.state == "active"
    assert f"expire, {credential}: done" in run("tick")
    credential.refresh_from_db()
    running.refresh_from_db()
    assert (credential.state, running.state) == ("expired", "active")
    assert "expire" not in run("tick")
    letter = Letter.objects.get(template="standing_changed")
    assert (letter.recipient, "now expired" in letter.subject) == (credential.holder, True)


def test_what_a_dead_worker_left_is_taken_up_again():
    prepared(awarded(actor=PersonFactory(offices=["registrar"])))
    letter = send_letter(template="resumed", to=PersonFactory(), context={"reference": "X", "reason": ""})
    assert "0 tasks taken up" in run("tick")
    DBTaskResult.objects.all().delete()
    early = timezone.now() - timedelta(hours=1)
    EffectRun.objects.update(due_at=early)
    Letter.objects.filter(pk=letter.pk).update(due_at=early)
    DBTaskResult.objects.all().delete()
    assert "2 tasks taken up again" in run("tick")
    assert sorted(DBTaskResult.objects.values_list("task_path", flat=True)) == [
        "credentialing.correspondence.tasks.deliver_letter",
        "workflows.effects.run_effect",
    ]
