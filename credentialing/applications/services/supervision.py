"""Finding a supervisor: ask, accept, decline, end."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.accounts.ties import TO_SUPERVISE, note_tie
from credentialing.applications.models import Application, Supervision
from credentialing.applications.permissions import barring_ties
from credentialing.applications.progress import refresh_progress
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter


class SupervisionRefused(Exception):
    """This can't be done with the supervision now; the message says why."""


@transaction.atomic
def ask_supervisor(
    *, application: Application, supervisor: Person, actor: Person, note: str = "", now: datetime | None = None
) -> Supervision:
    """Ask somebody on the supervisors' list to supervise the applicant, and write to them.

    Raises:
        PermissionError: neither the applicant nor the coordinator asks.
        SupervisionRefused: the case is closed, another supervisor has been asked, the person isn't on the list.
    """
    now = now or timezone.now()
    application = Application.objects.select_for_update().get(pk=application.pk)
    if actor.pk != application.candidate_id and "coordinator" not in application.roles_of(
        actor, timezone.localdate(now)
    ):
        msg = "Only the applicant or the coordinator asks a supervisor."
        raise PermissionError(msg)
    if not application.is_open or application.is_paused:
        msg = "This application is not open, so no supervisor can be asked."
        raise SupervisionRefused(msg)
    if application.current_supervision is not None:
        msg = "A supervisor has already been asked. End that first."
        raise SupervisionRefused(msg)
    if "supervisor" not in supervisor.roles_on(timezone.localdate(now)) or supervisor.pk == application.candidate_id:
        msg = "Choose somebody from the list of supervisors."
        raise SupervisionRefused(msg)
    for tie in barring_ties(supervisor, application.candidate, application, TO_SUPERVISE):
        msg = f"{supervisor} {tie.told}. Choose somebody else."
        raise SupervisionRefused(msg)
    supervision = Supervision.objects.create(application=application, supervisor=supervisor, note=note, asked_at=now)
    _record(Event.SUPERVISOR_ASKED, supervision, actor, now)
    refresh_progress(application, now)
    send_letter(
        template="supervisor_asked",
        to=supervisor,
        context={"candidate": str(application.candidate), "path": "/supervision/"},
    )
    return supervision


@transaction.atomic
def answer_supervision(
    *, supervision: Supervision, actor: Person, accept: bool, now: datetime | None = None
) -> Supervision:
    """Record the supervisor's yes or no, once, and tell the candidate.

    Raises:
        PermissionError: somebody else answers.
        SupervisionRefused: it was answered already.
    """
    now = now or timezone.now()
    if actor.pk != supervision.supervisor_id:
        msg = "Only the supervisor who was asked answers."
        raise PermissionError(msg)
    application = Application.objects.select_for_update().get(pk=supervision.application_id)
    supervision = Supervision.objects.get(pk=supervision.pk)
    if supervision.accepted_at or supervision.declined_at or supervision.ended_at:
        msg = "This request has already been answered."
        raise SupervisionRefused(msg)
    if accept and not application.is_open:
        msg = "This application has ended, so there is nobody to supervise."
        raise SupervisionRefused(msg)
    for tie in barring_ties(actor, application.candidate, application, TO_SUPERVISE) if accept else ():
        msg = f"{tie.words} So somebody else must supervise: decline, and the candidate asks another."
        raise SupervisionRefused(msg)
    if accept and "supervisor" not in actor.roles_on(timezone.localdate(now)):
        msg = "Only those in office as supervisors can accept."
        raise SupervisionRefused(msg)
    if accept:
        supervision.accepted_at = now
    else:
        supervision.declined_at = now
    supervision.save(update_fields=["accepted_at", "declined_at"])
    _record(Event.SUPERVISOR_ANSWERED, supervision, actor, now)
    refresh_progress(application, now)
    send_letter(
        template="supervisor_accepted" if accept else "supervisor_declined",
        to=application.candidate,
        context={"supervisor": str(supervision.supervisor), "path": "/my/"},
    )
    if accept:
        note_tie(person=actor, other=application.candidate, now=now)
    return supervision


@transaction.atomic
def end_supervision(*, supervision: Supervision, actor: Person, now: datetime | None = None) -> Supervision:
    """End a supervision (or take back a request); sessions already recorded stay valid.

    Raises:
        PermissionError: not the candidate, the supervisor or the coordinator.
        SupervisionRefused: it is over already.
    """
    now = now or timezone.now()
    application = Application.objects.select_for_update().get(pk=supervision.application_id)
    allowed = actor.pk == supervision.supervisor_id or application.roles_of(actor, timezone.localdate(now)) & {
        "candidate",
        "coordinator",
    }
    if not allowed:
        msg = "Only the candidate, the supervisor or the coordinator ends a supervision."
        raise PermissionError(msg)
    supervision = Supervision.objects.get(pk=supervision.pk)
    if supervision.ended_at or supervision.declined_at:
        msg = "This supervision is over already."
        raise SupervisionRefused(msg)
    supervision.ended_at = now
    supervision.save(update_fields=["ended_at"])
    _record(Event.SUPERVISOR_ENDED, supervision, actor, now)
    refresh_progress(application, now)
    return supervision


def _record(event: Event, supervision: Supervision, actor: Person, now: datetime) -> None:
    details = {"supervisor": str(supervision.supervisor.uuid)}
    if event == Event.SUPERVISOR_ANSWERED:
        details["answer"] = "accepted" if supervision.accepted_at else "declined"
    record_event(
        event=event,
        actor=actor,
        subject_kind=supervision.application.subject_kind,
        subject_id=supervision.application.uuid,
        details=details,
        now=now,
    )
