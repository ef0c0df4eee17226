"""What people sign, attest and report."""

import uuid

from django.db import models
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from workflows.models import Sealed, SealedQuerySet


class AgreementSignature(Sealed):
    """One party's signature under the agreement text of a requirement."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="signatures")
    requirement = models.SlugField()
    party = models.CharField(max_length=20)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    statement_digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ("signed_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "requirement", "party"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="agreement_signature_one_per_party",
                violation_error_message="This has already been signed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} signed {self.requirement}"


class Attestation(Sealed):
    """A candidate's statement on a requirement, with the digest of the exact text."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="attestations")
    requirement = models.SlugField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    statement_digest = models.CharField(max_length=64)
    attested_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ("attested_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "requirement"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="attestation_one_standing_per_requirement",
                violation_error_message="You have already stated this.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} attested {self.requirement}"


class SupervisorReport(Sealed):
    """A supervisor's report; the candidate can read it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="reports")
    requirement = models.SlugField()
    number = models.PositiveSmallIntegerField(default=1)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    strengths = models.TextField("what the candidate does well as a leader", max_length=4000)
    growth = models.TextField("what they should go on working on", max_length=4000)
    recommended = models.BooleanField("I recommend this candidate for the credential")
    discussed = models.BooleanField("I have discussed this report with the candidate", default=False)
    filed_at = models.DateTimeField(default=timezone.now, editable=False)
    superseded_at = models.DateTimeField(null=True, editable=False)

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ("-filed_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "requirement", "number"],
                condition=models.Q(superseded_at__isnull=True),
                name="supervisor_report_one_standing",
            ),
        ]

    def __str__(self) -> str:
        return f"Report on {self.application}"
