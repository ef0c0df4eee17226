"""Awarding credentials and issuing certificates."""

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from certificates.facts import CertificateFacts
from certificates.fonts import in_words, missing_characters
from certificates.models import Certificate, Credential, NumberSeries
from certificates.rendering import RenderingFailed, render_in_child
from certificates.signals import certificate_issued, certificate_refused
from certificates.storage import store_once
from workflows.deadlines import set_deadline
from workflows.effects import demand
from workflows.models import LedgerRecord
from workflows.services import perform

DRAWING = "draw_certificate"  # the effect of an award by which its certificate is drawn


class AlreadyHeld(Exception):
    """The person already holds this credential."""


class NumberTaken(Exception):
    """The number has been given to somebody else."""


@transaction.atomic
def next_number(*, prefix: str, year: int) -> str:
    """Take the next number of a series; a number once taken is never given again, whatever becomes of it.

    Numbers of earlier holders that were brought along are stepped over.
    """
    NumberSeries.objects.get_or_create(prefix=prefix, year=year)
    series = NumberSeries.objects.select_for_update().get(prefix=prefix, year=year)
    while True:
        series.last += 1
        number = str(series)
        if not Credential.objects.filter(number__iexact=number).exists():
            series.save(update_fields=["last"])
            return number


@transaction.atomic
def award_credential(
    *,
    holder: Any,
    designation: str,
    scheme: str,
    scheme_version: str,
    awarded_on: date,
    basis: str,
    actor: Any,
    number_prefix: str = "",
    number: str = "",
    valid_until: date | None = None,
    now: datetime | None = None,
) -> Credential:
    """Award a credential, with the next number of its series or (earlier holders) with the number they have.

    Raises:
        AlreadyHeld: the person holds a live credential of this scheme.
        NumberTaken: the number is another holder's.
        TransitionError: the actor may not award.
    """
    now = now or timezone.now()
    type(holder)._default_manager.select_for_update().get(pk=holder.pk)
    if Credential.objects.live(holder, scheme).exists():
        msg = f"{holder} already holds this credential."
        raise AlreadyHeld(msg)
    if number and Credential.objects.filter(number__iexact=number).exists():
        msg = f"The number {number} has already been given."
        raise NumberTaken(msg)
    credential = Credential.objects.create(
        holder=holder,
        designation=designation,
        scheme=scheme,
        scheme_version=scheme_version,
        number=number or next_number(prefix=number_prefix, year=awarded_on.year),
        awarded_on=awarded_on,
        valid_until=valid_until,
        basis=basis,
        state_since=now,
    )
    perform(credential, "award", actor=actor, now=now)
    if valid_until is not None:
        day_after = datetime.combine(valid_until + timedelta(days=1), time.min, timezone.get_default_timezone())
        set_deadline(credential, "expire", due_at=day_after, now=now)
    return credential


@transaction.atomic
def prepare_certificate(*, credential: Credential, facts: CertificateFacts, actor: Any) -> Certificate:
    """Commit the intent to issue: token, edition and every printed fact; the award's effect draws the document.

    A second call while one is current answers that one.
    """
    Credential.objects.select_for_update().get(pk=credential.pk)
    current = credential.certificates.exclude(status=Certificate.Status.SUPERSEDED).first()
    if current is not None:
        return current
    edition = credential.certificates.count() + 1
    certificate = Certificate.objects.create(
        credential=credential, edition=edition, facts=facts.as_dict(), prepared_by=actor
    )
    _have_drawn(credential)
    return certificate


def issue_certificate(certificate: Certificate) -> Certificate:
    """Draw the document, store its bytes once and mark it issued; done again, it changes nothing.

    A text with a character that no font has is refused, with the reason for the administrator. Where the facts are
    corrected while they are being drawn, the drawing is dropped: the correction has it done anew. Of several workers
    at once one's bytes are kept; the others take theirs away again.

    Raises:
        RenderingFailed: the document could not be drawn for another reason; the intent stays, try again.
    """
    certificate = Certificate.objects.get(pk=certificate.pk)
    if certificate.status != Certificate.Status.INTENT:
        return certificate
    facts = certificate.printed
    missing = missing_characters(facts.all_text)
    if missing:
        return _refuse(certificate, f"No font of the certificate has {in_words(missing)}.")
    content = render_in_child(facts, certificate.token)
    sha256 = hashlib.sha256(content).hexdigest()
    name = store_once(f"{certificate.uuid}/{sha256}.pdf", content)
    with transaction.atomic():
        locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
        if locked.status != Certificate.Status.INTENT or locked.facts != certificate.facts:
            _drop_drawing(locked, name)
            return locked
        locked.status = Certificate.Status.ISSUED
        locked.storage_name, locked.sha256, locked.size, locked.problem = name, sha256, len(content), ""
        locked.issued_at = timezone.now()
        locked.save()
        certificate_issued.send(sender=Certificate, certificate=locked)
    return locked


@transaction.atomic
def retry_certificate(*, certificate: Certificate, facts: CertificateFacts, actor: Any) -> Certificate:
    """Try a refused certificate again with corrected facts, under the same number and token.

    Raises:
        ValueError: it has been issued; a correction then needs a new edition.
    """
    certificate = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if certificate.status not in {Certificate.Status.REFUSED, Certificate.Status.INTENT}:
        msg = "This certificate has been issued and never changes."
        raise ValueError(msg)
    certificate.facts = facts.as_dict()
    certificate.prepared_by = actor
    certificate.status = Certificate.Status.INTENT
    certificate.problem = ""
    certificate.save()
    _have_drawn(certificate.credential)
    return certificate


def _have_drawn(credential: Credential) -> None:
    """Let the effect of the award do it: for the first time, or anew for corrected facts and another edition."""
    award = LedgerRecord.objects.of(credential).get(transition="award")
    demand(record=award, effect=DRAWING)


def _drop_drawing(certificate: Certificate, name: str) -> None:
    """Take away what was drawn in vain, once no worker can choose it any more; before that `sweep` finds it."""
    chosen = certificate.status in {Certificate.Status.ISSUED, Certificate.Status.SUPERSEDED}
    if chosen and name != certificate.storage_name:
        storages["certificates"].delete(name)


@transaction.atomic
def _refuse(certificate: Certificate, problem: str) -> Certificate:
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if locked.status != Certificate.Status.INTENT or locked.facts != certificate.facts:
        return locked
    locked.status = Certificate.Status.REFUSED
    locked.problem = problem
    locked.save(update_fields=["status", "problem"])
    certificate_refused.send(sender=Certificate, certificate=locked)
    return locked


__all__ = [
    "AlreadyHeld",
    "NumberTaken",
    "RenderingFailed",
    "award_credential",
    "issue_certificate",
    "next_number",
    "prepare_certificate",
    "retry_certificate",
]
