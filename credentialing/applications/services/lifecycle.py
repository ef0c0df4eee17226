"""Moving a case: stage sign-off, hold, resume, defer, withdraw, decline, reopen. Each ends in `perform`."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.progress import next_stage, refresh_progress, stage_is_ready
from credentialing.correspondence.services import send_letter
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

    One evaluated intensive may so carry a case through two states, each with its own record (DOMAIN §5).

    Raises:
        TransitionError: the refusals of the engine, for the first step.
    """
    now = now or timezone.now()
    records = [perform(application, "advance", actor=actor, expected_version=expected_version, now=now)]
    assessments = refresh_progress(application, now)
    while (stage := next_stage(application)) and stage_is_ready(application, stage, assessments):
        if not explain(application, "advance", actor, now=now).permitted:
            break
        records.append(perform(application, "advance", actor=actor, now=now))
        assessments = refresh_progress(application, now)
    labels = {stage.slug: stage.label for stage in application.definition.stages}
    for record in records:
        send_letter(
            template="stage_reached",
            to=application.candidate,
            context={"stage": labels[record.target], "path": "/my/"},
            dedupe_key=f"stage:{record.uuid}",
        )
    if application.state == application.definition.stages[-2].slug:
        _tell_council(application, now)
    return records


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
    record = perform(application, name, actor=actor, reason=reason, expected_version=expected_version, now=now)
    refresh_progress(application, now)
    send_letter(
        template=LETTERS[name],
        to=application.candidate,
        context={"reason": reason, "reference": application.reference, "path": "/my/"},
        dedupe_key=f"{name}:{record.uuid}",
    )
    return record


@transaction.atomic
def defer_application(
    *,
    application: Application,
    actor: Person,
    conditions: str,
    until: date | None,
    now: datetime | None = None,
) -> LedgerRecord:
    """The council's "not yet": what is still asked for and until when; the candidacy stays open.

    Raises:
        TransitionError: the refusals of the engine.
    """
    Application.objects.filter(pk=application.pk).update(conditions=conditions, deferred_until=until)
    application.refresh_from_db()
    return change_lifecycle(application=application, name="defer", actor=actor, reason=conditions, now=now)


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
    for person in Person.objects.holding("council", timezone.localdate(now)):
        send_letter(
            template="ready_for_council",
            to=person,
            context={
                "candidate": str(application.candidate),
                "path": f"/council/cases/{application.uuid}/",
            },
            dedupe_key=f"ready:{application.uuid}:{application.attempt}:{person.uuid}",
        )
