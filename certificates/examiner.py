"""An independent look at everything that was issued, in the manner of a certificate authority's checker.

It uses nothing of what issues: from the ledger it derives again each certificate's right to exist, and from the stored
bytes what was given out. Every rule yields sentences; honest use yields none.
"""

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from certificates.badge.attached import stored_badge
from certificates.badge.checking import NotACredential, check_badge, differences, read_credential
from certificates.badge.integrity import ProofRefused
from certificates.badge.issuer import Issuer
from certificates.badge.shape import open_badge
from certificates.badge.status import bit_of, status_list
from certificates.models import Certificate, Credential, NumberSeries, StatusEntry
from certificates.signing.checking import trust_as_json
from certificates.signing.findings import GENUINE, NOT_BELIEVED, DocumentFinding
from workflows.models import LedgerRecord
from workflows.verification import Finding, Progress
from workflows.verification.findings import silent

if TYPE_CHECKING:
    from django.db.models import QuerySet

CLOCKS = timedelta(minutes=2)  # by how much the clocks of two machines may differ
NUMBER = re.compile(r"(?P<prefix>.+)-(?P<year>\d{4})-(?P<last>\d{4,})")
ENDED = frozenset({"revoked", "resigned"})


@dataclass(frozen=True, kw_only=True)
class Case:
    """One certificate and what was found about it, read once."""

    certificate: Certificate
    examined: Callable[[bytes], DocumentFinding]
    lists: dict[int, str] = field(repr=False)
    now: datetime

    @property
    def is_former(self) -> bool:
        """Issued before certificates were signed, carried badges and were named in the ledger (November 24, 2026).

        Since then a place in a status list is taken before anything is drawn, and is sealed; a document that carries a
        badge but has none has lost it. The seal of the row still vouches for the bytes.
        """
        return getattr(self.certificate, "status_entry", None) is None and not self.badge

    @cached_property
    def content(self) -> bytes:
        """The stored bytes; none where they are gone."""
        try:
            return self.certificate.read()
        except OSError:
            return b""

    @cached_property
    def signature(self) -> DocumentFinding:
        """What the signature tells."""
        return self.examined(self.content)

    @cached_property
    def badge(self) -> dict[str, Any]:
        """The attached badge; empty where there is none that can be read."""
        try:
            return read_credential(stored_badge(self.certificate) or b"")
        except (NotACredential, OSError):
            return {}

    @cached_property
    def history(self) -> list[LedgerRecord]:
        """What the ledger says of the credential."""
        return list(LedgerRecord.objects.of(self.certificate.credential).order_by("sequence"))


def examine_certificates(
    *, since: datetime | None = None, progress: Progress = silent, now: datetime | None = None
) -> Iterator[Finding]:
    """Look at every certificate that was issued (since then), one after the other, with all rules."""
    from certificates.signing.examining import examined, trust_of  # noqa: PLC0415 - half a second, for this alone

    trust, lists = trust_of(trust_as_json()), dict[int, str]()
    issued: QuerySet[Certificate] = Certificate.objects.issued().select_related("credential", "status_entry")
    if since is not None:
        issued = issued.filter(issued_at__gte=since)
    total = issued.count()
    for done, certificate in enumerate(issued.order_by("pk").iterator(chunk_size=100), start=1):
        case = Case(
            certificate=certificate,
            examined=lambda content: examined(content, trust),
            lists=lists,
            now=now or timezone.now(),
        )
        for rule in RULES:
            for words in rule(case):
                yield Finding(about=f"certificate {certificate.uuid} ({certificate.credential.number})", message=words)
        progress("certificates", done, total)


def right_to_exist(case: Case) -> Iterator[str]:
    """An award stands in the ledger before it, and the ledger names these bytes."""
    award = next((record for record in case.history if record.transition == "award"), None)
    if award is None:
        yield "no award stands in the ledger"
    elif case.certificate.prepared_at < award.recorded_at - CLOCKS:
        yield "was prepared before its credential was awarded"
    if not case.is_former and import_string(settings.CERTIFICATES_ISSUE_ENTRY)(case.certificate) is None:
        yield "the ledger knows of no issue of these bytes"


def bytes_are_those(case: Case) -> Iterator[str]:
    """The stored bytes are those that the row and so the ledger name."""
    if not case.content:
        yield "its bytes are gone"
    elif hashlib.sha256(case.content).hexdigest() != case.certificate.sha256:
        yield "its bytes are others than those that were issued"
    elif len(case.content) != case.certificate.size:
        yield "its size is not the one recorded"


def signature_holds(case: Case) -> Iterator[str]:
    """The society has signed it, with a key that is believed, between intent and issue."""
    if case.is_former:
        return
    found = case.signature
    replaced = case.certificate.status == Certificate.Status.SUPERSEDED
    if found.part == NOT_BELIEVED and replaced:
        return  # unchanged, and known: that is why it was replaced
    if found.outcome != GENUINE:
        yield f"its signature: {found.part}"
        return
    signed_at, issued_at = datetime.fromisoformat(found.signed_at), case.certificate.issued_at
    if issued_at is None or not case.certificate.prepared_at - CLOCKS <= signed_at <= issued_at + CLOCKS:
        yield f"was signed at another time ({found.signed_at}) than it was issued"


def page_names_it(case: Case) -> Iterator[str]:
    """The document's title names the holder and the number that were to be printed."""
    import pikepdf  # noqa: PLC0415 - for commands alone: web processes hold no parser of PDFs

    try:
        with pikepdf.open(io.BytesIO(case.content)) as document:
            title = str(document.docinfo.get("/Title", ""))
    except pikepdf.PdfError:
        yield "it can't be read as a PDF"
        return
    facts = case.certificate.printed
    if title != f"{facts.designation}: {facts.name} ({facts.number})":
        yield f"it is called “{title}”"


def badge_says_the_same(case: Case) -> Iterator[str]:
    """The attached badge is signed and says what stands on the paper, field by field."""
    entry: StatusEntry | None = getattr(case.certificate, "status_entry", None)
    if entry is None:
        if not case.is_former:
            yield "it has no place in a status list"
        return
    if not case.badge:
        yield "it carries no badge that can be read"
        return
    try:
        check_badge(case.badge)
    except ProofRefused as refusal:
        yield f"its badge: {refusal}"
    named = case.badge.get("issuer")
    who = named if isinstance(named, dict) else {}
    issuer = Issuer(did=who.get("id", ""), method="", name=case.certificate.facts["society"], url=who.get("url", ""))
    expected = open_badge(case.certificate, entry, issuer)
    found = {name: value for name, value in case.badge.items() if name != "proof"}
    for one in differences(expected, found):
        yield f"its badge says “{one.found}” as {one.part}, the paper “{one.issued}”"


def number_is_its_own(case: Case) -> Iterator[str]:
    """Number and holder are the credential's, nobody else has the number, and the series has come that far."""
    credential = case.certificate.credential
    if case.certificate.facts["number"] != credential.number:
        yield f"the number {case.certificate.facts['number']} is printed on it"
    others = Credential.objects.exclude(pk=credential.pk)
    if others.is_taken(credential.number) or others.is_written(credential.number):
        yield "another credential has its number"
    parts = NUMBER.fullmatch(credential.number)
    if parts is not None:
        series = NumberSeries.objects.filter(prefix=parts["prefix"], year=int(parts["year"])).first()
        if series is not None and credential.basis == "pathway" and int(parts["last"]) > series.last:
            yield f"its number was never given: the series has come to {series.last}"


def status_is_published(case: Case) -> Iterator[str]:
    """What the ledger says of its standing is what the registry says and the list publishes."""
    state = case.history[-1].target if case.history else ""
    credential = case.certificate.credential
    if state != credential.state:
        yield f"the ledger says {state or 'nothing'}, the registry {credential.state}"
    entry: StatusEntry | None = getattr(case.certificate, "status_entry", None)
    if entry is None:
        return
    if entry.list_number not in case.lists:
        published = status_list("revocation", entry.list_number, now=case.now)
        case.lists[entry.list_number] = published["credentialSubject"]["encodedList"]
    ended = state in ENDED or case.certificate.status == Certificate.Status.SUPERSEDED
    if bit_of(case.lists[entry.list_number], entry.index) != ended:
        yield f"the published list says that it is {'still good' if ended else 'revoked'}"


def one_is_current(case: Case) -> Iterator[str]:
    """Of the editions of a credential the newest that has been issued is the one in force."""
    certificate = case.certificate
    newer = certificate.credential.certificates.issued().filter(edition__gt=certificate.edition).exists()
    if newer != (certificate.status == Certificate.Status.SUPERSEDED):
        yield "a newer edition stands beside it" if newer else "was replaced, but nothing replaces it"


RULES: tuple[Callable[[Case], Iterator[str]], ...] = (
    right_to_exist,
    bytes_are_those,
    signature_holds,
    page_names_it,
    badge_says_the_same,
    number_is_its_own,
    status_is_published,
    one_is_current,
)
