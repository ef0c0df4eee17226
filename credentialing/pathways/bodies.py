"""Who decides in a society, and how."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Body:
    """Who decides.

    By `ballot`, members (holders of `voters`) vote and a majority decides; by `sign_off`, officers approve one by
    one (the roles that sign the requirement).
    `quorum` counts distinct members who voted, abstentions included; `majority` is of the votes that are not
    abstentions. `recommended_by` are roles that must have put the case forward.
    """

    slug: str
    label: str
    by: Literal["ballot", "sign_off"] = "ballot"
    voters: str = "council"
    quorum: int = 1
    majority: Literal["simple", "two_thirds", "unanimous"] = "simple"
    recommended_by: tuple[str, ...] = ()
