"""Moving a case: stage sign-off, hold, resume, defer, withdraw, decline, reopen. Each ends in `perform`."""

from collections.abc import Mapping
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.endorsing import missing_recommendations, signatures
from credentialing.applications.models import Application, StageEndorsement
from credentialing.applications.permissions import officers_told_of
from credentialing.applications.progress import next_stage, refresh_progress, stage_is_ready
from credentialing.applications.workflow import DEFERRED
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter
from workflows.deadlines import call_off_deadline, hold_deadlines, set_deadline
from workflows.errors import TransitionBlocked
from workflows.models import LedgerRecord
from workflows.services import explain, perform

LETTERS: Mapping[str, str] = {
    "hold": "on_hold",
    "resume": "resumed",
    "withdraw": "withdrawn",
    "decline": "declined",
    "defer": "deferred",
    "reopen": "resumed",
}


@transaction.atomic
def sign_off_stage(
    *, application: Application, actor: Person, expected_version: int | None = None, now: datetime | None = None
) -> list[LedgerRecord]:
    """Carry the case to the next stage, and on through every further one that is ready and the actor may sign.

    Where several must sign, a signature is kept, nothing moves before the last of them, and no record is answered.
    One evaluated intensive may so carry a case through two states, each with its own record (DOMAIN §5).

    Raises:
        TransitionError: the refusals of the engine, for the first step.
    """
    now = now or timezone.now()
    if _sign_with_others(application, actor, expected_version, now):
        return []
    records = [perform(application, "advance", actor=actor, expected_version=expected_version, now=now)]
    assessments = refresh_progress(application, now)
    while (stage := next_stage(application)) and stage_is_ready(application, stage, assessments):
        if stage.quorum > 1 or not explain(application, "advance", actor, now=now).possible:
            break
        records.append(perform(application, "advance", actor=actor, now=now))
        assessments = refresh_progress(application, now)
    labels = {stage.slug: stage.for_candidates for stage in application.definition.stages}
    for record in records:
        send_letter(
            template="stage_reached",
            to=application.candidate,
            context={"stage": labels[record.target], "path": "/my/"},
            dedupe_key=f"stage:{record.uuid}",
        )
    last = application.definition.stages[-1].slug
    if application.state == application.definition.stages[-2].slug and not missing_recommendations(application, last):
        _tell_council(application, now)
    return records


def _sign_with_others(application: Application, actor: Person, expected_version: int | None, now: datetime) -> bool:
    """Keep a signature where more are needed; answers whether others are still waited for."""
    subject = Application.objects.select_for_update().get(pk=application.pk)
    stage = next_stage(subject)
    if stage is None or stage.quorum == 1:
        return False
    action = explain(subject, "advance", actor, now=now)
    if expected_version not in {None, subject.version} or not action.permitted:
        return False  # `perform` says why
    lacking = [unmet for unmet in action.unmet if unmet.code != "signatures"]
    if lacking:
        return False
    if actor.pk in signatures(subject, stage.slug):
        if action.unmet:
            raise TransitionBlocked(list(action.unmet))
        return False
    signed = StageEndorsement.objects.create(
        application=subject,
        stage=stage.slug,
        attempt=subject.attempt,
        act=StageEndorsement.Act.SIGN,
        role=min(action.transition.roles & subject.roles_of(actor, timezone.localdate(now))),
        person=actor,
        created_at=now,
    )
    record_event(
        event=Event.STAGE_SIGNED,
        actor=actor,
        subject_kind=subject.subject_kind,
        subject_id=subject.uuid,
        details={"stage": stage.slug, "role": signed.role},
        now=now,
    )
    refresh_progress(subject, now)
    return len(signatures(subject, stage.slug)) < stage.quorum


@transaction.atomic
def change_lifecycle(
    *,
    application: Application,
    name: str,
    actor: Person,
    reason: str = "",
    expected_version: int | None = None,
    now: datetime | None = None,
) -> LedgerRecord:
    """Hold, resume, withdraw, decline or reopen a case, and write to the candidate.

    Raises:
        TransitionError: the refusals of the engine.
    """
    now = now or timezone.now()
    hold_deadlines(application)
    record = perform(application, name, actor=actor, reason=reason, expected_version=expected_version, now=now)
    if record.source == DEFERRED:
        call_off_deadline(application, "reopen", now=now)
    tell_of_step(application=application, record=record, now=now)
    return record


def tell_of_step(*, application: Application, record: LedgerRecord, now: datetime) -> None:
    """What follows a step of the whole case, whoever took it: progress, and the letter to the candidate."""
    refresh_progress(application, now)
    send_letter(
        template=LETTERS[record.transition],
        to=application.candidate,
        context={"reason": record.reason, "reference": application.reference, "path": "/my/"},
        dedupe_key=f"{record.transition}:{record.uuid}",
    )


@transaction.atomic
def defer_application(
    *,
    application: Application,
    actor: Person,
    conditions: str,
    until: date | None,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> LedgerRecord:
    """The "not yet" of committee or council: what is still asked for and until when; the candidacy stays open.

    On that day the case comes back by itself (`manage.py tick`), unless somebody reopens it before. A day that has
    come by the time of the decision is none.

    Raises:
        TransitionError: the refusals of the engine.
    """
    now = now or timezone.now()
    if until is not None and until <= timezone.localdate(now):
        until = None
    Application.objects.filter(pk=application.pk).update(conditions=conditions, deferred_until=until)
    application.refresh_from_db()
    record = change_lifecycle(
        application=application,
        name="defer",
        actor=actor,
        reason=conditions,
        expected_version=expected_version,
        now=now,
    )
    if until is not None:
        that_day = datetime.combine(until, time.min, timezone.get_default_timezone())
        set_deadline(application, "reopen", due_at=that_day, now=now)
    return record


@transaction.atomic
def note_admission(*, application: Application, now: datetime) -> None:
    """Remember when the applicant became a candidate, and tell them what comes next."""
    updated = Application.objects.filter(pk=application.pk, admitted_at__isnull=True).update(admitted_at=now)
    if updated:
        application.refresh_from_db()
        refresh_progress(application, now)  # what waits for admission, waits no more
        send_letter(
            template="admitted",
            to=application.candidate,
            context={"path": "/my/"},
            dedupe_key=f"admitted:{application.uuid}",
        )


def _tell_council(application: Application, now: datetime) -> None:
    for person in officers_told_of(application, {application.definition.council.voters}, now):
        send_letter(
            template="ready_for_council",
            to=person,
            context={
                "candidate": str(application.candidate),
                "path": f"/council/cases/{application.uuid}/",
            },
            dedupe_key=f"ready:{application.uuid}:{application.attempt}:{person.uuid}",
        )
