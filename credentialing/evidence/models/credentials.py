"""What people bring with them or earn elsewhere: qualifications, references, results of exams."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from certificates.same_text import address
from certificates.validators import a_line, a_name
from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.evidence.links import AnswerLink
from credentialing.evidence.querysets import ReferenceQuerySet
from workflows.models import Sealed, SealedQuerySet


class Qualification(Sealed):
    """A title, licence or cover that a candidate states for a requirement; an officer's sign-off confirms it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="qualifications")
    requirement = models.SlugField()
    what = models.SlugField()
    title = models.CharField("its name, as on the paper", max_length=200, validators=[a_line])
    issuer = models.CharField("who gave it", max_length=200, validators=[a_line])
    held_since = models.DateField("held since")
    valid_until = models.DateField("valid until", null=True, blank=True)
    stated_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ("held_since", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("held_since")),
                name="qualification_ends_after_it_begins",
                violation_error_message="It can't end before it begins.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.issuer}"


class Reference(AnswerLink, Sealed):
    """A word about the candidate by somebody who knows their work; asked for by e-mail, given once."""

    class Relation(models.TextChoices):
        """How the referee knows the candidate; the slug is what pathway files use."""

        CO_LEADER = "co_leader", "has led groups with the candidate"
        COLLEAGUE = "colleague", "works with the candidate"
        TEACHER = "teacher", "has taught or supervised the candidate"
        RELATIVE = "relative", "is a relative or friend of the candidate"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="references")
    requirement = models.SlugField()
    referee_name = models.CharField("referee's name", max_length=200, validators=[a_name])
    referee_email = models.EmailField("referee's e-mail address")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)
    declined_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    relation = models.CharField("how you know the candidate", max_length=12, choices=Relation.choices, blank=True)
    text = models.TextField("what you can say of the candidate's work with groups", max_length=4000, blank=True)
    recommended = models.BooleanField("I recommend the candidate", default=False)
    given_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "requirement", "referee_email"],
                condition=Q(withdrawn_at__isnull=True),
                name="reference_asked_of_a_person_once",
                violation_error_message="This person has already been asked.",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | (Q(declined_at__isnull=True) & ~Q(relation="") & ~Q(text="")),
                name="reference_given_in_words",
                violation_error_message="Say how you know the candidate, and what you can say.",
            ),
        ]

    def clean(self) -> None:
        """Keep the address as it is compared, so that it is nobody else's for a capital."""
        super().clean()
        self.referee_email = address(self.referee_email)

    @property
    def is_answered(self) -> bool:
        """Whether it was given, or the referee gives none."""
        return self.answered_at is not None or self.declined_at is not None

    @property
    def is_taken_back(self) -> bool:
        """Whether the candidate asks for it no more."""
        return self.withdrawn_at is not None

    @property
    def address_asked(self) -> str:
        """The referee's."""
        return self.referee_email

    def as_it_stands(self) -> "Reference":
        """The same request, asked again after it was taken back."""
        if self.withdrawn_at is None:
            return self
        same = {"requirement": self.requirement, "referee_email": self.referee_email}
        return self.application.references.filter(withdrawn_at__isnull=True, **same).first() or self

    def __str__(self) -> str:
        return f"Reference by {self.referee_name}"


class ExamResult(Sealed):
    """One sitting of an exam, entered by an officer; an entry made by mistake is annulled, never changed."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="exam_results")
    requirement = models.SlugField()
    taken_on = models.DateField("day of the exam")
    score = models.DecimalField(
        "result", max_digits=6, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(1000)]
    )
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    annulled_at = models.DateTimeField(null=True, editable=False)
    annulled_because = models.CharField(max_length=300, blank=True, editable=False)

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ("taken_on", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "requirement", "taken_on"],
                condition=Q(annulled_at__isnull=True),
                name="exam_result_one_per_day",
                violation_error_message="A result of this day has already been entered.",
            ),
            models.CheckConstraint(
                condition=Q(annulled_at__isnull=True) | ~Q(annulled_because=""),
                name="exam_result_annulled_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score} on {self.taken_on}"
