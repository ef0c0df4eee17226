"""How permissions to judge in spite of a tie are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from credentialing.accounts.models import Person, Role
from credentialing.accounts.ties import source
from credentialing.applications.models import Application, Override
from credentialing.applications.services.overrides import objection_to_permitting


@dataclass(frozen=True, kw_only=True)
class Told:
    """One request or permission, in words, and what its reader may do with it."""

    override: Override
    ties: tuple[str, ...]
    status: str
    tone: str
    may_answer: bool = False
    may_take_back: bool = False

    @property
    def office(self) -> str:
        """In which office it was answered."""
        return str(Role(self.override.answered_as).label) if self.override.answered_as else ""


def told(override: Override, reader: Person, now: datetime) -> Told:
    """One of them for one reader."""
    status, tone = _status(override)
    open_now = not override.taken_back_at and override.outcome != Override.Outcome.REFUSED
    can_answer = not objection_to_permitting(override, reader, now)
    return Told(
        override=override,
        ties=_ties(override),
        status=status,
        tone=tone,
        may_answer=can_answer and not override.outcome and not override.taken_back_at,
        may_take_back=open_now and (can_answer or reader.pk == override.person_id),
    )


def overrides_told(application: Application) -> list[Told]:
    """The permissions that are in force in a case: whoever decides with those people reads them."""
    given = application.overrides.in_force().select_related("person", "answered_by")
    return [Told(override=row, ties=_ties(row), status=_status(row)[0], tone=_status(row)[1]) for row in given]


def all_told(overrides: Iterable[Override], reader: Person, now: datetime) -> list[Told]:
    """Several for one reader."""
    return [told(override, reader, now) for override in overrides]


def _ties(override: Override) -> tuple[str, ...]:
    return tuple(source(kind).told for kind in override.known_kinds)


def _status(override: Override) -> tuple[str, str]:
    if override.taken_back_at:
        return "Taken back", "neutral"
    if not override.outcome:
        return "Waits for an answer", "warning"
    return override.get_outcome_display(), "good" if override.outcome == Override.Outcome.PERMITTED else "neutral"
