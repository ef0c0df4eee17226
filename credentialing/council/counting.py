"""Which votes count, and what they amount to. Ballots are kept as they were cast; counting asks who may judge today."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.permissions import untied_among
from credentialing.council.models import Ballot, Decision
from credentialing.pathways.definitions import Body

OUTCOMES = {
    Ballot.Choice.APPROVE: Decision.Outcome.APPROVED,
    Ballot.Choice.DEFER: Decision.Outcome.DEFERRED,
    Ballot.Choice.DECLINE: Decision.Outcome.DECLINED,
}


@dataclass(frozen=True, kw_only=True)
class Count:
    """The ballots of one decision: those that count now, and those that don't."""

    counted: tuple[Ballot, ...]
    left_out: tuple[Ballot, ...] = ()

    @property
    def choices(self) -> list[str]:
        """How those vote whose votes count."""
        return [ballot.choice for ballot in self.counted]


def count_of(decision: Decision | None, body: Body, now: datetime) -> Count:
    """The votes of those who are members of the body now and whom nothing keeps from judging; the others are left out.

    What was decided stands on the votes that counted then: after the decision every ballot is told as it was counted.
    """
    if decision is None:
        return Count(counted=())
    ballots = list(decision.ballots.select_related("member"))
    if decision.outcome:
        out = {ballot.pk for ballot in ballots if ballot.left_out}
    else:
        voting = voters_among([ballot.member for ballot in ballots], decision.application, body, now)
        out = {ballot.pk for ballot in ballots if ballot.member_id not in voting}
    return Count(
        counted=tuple(ballot for ballot in ballots if ballot.pk not in out),
        left_out=tuple(ballot for ballot in ballots if ballot.pk in out),
    )


def voters_among(people: Iterable[Person], application: Application, body: Body, now: datetime) -> set[int]:
    """The keys of those of these people who sit in the body now and may judge this case."""
    wanted = {person.pk for person in people}
    members = Person.objects.order_by().holding(body.voters, timezone.localdate(now)).filter(pk__in=wanted)
    return untied_among(list(members), application)


def outcome_of(choices: Sequence[str], body: Body) -> str:
    """What the votes that count amount to; "" while the quorum or a majority is missing.

    By a simple majority any outcome needs more than half. By two thirds, or by all, approval needs that many; once so
    many are against that it can't be reached, more of them deciding for it, deferring and declining go by number, and
    the milder one at a tie.
    """
    votes = Counter(choice for choice in choices if choice != Ballot.Choice.ABSTAIN)
    if len(choices) < body.quorum or not votes:
        return ""
    if body.majority == "simple":
        most = next((choice for choice, number in votes.items() if number * 2 > votes.total()), None)
        return OUTCOMES[Ballot.Choice(most)] if most else ""
    approving, total = votes[Ballot.Choice.APPROVE], votes.total()
    if approving == total or (body.majority == "two_thirds" and approving * 3 >= total * 2):
        return Decision.Outcome.APPROVED
    declining = votes[Ballot.Choice.DECLINE] > votes[Ballot.Choice.DEFER]
    return Decision.Outcome.DECLINED if declining else Decision.Outcome.DEFERRED
