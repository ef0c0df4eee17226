"""The ledger's key, its checkpoints and its witnesses, as the society uses them."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from certificates.models import Certificate
from certificates.verification import verification_of
from credentialing.accounts.models import Term
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from credentialing.correspondence.services import send_letter
from credentialing.correspondence.tasks import deliver_letter
from credentialing.reviews.timeline import timeline
from tests.certificates.factories import awarded, prepared
from tests.factories import PersonFactory, make_walk
from workflows.checkpoints import laid_down, latest_checkpoint, make_checkpoint, read_checkpoint
from workflows.models import Checkpoint, EffectRun, LedgerRecord, TreeLeaf
from workflows.proofs import inclusion_of
from workflows.sequencer import sequence_entries
from workflows.signing import VerifierKey, known_keys, verifier_key

pytestmark = pytest.mark.django_db
NOT_YET = "Not in the public ledger yet"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.LEDGER_KEYS_DIR = str(tmp_path / "keys")
    settings.LEDGER_CHECKPOINTS_DIR = str(tmp_path / "checkpoints")
    return tmp_path


@pytest.fixture
def council():
    return [PersonFactory(name=f"Carl Council {number}", offices=["council"]) for number in (1, 2)]


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def letters() -> list[Letter]:
    return list(Letter.objects.filter(template="checkpoint").order_by("pk"))


def record_something() -> None:
    awarded(actor=PersonFactory(offices=["registrar"]))


# manage.py ledger_key


def test_key_is_shown_as_it_is_published():
    assert VerifierKey.parse(run("ledger_key")) == verifier_key()
    assert run("ledger_key") == f"{verifier_key()}\n"
    assert not AuditEvent.objects.exists()


def test_rotation_names_the_former_key_and_is_itself_an_entry_of_the_ledger():
    old = verifier_key()
    shown = run("ledger_key", "--rotate")
    assert shown == f"{verifier_key()}\nformer: {old}\n"
    assert run("ledger_key") == shown
    event = AuditEvent.objects.get(event="operations:ledger_key:rotated")
    assert event.actor.name == "The system"
    make_checkpoint()
    assert inclusion_of(event.uuid).proved


def test_rotation_that_can_not_be_recorded_is_not_made(monkeypatch):
    old = verifier_key()

    def refuse(*_, **__):
        raise PermissionError

    monkeypatch.setattr(AuditEvent, "save", refuse)
    with pytest.raises(CommandError):
        run("ledger_key", "--rotate")
    assert verifier_key() == old


def test_rotation_that_fails_is_not_recorded(folder):
    (folder / "keys").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(CommandError):
        run("ledger_key", "--rotate")
    assert not AuditEvent.objects.exists()


def test_lost_key_is_told_and_not_made_anew(folder):
    verifier_key()
    (folder / "keys" / "ledger.pem").unlink()
    with pytest.raises(CommandError, match="Restore its backup"):
        run("ledger_key")
    run("ledger_key", "--rotate")
    assert len(known_keys()) == 2


# manage.py tick


def test_tick_signs_what_there_is_and_writes_to_the_council_once_a_month(council):
    with time_machine.travel(datetime(2026, 5, 4, 12, tzinfo=UTC), tick=False):
        record_something()
        run("tick")
        first = latest_checkpoint()
        assert first.size == TreeLeaf.objects.count()
        assert len(list(laid_down())) == 1
        assert [letter.recipient for letter in letters()] == council
        run("tick")
    with time_machine.travel(datetime(2026, 5, 31, 12, tzinfo=UTC), tick=False):
        record_something()
        run("tick")
        assert len(letters()) == 2
        late = PersonFactory(name="Late", offices=["council"])
        run("tick")
        assert [letter.recipient for letter in letters()] == [*council, late]
    with time_machine.travel(datetime(2026, 6, 1, 12, tzinfo=UTC), tick=False):
        run("tick")
    assert [letter.recipient for letter in letters()[3:]] == [*council, late]
    assert letters()[0].subject == "Please keep this: the ledger in May 2026"
    assert letters()[3].subject == "Please keep this: the ledger in June 2026"
    assert read_checkpoint(letters()[3].body).size == latest_checkpoint().size > first.size


def test_month_is_that_of_the_society():
    PersonFactory(offices=["council"])
    with time_machine.travel(datetime(2026, 6, 1, 2, tzinfo=UTC), tick=False):  # still May in New York
        record_something()
        run("tick")
    assert [letter.subject for letter in letters()] == ["Please keep this: the ledger in May 2026"]


def test_only_whoever_is_in_the_council_today_gets_a_letter(council):
    former = PersonFactory(offices=["council"])
    Term.objects.filter(person=former).update(ends_on=timezone.localdate() - timedelta(days=1))
    council[1].email = None
    council[1].save()
    PersonFactory(offices=["coordinator"])
    record_something()
    run("tick")
    assert [letter.recipient for letter in letters()] == [council[0]]


def test_letter_as_it_is_delivered_is_read_back(council):
    """What reaches the member, saved by the mail program with its headers, is what `verify --since` takes."""
    awarded()
    run("tick")
    for letter in letters():
        deliver_letter.call(str(letter.uuid))
    (sent, *_) = mail.outbox
    assert "/transparency/" in sent.body
    for kept in (sent.body, sent.message().as_string(), sent.message().as_bytes().decode()):
        assert read_checkpoint(kept).size == latest_checkpoint().size


def test_tick_without_anything_new_signs_nothing_more():
    """The first one records the settings that it finds, and signs that."""
    run("tick")
    assert (latest_checkpoint().size, letters()) == (1, [])
    run("tick")
    assert Checkpoint.objects.count() == 1


def test_dry_run_signs_nothing(council):
    run("tick", "--dry-run")
    assert (Checkpoint.objects.count(), letters()) == (0, [])


@pytest.mark.parametrize("broken", ["key", "folder"])
def test_missing_key_or_full_disk_keeps_tick_from_nothing_else(folder, broken, council):
    credential = awarded(valid_until=timezone.localdate() - timedelta(days=1))
    letter = send_letter(template="resumed", to=PersonFactory(), context={"reference": "X", "reason": ""})
    Letter.objects.filter(pk=letter.pk).update(due_at=timezone.now() - timedelta(hours=1))
    DBTaskResult.objects.all().delete()
    verifier_key()
    if broken == "key":
        (folder / "keys" / "ledger.pem").unlink()
    else:
        (folder / "checkpoints").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(CommandError, match="No checkpoint was made"):
        run("tick")
    credential.refresh_from_db()
    assert credential.state == "expired"
    assert str(letter.uuid) in str([task.args_kwargs for task in DBTaskResult.objects.all()])
    assert letters() == []


# A certification


@pytest.mark.django_db(transaction=True)
def test_certification_is_signed_by_the_worker(work_off):
    walk = make_walk().certify()
    record = LedgerRecord.objects.of(walk.application).get(transition="certify")
    assert not inclusion_of(record.uuid).proved
    work_off()
    assert EffectRun.objects.get(record=record, effect="checkpoint").done_at
    assert inclusion_of(record.uuid).proved
    assert read_checkpoint(next(iter(laid_down())).read_text(encoding="utf-8")).size == latest_checkpoint().size


@pytest.mark.django_db(transaction=True)
def test_certification_is_kept_when_the_key_is_lost_and_signed_when_it_is_back(work_off, folder):
    verifier_key()
    private = folder / "keys" / "ledger.pem"
    content = private.read_bytes()
    private.unlink()
    walk = make_walk().certify()
    work_off()
    walk.application.refresh_from_db()
    run_ = EffectRun.objects.get(effect="checkpoint")
    assert walk.application.state == "certified"
    assert run_.last_error.startswith("SigningKeyMissing")
    private.write_bytes(content)
    with time_machine.travel(run_.due_at + timedelta(minutes=1)):
        work_off()
    assert inclusion_of(run_.record.uuid).proved


# Where people see it


def test_verification_of_a_certificate_leads_to_its_entry_and_the_entry_to_its_proof(client):
    certificate = prepared()
    record = LedgerRecord.objects.of(certificate.credential).last()
    address = f"/transparency/entries/{record.uuid}/"
    assert address in client.get(f"/v/{certificate.token}").text
    told = client.get(f"/v/{certificate.token}", headers={"accept": "application/json"}).json()
    assert told["ledger_entry"] == str(record.uuid)
    make_checkpoint()
    assert "a signed checkpoint covers it" in client.get(address).text


def test_credential_without_a_step_has_no_entry_to_lead_to(client):
    certificate = Certificate.objects.select_related("credential").get(pk=prepared().pk)
    certificate.credential.uuid = "00000000-0000-4000-8000-000000000000"
    found = verification_of(certificate.credential, timezone.localdate())
    assert (found.ledger_entry, found.as_dict()["ledger_entry"]) == (None, None)


def test_timeline_says_which_steps_have_no_place_yet():
    walk = make_walk().admit()
    steps = [entry for entry in timeline(walk.application) if entry.title.startswith("Now: ")]
    assert steps
    assert all(entry.note.startswith(NOT_YET) for entry in steps)
    sequence_entries()
    assert not [entry.note for entry in timeline(walk.application) if entry.note]


def test_note_stands_in_the_history_of_the_case(client):
    walk = make_walk().admit()
    client.force_login(walk.candidate)
    assert NOT_YET in client.get("/my/history/").text
    sequence_entries()
    assert NOT_YET not in client.get("/my/history/").text
