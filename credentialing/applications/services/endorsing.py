"""Putting a candidate forward for a stage, and taking such a word back."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.endorsing import RECOMMEND, missing_recommendations, stage_to_recommend
from credentialing.applications.models import Application, StageEndorsement
from credentialing.applications.permissions import officers_told_of
from credentialing.applications.progress import refresh_progress
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter


class EndorsementRefused(Exception):
    """This can't be said now, or not by this person; the message says why."""


def recommending_role(application: Application, stage: str, person: Person, now: datetime) -> str:
    """In which office this person can put the candidate forward for that stage; "" in none."""
    if application.objection_to(person) or person.pk == application.candidate_id:
        return ""
    roles = application.roles_of(person, timezone.localdate(now))
    return next((role for role in missing_recommendations(application, stage) if role in roles), "")


@transaction.atomic
def recommend_candidate(
    *, application: Application, actor: Person, reason: str = "", now: datetime | None = None
) -> StageEndorsement:
    """Put a candidate forward for the stage that lies ahead; whoever decides is asked when nobody else is missing.

    Raises:
        EndorsementRefused: something is still missing, nobody asks for this person's word, or a conflict of interest.
    """
    now = now or timezone.now()
    application = Application.objects.select_for_update().get(pk=application.pk)
    stage = stage_to_recommend(application, refresh_progress(application, now))
    if stage is None:
        msg = "Nothing is to be recommended here now."
        raise EndorsementRefused(msg)
    role = recommending_role(application, stage.slug, actor, now)
    if not role:
        msg = application.objection_to(actor) or "You don't hold the office that recommends this."
        raise EndorsementRefused(msg)
    said = StageEndorsement.objects.create(
        application=application,
        stage=stage.slug,
        attempt=application.attempt,
        act=RECOMMEND,
        role=role,
        person=actor,
        reason=reason.strip(),
        created_at=now,
    )
    _record(Event.STAGE_RECOMMENDED, said, now)
    refresh_progress(application, now)
    if not missing_recommendations(application, stage.slug):
        _ask_voters(application, stage.slug, now)
    return said


@transaction.atomic
def take_back_endorsement(
    *, endorsement: StageEndorsement, actor: Person, now: datetime | None = None
) -> StageEndorsement:
    """Take one's own recommendation or signature back, as long as nothing has been built on it.

    Raises:
        EndorsementRefused: somebody else's, taken back already, or the stage is reached or decided on.
    """
    now = now or timezone.now()
    application = Application.objects.select_for_update().get(pk=endorsement.application_id)
    endorsement = StageEndorsement.objects.get(pk=endorsement.pk)
    if endorsement.person_id != actor.pk:
        msg = "Everybody takes back their own words."
        raise EndorsementRefused(msg)
    objection = objection_to_taking_back(application, endorsement)
    if objection:
        raise EndorsementRefused(objection)
    endorsement.taken_back_at = now
    endorsement.save(update_fields=["taken_back_at"])
    _record(Event.STAGE_WORD_TAKEN_BACK, endorsement, now)
    refresh_progress(application, now)
    return endorsement


def objection_to_taking_back(application: Application, endorsement: StageEndorsement) -> str:
    """Why a word on a stage can't be taken back any more; "" when it can."""
    if endorsement.taken_back_at is not None:
        return "This has already been taken back."
    return built_on(application, endorsement) or ("" if application.is_open else "This case has ended.")


def built_on(application: Application, endorsement: StageEndorsement) -> str:
    """What has been built on a word on a stage, in words; "" while nothing has."""
    slugs = [stage.slug for stage in application.definition.stages]
    state = application.paused_from or application.state
    first = application.definition.stages[0].slug
    reached = slugs[: slugs.index(state) + 1] if state in slugs else []
    if endorsement.stage in reached and endorsement.stage != first:
        return "The stage has been reached on this, so it can't be taken back."
    if application.admitted_at and endorsement.stage == first:
        return "The candidate has been admitted on this, so it can't be taken back."
    return ""


def _ask_voters(application: Application, stage: str, now: datetime) -> None:
    """Write to those who vote now."""
    definition = application.definition
    voters = {definition.body(r.parameters.body).voters for r in definition.balloted if r.stage == stage}
    for role in sorted(voters):
        for person in officers_told_of(application, {role}, now):
            send_letter(
                template="ready_for_council",
                to=person,
                context={"candidate": str(application.candidate), "path": f"/council/cases/{application.uuid}/"},
                dedupe_key=f"ready:{application.uuid}:{stage}:{application.attempt}:{person.uuid}",
            )


def _record(event: Event, said: StageEndorsement, now: datetime) -> None:
    record_event(
        event=event,
        actor=said.person,
        subject_kind=said.application.subject_kind,
        subject_id=said.application.uuid,
        details={"stage": said.stage, "role": said.role, "act": said.act},
        now=now,
    )
