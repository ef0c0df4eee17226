"""Writing audit events. An event that can't be written stops the act."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

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


def record_view(
    *, event: Event, actor: Person, subject_kind: str, subject_id: UUID, details: Mapping[str, Any] | None = None
) -> AuditEvent:
    """Record that somebody saw something: the one write that a GET may make."""
    with write_while_reading():
        return record_event(event=event, actor=actor, subject_kind=subject_kind, subject_id=subject_id, details=details)
