"""Signing off and returning requirements."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.accounts.services import declare_conflict
from credentialing.applications.assessments import Assessment, assess_requirement
from credentialing.applications.models import Application
from credentialing.applications.permissions import objection_to_judging
from credentialing.applications.progress import refresh_progress
from credentialing.applications.services.lifecycle import note_admission
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter
from credentialing.reviews.models import SignOff


class ReviewRefused(Exception):
    """The requirement can't be signed off or returned now; the message says why (409)."""


class StaleEvidence(ReviewRefused):
    """The evidence has changed since the reviewer looked at it."""


class NotTheReviewer(Exception):
    """This person may not judge this requirement; the message says why (403)."""


@transaction.atomic
def sign_off_requirement(
    *, application: Application, requirement: str, actor: Person, seen_digest: str, now: datetime | None = None
) -> SignOff:
    """Sign a met requirement off, pinned to the evidence the reviewer has seen.

    Raises:
        NotTheReviewer: no role that signs it, or a conflict of interest.
        StaleEvidence: the evidence has changed meanwhile.
        ReviewRefused: not met yet, already signed off, or the case is closed.
    """
    now = now or timezone.now()
    application, item, roles = _open(application, requirement, actor, seen_digest, now)
    if not item.progress.met:
        msg = f"This isn't complete yet: {item.progress.summary}."
        raise ReviewRefused(msg)
    waiting = [role for role in item.missing_roles if role in roles]
    if not waiting:
        msg = "This has already been signed off."
        raise ReviewRefused(msg)
    if any(f.person_id == actor.pk and f.digest == item.digest and f.outcome == "approved" for f in item.sign_offs):
        msg = "You have signed this off already; somebody else must give the second approval."
        raise ReviewRefused(msg)
    sign_off = _store(
        application, item, actor=actor, role=waiting[0], outcome=SignOff.Outcome.APPROVED, reason="", now=now
    )
    for after in refresh_progress(application, now):
        if after.requirement.slug == requirement and after.complete:
            if after.requirement.kind == "decision":
                note_admission(application=application, now=now)
            else:
                _write("requirement_signed_off", application, item, "")
    return sign_off


@transaction.atomic
def return_requirement(
    *,
    application: Application,
    requirement: str,
    actor: Person,
    seen_digest: str,
    reason: str,
    now: datetime | None = None,
) -> SignOff:
    """Send a requirement back to the candidate, saying what should be changed.

    Raises:
        NotTheReviewer: no role that signs it, or a conflict of interest.
        StaleEvidence: the evidence has changed meanwhile.
        ReviewRefused: no reason, already complete, or the case is closed.
    """
    now = now or timezone.now()
    application, item, roles = _open(application, requirement, actor, seen_digest, now)
    if not reason.strip():
        msg = "Say what should be changed."
        raise ReviewRefused(msg)
    if item.complete or item.returned:
        msg = "This has already been decided."
        raise ReviewRefused(msg)
    role = next(role for role in item.requirement.signed_by if role in roles)
    sign_off = _store(
        application, item, actor=actor, role=role, outcome=SignOff.Outcome.RETURNED, reason=reason.strip(), now=now
    )
    refresh_progress(application, now)
    _write("requirement_returned", application, item, reason.strip())
    return sign_off


@transaction.atomic
def take_back_sign_off(*, sign_off: SignOff, actor: Person, now: datetime | None = None) -> None:
    """Undo one's own sign-off given by mistake, as long as nothing has been built on it.

    Raises:
        NotTheReviewer: somebody else's sign-off.
        ReviewRefused: taken back already, or the stage has been reached or the candidate admitted on it.
    """
    now = now or timezone.now()
    if sign_off.reviewer_id != actor.pk:
        msg = "Everybody takes back their own sign-offs."
        raise NotTheReviewer(msg)
    application = Application.objects.select_for_update().get(pk=sign_off.application_id)
    objection = objection_to_taking_back(application, SignOff.objects.get(pk=sign_off.pk), timezone.localdate(now))
    if objection:
        raise ReviewRefused(objection)
    SignOff.objects.filter(pk=sign_off.pk).take_back(now)
    record_event(
        event=Event.SIGN_OFF_TAKEN_BACK,
        actor=actor,
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
        details={"requirement": sign_off.requirement, "sign_off": str(sign_off.uuid)},
        now=now,
    )
    refresh_progress(application, now)


def objection_to_taking_back(application: Application, sign_off: SignOff, on: date) -> str:
    """Why a sign-off can't be taken back any more; "" when it can."""
    if sign_off.taken_back_at is not None:
        return "This sign-off has already been taken back."
    if not application.is_open or application.is_paused:
        return "This case isn't open for review at the moment."
    return built_on(application, sign_off, on)


def built_on(application: Application, sign_off: SignOff, on: date) -> str:
    """What has been built on a sign-off, in words; "" while nothing has."""
    requirement = application.requirement(sign_off.requirement)
    if requirement.kind == "decision":
        if assess_requirement(application, requirement.slug, on).complete:
            return "The candidate has been admitted on this, so it can't be taken back."
        return ""
    if requirement.stage in stages_reached(application)[1:]:
        return "The stage has been reached on this, so it can't be taken back."
    return ""


def stages_reached(application: Application) -> list[str]:
    """The stages that the case has reached, in order; none in a draft."""
    slugs = [stage.slug for stage in application.definition.stages]
    state = application.paused_from or application.state
    return slugs[: slugs.index(state) + 1] if state in slugs else []


@transaction.atomic
def recuse(*, application: Application, actor: Person, relation: str, now: datetime | None = None) -> None:
    """Declare a conflict with the candidate: from now on this officer neither sees nor judges the case.

    Raises:
        ReviewRefused: one's own case, which is closed to one anyway.
    """
    if actor.pk == application.candidate_id:
        msg = "This is your own case; it is closed to you anyway."
        raise ReviewRefused(msg)
    declare_conflict(person=actor, other=application.candidate, relation=relation, actor=actor)
    record_event(
        event=Event.RECUSAL_DECLARED,
        actor=actor,
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
        now=now,
    )


def _open(
    application: Application, requirement: str, actor: Person, seen_digest: str, now: datetime
) -> tuple[Application, Assessment, frozenset[str]]:
    application = Application.objects.select_for_update().get(pk=application.pk)
    objection = objection_to_judging(actor, application)
    if objection:
        raise NotTheReviewer(objection)
    roles = actor.roles_on(timezone.localdate(now))
    item = assess_requirement(application, requirement, timezone.localdate(now))
    if not roles & set(item.requirement.signed_by):
        msg = "You don't hold the office that signs this off."
        raise NotTheReviewer(msg)
    if not application.is_open or application.is_paused or application.state == "draft":
        msg = "This case isn't open for review at the moment."
        raise ReviewRefused(msg)
    if item.digest != seen_digest:
        msg = "The evidence has changed since you looked at it. Look again before you decide."
        raise StaleEvidence(msg)
    return application, item, roles


def _store(
    application: Application, item: Assessment, *, actor: Person, role: str, outcome: str, reason: str, now: datetime
) -> SignOff:
    sign_off = SignOff.objects.create(
        application=application,
        requirement=item.requirement.slug,
        outcome=outcome,
        role=role,
        reviewer=actor,
        reason=reason,
        evidence_digest=item.digest,
        created_at=now,
    )
    approved = outcome == SignOff.Outcome.APPROVED
    record_event(
        event=Event.REQUIREMENT_SIGNED_OFF if approved else Event.REQUIREMENT_RETURNED,
        actor=actor,
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
        details={"requirement": item.requirement.slug, "role": role, "digest": item.digest},
        now=now,
    )
    return sign_off


def _write(template: str, application: Application, item: Assessment, reason: str) -> None:
    send_letter(
        template=template,
        to=application.candidate,
        context={
            "requirement": item.requirement.label,
            "reason": reason,
            "path": f"/my/case/{item.requirement.slug}/",
        },
    )
