"""Reviewers' words on requirements."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.reviews.querysets import SignOffQuerySet
from workflows.models import Sealed


class SignOff(Sealed):
    """One reviewer's word on one requirement, pinned to the digest of the evidence they saw.

    It never changes; one given by mistake is taken back, and then counts no more.
    """

    class Outcome(models.TextChoices):
        """What they said."""

        APPROVED = "approved", "Signed off"
        RETURNED = "returned", "Returned for changes"
        WAIVED = "waived", "Waived"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="sign_offs")
    requirement = models.SlugField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    role = models.CharField(max_length=20)
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sign_offs")
    reason = models.TextField(max_length=2000, blank=True)
    evidence_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_on = models.DateField("waived until", null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, editable=False)
    tie = models.CharField("taken out because of this tie", max_length=20, blank=True, editable=False)

    objects = SignOffQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="approved") | ~Q(reason=""),
                name="sign_off_returned_with_a_reason",
                violation_error_message="Say what should be changed.",
            ),
            models.UniqueConstraint(
                fields=["application", "requirement", "role", "evidence_digest"],
                condition=Q(outcome="approved", taken_back_at__isnull=True),
                name="sign_off_one_approval_per_role_and_evidence",
                violation_error_message="This has already been signed off.",
            ),
            models.UniqueConstraint(
                fields=["application", "requirement", "reviewer", "evidence_digest"],
                condition=Q(outcome="approved", taken_back_at__isnull=True),
                name="sign_off_one_approval_per_person_and_evidence",
                violation_error_message="You have already signed this off.",
            ),
            models.UniqueConstraint(
                fields=["application", "requirement"],
                condition=Q(outcome="waived", taken_back_at__isnull=True),
                name="sign_off_one_waiver_per_requirement",
                violation_error_message="This has already been waived.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="waived") | Q(expires_on__isnull=True), name="sign_off_only_a_waiver_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requirement}: {self.outcome} by {self.reviewer}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it once.

        Raises:
            TypeError: it has been stored already.
        """
        if not self._state.adding:
            msg = "A sign-off never changes; sign again."
            raise TypeError(msg)
        super().save(*args, **kwargs)
