"""How evidence is looked up."""

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.accounts.ties import TO_EVALUATE
from credentialing.applications.models import Application
from credentialing.evidence.lifecycle import COMMITTEE, DESTROYED, HELD, QUARANTINED, STANDING, TAKEN_BACK, WITHDRAWN
from credentialing.evidence.links import digest_of
from workflows.models import LedgerRecord, SealedQuerySet

if TYPE_CHECKING:
    from credentialing.evidence.models import (  # noqa: F401 - names in annotations
        Attendance,
        Event,
        EvidenceFile,
        LogEntry,
        Observation,
        Reference,
        SupervisionSession,
    )


class LogEntryQuerySet(SealedQuerySet["LogEntry"]):
    """Sessions led or co-led."""

    def behind(self, token: str) -> "LogEntryQuerySet":
        """The one that the co-leader's link is about."""
        digest = digest_of(token)
        led_here = Q(link_digest=digest) | Q(earlier_links__link_digest=digest)
        return self.filter(led_here).select_related("application__candidate").distinct()

    def standing(self) -> "LogEntryQuerySet":
        """Not removed by the candidate."""
        return self.filter(removed_at__isnull=True)

    def confirmed(self) -> "LogEntryQuerySet":
        """Confirmed by co-leader or supervisor."""
        return self.standing().filter(confirmed_at__isnull=False)

    def answerable(self) -> "LogEntryQuerySet":
        """Those that can be answered today: the case has not ended. One on hold or deferred gathers on."""
        return self.unanswered().filter(application__in=Application.objects.unfinished())

    def unanswered(self) -> "LogEntryQuerySet":
        """Neither confirmed nor denied."""
        return self.standing().filter(confirmed_at__isnull=True, denied_at__isnull=True)

    def visible_to(self, person: Person) -> "LogEntryQuerySet":
        """Those of cases that this person may open."""
        return self.filter(application__in=Application.objects.visible_to(person))

    def for_supervisor(self, person: Person) -> "LogEntryQuerySet":
        """Those of the candidates this person supervises."""
        return self.filter(application__in=Application.objects.supervised_by(person))


class ReferenceQuerySet(SealedQuerySet["Reference"]):
    """References."""

    def behind(self, token: str) -> "ReferenceQuerySet":
        """The one that the referee's link is about."""
        digest = digest_of(token)
        led_here = Q(link_digest=digest) | Q(earlier_links__link_digest=digest)
        return self.filter(led_here).select_related("application__candidate").distinct()


class SupervisionSessionQuerySet(SealedQuerySet["SupervisionSession"]):
    """Supervision sessions."""

    def standing(self) -> "SupervisionSessionQuerySet":
        """Not removed."""
        return self.filter(removed_at__isnull=True)

    def answerable(self) -> "SupervisionSessionQuerySet":
        """Those that can be answered today: the case has not ended. One on hold or deferred gathers on."""
        return self.unanswered().filter(application__in=Application.objects.unfinished())

    def unanswered(self) -> "SupervisionSessionQuerySet":
        """Neither confirmed nor denied."""
        return self.standing().filter(confirmed_at__isnull=True, denied_at__isnull=True)

    def visible_to(self, person: Person) -> "SupervisionSessionQuerySet":
        """Those of cases that this person may open."""
        return self.filter(application__in=Application.objects.visible_to(person))

    def of_candidate_or_supervisor(self, person: Person) -> "SupervisionSessionQuerySet":
        """The candidate's own, and those that this person held as supervisor and still answers for."""
        own = Q(application__candidate=person, logged_by=person)
        return self.filter(own | Q(pk__in=self.for_supervisor(person).order_by().values("pk")))

    def for_supervisor(self, person: Person) -> "SupervisionSessionQuerySet":
        """Those that this person held as supervisor of candidates whom they still supervise."""
        return self.filter(supervisor=person, application__in=Application.objects.supervised_by(person))


class EventQuerySet(SealedQuerySet["Event"]):
    """Workshops."""

    def visible_to(self, person: Person) -> "EventQuerySet":
        """The organizer's own while in office; all for coordinator and registrar."""
        roles = person.roles_on(timezone.localdate())
        if roles & {"coordinator", "registrar"}:
            return self.all()
        return self.filter(organiser=person) if "organiser" in roles else self.none()

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
        """Those asked of this evaluator, while in office."""
        in_office = "observer" in person.roles_on(timezone.localdate())
        return self.filter(evaluator=person) if in_office else self.none()

    def to_be_filed_by(self, person: Person) -> "ObservationQuerySet":
        """Those that this evaluator can still file today: the case has not ended, and nothing ties them to it since."""
        cases = Application.objects.unfinished().without_ties_to(person, TO_EVALUATE)
        return self.by(person).filter(filed_at__isnull=True, application__in=cases)


class EvidenceFileQuerySet(SealedQuerySet["EvidenceFile"]):
    """Uploaded files."""

    def standing(self) -> "EvidenceFileQuerySet":
        """Those that count."""
        return self.filter(state=STANDING)

    def held(self) -> "EvidenceFileQuerySet":
        """Those that wait for the virus scanner, longest waiting first."""
        return self.filter(state=HELD).order_by("state_since", "pk")

    def taking_room(self) -> "EvidenceFileQuerySet":
        """Those that count, or will when the scanner has found nothing."""
        return self.filter(state__in=(STANDING, HELD))

    def unreadable(self) -> "EvidenceFileQuerySet":
        """Those that whoever judges the case can't open."""
        return self.filter(state__in=(HELD, QUARANTINED, DESTROYED))

    def out_of_sight(self) -> "EvidenceFileQuerySet":
        """In quarantine or destroyed, because of what they hold: nobody reads them as evidence."""
        return self.filter(state__in=(QUARANTINED, DESTROYED)).exclude(quarantined_from=TAKEN_BACK)

    def with_bytes(self) -> "EvidenceFileQuerySet":
        """Those whose bytes must lie in the store: all that have not been destroyed."""
        return self.exclude(state=DESTROYED)

    def in_cases_open_to(self, person: Person) -> "EvidenceFileQuerySet":
        """Those of cases that this person may open, also the ones that are out of sight."""
        return self.filter(application__in=Application.objects.visible_to(person))

    def awaiting(self, person: Person) -> "EvidenceFileQuerySet":
        """Those in quarantine that this officer must deal with, longest waiting first."""
        return self._in_the_hands_of(person).filter(state=QUARANTINED).order_by("state_since", "pk")

    def ever_quarantined_for(self, person: Person) -> "EvidenceFileQuerySet":
        """Those that this officer deals with or has dealt with."""
        records = LedgerRecord.objects.filter(subject_kind=self.model.subject_kind, transition="quarantine")
        return self._in_the_hands_of(person).filter(uuid__in=records.order_by().values("subject_id"))

    def visible_to(self, person: Person) -> "EvidenceFileQuerySet":
        """Those whose bytes this person may read: of cases open to them, and in quarantine what they must deal with."""
        in_sight = Q(application__in=Application.objects.visible_to(person), state__in=(STANDING, WITHDRAWN))
        return self.filter(in_sight | Q(pk__in=self.awaiting(person).order_by().values("pk")))

    def _in_the_hands_of(self, person: Person) -> "EvidenceFileQuerySet":
        """Coordinator and chair deal with the files of candidates to whom nothing ties them."""
        if not person.roles_on(timezone.localdate()) & COMMITTEE:
            return self.none()
        return self.filter(application__in=Application.objects.without_ties_to(person))
