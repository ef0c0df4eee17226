"""People, the offices they hold for a term, their memberships and conflicts of interest."""

import uuid
from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from certificates.same_text import search_key, sort_key
from certificates.validators import a_line, a_name
from credentialing.accounts.addresses import KnownAddress  # noqa: F401 - registers it
from credentialing.accounts.querysets import AppointmentQuerySet, MembershipQuerySet, PersonManager, TermQuerySet
from workflows.models import CodePointField, Derivation, Derived, Sealed, SealedQuerySet

SYSTEM_PERSON_ID = uuid.UUID("00000000-0000-4000-8000-000000000001")


class Role(models.TextChoices):
    """An office of the society; the slug is the value that pathway files use."""

    COORDINATOR = "coordinator", "Coordinator of supervision"
    CCC_CHAIR = "ccc_chair", "Chair, Credentialing Coordinating Committee"
    REVIEWER = "reviewer", "Credentialing committee member"
    SUPERVISOR = "supervisor", "Supervisor"
    OBSERVER = "observer", "Credentialing evaluator"
    ORGANISER = "organiser", "Workshop organiser"
    TREASURER = "treasurer", "Treasurer"
    REGISTRAR = "registrar", "Secretary and registrar"
    COUNCIL = "council", "Council member"
    PRESIDENT = "president", "President"
    ADMINISTRATOR = "administrator", "Administrator"


class Person(Derived, AbstractBaseUser, PermissionsMixin):
    """Somebody the society knows: an applicant, an officer, or an earlier holder who never logs in (no e-mail)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("full name", max_length=200, validators=[a_name])
    certificate_name = models.CharField(
        "name as it should appear on the certificate", max_length=200, blank=True, validators=[a_name]
    )
    post_nominals = models.CharField("degrees", max_length=60, blank=True, validators=[a_line])
    profession = models.CharField(max_length=120, blank=True, validators=[a_line])
    city = models.CharField("city or region", max_length=120, blank=True, validators=[a_line])
    country = models.CharField(max_length=80, blank=True, validators=[a_line])
    email = models.EmailField("e-mail address", unique=True, null=True, blank=True)
    listed = models.BooleanField("listed in the public registry", default=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    # How somebody is found and where they stand in a list; `certificates.same_text` decides.
    name_key = models.TextField(default="", editable=False)
    name_order = CodePointField(max_length=200, default="", editable=False)
    place_key = models.TextField(default="", editable=False)
    derived = {
        "name_key": Derivation(sources=("name", "certificate_name", "post_nominals"), compute=search_key),
        "name_order": Derivation(sources=("name",), compute=lambda name: sort_key(name)[:200]),
        "place_key": Derivation(sources=("city", "country"), compute=search_key),
    }

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = PersonManager()

    class Meta:
        verbose_name_plural = "people"
        ordering = ("name_order", "pk")
        indexes = [models.Index(fields=["name_order"], name="person_by_name")]

    def __str__(self) -> str:
        return self.name or self.email or "(no name yet)"

    @property
    def printed_name(self) -> str:
        """The name as it stands on the certificate and in the registry."""
        return self.certificate_name or self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def roles_on(self, day: date) -> frozenset[str]:
        """The offices in which this person acts on that day: none once their account is closed; one query."""
        return self.offices_held_on(day) if self.is_active else frozenset()

    def offices_held_on(self, day: date) -> frozenset[str]:
        """The offices whose term ran on that day, whatever became of the account since: to judge what happened then."""
        return frozenset(self.terms.on(day).values_list("role", flat=True))


class Term(Sealed):
    """One person's term of office: a role held from a day until a day (open-ended without `ends_on`)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="terms")
    role = models.CharField(max_length=20, choices=Role.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ("role", "starts_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="term_ends_after_it_starts",
                violation_error_message="A term of office can't end before it starts.",
            ),
            models.UniqueConstraint(
                fields=["person", "role"],
                condition=Q(ends_on__isnull=True),
                name="term_one_open_per_person_and_role",
                violation_error_message="This person already holds that office.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}"


class Appointment(Sealed):
    """An office that an administrator proposes for somebody; it is a term once another officer has confirmed it."""

    class Outcome(models.TextChoices):
        """What became of it."""

        CONFIRMED = "confirmed", "Confirmed"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=20, choices=Role.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now, editable=False)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    answered_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, editable=False)
    term = models.OneToOneField(Term, null=True, blank=True, on_delete=models.SET_NULL, related_name="appointment")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ("proposed_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="appointment_ends_after_it_starts",
                violation_error_message="A term of office can't end before it starts.",
            ),
            models.UniqueConstraint(
                fields=["person", "role"],
                condition=Q(outcome=""),
                name="appointment_one_open_per_person_and_role",
                violation_error_message="This office has already been proposed for this person.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(outcome="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="appointment_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="confirmed") | (~Q(answered_by=F("proposed_by")) & ~Q(answered_by=F("person"))),
                name="appointment_confirmed_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()} (proposed)"


class Membership(Sealed):
    """Membership of the society, as its own membership system reports it (recorded by hand or by import)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    number = models.CharField("membership number", max_length=40, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ("starts_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_it_starts",
                violation_error_message="A membership can't end before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} since {self.starts_on}"


class ConflictOfInterest(Sealed):
    """A declared relation that keeps one person from judging the other (relative, employer, partner, colleague)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="conflicts")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=120)
    declared_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SealedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "conflicts of interest"
        ordering = ("-declared_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=["person", "other"], name="conflict_of_interest_declared_once_per_pair"),
            models.CheckConstraint(condition=~Q(person=F("other")), name="conflict_of_interest_is_with_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.other}: {self.relation}"


class CacheEntry(models.Model):
    """What all web processes count together, such as attempts to log in: the table of the database cache (settings).

    It is read and written by the cache alone. Being a model, it comes with `migrate`, and tests begin with it empty.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "cache_entry"
        verbose_name_plural = "cache entries"

    def __str__(self) -> str:
        return f"until {self.expires}"
