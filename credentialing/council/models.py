"""What the council decides: one decision per case and attempt, made by ballots."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.council.querysets import DecisionQuerySet
from workflows.models import Sealed, SealedQuerySet


class Decision(Sealed):
    """A body's decision on one attempt of one case: open while members vote, then final with a minute number.

    Most pathways have one such decision, at the end; some bodies decide on admission or on a stage as well.
    """

    class Outcome(models.TextChoices):
        """What was decided."""

        APPROVED = "approved", "Approved"
        DEFERRED = "deferred", "Deferred"
        DECLINED = "declined", "Declined"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    requirement = models.SlugField()
    attempt = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    decided_at = models.DateTimeField(null=True, editable=False)
    minute_number = models.CharField(max_length=20, unique=True, null=True, editable=False)  # noqa: DJ001 - none while open
    conditions = models.TextField(max_length=4000, blank=True)
    defer_until = models.DateField(null=True, blank=True)
    consolation = models.BooleanField(default=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "requirement", "attempt"], name="decision_one_per_requirement_and_attempt"
            ),
            models.CheckConstraint(
                condition=(Q(outcome="") & Q(decided_at__isnull=True) & Q(minute_number__isnull=True))
                | (~Q(outcome="") & Q(decided_at__isnull=False) & Q(minute_number__isnull=False)),
                name="decision_decided_with_date_and_minute",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.get_outcome_display() or 'open'}"


class Ballot(Sealed):
    """One member's vote; a member votes once."""

    class Choice(models.TextChoices):
        """How they vote."""

        APPROVE = "approve", "Approve"
        DEFER = "defer", "Defer: not yet, with conditions"
        DECLINE = "decline", "Decline"
        ABSTAIN = "abstain", "Abstain"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="ballots")
    member = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="ballots")
    choice = models.CharField(max_length=10, choices=Choice.choices)
    reason = models.TextField(max_length=4000, blank=True)
    defer_until = models.DateField(null=True, blank=True)
    consolation = models.BooleanField("grant what those get who don't reach the award", default=False)
    cast_at = models.DateTimeField(default=timezone.now, editable=False)
    left_out = models.BooleanField("not counted when it was decided", default=False, editable=False)

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ("cast_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "member"],
                name="ballot_one_per_member",
                violation_error_message="You have already voted.",
            ),
            models.CheckConstraint(
                condition=~Q(choice__in=["defer", "decline"]) | ~Q(reason=""),
                name="ballot_against_with_a_reason",
                violation_error_message="Say why.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.choice}"


# These have a folder of their own; named here so that Django finds them with the other models.
from credentialing.council.motions.models import Motion, MotionVote  # noqa: E402

__all__ = ["Ballot", "Decision", "Motion", "MotionVote"]
