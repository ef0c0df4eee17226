"""Shares: how much of a count may, or must, be sessions of one kind (DOMAIN §3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from credentialing.evidence.requirements.sessions import Session

type Trait = Literal["role", "format", "setting", "mode"]
WHOLE = 100


@dataclass(frozen=True, kw_only=True)
class Share:
    """Sessions whose `of` is one of `values`, and how many percent."""

    of: Trait
    values: tuple[str, ...]
    percent: int

    def covers(self, session: Session) -> bool:
        """Whether the session is one of those."""
        return getattr(session, self.of) in self.values

    @property
    def label(self) -> str:
        """Those sessions in words."""
        return " or ".join(value.replace("_", " ") for value in self.values)


@dataclass(frozen=True, kw_only=True)
class AtMost(Share):
    """Not more than so many percent of what counts; no session falls under two of them."""

    @property
    def words(self) -> str:
        """The rule in words."""
        return f"at most {self.percent} % of them {self.label}"


def within_shares(whole: Decimal, parts: Mapping[AtMost, Decimal]) -> Decimal:
    """The most of a whole that can count, so that none of its parts is over its share of what counts.

    More of anything never makes it less: what is over its share rests until there is more of the others.
    """
    over: set[AtMost] = set()
    rest = whole
    while more := {share for share in parts if share not in over and parts[share] * WHOLE > rest * share.percent}:
        over |= more
        free = whole - sum(parts[share] for share in over)
        rest = free * WHOLE / (WHOLE - sum(share.percent for share in over))
    return rest


@dataclass(frozen=True, kw_only=True)
class AtLeast(Share):
    """So many percent of what is needed at least."""

    def need(self, at_least: Decimal) -> Decimal:
        """How much of these is needed."""
        return at_least * self.percent / WHOLE

    @property
    def words(self) -> str:
        """The rule in words."""
        return f"at least {self.percent} % of them {self.label}"
