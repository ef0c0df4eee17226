"""Writing audit events. An event that can't be written stops the act."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from certificates.models import Certificate
from credentialing.accounts.models import Person
from credentialing.audit.events import Event
from credentialing.audit.models import AuditEvent
from credentialing.ui.middleware import write_while_reading


def record_event(
    *,
    event: Event,
    actor: Person | None,
    subject_kind: str,
    subject_id: UUID,
    details: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> AuditEvent:
    """Record an act in the caller's transaction."""
    return AuditEvent.objects.create(
        event=event.value,
        actor=actor,
        subject_kind=subject_kind,
        subject_id=subject_id,
        details=dict(details or {}),
        recorded_at=now or timezone.now(),
    )


def issue_entry(certificate: Certificate) -> AuditEvent | None:
    """The entry that recorded which bytes were issued as this certificate (`CERTIFICATES_ISSUE_ENTRY`)."""
    issues = AuditEvent.objects.about("certificate", certificate.uuid).filter(event=Event.CERTIFICATE_ISSUED)
    return issues.filter(details__sha256=certificate.sha256).order_by("pk").first()


def issue_is_paused() -> bool:
    """Whether somebody has paused the drawing of certificates and nobody has resumed it (`CERTIFICATES_PAUSED`)."""
    last = AuditEvent.objects.filter(event__in=[Event.ISSUE_PAUSED, Event.ISSUE_RESUMED]).order_by("pk").last()
    return last is not None and last.event == Event.ISSUE_PAUSED


def record_view(
    *, event: Event, actor: Person, subject_kind: str, subject_id: UUID, details: Mapping[str, Any] | None = None
) -> AuditEvent:
    """Record that somebody saw something: the one write that a GET may make."""
    with write_while_reading():
        return record_event(event=event, actor=actor, subject_kind=subject_kind, subject_id=subject_id, details=details)
