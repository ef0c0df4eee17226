"""How far a case is, and who has the ball: kept beside the case, never searched for."""

from django.db import models

from credentialing.applications.models.application import Application
from credentialing.applications.querysets import AwaitedActQuerySet


class RequirementProgress(models.Model):
    """How far one requirement of one case is, kept whenever its evidence or sign-offs change (never searched for)."""

    class Status(models.TextChoices):
        """What the candidate reads."""

        CANNOT_START = "cannot_start", "Cannot start yet"
        NOT_STARTED = "not_started", "Not started"
        IN_PROGRESS = "in_progress", "In progress"
        WAITING = "waiting", "Waiting for others"
        ACTION_NEEDED = "action_needed", "Action needed"
        COMPLETE = "complete", "Complete"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="requirement_progress")
    requirement = models.SlugField()
    position = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=20, choices=Status.choices)
    met = models.BooleanField(default=False)
    summary = models.CharField(max_length=300)
    waiting_on = models.CharField(max_length=20, blank=True)
    waiting_since = models.DateTimeField(null=True)
    evidence_digest = models.CharField(max_length=64, blank=True)
    changes_on = models.DateField("next day on which time alone may change it", null=True)
    refreshed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "requirement progress"
        ordering = ("application", "position")
        indexes = [models.Index(fields=["changes_on"], name="requirement_progress_changing")]
        constraints = [
            models.UniqueConstraint(fields=["application", "requirement"], name="requirement_progress_one_per_case"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.requirement}: {self.status}"

    @property
    def told(self) -> tuple[object, ...]:
        """What the row tells; it is stored again only when this changes."""
        told = (self.position, self.status, self.met, self.summary, self.evidence_digest, self.changes_on)
        return (*told, self.waiting_on, self.waiting_since)


class AwaitedAct(models.Model):
    """Who has the ball: one role that must act on a case, on what, and since when (every inbox rides on this)."""

    class Act(models.TextChoices):
        """What is waited for."""

        COMPLETE = "complete", "to be done"
        SIGN_OFF = "sign_off", "to be signed off"
        SIGN_OFF_STAGE = "sign_off_stage", "stage to be signed off"
        RECOMMEND = "recommend", "to be recommended"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="awaited_acts")
    requirement = models.SlugField(blank=True)
    act = models.CharField(max_length=20, choices=Act.choices)
    role = models.CharField(max_length=20)
    since = models.DateTimeField()

    objects = AwaitedActQuerySet.as_manager()

    class Meta:
        ordering = ("since", "pk")
        indexes = [models.Index(fields=["role", "since", "id"], name="awaited_act_inbox")]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "requirement", "act", "role"], name="awaited_act_waited_for_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.requirement}: {self.role} {self.act}"
