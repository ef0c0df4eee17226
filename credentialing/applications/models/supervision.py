"""Who supervises a candidate."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone

from credentialing.accounts.models import Person, Role
from credentialing.applications.models.application import Application
from workflows.models import Sealed, SealedQuerySet


class SupervisionQuerySet(SealedQuerySet["Supervision"]):
    """Supervisions."""

    def live(self) -> "SupervisionQuerySet":
        """Asked or accepted, and neither declined nor ended."""
        return self.filter(declined_at__isnull=True, ended_at__isnull=True)

    def accepted(self) -> "SupervisionQuerySet":
        """Accepted and not ended."""
        return self.live().filter(accepted_at__isnull=False)

    def by_those_in_office(self, on: date) -> "SupervisionQuerySet":
        """Those whose supervisor holds that office on that day: only then does a supervision give access."""
        return self.filter(supervisor__in=Person.objects.order_by().holding(Role.SUPERVISOR, on).values("pk"))

    def asked(self) -> "SupervisionQuerySet":
        """Waiting for the supervisor's answer."""
        return self.live().filter(accepted_at__isnull=True)


class Supervision(Sealed):
    """A candidate asked somebody to supervise them; the answer, and when it ended."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="supervisions")
    supervisor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="supervisions")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    declined_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    note = models.TextField(max_length=1000, blank=True)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(declined_at__isnull=True, ended_at__isnull=True),
                name="supervision_one_live_per_application",
                violation_error_message="You have already asked a supervisor.",
            ),
            models.CheckConstraint(
                condition=~Q(accepted_at__isnull=False, declined_at__isnull=False),
                name="supervision_answered_yes_or_no",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supervisor} supervises {self.application}"

    @property
    def standing(self) -> str:
        """Where it stands, in words."""
        if self.ended_at:
            return "Ended"
        if self.declined_at:
            return "Declined"
        return "Accepted" if self.accepted_at else "Not answered yet"
