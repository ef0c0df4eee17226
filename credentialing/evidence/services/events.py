"""Events and their rosters."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.progress import refresh_progress
from credentialing.audit.events import Event as AuditName
from credentialing.audit.services import record_event
from credentialing.evidence.models import Attendance, Event
from credentialing.evidence.services.cases import EARLIEST, EvidenceRefused

LONGEST_EVENT_DAYS = 14


def keeps_roster(event: Event, person: Person, on: date) -> bool:
    """Whether this person may mark attendance: the organizer while in office, or coordinator and registrar."""
    roles = person.roles_on(on)
    return bool(roles & {"coordinator", "registrar"}) or (event.organiser_id == person.pk and "organiser" in roles)


@transaction.atomic
def save_event(
    *,
    actor: Person,
    name: str,
    place: str,
    starts_on: date,
    ends_on: date,
    kind: str = Event.Kind.INTENSIVE,
    event: Event | None = None,
    organiser: Person | None = None,
    now: datetime | None = None,
) -> Event:
    """Announce an event, or correct its name, place and dates.

    Raises:
        PermissionError: neither an organizer nor the keeper of this event.
        EvidenceRefused: impossible dates.
    """
    now = now or timezone.now()
    day = timezone.localdate(now)
    allowed = keeps_roster(event, actor, day) if event else actor.roles_on(day) & {"organiser", "coordinator"}
    if not allowed:
        msg = "Only organizers announce and change events."
        raise PermissionError(msg)
    if starts_on < EARLIEST or (ends_on - starts_on).days >= LONGEST_EVENT_DAYS or ends_on < starts_on:
        msg = f"Check the dates: an event ends after it starts and lasts at most {LONGEST_EVENT_DAYS} days."
        raise EvidenceRefused(msg)
    event = event or Event(organiser=organiser or actor, created_at=now)
    event.kind, event.name, event.place, event.starts_on, event.ends_on = kind, name, place, starts_on, ends_on
    event.full_clean()
    event.save()
    for attendance in event.attendances.select_related("person"):
        _refresh(attendance.person, now)
    record_event(event=AuditName.EVENT_SAVED, actor=actor, subject_kind="event", subject_id=event.uuid, now=now)
    return event


@transaction.atomic
def claim_attendance(*, event: Event, actor: Person, now: datetime | None = None) -> Attendance:
    """Put oneself on the roster; the organizer then marks whether one was there.

    Raises:
        EvidenceRefused: on the roster already, or the event has not begun.
    """
    now = now or timezone.now()
    if event.starts_on > timezone.localdate(now):
        msg = "This event has not begun yet."
        raise EvidenceRefused(msg)
    attendance, added = Attendance.objects.get_or_create(event=event, person=actor, defaults={"claimed_at": now})
    if not added:
        msg = "You are on this roster already."
        raise EvidenceRefused(msg)
    _note(attendance, AuditName.ATTENDANCE_CLAIMED, actor, now)
    return attendance


@transaction.atomic
def add_to_roster(*, event: Event, person: Person, actor: Person, now: datetime | None = None) -> Attendance:
    """Put somebody on the roster.

    Raises:
        PermissionError: not the organizer.
        EvidenceRefused: on it already.
    """
    now = now or timezone.now()
    if not keeps_roster(event, actor, timezone.localdate(now)):
        msg = "Only the organizer keeps this roster."
        raise PermissionError(msg)
    attendance, added = Attendance.objects.get_or_create(event=event, person=person, defaults={"claimed_at": now})
    if not added:
        msg = f"{person} is on this roster already."
        raise EvidenceRefused(msg)
    _note(attendance, AuditName.ATTENDANCE_CLAIMED, actor, now)
    return attendance


@transaction.atomic
def mark_attendance(
    *,
    attendance: Attendance,
    actor: Person,
    status: str,
    days_attended: int = 0,
    assessed: bool = False,
    now: datetime | None = None,
) -> Attendance:
    """Mark whether somebody was there, for how many days, and whether they were evaluated there.

    Raises:
        PermissionError: not the organizer, or one's own attendance.
        EvidenceRefused: the event is not over, or more days than it had.
    """
    now = now or timezone.now()
    attendance = Attendance.objects.select_for_update().select_related("event", "person").get(pk=attendance.pk)
    event = attendance.event
    if attendance.person_id == actor.pk:
        msg = "Nobody marks their own attendance."
        raise PermissionError(msg)
    if not keeps_roster(event, actor, timezone.localdate(now)):
        msg = "Only the organizer keeps this roster."
        raise PermissionError(msg)
    if event.starts_on > timezone.localdate(now):
        msg = "This event has not begun yet."
        raise EvidenceRefused(msg)
    attended = status == Attendance.Status.ATTENDED
    if attended and not 1 <= days_attended <= event.days:
        msg = f"{attendance.person}: enter between 1 and {event.days} days."
        raise EvidenceRefused(msg)
    attendance.status = status
    attendance.days_attended = days_attended if attended else 0
    attendance.assessed = assessed and attended
    attendance.marked_by, attendance.marked_at = actor, now
    attendance.save()
    _note(attendance, AuditName.ATTENDANCE_MARKED, actor, now)
    return attendance


def _note(attendance: Attendance, name: AuditName, actor: Person, now: datetime) -> None:
    record_event(
        event=name,
        actor=actor,
        subject_kind="attendance",
        subject_id=attendance.uuid,
        details={"status": attendance.status, "days": attendance.days_attended, "assessed": attendance.assessed},
        now=now,
    )
    _refresh(attendance.person, now)


def _refresh(person: Person, now: datetime) -> None:
    for application in Application.objects.of(person).select_for_update():
        if application.is_open:
            refresh_progress(application, now)
