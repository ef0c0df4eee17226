"""Evaluations at an intensive: each evaluator rates alone, then files."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.evidence.models.events import Event
from credentialing.evidence.querysets import ObservationQuerySet
from workflows.models import Sealed, SealedQuerySet


class Observation(Sealed):
    """One credentialed leader's evaluation of one candidate at one event; final once filed."""

    class Outcome(models.TextChoices):
        """The evaluator's overall word."""

        READY = "ready", "Ready to be credentialed"
        NOT_YET = "not_yet", "Not yet"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="observations")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="observations")
    evaluator = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="observations")
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    rubric_version = models.CharField(max_length=20, blank=True)
    comments = models.TextField("what you saw of the candidate's leading", max_length=4000, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    filed_at = models.DateTimeField(null=True, editable=False)

    objects = ObservationQuerySet.as_manager()

    class Meta:
        ordering = ("requested_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "event", "evaluator"],
                name="observation_one_per_evaluator_and_event",
                violation_error_message="This evaluator has already been asked.",
            ),
            models.CheckConstraint(
                condition=Q(filed_at__isnull=True) | ~Q(outcome=""), name="observation_filed_with_an_outcome"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluator} observes {self.application}"

    def in_words(self) -> list[dict[str, str]]:
        """The ratings with the labels of the rubric of the pinned version."""
        rubric = self.application.definition.rubric
        labels = {item.slug: item.label for item in rubric.items} if rubric else {}
        scale = dict(rubric.scale) if rubric else {}
        return [
            {
                "item": labels.get(rating.item, rating.item),
                "value": scale.get(rating.value, rating.value),
                "text": rating.text,
            }
            for rating in self.ratings.all()
        ]


class Rating(Sealed):
    """One item of the rubric in one observation."""

    observation = models.ForeignKey(Observation, on_delete=models.CASCADE, related_name="ratings")
    item = models.SlugField()
    value = models.SlugField()
    text = models.TextField(max_length=2000, blank=True)

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["observation", "item"], name="rating_one_per_item"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.value}"
