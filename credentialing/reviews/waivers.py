"""Waiving a requirement: recognition of prior learning, or an exception, by whoever the pathway names."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.assessments import WAIVED, CaseOnDay
from credentialing.applications.models import Application
from credentialing.applications.permissions import objection_to_judging
from credentialing.applications.progress import refresh_progress
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter
from credentialing.reviews.models import SignOff
from credentialing.reviews.services import NotTheReviewer, ReviewRefused


def waiving_roles(application: Application, requirement: str, person: Person, on: date) -> frozenset[str]:
    """In which of their offices this person may waive that requirement of that case; none where they may not."""
    if not application.is_open or application.is_paused or objection_to_judging(person, application):
        return frozenset()
    return person.roles_on(on) & frozenset(application.requirement(requirement).waivable_by)


@transaction.atomic
def waive_requirement(
    *,
    application: Application,
    requirement: str,
    actor: Person,
    reason: str,
    expires_on: date | None = None,
    now: datetime | None = None,
) -> SignOff:
    """Waive a requirement with a reason, for good or until a day; the candidate is told.

    Raises:
        NotTheReviewer: the pathway doesn't let this person waive it, or a conflict of interest.
        ReviewRefused: no reason, a day that has passed, complete already, or the case is closed.
    """
    now = now or timezone.now()
    day = timezone.localdate(now)
    application = Application.objects.select_for_update().get(pk=application.pk)
    roles = waiving_roles(application, requirement, actor, day)
    if not roles:
        msg = objection_to_judging(actor, application) or "You don't hold an office that may waive this."
        raise NotTheReviewer(msg)
    if not reason.strip():
        msg = "Say why."
        raise ReviewRefused(msg)
    if expires_on is not None and expires_on < day:
        msg = "This day has passed."
        raise ReviewRefused(msg)
    item = CaseOnDay(application, day).assess(application.requirement(requirement))
    if item.complete:
        msg = "This is complete, so there is nothing to waive."
        raise ReviewRefused(msg)
    application.sign_offs.standing().filter(requirement=requirement, outcome=WAIVED).update(taken_back_at=now)
    waiver = SignOff.objects.create(
        application=application,
        requirement=requirement,
        outcome=SignOff.Outcome.WAIVED,
        role=min(roles),
        reviewer=actor,
        reason=reason.strip(),
        evidence_digest=item.digest,
        expires_on=expires_on,
        created_at=now,
    )
    record_event(
        event=Event.REQUIREMENT_WAIVED,
        actor=actor,
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
        details={"requirement": requirement, "role": waiver.role, "until": str(expires_on or "")},
        now=now,
    )
    refresh_progress(application, now)
    send_letter(
        template="requirement_waived",
        to=application.candidate,
        context={"requirement": item.requirement.label, "reason": waiver.reason, "path": f"/my/case/{requirement}/"},
    )
    return waiver
