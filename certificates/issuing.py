"""Issuing certificates: the intent first, then the document, then the word that it is issued.

Whatever stops in between, the next attempt goes on under the same number, token and badge. Documents of an attempt
that did not come to its end are taken away by the next one; nobody has ever been given them. An edition in force
stays so until the bytes of the next one are stored: both change in one transaction (docs/adr/0016).
"""

import hashlib
from typing import Any

from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from certificates.badge.graph import MeaningUnclear
from certificates.documents import document_of
from certificates.facts import CertificateFacts
from certificates.fonts import objection_to_printing
from certificates.models import Certificate, Credential
from certificates.signals import certificate_issued, certificate_refused
from certificates.storage import UNFINISHED, store_once
from certificates.text import unfit_as_a_name
from workflows.effects import demand
from workflows.models import LedgerRecord

DRAWING = "draw_certificate"  # the effect of an award by which its certificate is drawn


@transaction.atomic
def prepare_certificate(*, credential: Credential, facts: CertificateFacts, actor: Any) -> Certificate:
    """Commit the intent to issue: token, edition and every printed fact; the award's effect draws the document.

    Name and degrees of the facts are on record from now on (`Credential.recorded_name`). A second call while one is
    current answers that one.
    """
    locked = Credential.objects.select_for_update().get(pk=credential.pk)
    return newest_edition(locked) or _next_edition(locked, facts, actor)


def newest_edition(credential: Credential) -> Certificate | None:
    """The edition that is being issued, else the one in force."""
    return credential.certificates.exclude(status=Certificate.Status.SUPERSEDED).order_by("-edition").first()


def objection_to_facts(facts: CertificateFacts) -> str:
    """Why a document of these facts can't be drawn, in words; "" where nothing is against it.

    The drawing asks this; so does everything that gives something up for a document still to be drawn.
    """
    if unfit := unfit_as_a_name(facts.name):
        return unfit
    return next(filter(None, (objection_to_printing(text, region=facts.region) for text in facts.texts)), "")


def issue_certificate(certificate: Certificate) -> Certificate:
    """Draw the document, store its bytes once and mark it issued; done again, it changes nothing.

    A text with a character that no font has is refused, with the reason for the administrator. Where the facts are
    corrected while they are being drawn, the drawing is dropped: the correction has it done anew. Of several workers
    at once one's bytes are kept; the others take theirs away again.

    Raises:
        RenderingFailed: the document could not be drawn for another reason; the intent stays, try again.
        SealingFailed: it could not be signed now; the same.
    """
    certificate = Certificate.objects.get(pk=certificate.pk)
    if certificate.status != Certificate.Status.INTENT:
        return certificate
    if objection := objection_to_facts(certificate.printed):
        return _refuse(certificate, objection)
    try:
        content = document_of(certificate)
    except MeaningUnclear as refusal:
        return _refuse(certificate, str(refusal))
    sha256 = hashlib.sha256(content).hexdigest()
    name = store_once(f"{certificate.uuid}/{sha256}.pdf", content)
    with transaction.atomic():
        Credential.objects.select_for_update().get(pk=certificate.credential_id)  # before its editions, as everywhere
        locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
        if locked.status != Certificate.Status.INTENT or locked.facts != certificate.facts:
            _drop_drawing(locked, name)
            return locked
        _give_up_former(locked)
        locked.status = Certificate.Status.ISSUED
        locked.storage_name, locked.sha256, locked.size, locked.problem = name, sha256, len(content), ""
        locked.issued_at = timezone.now()
        locked.save()
        certificate_issued.send(sender=Certificate, certificate=locked)
    _clear_away(locked)
    return locked


@transaction.atomic
def retry_certificate(*, certificate: Certificate, facts: CertificateFacts, actor: Any) -> Certificate:
    """Let an edition that isn't issued yet, waiting or refused, say other facts, under the same number and token.

    A drawing that is under way is dropped, and done anew (`issue_certificate`).

    Raises:
        ValueError: it has been issued, so that a correction needs a new edition; or these facts can't be drawn either.
    """
    credential = Credential.objects.select_for_update().get(pk=certificate.credential_id)
    certificate = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if certificate.status not in {Certificate.Status.REFUSED, Certificate.Status.INTENT}:
        msg = "This certificate has been issued and never changes."
        raise ValueError(msg)
    if objection := objection_to_facts(facts):
        raise ValueError(objection)
    certificate.facts = facts.as_dict()
    certificate.prepared_by = actor
    certificate.status = Certificate.Status.INTENT
    certificate.problem = ""
    certificate.save()
    credential.record(facts.name, facts.post_nominals)
    _have_drawn(credential)
    return certificate


@transaction.atomic
def supersede_certificate(
    *, certificate: Certificate, facts: CertificateFacts, actor: Any, same: bool = False
) -> Certificate:
    """Prepare a new edition that takes the place of an issued certificate as soon as it is drawn.

    Until then the old one stays in force, whatever becomes of the drawing; its bytes and its address stay for good.
    Where a new edition waits already, that one takes these facts. `same`: also where it says the same, because its
    signature counts no more.

    Raises:
        ValueError: it is not the edition in force, the new one would say nothing else, or it can't be drawn.
    """
    credential = Credential.objects.select_for_update().get(pk=certificate.credential_id)
    old = Certificate.objects.select_for_update().get(pk=certificate.pk)
    newest = newest_edition(credential)
    if old.status != Certificate.Status.ISSUED:
        msg = "Only the edition in force can be replaced. Somebody may have done so already."
    elif newest is not None and newest != old:
        return retry_certificate(certificate=newest, facts=facts, actor=actor)
    elif facts == old.printed and not same:
        msg = "The new edition would say the same as the one in force."
    else:
        msg = objection_to_facts(facts)
    if msg:
        raise ValueError(msg)
    return _next_edition(credential, facts, actor)


@transaction.atomic
def take_up_waiting() -> int:
    """Have everything drawn that was prepared and is not issued yet; answers how many."""
    waiting = [certificate.credential for certificate in Certificate.objects.waiting().select_related("credential")]
    for credential in waiting:
        _have_drawn(credential)
    return len(waiting)


def _next_edition(credential: Credential, facts: CertificateFacts, actor: Any) -> Certificate:
    credential.record(facts.name, facts.post_nominals)
    certificate = Certificate.objects.create(
        credential=credential,
        edition=credential.certificates.count() + 1,
        facts=facts.as_dict(),
        prepared_by=actor,
    )
    _have_drawn(credential)
    return certificate


def _give_up_former(certificate: Certificate) -> None:
    """The edition in force until now, in the transaction in which this one comes into force."""
    in_force = Certificate.objects.select_for_update().filter(
        credential=certificate.credential_id, status=Certificate.Status.ISSUED
    )
    for former in in_force:
        former.status = Certificate.Status.SUPERSEDED
        former.save(update_fields=["status"])


def _have_drawn(credential: Credential) -> None:
    """Let the effect of the award do it: for the first time, or anew for corrected facts and another edition."""
    award = LedgerRecord.objects.of(credential).get(transition="award")
    demand(record=award, effect=DRAWING)


def _drop_drawing(certificate: Certificate, name: str) -> None:
    """Take away what was drawn in vain, once no worker can choose it any more; before that `sweep` finds it."""
    chosen = certificate.status in {Certificate.Status.ISSUED, Certificate.Status.SUPERSEDED}
    if chosen and name != certificate.storage_name:
        storages["certificates"].delete(name)


def _clear_away(certificate: Certificate) -> None:
    """Take away what attempts left behind that did not come to their end; a worker that is at it does so itself."""
    store, folder = storages["certificates"], str(certificate.uuid)
    for name in store.listdir(folder)[1]:
        if f"{folder}/{name}" != certificate.storage_name and not name.startswith(UNFINISHED):
            store.delete(f"{folder}/{name}")


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
