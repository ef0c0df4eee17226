"""What a holder asks for: that the link be sent."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from certificates.models import Certificate
from credentialing.accounts.models import Person
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.models import Letter
from credentialing.correspondence.services import send_to_stranger


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


def _must_be_holder(certificate: Certificate, actor: Person) -> None:
    if certificate.credential.holder_id != actor.pk:
        msg = "Only the holder can do this."
        raise PermissionError(msg)


def _record(event: Event, certificate: Certificate, actor: Person, now: datetime) -> None:
    record_event(event=event, actor=actor, subject_kind="certificate", subject_id=certificate.uuid, now=now)
