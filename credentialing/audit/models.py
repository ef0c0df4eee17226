"""Typed events of everything that is no transition: log-ins, roles, views of cases, downloads, exports."""

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.audit.querysets import NEVER_CHANGES, NEVER_REMOVED, AuditEventQuerySet


class AuditEvent(models.Model):
    """Somebody did something at some time; never changed, never removed, no personal text in `details`."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append the event.

        Raises:
            TypeError: it stands already.
        """
        if not self._state.adding:
            raise TypeError(NEVER_CHANGES)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:  # noqa: ARG002 - always refused
        """Refuse.

        Raises:
            TypeError: always.
        """
        raise TypeError(NEVER_REMOVED)
