"""Voting and deciding."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from certificates.models import Credential
from certificates.services import renew_credential
from credentialing.accounts.models import Person
from credentialing.applications.assessments import assess_case
from credentialing.applications.endorsing import missing_recommendations, only_decisions_missing
from credentialing.applications.models import Application
from credentialing.applications.permissions import objection_to_judging
from credentialing.applications.progress import refresh_progress
from credentialing.applications.services.certification import certify, tell_of_standing
from credentialing.applications.services.lifecycle import change_lifecycle, defer_application, note_admission
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter
from credentialing.council.counting import OUTCOMES, Count, count_of, outcome_of
from credentialing.council.models import Ballot, Decision
from credentialing.pathways.definitions import Body, Requirement
from workflows.models import LedgerRecord
from workflows.services import perform


class VoteRefused(Exception):
    """This vote can't be cast now; the message says why (409)."""


class NotAVoter(Exception):
    """This person may not vote on this case; the message says why (403)."""


def decision_ahead(application: Application, on: date) -> Requirement | None:
    """The decision that lies before its body now: all else is complete, and whoever must has recommended."""
    definition = application.definition
    here = [r for r in definition.balloted if definition.state_before(r) == application.state]
    if not here:
        return None
    items = assess_case(application, on)
    complete = {item.requirement.slug for item in items if item.complete}
    for requirement in here:
        if requirement.slug in complete or missing_recommendations(application, requirement.stage):
            continue
        if only_decisions_missing(application, definition.stage(requirement.stage), items):
            return requirement
    return None


@transaction.atomic
def cast_ballot(
    *,
    application: Application,
    actor: Person,
    choice: str,
    reason: str = "",
    defer_until: date | None = None,
    consolation: bool = False,
    now: datetime | None = None,
) -> Ballot:
    """Cast one member's vote; when the quorum is reached and a majority agrees, decide and carry the decision out.

    Quorum counts distinct members, abstentions included; the majority is of the votes other than abstentions. Votes of
    those who have left the body or are tied to the candidate by now aren't counted (`council.counting`). A draw
    leaves the decision open for further votes.

    Raises:
        NotAVoter: not a member of the body today, or in conflict with the case.
        VoteRefused: not before the body, decided already, voted already, or no reason.
    """
    now = now or timezone.now()
    application = Application.objects.select_for_update().get(pk=application.pk)
    requirement, body = _must_vote(application, actor, now)
    definition = application.definition
    if choice == Ballot.Choice.DEFER and requirement.stage != definition.stages[-1].slug:
        msg = "This can't be deferred: approve, decline or abstain."
        raise VoteRefused(msg)
    if choice in {Ballot.Choice.DEFER, Ballot.Choice.DECLINE} and not reason.strip():
        msg = "Say why."
        raise VoteRefused(msg)
    decision, _ = Decision.objects.get_or_create(
        application=application, requirement=requirement.slug, attempt=application.attempt, defaults={"opened_at": now}
    )
    if decision.outcome:
        msg = f"The {body.label} has already decided."
        raise VoteRefused(msg)
    if decision.ballots.filter(member=actor).exists():
        msg = "You have already voted."
        raise VoteRefused(msg)
    ballot = Ballot.objects.create(
        decision=decision,
        member=actor,
        choice=choice,
        reason=reason.strip(),
        defer_until=defer_until,
        consolation=consolation and choice == Ballot.Choice.DECLINE and bool(definition.award.consolation),
        cast_at=now,
    )
    record_event(
        event=Event.BALLOT_CAST,
        actor=actor,
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
        details={"attempt": application.attempt},
        now=now,
    )
    _settle(decision, application, actor, now)
    return ballot


@transaction.atomic
def count_votes(*, application: Application, actor: Person, now: datetime | None = None) -> Decision:
    """Decide by the votes that count now, where one has fallen out and the others already agree.

    Raises:
        NotAVoter: not a member of the body today, or tied to the candidate.
        VoteRefused: nothing is open, or the votes don't decide it yet.
    """
    now = now or timezone.now()
    application = Application.objects.select_for_update().get(pk=application.pk)
    requirement, _ = _must_vote(application, actor, now)
    decision = Decision.objects.of(application, requirement.slug).filter(outcome="").first()
    if decision is None or not _settle(decision, application, actor, now):
        msg = "The votes that count don't decide this yet."
        raise VoteRefused(msg)
    return decision


def _must_vote(application: Application, actor: Person, now: datetime) -> tuple[Requirement, Body]:
    day = timezone.localdate(now)
    definition = application.definition
    requirement = decision_ahead(application, day)
    body = definition.body(requirement.parameters.body) if requirement else definition.council
    if body.voters not in actor.roles_on(day):
        msg = f"Only members vote: {body.label}."
        raise NotAVoter(msg)
    if objection := objection_to_judging(actor, application):
        raise NotAVoter(objection)
    if requirement is None:
        msg = f"This case isn't before the {body.label}."
        raise VoteRefused(msg)
    return requirement, body


def _settle(decision: Decision, application: Application, actor: Person, now: datetime) -> bool:
    """Decide and carry the decision out, if the votes that count amount to one."""
    definition = application.definition
    requirement = definition.requirement(decision.requirement)
    body = definition.body(requirement.parameters.body)
    count = count_of(decision, body, now)
    outcome = outcome_of(count.choices, body)
    if outcome == Decision.Outcome.DEFERRED and requirement.stage != definition.stages[-1].slug:
        outcome = Decision.Outcome.DECLINED
    if not outcome:
        return False
    decision.application, decision.outcome = application, outcome
    _decide(decision, count, actor, now)
    return True


def _decide(decision: Decision, count: Count, actor: Person, now: datetime) -> None:
    application, outcome = decision.application, decision.outcome
    day = timezone.localdate(now)
    if count.left_out:
        Ballot.objects.filter(pk__in=[ballot.pk for ballot in count.left_out]).update(left_out=True)
    against = [b for b in count.counted if OUTCOMES.get(Ballot.Choice(b.choice)) == outcome]
    decision.decided_at = now
    decision.conditions = "\n\n".join(b.reason for b in against if b.reason)
    decision.defer_until = max((b.defer_until for b in against if b.defer_until), default=None)
    decision.consolation = 2 * sum(b.consolation for b in against) > len(against)
    _enter_in_minutes(decision, day)
    record_event(
        event=Event.DECISION_MADE,
        actor=actor,
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
        details={
            "requirement": decision.requirement,
            "outcome": outcome,
            "minute": decision.minute_number,
            "counted": len(count.counted),
            "left_out": len(count.left_out),
        },
        now=now,
    )
    refresh_progress(application, now)
    if outcome == Decision.Outcome.APPROVED:
        _approve(decision, application, actor, now)
    elif outcome == Decision.Outcome.DEFERRED:
        defer_application(
            application=application,
            actor=actor,
            conditions=decision.conditions,
            until=decision.defer_until,
            now=now,
        )
    else:
        change_lifecycle(application=application, name="decline", actor=actor, reason=decision.conditions, now=now)
        if decision.consolation:
            send_letter(
                template="consolation",
                to=application.candidate,
                context={"title": application.definition.award.consolation, "path": "/my/"},
                dedupe_key=f"consolation:{decision.uuid}",
            )


def _approve(decision: Decision, application: Application, actor: Person, now: datetime) -> None:
    """At the end it certifies; at the beginning it admits; in between the stage can be signed."""
    definition = application.definition
    requirement = definition.requirement(decision.requirement)
    if requirement.stage == definition.stages[-1].slug:
        certify(application=application, actor=actor, now=now)
    elif requirement.stage == definition.stages[0].slug:
        note_admission(application=application, now=now)
    else:
        send_letter(
            template="requirement_signed_off",
            to=application.candidate,
            context={"requirement": requirement.label, "reason": "", "path": f"/my/case/{requirement.slug}/"},
            dedupe_key=f"decided:{decision.uuid}",
        )


def _enter_in_minutes(decision: Decision, day: date) -> None:
    """Store the decision under the next minute number of the year: 2026-07.

    UNIQUE keeps two decisions at once from taking the same number: whoever comes second waits at the index for the
    first's commit and takes the next.
    """
    while True:
        decision.minute_number = _next_minute(day)
        try:
            with transaction.atomic():
                decision.save()
        except IntegrityError:
            if not Decision.objects.filter(minute_number=decision.minute_number).exists():
                raise
        else:
            return


def _next_minute(day: date) -> str:
    taken = Decision.objects.filter(minute_number__startswith=f"{day.year}-")
    numbers = [int(number.split("-")[1]) for number in taken.values_list("minute_number", flat=True) if number]
    return f"{day.year}-{max(numbers, default=0) + 1:02}"


@transaction.atomic
def change_standing(
    *,
    credential: Credential,
    name: str,
    actor: Person,
    reason: str = "",
    valid_until: date | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> LedgerRecord:
    """Suspend, reinstate, renew (until a new last day), revoke or resign a credential, and write to its holder.

    Raises:
        TransitionError: the refusals of the engine.
        ValueError: renewing it until that day would not put it in force, or its document could not be printed.
    """
    now = now or timezone.now()
    if name == "renew":
        record = renew_credential(
            credential=credential, valid_until=valid_until, actor=actor, reason=reason,
            expected_version=expected_version, now=now,
        )  # fmt: skip
    else:
        record = perform(credential, name, actor=actor, reason=reason, expected_version=expected_version, now=now)
    tell_of_standing(credential=credential, record=record, now=now)
    return record
