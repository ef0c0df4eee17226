"""How evidence is looked up."""

from typing import TYPE_CHECKING

from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from workflows.models import SealedQuerySet

if TYPE_CHECKING:
    from credentialing.evidence.models import (  # noqa: F401 - names in annotations
        Attendance,
        Event,
        EvidenceFile,
        LogEntry,
        Observation,
        SupervisionSession,
    )


class LogEntryQuerySet(SealedQuerySet["LogEntry"]):
    """Sessions led or co-led."""

    def standing(self) -> "LogEntryQuerySet":
        """Not removed by the candidate."""
        return self.filter(removed_at__isnull=True)

    def confirmed(self) -> "LogEntryQuerySet":
        """Confirmed by co-leader or supervisor."""
        return self.standing().filter(confirmed_at__isnull=False)

    def unanswered(self) -> "LogEntryQuerySet":
        """Neither confirmed nor denied."""
        return self.standing().filter(confirmed_at__isnull=True, denied_at__isnull=True)

    def visible_to(self, person: Person) -> "LogEntryQuerySet":
        """Those of cases that this person may open."""
        return self.filter(application__in=Application.objects.visible_to(person))

    def for_supervisor(self, person: Person) -> "LogEntryQuerySet":
        """Those of the candidates this person supervises."""
        return self.filter(application__in=Application.objects.supervised_by(person))


class SupervisionSessionQuerySet(SealedQuerySet["SupervisionSession"]):
    """Supervision sessions."""

    def standing(self) -> "SupervisionSessionQuerySet":
        """Not removed."""
        return self.filter(removed_at__isnull=True)

    def unanswered(self) -> "SupervisionSessionQuerySet":
        """Neither confirmed nor denied."""
        return self.standing().filter(confirmed_at__isnull=True, denied_at__isnull=True)

    def visible_to(self, person: Person) -> "SupervisionSessionQuerySet":
        """Those of cases that this person may open."""
        return self.filter(application__in=Application.objects.visible_to(person))

    def for_supervisor(self, person: Person) -> "SupervisionSessionQuerySet":
        """Those that this person held as supervisor."""
        return self.filter(supervisor=person)


class EventQuerySet(SealedQuerySet["Event"]):
    """Workshops."""

    def visible_to(self, person: Person) -> "EventQuerySet":
        """The organizer's own; all for coordinator and registrar."""
        if person.roles_on(timezone.localdate()) & {"coordinator", "registrar"}:
            return self.all()
        return self.filter(organiser=person)

    def past(self) -> "EventQuerySet":
        """Those that have begun."""
        return self.filter(starts_on__lte=timezone.localdate())


class AttendanceQuerySet(SealedQuerySet["Attendance"]):
    """Names on rosters."""

    def attended(self) -> "AttendanceQuerySet":
        """Marked by the organizer as attended."""
        return self.filter(status="attended")


class ObservationQuerySet(SealedQuerySet["Observation"]):
    """Evaluations."""

    def filed(self) -> "ObservationQuerySet":
        """Final ones."""
        return self.filter(filed_at__isnull=False)

    def by(self, person: Person) -> "ObservationQuerySet":
        """Those asked of this evaluator."""
        return self.filter(evaluator=person)


class EvidenceFileQuerySet(SealedQuerySet["EvidenceFile"]):
    """Uploaded files."""

    def standing(self) -> "EvidenceFileQuerySet":
        """Not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def visible_to(self, person: Person) -> "EvidenceFileQuerySet":
        """Those of cases that this person may open."""
        return self.filter(application__in=Application.objects.visible_to(person))
