"""`manage.py verify` on a whole certified case: every forgery of the rows that matter is named."""

import io
import time
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.db import transaction

from certificates.models import Certificate, Credential, StatusEntry
from certificates.services import issue_certificate
from credentialing.accounts.models import Term
from credentialing.applications.models import Application
from credentialing.council.models import Ballot, Decision
from credentialing.evidence.models import EvidenceFile, FeePayment, LogEntry, Observation, Rating
from credentialing.evidence.services.files import upload_file
from credentialing.operations.management.commands.verify import Bar
from credentialing.pathways.models import PathwayVersion
from credentialing.reviews.models import SignOff
from tests.by_hand import recompute_chain, remove_by_hand, rows_of, write_by_hand
from tests.evidence.samples import pdf
from tests.factories import PersonFactory, make_walk
from workflows.checkpoints import laid_down, make_checkpoint
from workflows.models import LedgerRecord
from workflows.triggers import lifted_triggers
from workflows.verification import examine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.LEDGER_CHECKPOINTS_DIR = str(tmp_path / "checkpoints")
    for name in ("evidence", "certificates"):
        settings.STORAGES = settings.STORAGES | {
            name: {**settings.STORAGES[name], "OPTIONS": {"location": tmp_path / name}}
        }


@pytest.fixture
def certified():
    walk = make_walk().draft()
    upload_file(
        application=walk.application,
        requirement="recording_consent",
        actor=walk.candidate,
        title="Signed consent",
        original_name="consent.pdf",
        content=pdf(),
    )
    walk.certify()
    issue_certificate(Certificate.objects.get())
    make_checkpoint()
    return walk


def verify(*options: str) -> str:
    out = StringIO()
    call_command("verify", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def change(model: type, **fields: Any) -> Callable[[], None]:
    def forge() -> None:
        values = {name: value() if callable(value) else value for name, value in fields.items()}
        write_by_hand(rows_of(model).order_by("pk")[0], **values)

    return forge


def somebody_else() -> Any:
    return PersonFactory(name="Mallory")


def bytes_of(model: type, alias: str) -> Path:
    return Path(storages[alias].path(rows_of(model).order_by("pk")[0].storage_name))


def forge_last_step() -> None:
    application = Application.objects.get()
    last = LedgerRecord.objects.of(application).last()
    write_by_hand(last, recorded_at=last.recorded_at - timedelta(days=400))
    recompute_chain(LedgerRecord.objects.of(application))


FORGERIES: dict[str, tuple[Callable[[], Any], str]] = {
    "state of the case": (
        change(Application, state="declined"),
        "the subject is in declined, the ledger says certified",
    ),
    "version of the case": (change(Application, version=99), "the subject has version 99"),
    "candidate of the case": (change(Application, candidate=somebody_else), "was changed by hand"),
    "owner of a sign-off": (change(SignOff, reviewer=somebody_else), "was changed by hand"),
    "evidence of a sign-off": (change(SignOff, evidence_digest="0" * 64), "was changed by hand"),
    "a sign-off removed": (lambda: remove_by_hand(rows_of(SignOff).order_by("pk")[0]), "was removed by hand"),
    "outcome of the decision": (change(Decision, outcome="declined"), "was changed by hand"),
    "a vote": (change(Ballot, choice="decline", reason="x"), "was changed by hand"),
    "a vote removed": (lambda: remove_by_hand(rows_of(Ballot).order_by("pk")[0]), "was removed by hand"),
    "holder of the credential": (change(Credential, holder=somebody_else), "was changed by hand"),
    "number of the credential": (change(Credential, number="ABS-2026-9999"), "was changed by hand"),
    "state of the credential": (
        change(Credential, state="revoked"),
        "the subject is in revoked, the ledger says active",
    ),
    "bytes of the certificate": (
        lambda: bytes_of(Certificate, "certificates").write_bytes(b"%PDF-1.7 forged"),
        "holds other bytes than were stored",
    ),
    "certificate gone": (lambda: bytes_of(Certificate, "certificates").unlink(), "is gone"),
    "facts of the certificate": (change(Certificate, facts={"name": "Mallory"}), "was changed by hand"),
    "digest of the certificate": (change(Certificate, sha256="0" * 64), "was changed by hand"),
    "bytes of evidence": (
        lambda: bytes_of(EvidenceFile, "evidence").write_bytes(b"forged"),
        "holds other bytes than were stored",
    ),
    "evidence gone": (lambda: bytes_of(EvidenceFile, "evidence").unlink(), "is gone"),
    "a session": (change(LogEntry, minutes=600), "was changed by hand"),
    "a fee": (change(FeePayment, amount=0), "was changed by hand"),
    "a rating": (change(Rating, value="excellent"), "was changed by hand"),
    "an evaluator": (change(Observation, evaluator=somebody_else), "was changed by hand"),
    "an office": (change(Term, starts_on=date(1999, 1, 1)), "was changed by hand"),
    "the rules": (change(PathwayVersion, source="slug = 'mine'"), "was changed by hand"),
    "the last step recomputed": (forge_last_step, "has been changed since it was recorded"),
}


def test_honest_case_is_not_suspected_and_every_forgery_is_named(certified):
    """One case, walked once; every forgery is made in it and taken back."""
    assert list(examine()) == []
    assert EvidenceFile.objects.exists()
    for what, (forge, expected) in FORGERIES.items():
        kept = {
            path: path.read_bytes()
            for path in (bytes_of(Certificate, "certificates"), bytes_of(EvidenceFile, "evidence"))
        }
        with transaction.atomic():
            forge()
            told = [str(finding) for finding in examine()]
            transaction.set_rollback(True)
        for path, content in kept.items():
            path.unlink(missing_ok=True)
            path.write_bytes(content)
        assert any(expected in line for line in told), (what, told)
    assert list(examine()) == []


def test_certified_without_credential_or_decision_is_named(certified):
    application, credential = Application.objects.get(), Credential.objects.get()
    with lifted_triggers():
        for model in (StatusEntry, Certificate, Ballot, Decision, Credential):
            rows_of(model).all()._raw_delete("default")
    told = [str(finding) for finding in examine()]
    assert f"application {application.uuid}: was certified, but there is no credential" in told
    assert f"application {application.uuid}: was certified without a council's decision" in told
    assert f"credential {credential.uuid}, record 1: tells of something that is not there any more" in told


def test_credential_without_a_case_and_ones_own_sign_off_and_ballot_are_named(certified):
    candidate, credential = certified.candidate, Credential.objects.get()
    change(SignOff, reviewer=candidate)()
    change(Ballot, member=candidate)()
    write_by_hand(credential, scheme="uk-leader")
    told = [str(finding) for finding in examine()]
    assert f"credential {credential.uuid}: was awarded, but no case was certified for it" in told
    assert any(line.endswith("was given by the candidate themselves") for line in told)
    assert any(line.endswith("was cast by the candidate themselves") for line in told)


# The command -----------------------------------------------------------------------------------------------


def test_command_says_that_all_is_well_and_what_has_been_signed():
    assert verify() == "Everything is as it was recorded. No checkpoint has been signed yet.\n"
    PersonFactory(offices=["council"])
    assert "1 entries wait for their place in the tree." in verify()
    make_checkpoint()
    assert verify() == "Everything is as it was recorded. The last checkpoint signs 1 entries.\n"


def test_command_fails_with_a_line_for_each_finding_and_no_more_than_asked():
    PersonFactory(offices=["council", "president", "treasurer"])
    rows_of(Term).update(starts_on=date(1999, 1, 1))
    with pytest.raises(CommandError, match=r"^3 findings \(1 more are not shown\)\."):
        verify("--at-most", "2")
    out = StringIO()
    with pytest.raises(CommandError, match=r"^3 findings\. "):
        call_command("verify", stdout=out)
    assert len(out.getvalue().splitlines()) == 3


def test_one_finding_is_told_in_the_singular():
    PersonFactory(offices=["council"])
    write_by_hand(Term.objects.get(), role="administrator")
    with pytest.raises(CommandError, match=r"^1 finding\."):
        verify()


def test_checkpoint_somebody_kept_is_taken_from_a_letter(tmp_path):
    PersonFactory(offices=["council"])
    make_checkpoint()
    (note,) = laid_down()
    letter = tmp_path / "letter.eml"
    letter.write_text("Hello,\r\n\r\n" + "".join(f"> {line}\r\n" for line in note.read_text().splitlines()), newline="")
    assert "Everything is as it was recorded" in verify("--since", str(letter))
    with pytest.raises(CommandError, match="can't be read"):
        verify("--since", str(tmp_path / "none.txt"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="can't be read"):
        verify("--since", str(tmp_path / "binary"))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_terminal_shows_how_far_it_is_and_is_left_clean():
    PersonFactory(offices=["council"])
    make_checkpoint()
    screen = Terminal()
    call_command("verify", stdout=StringIO(), stderr=screen)
    assert "entries [" + "#" * 30 + "] 1 of 1" in screen.getvalue()
    assert screen.getvalue().endswith("\r")
    write_by_hand(Term.objects.get(), role="administrator")
    with pytest.raises(CommandError):
        call_command("verify", stdout=StringIO(), stderr=screen)


def test_bar_is_not_drawn_more_often_than_people_can_see(monkeypatch):
    screen = Terminal()
    bar = Bar(OutputWrapper(screen))
    clock = iter([10.0, 10.01, 10.02, 11.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    for done in (100, 200, 1000):
        bar.draw("entries", done, 1000)
    bar.draw("nothing", 0, 0)
    drawn = [line for line in screen.getvalue().split("\r") if line.strip()]
    assert [line.split("] ")[1].strip() for line in drawn] == ["100 of 1,000", "1,000 of 1,000", "0 of 0"]
