"""Facts made by hand: what a kind would have gathered."""

from datetime import date
from itertools import count
from typing import Any

from credentialing.evidence.requirements.log import LogFacts, Session
from credentialing.pathways.definitions import Requirement
from workflows.subjects import EvidenceReference

_numbers = count(1)
SUBMITTED_IN = date(2024, 1, 1)


def reference(kind: str = "log_entry") -> EvidenceReference:
    """Some piece of evidence, another one at each call."""
    return EvidenceReference(kind=kind, id=str(next(_numbers)), sha256="0" * 64)


def session(day: date, **facts: Any) -> Session:
    """A confirmed and recorded session on that day."""
    return Session(reference=reference(), held_on=day, **{"confirmed": True, **facts})


def second_saturdays(months: int) -> list[date]:
    """The second Saturday of each month from January 2024 on."""
    days = []
    for index in range(months):
        year, month = divmod(index, 12)
        first = date(2024 + year, month + 1, 1)
        days.append(first.replace(day=8 + (5 - first.weekday()) % 7))
    return days


def log(*sessions: Session, counts_from: date | None = SUBMITTED_IN) -> LogFacts:
    """What the log holds, of a case handed in in January 2024."""
    return LogFacts(sessions=sessions, counts_from=counts_from)


def rule(kind: type[Any], slug: str = "a_rule", **parameters: Any) -> Requirement:
    """A requirement of that kind."""
    return Requirement(
        slug=slug, kind=kind.__name__.lower(), stage="a_stage", label="A rule", parameters=kind.Parameters(**parameters)
    )
