"""What time alone brings about."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    """Deadlines."""

    def open(self) -> "DeadlineQuerySet":
        """Neither done nor called off."""
        return self.filter(done_at__isnull=True)

    def due(self, now: datetime) -> "DeadlineQuerySet":
        """Open, and their time has come; the longest due first."""
        return self.open().filter(due_at__lte=now).order_by("due_at", "pk")

    def of(self, subject_kind: str, subject_id: uuid.UUID) -> "DeadlineQuerySet":
        """Those of one subject."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id)


class Deadline(models.Model):
    """At that moment something is done to a subject, without anybody asking: `manage.py tick` does it."""

    subject_kind = models.SlugField()
    subject_id = models.UUIDField()
    act = models.SlugField()
    due_at = models.DateTimeField()
    set_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, editable=False)
    outcome = models.TextField(blank=True, editable=False)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        ordering = ("due_at", "pk")
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at__isnull=True), name="deadline_open")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "act"],
                condition=Q(done_at__isnull=True),
                name="deadline_one_open_per_subject_and_act",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_kind} {self.subject_id} on {self.due_at:%Y-%m-%d}"
