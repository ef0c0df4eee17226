"""Asking evaluators, and their evaluations."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.accounts.ties import TO_EVALUATE, note_tie
from credentialing.applications.models import Application
from credentialing.applications.permissions import barring_ties, objection_to_judging
from credentialing.audit.events import Event as AuditName
from credentialing.correspondence.services import send_letter
from credentialing.evidence.models import Event, Observation, Rating
from credentialing.evidence.services.cases import EvidenceRefused, lock_case, note_change


@transaction.atomic
def request_observation(
    *, application: Application, event: Event, evaluator: Person, actor: Person, now: datetime | None = None
) -> Observation:
    """Ask a credentialed leader to evaluate a candidate at an event.

    Raises:
        PermissionError: not the coordinator (or chair) of an open case they may judge.
        EvidenceRefused: not an evaluator then, the supervisor, in conflict, asked already, or not on the roster.
    """
    now = now or timezone.now()
    application = lock_case(application)
    if not application.roles_of(actor, timezone.localdate(now)) & {"coordinator", "ccc_chair"}:
        msg = "Only the coordinator or the chair asks evaluators."
        raise PermissionError(msg)
    if objection := objection_to_judging(actor, application):
        raise PermissionError(objection)
    if "observer" not in evaluator.offices_held_on(event.starts_on):
        msg = f"{evaluator} was not a credentialing evaluator at the time of this event."
        raise EvidenceRefused(msg)
    if "observer" not in evaluator.roles_on(timezone.localdate(now)):
        msg = f"{evaluator} is no credentialing evaluator any more."
        raise EvidenceRefused(msg)
    if evaluator.pk == application.candidate_id:
        msg = "Nobody evaluates themselves."
        raise EvidenceRefused(msg)
    for tie in barring_ties(evaluator, application.candidate, application, TO_EVALUATE):
        msg = f"{evaluator} {tie.told}, so others must evaluate."
        raise EvidenceRefused(msg)
    if not event.attendances.filter(person=application.candidate).exclude(status="absent").exists():
        msg = "The candidate isn't on the roster of this event."
        raise EvidenceRefused(msg)
    if application.observations.filter(event=event, evaluator=evaluator).exists():
        msg = f"{evaluator} has already been asked."
        raise EvidenceRefused(msg)
    observation = Observation.objects.create(
        application=application,
        event=event,
        evaluator=evaluator,
        requested_by=actor,
        requested_at=now,
        rubric_version=application.definition.rubric.version if application.definition.rubric else "",
    )
    note_change(
        application,
        event=AuditName.OBSERVATION_REQUESTED,
        actor=actor,
        now=now,
        details={"item": str(observation.uuid)},
    )
    send_letter(
        template="evaluation_requested",
        to=evaluator,
        context={"candidate": str(application.candidate), "event": event.name, "path": "/evaluations/"},
    )
    note_tie(person=evaluator, other=application.candidate, now=now)
    return observation


@transaction.atomic
def save_observation(
    *,
    observation: Observation,
    actor: Person,
    ratings: Mapping[str, tuple[str, str]],
    comments: str,
    outcome: str,
    file: bool = False,
    now: datetime | None = None,
) -> Observation:
    """Keep an evaluator's ratings as a draft, or file them for good; `ratings` is item → (value, words).

    Raises:
        PermissionError: somebody else's evaluation.
        EvidenceRefused: filed already; or, when it is filed, something is missing or the evaluator has become
            the candidate's supervisor or declared a conflict of interest since they were asked.
    """
    now = now or timezone.now()
    if observation.evaluator_id != actor.pk or "observer" not in actor.roles_on(timezone.localdate(now)):
        msg = "Only the evaluator who was asked fills this in, while they hold that office."
        raise PermissionError(msg)
    application = lock_case(observation.application)
    observation = Observation.objects.get(pk=observation.pk)
    if observation.filed_at is not None:
        msg = "This evaluation has been filed and can't be changed."
        raise EvidenceRefused(msg)
    if file:
        if msg := objection_to_filing(observation, actor):
            raise EvidenceRefused(msg)
        _must_be_whole(application, observation, ratings, outcome, now)
    observation.comments, observation.outcome = comments, outcome
    observation.filed_at = now if file else None
    observation.full_clean(exclude=["application"])
    observation.save()
    observation.ratings.all().delete()
    Rating.objects.bulk_create(
        Rating(observation=observation, item=item, value=value, text=text)
        for item, (value, text) in ratings.items()
        if value
    )
    if file:
        note_change(
            application,
            event=AuditName.OBSERVATION_FILED,
            actor=actor,
            now=now,
            details={"item": str(observation.uuid)},
        )
    return observation


def objection_to_filing(observation: Observation, evaluator: Person) -> str:
    """Why the evaluator can't file it today, in words to them; "" when they can."""
    application = observation.application
    if not application.is_open:
        return f"{application.state_label}: the case has ended, so your evaluation isn't needed any more."
    for tie in barring_ties(evaluator, application.candidate, application, TO_EVALUATE):
        return f"{tie.words} That goes for evaluating too: tell the coordinator."
    return ""


def _must_be_whole(
    application: Application,
    observation: Observation,
    ratings: Mapping[str, tuple[str, str]],
    outcome: str,
    now: datetime,
) -> None:
    rubric = application.definition.rubric
    if observation.event.starts_on > timezone.localdate(now):
        msg = "The event has not begun yet."
        raise EvidenceRefused(msg)
    if not outcome:
        msg = "Say whether the candidate is ready."
        raise EvidenceRefused(msg)
    for item in rubric.items if rubric else ():
        value, text = ratings.get(item.slug, ("", ""))
        if not value:
            msg = f"Rate “{item.label}”, or choose “Not observed”."
            raise EvidenceRefused(msg)
        if rubric and value in rubric.text_required_for and not text.strip():
            msg = f"Say in words what is missing: “{item.label}”."
            raise EvidenceRefused(msg)
