"""Voting and deciding."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from certificates.models import Certificate, Credential
from certificates.services import retry_certificate
from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.progress import assess_case, refresh_progress
from credentialing.applications.services.certification import certify
from credentialing.applications.services.lifecycle import change_lifecycle, defer_application
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter
from credentialing.council.models import Ballot, Decision
from credentialing.reviews.services import objection_to_review
from workflows.models import LedgerRecord
from workflows.services import perform

OUTCOMES = {
    Ballot.Choice.APPROVE: Decision.Outcome.APPROVED,
    Ballot.Choice.DEFER: Decision.Outcome.DEFERRED,
    Ballot.Choice.DECLINE: Decision.Outcome.DECLINED,
}


class VoteRefused(Exception):
    """This vote can't be cast now; the message says why (409)."""


class NotAVoter(Exception):
    """This person may not vote on this case; the message says why (403)."""


def is_before_the_council(application: Application, on: date) -> bool:
    """Whether everything but the council's own decision is complete and signed off."""
    if application.state != application.definition.stages[-2].slug:
        return False
    council = {r.slug for r in application.definition.stages[-1].requirements if r.kind == "decision"}
    return all(
        item.complete
        for item in assess_case(application, on)
        if not item.requirement.desirable and item.requirement.slug not in council
    )


@transaction.atomic
def cast_ballot(
    *,
    application: Application,
    actor: Person,
    choice: str,
    reason: str = "",
    defer_until: date | None = None,
    now: datetime | None = None,
) -> Ballot:
    """Cast one member's vote; when the quorum is reached and a majority agrees, decide and carry the decision out.

    Quorum counts distinct members, abstentions included; the majority is of the votes other than abstentions.
    A tie leaves the decision open for further votes.

    Raises:
        NotAVoter: not a council member today, or in conflict with the case.
        VoteRefused: not before the council, decided already, voted already, or no reason.
    """
    now = now or timezone.now()
    application = Application.objects.select_for_update().get(pk=application.pk)
    day = timezone.localdate(now)
    if "council" not in actor.roles_on(day):
        msg = "Only members of the council vote."
        raise NotAVoter(msg)
    objection = objection_to_review(application, actor)
    if objection:
        raise NotAVoter(objection)
    if not is_before_the_council(application, day):
        msg = "This case isn't before the council."
        raise VoteRefused(msg)
    if choice in {Ballot.Choice.DEFER, Ballot.Choice.DECLINE} and not reason.strip():
        msg = "Say why."
        raise VoteRefused(msg)
    decision, _ = Decision.objects.get_or_create(
        application=application, attempt=application.attempt, defaults={"opened_at": now}
    )
    if decision.outcome:
        msg = "The council has already decided."
        raise VoteRefused(msg)
    if decision.ballots.filter(member=actor).exists():
        msg = "You have already voted."
        raise VoteRefused(msg)
    ballot = Ballot.objects.create(
        decision=decision, member=actor, choice=choice, reason=reason.strip(), defer_until=defer_until, cast_at=now
    )
    record_event(
        event=Event.BALLOT_CAST,
        actor=actor,
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
        details={"attempt": application.attempt},
        now=now,
    )
    outcome = outcome_of(decision, application.definition.council.quorum)
    if outcome:
        _decide(decision, application, actor, outcome, now)
    return ballot


def outcome_of(decision: Decision, quorum: int) -> str:
    """What the ballots amount to; "" while the quorum or a majority is missing."""
    choices = list(decision.ballots.values_list("choice", flat=True))
    if len(choices) < quorum:
        return ""
    votes = Counter(choice for choice in choices if choice != Ballot.Choice.ABSTAIN)
    for choice, number in votes.items():
        if number * 2 > votes.total():
            return OUTCOMES[Ballot.Choice(choice)]
    return ""


def _decide(decision: Decision, application: Application, actor: Person, outcome: str, now: datetime) -> None:
    day = timezone.localdate(now)
    against = [b for b in decision.ballots.all() if OUTCOMES.get(Ballot.Choice(b.choice)) == outcome]
    decision.outcome = outcome
    decision.decided_at = now
    decision.conditions = "\n\n".join(b.reason for b in against if b.reason)
    decision.defer_until = max((b.defer_until for b in against if b.defer_until), default=None)
    _enter_in_minutes(decision, day)
    record_event(
        event=Event.DECISION_MADE,
        actor=actor,
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
        details={"outcome": outcome, "minute": decision.minute_number},
        now=now,
    )
    refresh_progress(application, now)
    if outcome == Decision.Outcome.APPROVED:
        certify(application=application, actor=actor, now=now)
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
    expected_version: int | None = None,
    now: datetime | None = None,
) -> LedgerRecord:
    """Suspend, reinstate, renew, revoke or resign a credential, and write to its holder.

    Raises:
        TransitionError: the refusals of the engine.
    """
    now = now or timezone.now()
    record = perform(credential, name, actor=actor, reason=reason, expected_version=expected_version, now=now)
    send_letter(
        template="suspended" if name == "suspend" else "standing_changed",
        to=credential.holder,
        context={
            "designation": credential.designation,
            "status": credential.status_label.lower(),
            "reason": record.reason,
            "path": "/my/",
        },
        dedupe_key=f"standing:{record.uuid}",
        now=now,
    )
    return record


@transaction.atomic
def correct_certificate(
    *, certificate: Certificate, name: str, actor: Person, now: datetime | None = None
) -> Certificate:
    """Try a certificate that could not be drawn again, with another spelling of the name.

    Raises:
        PermissionError: the actor is neither registrar nor administrator.
        ValueError: it has been issued meanwhile.
    """
    if not actor.roles_on(timezone.localdate(now)) & {"registrar", "administrator"}:
        msg = "The registrar or an administrator corrects certificates."
        raise PermissionError(msg)
    facts = replace(certificate.printed, name=name)
    corrected = retry_certificate(certificate=certificate, facts=facts, actor=actor)
    record_event(
        event=Event.CERTIFICATE_CORRECTED,
        actor=actor,
        subject_kind="certificate",
        subject_id=corrected.uuid,
        details={"edition": corrected.edition},
    )
    return corrected
