"""Choosing the look and the words of certificates: kept first, looked at on a preview, and adopted."""

from collections.abc import Sequence
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from certificates.designs import (
    CertificateSeal,
    CertificateWording,
    SealRefused,
    SigningOffice,
    adopt_seal,
    adopt_wording,
    clean_seal,
    keep_seal,
    keep_wording,
)
from certificates.drawing.process import DrawingProcess
from certificates.facts import CertificateFacts
from certificates.issuing import objection_to_facts
from certificates.rendering import Design, drawing_job
from credentialing.accounts.models import Person, Role
from credentialing.applications.services.certification import signatories_on
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.evidence.scanner import FOUND, ScannerDown, record_found, scan
from credentialing.operations.forms import SAMPLE
from limited.running import NoChild
from limited.turns import TooBusy, turn

NUMBER = "SPECIMEN"
WAITS = "Files can't be checked just now. Please try again in a few minutes; choose the file again."


class SealWaits(Exception):
    """The picture could not be checked; the same again in a few minutes may be taken."""


def offer_seal(*, content: bytes, actor: Person) -> CertificateSeal:
    """Keep a seal to be looked at; the picture is read, and scanned, before anything is locked.

    Raises:
        SealRefused: it is no PNG of a fitting size, or the scanner found something in it.
        SealWaits: the scanner doesn't answer, or too many files are being read.
        PermissionError: the actor is no administrator.
    """
    _must_administer(actor)
    try:
        with turn(f"account {actor.pk}"):
            clean = clean_seal(content)
        found = scan(content)
    except (TooBusy, NoChild, ScannerDown) as error:
        raise SealWaits(WAITS) from error
    if found:
        record_found(name=found, content=content, actor=actor, subject_kind="seal", subject_id=uuid4())
        raise SealRefused(FOUND)
    with transaction.atomic():
        seal = keep_seal(clean=clean, actor=actor)
        record_event(
            event=Event.SEAL_UPLOADED,
            actor=actor,
            subject_kind="seal",
            subject_id=seal.uuid,
            details={"sha256": seal.sha256},
        )
    return seal


@transaction.atomic
def choose_seal(*, seal: CertificateSeal | None, actor: Person) -> CertificateSeal:
    """Let certificates from now on bear this seal, or (None) the drawn one; earlier ones keep theirs.

    Raises:
        PermissionError: the actor is no administrator.
    """
    _must_administer(actor)
    chosen = adopt_seal(seal=seal, actor=actor)
    record_event(
        event=Event.SEAL_ADOPTED,
        actor=actor,
        subject_kind="seal",
        subject_id=chosen.uuid,
        details={"sha256": chosen.sha256},
    )
    return chosen


@transaction.atomic
def offer_wording(*, society: str, offices: Sequence[SigningOffice], actor: Person) -> CertificateWording:
    """Keep words to be looked at: the society's name, and which offices sign with which title.

    Raises:
        WordingRefused: they can't be printed, or it is not clear who signs.
        PermissionError: the actor is no administrator.
    """
    _must_administer(actor)
    wording = keep_wording(society=society, offices=offices, actor=actor)
    _record_wording(Event.WORDING_KEPT, wording, actor)
    return wording


@transaction.atomic
def choose_wording(*, wording: CertificateWording | None, actor: Person) -> CertificateWording:
    """Let certificates from now on bear these words, or (None) the standard wording; earlier ones keep theirs.

    Raises:
        PermissionError: the actor is no administrator.
    """
    _must_administer(actor)
    chosen = adopt_wording(wording=wording, actor=actor)
    _record_wording(Event.WORDING_ADOPTED, chosen, actor)
    return chosen


def _record_wording(event: Event, wording: CertificateWording, actor: Person) -> None:
    record_event(
        event=event,
        actor=actor,
        subject_kind="wording",
        subject_id=wording.uuid,
        details={"society": wording.society, "offices": wording.offices},
    )


def specimen(*, name: str, seal: bytes, wording: CertificateWording) -> bytes:
    """A certificate of nobody, unsigned and marked as a specimen by its number, as it would look today.

    Drawn by a process of its own that ends with it, so that no web worker keeps one.

    Raises:
        ValueError: no font has a letter of what it says.
        RenderingFailed: it could not be drawn.
    """
    facts = CertificateFacts(
        society=wording.society or settings.SOCIETY_NAME,
        designation="Credentialed Balint Group Leader",
        name=name or SAMPLE,
        post_nominals="",
        pathway_version="",
        number=NUMBER,
        awarded_on=timezone.localdate(),
        signatories=signatories_on(timezone.localdate(), wording),
        verify_base_url=settings.BASE_URL,
        page_size=settings.CERTIFICATE_PAGE_SIZE,
    )
    if objection := objection_to_facts(facts):
        raise ValueError(objection)
    process = DrawingProcess()
    try:
        return process.draw(drawing_job(facts, "specimen", badge=b"", design=Design(seal=seal)))
    finally:
        process.close()


def _must_administer(actor: Person) -> None:
    if Role.ADMINISTRATOR not in actor.roles_on(timezone.localdate()):
        msg = "Only an administrator chooses the look and the words of certificates."
        raise PermissionError(msg)
