"""Credentials from before names were kept get what was issued; where a profile differs, nothing changes by itself."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from certificates.models import Credential
from credentialing.accounts.models import Person
from credentialing.audit.models import AuditEvent
from credentialing.names.differences import differing_names, in_words
from tests.certificates.badges import issued
from tests.factories import PersonFactory
from tests.names.acts import held
from workflows.models import Seal
from workflows.models.seals import seal_rows
from workflows.triggers import install_triggers, missing_triggers, tables
from workflows.verification import examine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def as_before(monkeypatch):
    """Call it to have the tables as they were; afterwards they are today's again."""

    def back() -> type:
        others = [table for table in tables.subject_tables() if table.kind != "name_change"]
        patch.setattr(tables, "subject_tables", lambda: others)
        call_command("migrate", "names", "zero", verbosity=0)
        call_command("migrate", "certificates", "0004", verbosity=0)
        install_triggers()
        old = MigrationExecutor(connection).loader.project_state([("certificates", "0004_wording")]).apps
        return old.get_model("certificates", "Credential")

    with monkeypatch.context() as patch:
        yield back
    call_command("migrate", verbosity=0)


def changed_profile(credential: Credential, days: int, **fields: str) -> None:
    holder = credential.holder
    Person.objects.filter(pk=holder.pk).update(**fields)
    AuditEvent.objects.create(
        event="accounts:profile:changed", actor=holder, subject_kind="person", subject_id=holder.uuid,
        details={"fields": sorted(fields)}, recorded_at=timezone.now() + timedelta(days=days),
    )  # fmt: skip


def test_names_come_from_the_document_else_from_the_entry_and_no_profile_changes(as_before, settings, tmp_path):
    settings.LEDGER_CHECKPOINTS_DIR = str(tmp_path / "checkpoints")
    with_document = issued(held(number="1")).credential
    entry = held(holder=PersonFactory(name="Enid Old", post_nominals="MD"), number="2", basis="import")
    moved = held(holder=PersonFactory(name="Fay Old"), number="3", basis="import")
    vain = held(holder=PersonFactory(name="Gil Old"), number="4", basis="import")
    forged = held(holder=PersonFactory(name="Hal Old"), number="5", basis="import")
    changed_profile(with_document, 1, certificate_name="Prof. Obi", post_nominals="MD, PhD")
    changed_profile(entry, -1, certificate_name="Enid Olde")  # before the award: it was entered like this
    changed_profile(moved, 1, city="Boston")
    changed_profile(vain, 1, certificate_name="Sir Gil Old")

    before = as_before()
    seal_rows(before, before.objects.values_list("pk", flat=True))
    before.objects.filter(pk=forged.pk).update(number="6")  # by hand, so that its seal doesn't fit
    seals = Seal.objects.count()
    call_command("migrate", verbosity=0)

    assert list(
        Credential.objects.order_by("pk").values_list("recorded_name", "recorded_post_nominals", "name_to_check")
    ) == [
        ("Adaeze Obi", "MD", False),
        ("Enid Olde", "MD", False),
        ("Fay Old", "", False),
        ("Sir Gil Old", "", True),
        ("Hal Old", "", False),
    ]
    assert Seal.objects.count() == seals + 4
    assert Person.objects.get(pk=with_document.holder_id).certificate_name == "Prof. Obi"
    assert [(one.credential.number, one.profile, one.since is not None) for one in in_words(differing_names())] == [
        ("1", "Prof. Obi, MD, PhD", True), ("4", "Sir Gil Old", True),
    ]  # fmt: skip
    assert missing_triggers() == []
    by_hand = [finding.about for finding in examine() if "by hand" in finding.message]
    assert by_hand == [f"credential {forged.uuid}"]
