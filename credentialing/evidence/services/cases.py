"""What every change of evidence shares: the case's lock, whether it is open, and what follows a change."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.progress import note_progress
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.evidence.models import ExamResult, Qualification, Reference

EARLIEST = date(1990, 1, 1)


class EvidenceRefused(Exception):
    """This evidence can't be taken or changed now; the message says why."""

    status = 409  # the state of things refused it, as on a second click


class FileRefused(EvidenceRefused):
    """This file can't be taken, now or later; the message says what to do."""

    status = 422


class CheckingBusy(EvidenceRefused):
    """Files can't be checked at this moment; the same again in a minute may be taken."""

    status = 503


def lock_case(application: Application) -> Application:
    """The case under its row lock: always taken first, before any row of evidence.

    Raises:
        EvidenceRefused: the case has ended.
    """
    locked = Application.objects.select_for_update().get(pk=application.pk)
    if not locked.is_open:
        msg = "This case is closed, so its evidence can't be changed."
        raise EvidenceRefused(msg)
    return locked


def must_be_candidate(application: Application, actor: Person) -> None:
    """Refuse anybody but the candidate.

    Raises:
        PermissionError: somebody else.
    """
    if actor.pk != application.candidate_id:
        msg = "Only the candidate does this."
        raise PermissionError(msg)


def must_be_past(day: date, now: datetime) -> None:
    """Refuse days that have not come or lie before the society.

    Raises:
        EvidenceRefused: with the reason.
    """
    if day > timezone.localdate(now):
        msg = "This date is in the future. Log it when it has happened."
        raise EvidenceRefused(msg)
    if day < EARLIEST:
        msg = f"This date is before {EARLIEST.year}. Check the year."
        raise EvidenceRefused(msg)


def note_change(
    application: Application,
    *,
    event: Event,
    actor: Person | None,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Record what happened and bring the case's progress up to date, in the caller's transaction."""
    record_event(
        event=event,
        actor=actor,
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
        details=details,
        now=now,
    )
    note_progress(application, now)


def note_item(
    event: Event,
    application: Application,
    item: Qualification | Reference | ExamResult,
    *,
    actor: Person | None,
    now: datetime,
) -> None:
    """Record what happened to one row of evidence of a requirement, and bring the progress up to date."""
    details = {"item": str(item.uuid), "kind": item._meta.model_name, "requirement": item.requirement}
    note_change(application, event=event, actor=actor, now=now, details=details)
