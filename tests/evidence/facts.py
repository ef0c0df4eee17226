"""Facts made by hand: what a kind would have gathered."""

from datetime import date
from itertools import count
from typing import Any

from credentialing.evidence.requirements.sessions import Session
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment
from workflows.subjects import EvidenceReference

_numbers = count(1)
SUBMITTED_IN = date(2024, 1, 1)


def reference(kind: str = "log_entry") -> EvidenceReference:
    """Some piece of evidence, another one at each call."""
    return EvidenceReference(kind=kind, id=str(next(_numbers)), sha256="0" * 64)


def session(day: date, *, confirmed: bool = True, denied: bool = False, **facts: Any) -> Session:
    """A session on that day, logged, and confirmed or denied, on the same."""
    return Session(
        reference=reference(),
        held_on=day,
        confirmed_on=day if confirmed and not denied else None,
        denied_on=day if denied else None,
        **{"known_on": day, **facts},
    )


def second_saturdays(months: int) -> list[date]:
    """The second Saturday of each month from January 2024 on."""
    days = []
    for index in range(months):
        year, month = divmod(index, 12)
        first = date(2024 + year, month + 1, 1)
        days.append(first.replace(day=8 + (5 - first.weekday()) % 7))
    return days


def log(*sessions: Session, counts_from: date | None = SUBMITTED_IN) -> tuple[tuple[Session, ...], date | None]:
    """What the log holds, of a case handed in (or whose supervision began) in January 2024."""
    return sessions, counts_from


def looked_at(on: date, since: date | None) -> Moment:
    """A day, of a case whose application, admission and supervision all began on the same."""
    return Moment(on=on, applied_on=since, admitted_on=since, supervision_from=since, candidate_since=since)


def rule(kind: type[Any], slug: str = "a_rule", **parameters: Any) -> Requirement:
    """A requirement of that kind."""
    return Requirement(
        slug=slug, kind=kind.__name__.lower(), stage="a_stage", label="A rule", parameters=kind.Parameters(**parameters)
    )
