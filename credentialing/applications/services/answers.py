"""Answers that decide what is asked for: changed after submission by the coordinator alone, with a reason."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.progress import refresh_progress
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter
from credentialing.pathways.definitions import PathwayDefinition


class AnswersRefused(Exception):
    """The answers can't be changed now, not by this person, or not like this; the message says why."""


def known_answers(definition: PathwayDefinition, answers: Mapping[str, str]) -> dict[str, str]:
    """Only answers to questions that the pathway asks, and only ones that can be given."""
    choices = {question.slug: {slug for slug, _ in question.choices} for question in definition.profile}
    return {slug: answer for slug, answer in answers.items() if answer in choices.get(slug, ())}


@transaction.atomic
def change_answers(
    *, application: Application, actor: Person, answers: Mapping[str, str], reason: str, now: datetime | None = None
) -> Application:
    """Correct what the candidate answered; the case is assessed anew and the candidate is told.

    Raises:
        AnswersRefused: not the coordinator, a conflict of interest, no reason, nothing changes, or the case is over.
    """
    now = now or timezone.now()
    application = Application.objects.select_for_update().get(pk=application.pk)
    objection = application.objection_to(actor)
    if objection or "coordinator" not in application.roles_of(actor, timezone.localdate(now)):
        raise AnswersRefused(objection or "Only the coordinator changes these answers.")
    if not application.is_open or application.state == "draft":
        msg = "These answers can't be changed now."
        raise AnswersRefused(msg)
    if not reason.strip():
        msg = "Say why."
        raise AnswersRefused(msg)
    before, after = dict(application.profile), known_answers(application.definition, answers)
    if after == before:
        msg = "Nothing has changed."
        raise AnswersRefused(msg)
    application.profile = after
    application.save(update_fields=["profile"])
    record_event(
        event=Event.PROFILE_ANSWERS_CHANGED,
        actor=actor,
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
        details={"before": before, "after": after, "reason": reason.strip()},
        now=now,
    )
    refresh_progress(application, now)
    send_letter(
        template="answers_changed",
        to=application.candidate,
        context={
            "answers": [f"{label} {answer}" for label, answer in application.answers],
            "reason": reason.strip(),
            "path": "/my/",
        },
    )
    return application
