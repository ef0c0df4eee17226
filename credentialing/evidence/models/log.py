"""What a candidate logs: sessions led or co-led, and supervision sessions. No field for clinical content."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from certificates.same_text import address
from certificates.validators import a_name
from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.evidence.links import AnswerLink
from credentialing.evidence.querysets import LogEntryQuerySet, SupervisionSessionQuerySet
from workflows.models import Sealed

MINUTES = [MinValueValidator(15), MaxValueValidator(600)]


class LogEntry(AnswerLink, Sealed):
    """One Balint group session that the candidate led or co-led, confirmed by the co-leader or the supervisor."""

    class Role(models.TextChoices):
        """What the candidate did."""

        CO_LED = "co_led", "Co-led"
        LED = "led", "Led alone"
        MEMBER = "member", "Took part as a member"

    class Format(models.TextChoices):
        """How the group met."""

        IN_PERSON = "in_person", "In person"
        ONLINE = "online", "Online"
        HYBRID = "hybrid", "Mixed"

    class Setting(models.TextChoices):
        """A class of setting, never an institution's name (DOMAIN §7)."""

        RESIDENCY = "residency", "Residency program"
        STUDENTS = "students", "Medical or other students"
        PRACTICE = "practice", "Practice or clinic"
        HOSPITAL = "hospital", "Hospital"
        OPEN = "open", "Open or online group"
        INTENSIVE = "intensive", "Intensive or conference"
        OTHER = "other", "Other"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="log_entries")
    held_on = models.DateField("date")
    minutes = models.PositiveSmallIntegerField("length in minutes", default=90, validators=MINUTES)
    role = models.CharField("your role", max_length=10, choices=Role.choices, default=Role.CO_LED)
    format = models.CharField(max_length=10, choices=Format.choices, default=Format.IN_PERSON)
    setting = models.CharField(max_length=12, choices=Setting.choices)
    present = models.PositiveSmallIntegerField(
        "number of group members present", validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    cases = models.PositiveSmallIntegerField(
        "number of cases discussed", default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    recorded = models.BooleanField("the session was recorded for supervision", default=False)
    debriefed = models.BooleanField("you debriefed with your co-leader", default=False)
    co_leader_name = models.CharField("co-leader's name", max_length=200, blank=True, validators=[a_name])
    co_leader_email = models.EmailField("co-leader's e-mail address", blank=True)
    client = models.SlugField(
        "client, by a pseudonym of yours", max_length=20, blank=True, help_text="Such as C-7: never a name or initials."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    confirmed_as = models.CharField(max_length=20, blank=True, editable=False)
    denied_at = models.DateTimeField(null=True, editable=False)
    denial_reason = models.TextField(max_length=500, blank=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    replaced_by = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaces", editable=False
    )

    objects = LogEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "log entries"
        ordering = ("-held_on", "-pk")
        indexes = [models.Index(fields=["application", "held_on"], name="log_entry_by_case_and_day")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(confirmed_at__isnull=False, denied_at__isnull=False),
                name="log_entry_confirmed_or_denied",
            ),
            models.CheckConstraint(
                condition=~Q(role="co_led") | ~Q(co_leader_name=""),
                name="log_entry_co_led_with_somebody",
                violation_error_message="Name the co-leader.",
            ),
        ]

    def clean(self) -> None:
        """Keep the address as it is compared, so that it is nobody else's for a capital."""
        super().clean()
        self.co_leader_email = address(self.co_leader_email)

    @property
    def is_answered(self) -> bool:
        """Whether somebody has confirmed it, or said that it is not right."""
        return self.confirmed_at is not None or self.denied_at is not None

    @property
    def is_taken_back(self) -> bool:
        """Whether it stands in no log any more."""
        return self.removed_at is not None

    @property
    def address_asked(self) -> str:
        """The co-leader's."""
        return self.co_leader_email

    def as_it_stands(self) -> "LogEntry":
        """Its newest version: what was corrected stands beside what was written first."""
        newest = self
        while newest.replaced_by is not None:
            newest = newest.replaced_by
        return newest

    @property
    def is_changed_since_asked(self) -> bool:
        """Whether the letter about it says something else."""
        return bool(self.edited_at and self.link_sent_at and self.edited_at > self.link_sent_at)

    def __str__(self) -> str:
        return f"{self.get_role_display()} on {self.held_on}"


class SupervisionSession(Sealed):
    """A meeting of candidate and supervisor on the recording of a group; the recording itself is never stored."""

    class Mode(models.TextChoices):
        """Alone or with others."""

        INDIVIDUAL = "individual", "Individual"
        GROUP = "group", "In a group"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="supervision_sessions")
    supervisor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField("date")
    minutes = models.PositiveSmallIntegerField("length in minutes", default=60, validators=MINUTES)
    mode = models.CharField(max_length=12, choices=Mode.choices, default=Mode.INDIVIDUAL)
    recording_reviewed = models.BooleanField("a recording of a group was reviewed", default=True)
    recording_of = models.DateField("date of the recorded group", null=True, blank=True)
    recording_destroyed_on = models.DateField("recording destroyed on", null=True, blank=True)
    logged_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    denied_at = models.DateTimeField(null=True, editable=False)
    denial_reason = models.TextField(max_length=500, blank=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = SupervisionSessionQuerySet.as_manager()

    class Meta:
        ordering = ("-held_on", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(confirmed_at__isnull=False, denied_at__isnull=False),
                name="supervision_session_confirmed_or_denied",
            ),
        ]

    def __str__(self) -> str:
        return f"Supervision on {self.held_on}"
