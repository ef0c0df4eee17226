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


def ready_cases(acts: Iterable[AwaitedAct], member: Person) -> list[Ready]:
    """The cases that wait for the council, with how many have voted and whether this member has."""
    acts = list(acts)
    opened = {
        (decision.application_id, decision.attempt): [ballot.member_id for ballot in decision.ballots.all()]
        for decision in Decision.objects.filter(application__in=[act.application for act in acts]).prefetch_related(
            "ballots"
        )
    }
    return [
        Ready(
            application=act.application,
            since=act.since,
            votes=len(opened.get((act.application_id, act.application.attempt), [])),
            quorum=act.application.definition.council.quorum,
            voted=member.pk in opened.get((act.application_id, act.application.attempt), []),
        )
        for act in acts
    ]
