"""Recording what lower layers announce: changes of people and of their accounts, log-ins, certificates."""

from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.account.signals import email_added, email_changed, email_confirmed, email_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import Signal, receiver

from certificates.models import Certificate
from certificates.signals import certificate_downloaded, certificate_issued, certificate_refused
from credentialing.accounts.models import SYSTEM_PERSON_ID, Person
from credentialing.accounts.signals import person_changed
from credentialing.audit.events import Event
from credentialing.audit.services import record_event, record_view

EMAIL_EVENTS: dict[Signal, Event] = {
    email_added: Event.EMAIL_ADDED,
    email_confirmed: Event.EMAIL_CONFIRMED,
    email_removed: Event.EMAIL_REMOVED,
}


@receiver(person_changed)
def record_change(
    *, name: str, actor: Person | None, subject_kind: str, subject_id: UUID, details: dict[str, Any], **_: Any
) -> None:
    """Record what a service of accounts did."""
    record_event(event=Event(name), actor=actor, subject_kind=subject_kind, subject_id=subject_id, details=details)


@receiver(user_logged_in)
def record_log_in(user: Person, **_: Any) -> None:
    """Record a log-in."""
    record_event(event=Event.LOGGED_IN, actor=user, subject_kind="person", subject_id=user.uuid)


@receiver(user_logged_out)
def record_log_out(user: Person | None, **_: Any) -> None:
    """Record a log-out; one of nobody is none."""
    if user is not None:
        record_event(event=Event.LOGGED_OUT, actor=user, subject_kind="person", subject_id=user.uuid)


@receiver(user_login_failed)
def record_failed_log_in(**_: Any) -> None:
    """Record a failed log-in, without the address that was typed."""
    record_event(event=Event.LOGIN_FAILED, actor=None, subject_kind="person", subject_id=SYSTEM_PERSON_ID)


@receiver([email_added, email_confirmed, email_removed])
def record_change_of_an_address(*, signal: Signal, email_address: EmailAddress, **_: Any) -> None:
    """Record that somebody added, confirmed or removed an address of theirs, without the address."""
    person = email_address.user
    record_event(event=EMAIL_EVENTS[signal], actor=person, subject_kind="person", subject_id=person.uuid)


@receiver(email_changed)
def record_change_of_the_main_address(*, user: Person, **_: Any) -> None:
    """Record that somebody logs in with another address from now on, without the addresses."""
    record_event(event=Event.EMAIL_CHANGED, actor=user, subject_kind="person", subject_id=user.uuid)


@receiver(certificate_issued)
def record_issue(*, certificate: Certificate, **_: Any) -> None:
    """Record which bytes were issued."""
    details = {"edition": certificate.edition, "sha256": certificate.sha256}
    _record_of_certificate(Event.CERTIFICATE_ISSUED, certificate, details)


@receiver(certificate_refused)
def record_refusal(*, certificate: Certificate, **_: Any) -> None:
    """Record that a certificate could not be drawn; why is about a name, and stands with the certificate."""
    _record_of_certificate(Event.CERTIFICATE_REFUSED, certificate, {"edition": certificate.edition})


@receiver(certificate_downloaded)
def record_download(*, certificate: Certificate, person: Person, **_: Any) -> None:
    """Record who took a certificate."""
    record_view(
        event=Event.CERTIFICATE_DOWNLOADED,
        actor=person,
        subject_kind="certificate",
        subject_id=certificate.uuid,
    )


def _record_of_certificate(event: Event, certificate: Certificate, details: dict[str, Any]) -> None:
    record_event(
        event=event,
        actor=Person.objects.system(),
        subject_kind="certificate",
        subject_id=certificate.uuid,
        details=details,
    )
