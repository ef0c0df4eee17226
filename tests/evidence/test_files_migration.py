"""Files that were withdrawn before files had states keep their day, and get a record that says how that is known."""

import hashlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.executor import MigrationExecutor

from credentialing.accounts.models import Person
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.services.files import restore_file, withdraw_file
from tests.evidence.acts import NOW
from tests.factories import make_walk
from workflows.ledger import verify_chain
from workflows.models import LedgerRecord, Reason
from workflows.triggers import install_triggers, missing_triggers, tables
from workflows.verification import examine

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = "0001"
CONTENT = b"scanned"


@pytest.fixture
def before(monkeypatch):
    """The models and triggers as they were; afterwards the tables are today's again."""
    call_command("migrate", "evidence", BEFORE, verbosity=0)
    others = [table for table in tables.subject_tables() if table.kind != "evidence_file"]
    with monkeypatch.context() as patch:
        patch.setattr(tables, "subject_tables", lambda: others)
        install_triggers()
    try:
        yield MigrationExecutor(connection).loader.project_state([("evidence", "0001_initial")]).apps
    finally:
        call_command("migrate", verbosity=0)


@pytest.fixture
def walk(settings, tmp_path):
    settings.LEDGER_CHECKPOINTS_DIR = str(tmp_path / "checkpoints")
    evidence = {**settings.STORAGES["evidence"], "OPTIONS": {"location": tmp_path / "evidence"}}
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence}
    return make_walk().draft()


def test_withdrawn_files_keep_their_day_and_get_a_record_of_the_system_s(walk, before):
    for name, withdrawn_at in {"a": None, "b": NOW}.items():
        storages["evidence"].save(name, ContentFile(CONTENT))
        before.get_model("evidence", "EvidenceFile").objects.create(
            application_id=walk.application.pk,
            uploaded_by_id=walk.candidate.pk,
            requirement="recording_consent",
            title="A file",
            original_name="a.pdf",
            media_type="application/pdf",
            size=len(CONTENT),
            sha256=hashlib.sha256(CONTENT).hexdigest(),
            storage_name=name,
            withdrawn_at=withdrawn_at,
        )

    call_command("migrate", verbosity=0)

    standing, withdrawn = EvidenceFile.objects.order_by("storage_name")
    assert (standing.state, standing.version, standing.state_since) == ("standing", 0, standing.uploaded_at)
    assert (withdrawn.state, withdrawn.version, withdrawn.state_since) == ("withdrawn", 1, NOW)
    record = LedgerRecord.objects.of(withdrawn).get()
    assert (record.actor, record.role) == (Person.objects.system(), "system")
    assert "2024-03-20 18:00 UTC" in Reason.objects.get(record=record).text
    assert list(verify_chain(withdrawn)) == []
    assert [str(finding) for finding in examine()] == []
    assert missing_triggers() == []

    withdraw_file(file=standing, actor=walk.candidate)
    restore_file(file=withdrawn, actor=walk.candidate)
    assert list(verify_chain(withdrawn)) == []
    with pytest.raises(IrreversibleError, match="can't be removed"):
        call_command("migrate", "evidence", BEFORE, verbosity=0)


def test_tables_without_files_migrate_too(before):
    call_command("migrate", verbosity=0)

    assert not LedgerRecord.objects.exists()
    assert not Person.objects.exists()
