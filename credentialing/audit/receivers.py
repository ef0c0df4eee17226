"""Recording what lower layers announce: changes of people, log-ins and failed log-ins, downloads."""

from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver

from certificates.models import Certificate
from certificates.signals import certificate_downloaded
from credentialing.accounts.models import SYSTEM_PERSON_ID, Person
from credentialing.accounts.signals import person_changed
from credentialing.audit.events import Event
from credentialing.audit.services import record_event, record_view


@receiver(person_changed)
def record_change(
    *, name: str, actor: Person, subject_kind: str, subject_id: UUID, details: dict[str, Any], **_: Any
) -> None:
    """Record what a service of accounts did."""
    record_event(event=Event(name), actor=actor, subject_kind=subject_kind, subject_id=subject_id, details=details)


@receiver(user_logged_in)
def record_log_in(user: Person, **_: Any) -> None:
    """Record a log-in."""
    record_event(event=Event.LOGGED_IN, actor=user, subject_kind="person", subject_id=user.uuid)


@receiver(user_login_failed)
def record_failed_log_in(**_: Any) -> None:
    """Record a failed log-in, without the address that was typed."""
    record_event(event=Event.LOGIN_FAILED, actor=None, subject_kind="person", subject_id=SYSTEM_PERSON_ID)


@receiver(certificate_downloaded)
def record_download(*, certificate: Certificate, person: Person, **_: Any) -> None:
    """Record who took a certificate."""
    record_view(
        event=Event.CERTIFICATE_DOWNLOADED,
        actor=person,
        subject_kind="certificate",
        subject_id=certificate.uuid,
    )
