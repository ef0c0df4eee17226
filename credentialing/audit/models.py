"""Typed events of everything that is no transition: log-ins, roles, views of cases, downloads, exports."""

from datetime import UTC
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.audit.querysets import AuditEventQuerySet
from workflows.models import TreeEntry


class AuditEvent(TreeEntry):
    """Somebody did something at some time; never changed, never removed, no personal text in `details`.

    `seals` pins what the act wrote (a sign-off, a ballot, a file) by the digest of its content, so that a row changed
    by hand is found.
    """

    entry_kind: ClassVar[str] = "event"
    called: ClassVar[str] = "An audit event"

    event = models.CharField(max_length=80)
    actor = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="audit_events")
    subject_kind = models.SlugField()
    subject_id = models.UUIDField()
    details = models.JSONField(default=dict)
    seals = models.JSONField(default=list)
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ("-recorded_at", "-pk")
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "recorded_at"], name="audit_event_of_a_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.event} by {self.actor_id}"

    def content(self) -> dict[str, Any]:
        """What the tree covers."""
        return {
            "event": self.event,
            "actor": str(self.actor.uuid) if self.actor else "",
            "subject_kind": self.subject_kind,
            "subject_id": str(self.subject_id),
            "details": self.details,
            "seals": self.seals,
            "recorded_at": self.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        }
