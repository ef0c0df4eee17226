"""Supervision sessions: logged by the candidate or the supervisor, confirmed by the supervisor; and the report."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.assessments import gate_opened_on
from credentialing.applications.models import Application
from credentialing.applications.permissions import supervises
from credentialing.audit.events import Event
from credentialing.evidence.models import SupervisionSession, SupervisorReport
from credentialing.evidence.reports import is_one_of_several, next_report
from credentialing.evidence.services.cases import EvidenceRefused, lock_case, must_be_past, note_change
from credentialing.pathways.definitions import SUPERVISION_GATE, Requirement


@transaction.atomic
def record_supervision_session(
    *,
    application: Application,
    actor: Person,
    held_on: date,
    minutes: int,
    mode: str,
    recording_reviewed: bool,
    recording_of: date | None = None,
    recording_destroyed_on: date | None = None,
    now: datetime | None = None,
) -> SupervisionSession:
    """Record a supervision session; one recorded by the supervisor is confirmed at once.

    Raises:
        PermissionError: neither the candidate nor their supervisor.
        EvidenceRefused: supervision could not begin yet on that day, impossible dates, a repetition.
    """
    now = now or timezone.now()
    application = lock_case(application)
    supervision = application.supervisions.accepted().first()
    supervising = supervises(actor, application, now)
    if actor.pk != application.candidate_id and not supervising:
        msg = "Only the candidate and their supervisor record supervision."
        raise PermissionError(msg)
    if supervision is None:
        msg = "A supervisor must have accepted first."
        raise EvidenceRefused(msg)
    must_be_past(held_on, now)
    opened = gate_opened_on(application, SUPERVISION_GATE, timezone.localdate(now))
    if opened is None:
        msg = (
            "Supervision can begin when you are admitted, the agreement is signed by both "
            "and the first-year fee has reached the Treasurer."
        )
        raise EvidenceRefused(msg)
    if held_on < opened:
        msg = f"Supervision could begin on {opened:%B} {opened.day}, {opened.year}; earlier sessions don't count."
        raise EvidenceRefused(msg)
    if "supervisor" not in supervision.supervisor.offices_held_on(held_on):
        msg = "The supervisor did not hold that office on this day."
        raise EvidenceRefused(msg)
    _check_recording(held_on, recording_of, recording_destroyed_on, now)
    if application.supervision_sessions.standing().filter(held_on=held_on).exists():
        msg = "A supervision session on this date is recorded already."
        raise EvidenceRefused(msg)
    session = SupervisionSession(
        application=application,
        supervisor=supervision.supervisor,
        held_on=held_on,
        minutes=minutes,
        mode=mode,
        recording_reviewed=recording_reviewed,
        recording_of=recording_of,
        recording_destroyed_on=recording_destroyed_on,
        logged_by=actor,
        created_at=now,
        confirmed_at=now if supervising else None,
    )
    session.full_clean(exclude=["application"])
    session.save()
    note_change(
        application,
        event=Event.ITEM_ADDED,
        actor=actor,
        now=now,
        details={"item": str(session.uuid), "kind": "supervision"},
    )
    return session


@transaction.atomic
def answer_supervision_sessions(
    *,
    sessions: Iterable[SupervisionSession],
    actor: Person,
    confirm: bool,
    reason: str = "",
    now: datetime | None = None,
) -> list[SupervisionSession]:
    """Confirm sessions that the candidate has logged, or say what is not right: all of them or none.

    Raises:
        PermissionError: somebody else's session.
        EvidenceRefused: answered already, or denied without a reason.
    """
    now = now or timezone.now()
    if not confirm and not reason.strip():
        msg = "Say what is not right."
        raise EvidenceRefused(msg)
    answered = []
    for session in sessions:
        application = lock_case(session.application)
        if session.supervisor_id != actor.pk or not supervises(actor, application, now):
            msg = "Only the supervisor of that session answers, while they supervise this candidate."
            raise PermissionError(msg)
        fresh = SupervisionSession.objects.get(pk=session.pk)
        if fresh.confirmed_at or fresh.denied_at or fresh.removed_at:
            msg = "This session has already been answered or removed."
            raise EvidenceRefused(msg)
        if confirm:
            fresh.confirmed_at = now
        else:
            fresh.denied_at, fresh.denial_reason = now, reason.strip()
        fresh.save(update_fields=["confirmed_at", "denied_at", "denial_reason"])
        note_change(
            application,
            event=Event.SESSION_CONFIRMED if confirm else Event.SESSION_DENIED,
            actor=actor,
            now=now,
            details={"item": str(fresh.uuid), "kind": "supervision", "as": "supervisor"},
        )
        answered.append(fresh)
    return answered


@transaction.atomic
def remove_supervision_session(
    *, session: SupervisionSession, actor: Person, now: datetime | None = None
) -> SupervisionSession:
    """Take back a session that was recorded by mistake; only whoever recorded it, and it is kept.

    Raises:
        PermissionError: somebody else recorded it.
        EvidenceRefused: removed already, or the candidate would remove a confirmed one.
    """
    now = now or timezone.now()
    application = lock_case(session.application)
    as_supervisor = session.supervisor_id == actor.pk and supervises(actor, application, now)
    if not as_supervisor and (session.logged_by_id, actor.pk) != (application.candidate_id, application.candidate_id):
        msg = "Only whoever recorded it takes it back."
        raise PermissionError(msg)
    session = SupervisionSession.objects.get(pk=session.pk)
    if session.removed_at or (session.confirmed_at and not as_supervisor):
        msg = "It has been removed already, or your supervisor has confirmed it: ask them to take it back."
        raise EvidenceRefused(msg)
    session.removed_at = now
    session.save(update_fields=["removed_at"])
    note_change(
        application,
        event=Event.ITEM_REMOVED,
        actor=actor,
        now=now,
        details={"item": str(session.uuid), "kind": "supervision"},
    )
    return session


@transaction.atomic
def file_report(
    *,
    application: Application,
    requirement: str,
    actor: Person,
    strengths: str,
    growth: str,
    recommended: bool,
    discussed: bool,
    number: int | None = None,
    corrects: bool = False,
    now: datetime | None = None,
) -> SupervisorReport:
    """File the supervisor's report; where several are asked for, the next one, or a corrected one of that number.

    A report that replaces another is counted in its place, and the older is kept. Where one is enough, a newer one
    replaces it.

    Raises:
        PermissionError: not the candidate's supervisor.
        EvidenceRefused: closed case, it has not been discussed with the candidate, that number has been filed (and is
            not to be corrected), or those before it have not.
    """
    now = now or timezone.now()
    application = lock_case(application)
    if not supervises(actor, application, now):
        msg = "Only the candidate's supervisor files this report."
        raise PermissionError(msg)
    if not discussed:
        msg = "Discuss the report with the candidate before you file it."
        raise EvidenceRefused(msg)
    number = _number_of_report(application, application.requirement(requirement), number, corrects=corrects)
    standing = application.reports.filter(requirement=requirement, superseded_at__isnull=True)
    standing.filter(number=number).update(superseded_at=now)
    report = SupervisorReport(
        application=application,
        requirement=requirement,
        number=number,
        author=actor,
        strengths=strengths,
        growth=growth,
        recommended=recommended,
        discussed=discussed,
        filed_at=now,
    )
    report.full_clean(exclude=["application"])
    report.save()
    note_change(
        application,
        event=Event.REPORT_FILED,
        actor=actor,
        now=now,
        details={"item": str(report.uuid), "requirement": requirement, "number": number},
    )
    return report


def _number_of_report(application: Application, requirement: Requirement, wanted: int | None, *, corrects: bool) -> int:
    if not is_one_of_several(requirement):
        return 1
    coming = next_report(application, requirement).number
    wanted = wanted or coming
    if wanted > coming:
        msg = f"Report {coming} comes first: it has not been filed yet."
        raise EvidenceRefused(msg)
    if wanted < coming and not corrects:
        msg = f"Report {wanted} has been filed already. Correct it if something in it is wrong, or file the next one."
        raise EvidenceRefused(msg)
    return wanted


def _check_recording(held_on: date, recording_of: date | None, destroyed_on: date | None, now: datetime) -> None:
    if recording_of and recording_of > held_on:
        msg = "The recorded group can't be later than the session in which its recording was reviewed."
        raise EvidenceRefused(msg)
    if destroyed_on and (destroyed_on < held_on or destroyed_on > timezone.localdate(now)):
        msg = "The recording is destroyed after it was reviewed, and not in the future."
        raise EvidenceRefused(msg)
