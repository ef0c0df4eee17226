"""How the council's work is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application, AwaitedAct
from credentialing.council.models import Decision


@dataclass(frozen=True, kw_only=True)
class Ready:
    """One case before the council."""

    application: Application
    since: datetime
    votes: int
    quorum: int
    voted: bool
    requirement: str


def ready_cases(acts: Iterable[AwaitedAct], member: Person, now: datetime) -> list[Ready]:
    """The cases that wait for a body's ballots, with how many votes count now and whether this member has voted."""
    acts = [act for act in acts if act.application.pathway_version.is_readable]
    acts = [act for act in acts if act.requirement in {r.slug for r in act.application.definition.balloted}]
    cases = [act.application for act in acts]
    decisions = Decision.objects.filter(application__in=cases).prefetch_related("ballots__member")
    cast = {
        (decision.application_id, decision.requirement, decision.attempt): list(decision.ballots.all())
        for decision in decisions
    }
    may_judge = _may_judge(cases, {ballot.member for ballots in cast.values() for ballot in ballots})
    members: dict[str, set[int]] = {}
    found = []
    for act in acts:
        requirement = act.application.definition.requirement(act.requirement)
        body = act.application.definition.body(requirement.parameters.body)
        if body.voters not in members:
            sitting = Person.objects.order_by().holding(body.voters, timezone.localdate(now))
            members[body.voters] = set(sitting.values_list("pk", flat=True))
        ballots = cast.get((act.application_id, act.requirement, act.application.attempt), [])
        counted = [b for b in ballots if b.member_id in members[body.voters] & may_judge[act.application_id]]
        found.append(
            Ready(
                application=act.application,
                since=act.since,
                votes=len(counted),
                quorum=body.quorum,
                voted=member.pk in {ballot.member_id for ballot in ballots},
                requirement=requirement.label,
            )
        )
    return found


def _may_judge(cases: Iterable[Application], members: Iterable[Person]) -> dict[int, set[int]]:
    """By case the keys of those whom nothing keeps from judging it; one query a member, however many cases."""
    found: dict[int, set[int]] = {case.pk: set() for case in cases}
    for member in sorted(members, key=lambda person: person.pk):
        untied = Application.objects.order_by().filter(pk__in=found).without_ties_to(member)
        for pk in untied.values_list("pk", flat=True):
            found[pk].add(member.pk)
    return found
