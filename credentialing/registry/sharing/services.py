"""What a holder asks for: that the link be sent."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from certificates.models import Certificate
from credentialing.accounts.models import Person
from credentialing.audit.events import Event
from credentialing.audit.models import AuditEvent
from credentialing.audit.services import record_event
from credentialing.correspondence.models import Letter
from credentialing.correspondence.services import send_letter

LETTERS_A_DAY = 10


class EnoughForToday(Exception):
    """The holder has had as many letters sent today as one may."""


@transaction.atomic
def send_link(*, certificate: Certificate, address: str, actor: Person, now: datetime | None = None) -> Letter:
    """Write to somebody where the certificate can be checked, in words of the society's own.

    Raises:
        PermissionError: the certificate is somebody else's.
        EnoughForToday: ten letters have gone out within a day.
    """
    _must_be_holder(certificate, actor)
    now = now or timezone.now()
    Person.objects.select_for_update().get(pk=actor.pk)
    lately = AuditEvent.objects.filter(
        event=Event.CERTIFICATE_SENT, actor=actor, recorded_at__gt=now - timedelta(days=1)
    )
    if lately.count() >= LETTERS_A_DAY:
        raise EnoughForToday
    letter = send_letter(
        template="certificate_link",
        to=address,
        context={
            "holder": certificate.credential.recorded_name,
            "designation": certificate.credential.designation,
            "number": certificate.credential.number,
            "path": f"/v/{certificate.token}",
        },
        now=now,
    )
    assert letter is not None  # noqa: S101 - only people may lack an address
    _record(Event.CERTIFICATE_SENT, certificate, actor, now)
    return letter


def _must_be_holder(certificate: Certificate, actor: Person) -> None:
    if certificate.credential.holder_id != actor.pk:
        msg = "Only the holder can do this."
        raise PermissionError(msg)


def _record(event: Event, certificate: Certificate, actor: Person, now: datetime) -> None:
    record_event(event=event, actor=actor, subject_kind="certificate", subject_id=certificate.uuid, now=now)
