"""How the council's work is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

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


def ready_cases(acts: Iterable[AwaitedAct], member: Person) -> list[Ready]:
    """The cases that wait for a body's ballots, with how many have voted and whether this member has."""
    acts = [act for act in acts if act.requirement in {r.slug for r in act.application.definition.balloted}]
    opened = {
        (decision.application_id, decision.requirement, decision.attempt): [
            ballot.member_id for ballot in decision.ballots.all()
        ]
        for decision in Decision.objects.filter(application__in=[act.application for act in acts]).prefetch_related(
            "ballots"
        )
    }
    found = []
    for act in acts:
        definition = act.application.definition
        requirement = definition.requirement(act.requirement)
        cast = opened.get((act.application_id, act.requirement, act.application.attempt), [])
        found.append(
            Ready(
                application=act.application,
                since=act.since,
                votes=len(cast),
                quorum=definition.body(requirement.parameters.body).quorum,
                voted=member.pk in cast,
                requirement=requirement.label,
            )
        )
    return found
