"""What follows from a step, and how far it is."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from workflows.models.ledger import LedgerRecord


class EffectRunQuerySet(models.QuerySet["EffectRun"]):
    """Effects by how far they are."""

    def open(self) -> "EffectRunQuerySet":
        """Neither done nor given up."""
        return self.filter(done_at__isnull=True, given_up_at__isnull=True)

    def due(self, now: datetime) -> "EffectRunQuerySet":
        """Open, and their time has come."""
        return self.open().filter(due_at__lte=now)

    def given_up(self) -> "EffectRunQuerySet":
        """Tried as often as they may be: somebody must look."""
        return self.filter(given_up_at__isnull=False)


class EffectRun(models.Model):
    """One effect of one record, written with it: done once, waiting for its next try, or given up with the reason."""

    record = models.ForeignKey(LedgerRecord, on_delete=models.PROTECT, related_name="effect_runs")
    effect = models.SlugField()
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)  # a worker is at it until then, at the latest
    last_error = models.TextField(blank=True)

    objects = EffectRunQuerySet.as_manager()

    class Meta:
        ordering = ("due_at", "pk")
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(done_at__isnull=True, given_up_at__isnull=True), name="effect_run_open"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["record", "effect"], name="effect_run_one_per_record_and_effect"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(given_up_at__isnull=True), name="effect_run_done_or_given_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effect} of {self.record_id}"
