"""Links that were sent before they were kept as digests go on working, and are forgotten here."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from credentialing.correspondence.models import Letter
from tests.factories import PersonFactory, make_walk
from workflows.models import Seal
from workflows.verification import examine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def before():
    """The tables as they were."""
    call_command("migrate", "evidence", "0004", verbosity=0)
    call_command("migrate", "correspondence", "0002", verbosity=0)
    loader = MigrationExecutor(connection).loader
    try:
        yield loader.project_state(
            [("evidence", "0004_what_other_societies_count"), ("correspondence", "0002_due_and_claimed")]
        ).apps
    finally:
        call_command("migrate", verbosity=0)


@pytest.fixture
def walk():
    return make_walk(candidate=PersonFactory(name="Dora Draft")).draft()


def test_links_in_the_mail_go_on_working_and_are_forgotten_here(walk, before, client):
    old = {"co_leader": "a" * 32, "referee": "b" * 32}
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    before.get_model("evidence", "LogEntry").objects.create(
        application_id=walk.application.pk, held_on=moment, setting="other", present=8, co_leader_name="Jo",
        co_leader_email="jo@example.net", confirmation_token=old["co_leader"], created_at=moment,
    )  # fmt: skip
    before.get_model("evidence", "Reference").objects.create(
        application_id=walk.application.pk, requirement="admission", referee_name="Rory",
        referee_email="rory@example.net", token=old["referee"], asked_at=moment,
    )  # fmt: skip
    letters = before.get_model("correspondence", "Letter").objects
    for template, path, state in (
        ("session_to_confirm", f"/confirm/{old['co_leader']}/", "sent"),
        ("reference_asked", f"/references/{old['referee']}/", "queued"),
        ("stage_reached", "/my/", "sent"),
    ):
        letters.create(
            template=template, context={"path": path}, subject="S", body=f"See {path}\n", state=state,
            to_address="x@example.net", dedupe_key=f"{template}:{path}",
        )  # fmt: skip

    call_command("migrate", verbosity=0)

    for path in (f"/confirm/{old['co_leader']}/", f"/references/{old['referee']}/"):
        assert client.get(path).status_code == 200
    assert Seal.objects.filter(row_kind__in=["evidence.logentry", "evidence.reference"]).count() == 2
    assert [str(finding) for finding in examine()] == []
    sent, waiting, other = Letter.objects.order_by("pk")
    assert (sent.secret, sent.body) == ("", "See /confirm/(removed)/\n")
    assert (waiting.secret, waiting.words) == (old["referee"], f"See /references/{old['referee']}/\n")
    assert other.words == "See /my/\n"
    for letter in (sent, waiting):
        stored = f"{letter.body}{letter.context}{letter.dedupe_key}"
        assert old["co_leader"] not in stored
        assert old["referee"] not in stored
