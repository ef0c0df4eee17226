"""What a holder asks for: that the link be sent, that a mistake be corrected."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from certificates.models import Certificate
from credentialing.accounts.models import Person, Role
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.models import Letter
from credentialing.correspondence.services import send_letter, send_to_stranger


class AskedBefore(Exception):
    """The same correction has been asked for."""


@transaction.atomic
def send_link(*, certificate: Certificate, address: str, actor: Person, now: datetime | None = None) -> Letter:
    """Write to somebody where the certificate can be checked, in words of the society's own.

    Raises:
        PermissionError: the certificate is somebody else's.
        TooOften: as many letters have gone out as may.
    """
    _must_be_holder(certificate, actor)
    now = now or timezone.now()
    letter = send_to_stranger(
        template="certificate_link",
        address=address,
        actor=actor,
        context={
            "designation": certificate.credential.designation,
            "number": certificate.credential.number,
            "path": f"/v/{certificate.token}",
        },
        now=now,
    )
    _record(Event.CERTIFICATE_SENT, certificate, actor, now)
    return letter


@transaction.atomic
def request_correction(*, certificate: Certificate, wish: str, actor: Person, now: datetime | None = None) -> None:
    """Tell the registrar what is wrong, the holder that it was told, and the ledger that it was asked.

    Raises:
        PermissionError: the certificate is somebody else's.
        AskedBefore: the same has been asked for.
    """
    _must_be_holder(certificate, actor)
    now = now or timezone.now()
    Certificate.objects.select_for_update().get(pk=certificate.pk)
    key = f"correction:{certificate.uuid}:{hashlib.sha256(wish.encode()).hexdigest()[:32]}"
    if Letter.objects.filter(dedupe_key=f"{key}:holder").exists():
        raise AskedBefore
    context = {"number": certificate.credential.number, "holder": actor.printed_name, "wish": wish}
    for registrar in Person.objects.holding(Role.REGISTRAR, timezone.localdate(now)):
        send_letter(
            template="correction_requested",
            to=registrar,
            context={**context, "path": f"/council/registry/{certificate.credential.uuid}/"},
            dedupe_key=f"{key}:{registrar.uuid}",
            now=now,
        )
    send_letter(
        template="correction_received",
        to=actor,
        context={**context, "path": f"/my/certificates/{certificate.uuid}/"},
        dedupe_key=f"{key}:holder",
        now=now,
    )
    _record(Event.CORRECTION_REQUESTED, certificate, actor, now)


def _must_be_holder(certificate: Certificate, actor: Person) -> None:
    if certificate.credential.holder_id != actor.pk:
        msg = "Only the holder can do this."
        raise PermissionError(msg)


def _record(event: Event, certificate: Certificate, actor: Person, now: datetime) -> None:
    record_event(event=event, actor=actor, subject_kind="certificate", subject_id=certificate.uuid, now=now)
