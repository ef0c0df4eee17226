"""Permission to judge somebody in spite of a tie: asked for with a reason, given by a second, untied person."""

import uuid
from collections.abc import Iterable

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models.application import Application
from workflows.models import Sealed, SealedQuerySet


class OverrideQuerySet(SealedQuerySet["Override"]):
    """Overrides."""

    def waiting(self) -> "OverrideQuerySet":
        """Neither answered nor taken back; the oldest first."""
        return self.filter(outcome="", taken_back_at__isnull=True).order_by("asked_at", "pk")

    def in_force(self) -> "OverrideQuerySet":
        """Permitted and not taken back."""
        return self.filter(outcome="permitted", taken_back_at__isnull=True)

    def covering(self, kind: str) -> "OverrideQuerySet":
        """Those that were given knowing this kind of tie."""
        return self.filter(kinds__contains=f" {kind} ")

    def about(self, candidate: Person, application: Application | None) -> "OverrideQuerySet":
        """Those about one case; without a case, those about what the person holds: their credentials."""
        return self.filter(candidate=candidate, application=application)


class Override(Sealed):
    """One tied person, one case (or, without a case, the credentials of one holder), and the ties that were known.

    A tie of another kind that becomes known later isn't covered. Taken back, it counts no more for anything that has
    not been decided.
    """

    class Outcome(models.TextChoices):
        """What a second person said."""

        PERMITTED = "permitted", "Permitted"
        REFUSED = "refused", "Refused"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="overrides")
    candidate = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="overrides")
    kinds = models.CharField(max_length=200)
    reason = models.TextField("why nobody else can do this", max_length=2000)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_as = models.CharField(max_length=20, blank=True)
    answered_at = models.DateTimeField(null=True, editable=False)
    answer = models.TextField("reason", max_length=2000, blank=True)
    taken_back_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True, editable=False)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "pk")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="override_asked_with_a_reason"),
            models.CheckConstraint(condition=~Q(person=F("candidate")), name="override_never_in_ones_own_case"),
            models.CheckConstraint(
                condition=Q(outcome="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(outcome="") & ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="override_answered_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | (~Q(answered_by=F("person")) & ~Q(answered_by=F("candidate"))),
                name="override_answered_by_a_second_person",
            ),
            models.UniqueConstraint(
                fields=["person", "application"],
                condition=Q(outcome="", taken_back_at__isnull=True, application__isnull=False),
                name="override_asked_once_at_a_time_of_a_case",
            ),
            models.UniqueConstraint(
                fields=["person", "candidate"],
                condition=Q(outcome="", taken_back_at__isnull=True, application__isnull=True),
                name="override_asked_once_at_a_time_of_a_holder",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} in the matter of {self.candidate}: {self.get_outcome_display() or 'asked'}"

    @staticmethod
    def written(kinds: Iterable[str]) -> str:
        """Kinds of tie as the row keeps them: each between two blanks, so that one can be looked for."""
        return "".join(f" {kind} " for kind in kinds)

    @property
    def known_kinds(self) -> list[str]:
        """The kinds of tie that were known when it was asked."""
        return self.kinds.split()
