"""The checker derives every certificate's right to exist again: each forgery is named, honest work never is."""

import hashlib
import io
import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pikepdf
import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.utils import timezone

from certificates.badge.signing import signed_badge
from certificates.documents import document_of
from certificates.keys import compromise_key
from certificates.models import Certificate, Credential, NumberSeries, StatusEntry
from certificates.rendering import render_in_child
from certificates.services import issue_certificate, prepare_certificate
from certificates.signing.sealing import seal_document
from certificates.storage import store_once
from credentialing.audit.models import AuditEvent
from credentialing.operations.certificates import reissue_compromised
from tests.by_hand import remove_by_hand, rows_of, write_by_hand
from tests.certificates.factories import awarded, prepared
from tests.decided import decided
from tests.factories import PersonFactory
from workflows.models import EffectRun, LedgerRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued() -> Certificate:
    return issue_certificate(prepared())


def check(*options: str) -> str:
    out = StringIO()
    call_command("check_certificates", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def found() -> str:
    out = StringIO()
    with pytest.raises(CommandError, match="look who could"):
        call_command("check_certificates", stdout=out, stderr=StringIO())
    return out.getvalue()


def path_of(certificate: Certificate) -> Path:
    return Path(storages["certificates"].path(certificate.storage_name))


def put_in_place(certificate: Certificate, content: bytes) -> None:
    """What somebody with every key and the database, but not the ledger's past, could do: row and bytes agree."""
    sha256 = hashlib.sha256(content).hexdigest()
    name = store_once(f"{certificate.uuid}/{sha256}.pdf", content)
    Certificate.objects.filter(pk=certificate.pk).update(sha256=sha256, storage_name=name, size=len(content))


def drawn_with(**changes) -> Callable[[Certificate], None]:
    """Another page or badge, signed with the society's own key."""

    def forge(certificate: Certificate) -> None:
        badge = json.loads(signed_badge(certificate))
        if "badge" in changes:
            changes["badge"](badge)
        facts = certificate.printed.from_dict({**certificate.facts, **changes.get("facts", {})})
        page = render_in_child(facts, certificate.token, badge=json.dumps(badge).encode())
        put_in_place(certificate, seal_document(page, society="S"))

    return forge


def other_number(certificate: Certificate) -> None:
    write_by_hand(certificate, facts={**certificate.facts, "number": "ABS-1999-0001"})


def same_number_again(certificate: Certificate) -> None:
    other = awarded()
    write_by_hand(other, number=certificate.credential.number.lower())


def number_never_given(certificate: Certificate) -> None:
    NumberSeries.objects.update(last=0)


def place_taken_away(certificate: Certificate) -> None:
    StatusEntry.objects.filter(certificate=certificate).delete()


def signed_anew(certificate: Certificate) -> None:
    """A year later, with the right key: the ledger of the day knows other bytes."""
    put_in_place(certificate, document_of(certificate))
    write_by_hand(
        certificate, issued_at=timezone.now() - timedelta(days=365), prepared_at=timezone.now() - timedelta(days=366)
    )


def flip(certificate: Certificate) -> None:
    content = bytearray(path_of(certificate).read_bytes())
    content[3000] ^= 1
    path_of(certificate).write_bytes(content)


def resave(certificate: Certificate) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(certificate.read())) as document:
        document.save(out)
    put_in_place(certificate, out.getvalue())


def unsigned(certificate: Certificate) -> None:
    put_in_place(certificate, render_in_child(certificate.printed, certificate.token, badge=signed_badge(certificate)))


def newer_edition(certificate: Certificate) -> None:
    with_newer = {"credential": certificate.credential, "edition": 2, "facts": certificate.facts}
    Certificate.objects.create(**with_newer, prepared_by=certificate.prepared_by, status="superseded", sha256="0",
                               storage_name="0", issued_at=timezone.now())  # fmt: skip


FORGERIES: dict[str, tuple[Callable[[Certificate], object], str]] = {
    "award removed": (
        lambda c: remove_by_hand(*rows_of(EffectRun), LedgerRecord.objects.of(c.credential).first()),
        "no award stands in the ledger",
    ),
    "prepared before its award": (
        lambda c: write_by_hand(c, prepared_at=timezone.now() - timedelta(days=1)),
        "was prepared before its credential was awarded",
    ),
    "entry of the issue removed": (
        lambda c: [remove_by_hand(row) for row in rows_of(AuditEvent)],
        "the ledger knows of no issue of these bytes",
    ),
    "other bytes in the row": (unsigned, "the ledger knows of no issue of these bytes"),
    "bytes gone": (lambda c: path_of(c).unlink(), "its bytes are gone"),
    "a byte changed": (flip, "its bytes are others than those that were issued"),
    "a byte changed, by the signature": (flip, "its signature: Bytes that the society signed were changed."),
    "size in the row": (lambda c: write_by_hand(c, size=7), "its size is not the one recorded"),
    "saved anew": (resave, "its signature: It was saved anew"),
    "signature left out": (unsigned, "its signature: It carries no signature"),
    "key compromised": (
        lambda c: compromise_key("document", "key-1", reason="stolen"),
        "its signature: Its signature was made with a key that is believed no longer",
    ),
    "signed anew a year later": (signed_anew, "was signed at another time"),
    "no PDF": (lambda c: path_of(c).write_bytes(b"hello"), "it can't be read as a PDF"),
    "another name on the page": (drawn_with(facts={"name": "Mallory"}), "it is called “"),
    "another name in the badge": (
        drawn_with(badge=lambda b: b["credentialSubject"].update(name="Mallory")),
        "its badge says “Mallory” as name of the holder, the paper “Adaeze Obi”",
    ),
    "badge of another": (
        drawn_with(badge=lambda b: b["credentialSubject"].update(name="Mallory")),
        "its badge: ",
    ),
    "issuer of another": (
        drawn_with(badge=lambda b: b["issuer"].update(name="Mill")),
        "its badge says “Mill” as name of the society, the paper “American Balint Society”",
    ),
    "issuer that is none": (drawn_with(badge=lambda b: b.update(issuer="did:web:mill.example")), "its badge: "),
    "badge left out": (
        lambda c: put_in_place(c, seal_document(render_in_child(c.printed, c.token), society="S")),
        "it carries no badge that can be read",
    ),
    "place in the list taken away": (place_taken_away, "it has no place in a status list"),
    "number on the paper": (other_number, "the number ABS-1999-0001 is printed on it"),
    "number given twice": (same_number_again, "another credential has its number"),
    "number never given": (number_never_given, "its number was never given: the series has come to 0"),
    "state by hand": (
        lambda c: write_by_hand(c.credential, state="revoked"),
        "the ledger says active, the registry revoked",
    ),
    "published as revoked": (
        lambda c: write_by_hand(c.credential, state="revoked"),
        "the published list says that it is revoked",
    ),
    "newer edition beside it": (newer_edition, "a newer edition stands beside it"),
    "replaced by nothing": (
        lambda c: Certificate.objects.filter(pk=c.pk).update(status="superseded"),
        "was replaced, but nothing replaces it",
    ),
}


@pytest.fixture(autouse=True)
def keys(settings, tmp_path):
    settings.CERTIFICATES_KEYS_DIR = str(tmp_path / "keys")


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forgery_is_named(issued, forgery):
    forge, words = FORGERIES[forgery]
    forge(issued)
    assert words in found()


def test_honest_work_is_never_named():
    held = [
        issue_certificate(prepared(awarded(holder=PersonFactory()), name=name)) for name in ("Ada", "O'Brien & <b>")
    ]
    issue_certificate(prepared(awarded(valid_until=date(2030, 1, 1), number="1987/4", basis="import")))
    refused = issue_certificate(prepared(name="𓀀"))
    assert refused.status == "refused"
    prepared()
    decided(held[0].credential, "revoke")
    Certificate.objects.filter(pk=held[1].pk).update(status="superseded")
    again = prepare_certificate(credential=held[1].credential, facts=held[1].printed, actor=PersonFactory())
    issue_certificate(again)
    assert check() == "4 certificates: each had the right to be issued and is as it was.\n"


def test_revocation_that_was_taken_back_by_hand_is_named_from_the_ledger(issued):
    decided(issued.credential, "revoke")
    write_by_hand(Credential.objects.get(), state="active")
    said = found()
    assert "the ledger says revoked, the registry active" in said
    assert "the published list says that it is still good" in said


def test_after_a_compromise_and_new_editions_all_is_well_again(issued):
    compromise_key("document", "key-1", reason="stolen")
    assert "believed no longer" in found()
    reissue_compromised(actor=PersonFactory())
    issue_certificate(Certificate.objects.get(edition=2))
    assert check() == "2 certificates: each had the right to be issued and is as it was.\n"


def test_only_what_was_issued_since_a_day_is_looked_at(issued):
    path_of(issued).unlink()
    tomorrow = (timezone.now() + timedelta(days=2)).date().isoformat()
    assert check("--since", tomorrow) == "0 certificates: each had the right to be issued and is as it was.\n"
    with pytest.raises(CommandError, match="finding"):
        check("--since", (timezone.now() - timedelta(days=2)).date().isoformat())


def test_one_certificate_is_spoken_of_as_one(issued):
    assert check().startswith("1 certificate: ")


def test_on_a_terminal_it_shows_how_far_it_is(issued, monkeypatch):
    class Terminal(StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    path_of(issued).unlink()
    monkeypatch.setattr(time, "monotonic", lambda: 1.0)
    with pytest.raises(CommandError):
        call_command("check_certificates", stdout=StringIO(), stderr=screen)
    assert "certificates [##############################] 1 of 1" in screen.getvalue()
