"""Typed events of everything that is no transition: log-ins, roles, views of cases, downloads, exports."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.audit.querysets import AuditEventQuerySet
from workflows.models import TreeEntry


class AuditEvent(TreeEntry):
    """Somebody did something at some time; never changed, never removed, no personal text in `details`."""

    entry_kind: ClassVar[str] = "event"
    called: ClassVar[str] = "An audit event"
    covers: ClassVar[Mapping[str, str]] = {
        "event": "event",
        "actor": "actor__uuid",
        "subject_kind": "subject_kind",
        "subject_id": "subject_id",
        "details": "details",
        "recorded_at": "recorded_at",
    }

    event = models.CharField(max_length=80)
    actor = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="audit_events")
    subject_kind = models.SlugField()
    subject_id = models.UUIDField()
    details = models.JSONField(default=dict)
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ("-recorded_at", "-pk")
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "recorded_at"], name="audit_event_of_a_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.event} by {self.actor_id}"
