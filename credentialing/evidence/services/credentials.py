"""Qualifications and results of exams: stated, entered."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.permissions import objection_to_judging
from credentialing.audit.events import Event
from credentialing.correspondence.services import send_letter
from credentialing.evidence.models import ExamResult, Qualification
from credentialing.evidence.requirements.exams import sooner_than_allowed
from credentialing.evidence.requirements.numbers import number_in_words
from credentialing.evidence.services.cases import (
    EvidenceRefused,
    lock_case,
    must_be_candidate,
    must_be_past,
    note_item,
)

EXAMINERS = frozenset({"coordinator", "registrar"})


@transaction.atomic
def state_qualification(
    *,
    application: Application,
    requirement: str,
    actor: Person,
    what: str,
    title: str,
    issuer: str,
    held_since: date,
    valid_until: date | None = None,
    now: datetime | None = None,
) -> Qualification:
    """State that one holds a qualification; where the pathway says so, an officer signs it off.

    Raises:
        PermissionError: not the candidate.
        EvidenceRefused: a closed case, a day that has not come, or not one of those asked for.
        ValidationError: it would end before it begins.
    """
    now = now or timezone.now()
    application = lock_case(application)
    must_be_candidate(application, actor)
    must_be_past(held_since, now)
    if what not in application.requirement(requirement).parameters.any_of:
        msg = "This isn't one of the qualifications that are asked for."
        raise EvidenceRefused(msg)
    qualification = Qualification(
        application=application, requirement=requirement, what=what, title=title, issuer=issuer,
        held_since=held_since, valid_until=valid_until, stated_at=now,
    )  # fmt: skip
    qualification.full_clean()
    qualification.save()
    note_item(Event.ITEM_ADDED, application, qualification, actor=actor, now=now)
    return qualification


@transaction.atomic
def withdraw_qualification(*, qualification: Qualification, actor: Person, now: datetime | None = None) -> None:
    """Take back what was stated; it is kept and counts no more.

    Raises:
        PermissionError: not the candidate.
        EvidenceRefused: a closed case, or taken back already.
    """
    now = now or timezone.now()
    application = lock_case(qualification.application)
    must_be_candidate(application, actor)
    if not application.qualifications.filter(pk=qualification.pk, withdrawn_at__isnull=True).update(withdrawn_at=now):
        msg = "This has already been taken back."
        raise EvidenceRefused(msg)
    note_item(Event.ITEM_REMOVED, application, qualification, actor=actor, now=now)


@transaction.atomic
def enter_exam_result(
    *,
    application: Application,
    requirement: str,
    actor: Person,
    taken_on: date,
    score: Decimal,
    now: datetime | None = None,
) -> ExamResult:
    """Enter the result of a sitting; the candidate is told.

    Raises:
        PermissionError: no office that enters results, or one's own.
        EvidenceRefused: a closed case, a day that has not come, a second result of one day, or too soon or too often.
    """
    now = now or timezone.now()
    application = lock_case(application)
    _must_examine(application, actor, now)
    must_be_past(taken_on, now)
    rule = application.requirement(requirement).parameters
    sat = list(application.exam_results.filter(requirement=requirement, annulled_at__isnull=True))
    if any(result.taken_on == taken_on for result in sat):
        msg = "A result of this day has already been entered."
        raise EvidenceRefused(msg)
    if rule.attempts and len(sat) >= rule.attempts:
        msg = f"The exam can be taken {rule.attempts} times, and that has been done."
        raise EvidenceRefused(msg)
    if too_soon := sooner_than_allowed(rule, taken_on, [(result.taken_on, result.score) for result in sat]):
        raise EvidenceRefused(too_soon)
    result = ExamResult(
        application=application,
        requirement=requirement,
        taken_on=taken_on,
        score=score,
        entered_by=actor,
        entered_at=now,
    )
    result.full_clean()
    result.save()
    note_item(Event.ITEM_ADDED, application, result, actor=actor, now=now)
    send_letter(
        template="exam_result",
        to=application.candidate,
        context={
            "exam": application.requirement(requirement).label,
            "score": number_in_words(score),
            "needed": number_in_words(rule.pass_mark),
            "path": f"/my/case/{requirement}/",
        },
    )
    return result


@transaction.atomic
def annul_exam_result(*, result: ExamResult, actor: Person, reason: str, now: datetime | None = None) -> None:
    """Take an entry back that was made by mistake; it is kept with the reason.

    Raises:
        PermissionError: no office that enters results, or one's own.
        EvidenceRefused: no reason, a closed case, or annulled already.
    """
    now = now or timezone.now()
    application = lock_case(result.application)
    _must_examine(application, actor, now)
    if not reason.strip():
        msg = "Say why."
        raise EvidenceRefused(msg)
    standing = application.exam_results.filter(pk=result.pk, annulled_at__isnull=True)
    if not standing.update(annulled_at=now, annulled_because=reason.strip()):
        msg = "This has already been annulled."
        raise EvidenceRefused(msg)
    note_item(Event.ITEM_REMOVED, application, result, actor=actor, now=now)


def _must_examine(application: Application, actor: Person, now: datetime) -> None:
    if actor.pk == application.candidate_id or not actor.roles_on(timezone.localdate(now)) & EXAMINERS:
        msg = "The coordinator or the registrar enters results, and not their own."
        raise PermissionError(msg)
    if objection := objection_to_judging(actor, application):
        raise PermissionError(objection)
