"""Words on a stage as a whole: who puts the candidate forward for it, and who has signed where several must."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models.application import Application
from workflows.models import Sealed, SealedQuerySet


class StageEndorsementQuerySet(SealedQuerySet["StageEndorsement"]):
    """Endorsements."""

    def standing(self) -> "StageEndorsementQuerySet":
        """Not taken back."""
        return self.filter(taken_back_at__isnull=True)

    def for_stage(self, application: Application, stage: str) -> "StageEndorsementQuerySet":
        """Those that count on the present attempt."""
        return self.standing().filter(application=application, stage=stage, attempt=application.attempt)


class StageEndorsement(Sealed):
    """One person's recommendation of a candidate for a stage, or one of the several signatures it needs."""

    class Act(models.TextChoices):
        """What they did."""

        RECOMMEND = "recommend", "Recommended"
        SIGN = "sign", "Signed"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="stage_endorsements")
    stage = models.SlugField()
    attempt = models.PositiveSmallIntegerField(default=1)
    act = models.CharField(max_length=10, choices=Act.choices)
    role = models.CharField(max_length=20)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="stage_endorsements")
    reason = models.TextField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    taken_back_at = models.DateTimeField(null=True, editable=False)
    tie = models.CharField("taken out because of this tie", max_length=20, blank=True, editable=False)

    objects = StageEndorsementQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "stage", "attempt", "act", "person"],
                condition=Q(taken_back_at__isnull=True, act="sign"),
                name="stage_endorsement_one_signature_per_person",
                violation_error_message="You have signed already.",
            ),
            models.UniqueConstraint(
                fields=["application", "stage", "attempt", "role"],
                condition=Q(taken_back_at__isnull=True, act="recommend"),
                name="stage_endorsement_one_recommendation_per_role",
                violation_error_message="This has been recommended already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage}: {self.act} by {self.person}"
