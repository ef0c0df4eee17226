"""Leadership intensives and who attended them."""

import uuid
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from certificates.validators import a_line
from credentialing.accounts.models import Person
from credentialing.evidence.querysets import AttendanceQuerySet, EventQuerySet
from workflows.models import Sealed


class Event(Sealed):
    """A workshop whose organizer keeps the roster."""

    class Kind(models.TextChoices):
        """What counts for which requirement; the slug is what pathway files use."""

        INTENSIVE = "intensive", "Leadership Intensive"
        WEEKEND = "weekend", "Leadership weekend"
        SEMINAR = "seminar", "Leader seminar"
        INTERNATIONAL = "international", "Intensive of another society"
        TRAINING = "training", "Training"
        WORKSHOP = "workshop", "Other workshop"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.INTENSIVE)
    name = models.CharField(max_length=200, validators=[a_line])
    place = models.CharField(max_length=200, validators=[a_line])
    starts_on = models.DateField()
    ends_on = models.DateField()
    hours = models.DecimalField(
        "hours in all", max_digits=5, decimal_places=1, default=Decimal(0), validators=[MinValueValidator(Decimal(0))]
    )
    organiser = models.ForeignKey(
        Person, verbose_name="organizer", on_delete=models.PROTECT, related_name="organised_events"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="event_ends_after_it_starts",
                violation_error_message="An event can't end before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def days(self) -> int:
        """How many days it lasts."""
        return (self.ends_on - self.starts_on).days + 1


class Attendance(Sealed):
    """One person on the roster of an event, by person and not by case: the first intensive comes before applying."""

    class Status(models.TextChoices):
        """Where it stands."""

        CLAIMED = "claimed", "Waiting for the organizer"
        ATTENDED = "attended", "Attended"
        ABSENT = "absent", "Not there"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="attendances")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attendances")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CLAIMED)
    days_attended = models.PositiveSmallIntegerField(
        default=0, validators=[MinValueValidator(0), MaxValueValidator(14)]
    )
    assessed = models.BooleanField("evaluated at this event", default=False)
    claimed_at = models.DateTimeField(default=timezone.now, editable=False)
    marked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    marked_at = models.DateTimeField(null=True, editable=False)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ("event", "person__name_order", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "person"],
                name="attendance_once_per_event_and_person",
                violation_error_message="This person is already on the roster.",
            ),
            models.CheckConstraint(
                condition=Q(status="claimed") | Q(marked_by__isnull=False, marked_at__isnull=False),
                name="attendance_marked_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(marked_by__isnull=True) | ~Q(marked_by=F("person")),
                name="attendance_not_marked_by_oneself",
                violation_error_message="Nobody marks their own attendance.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} at {self.event}"
