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


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Who decides that a credential is suspended, revoked or reinstated, and how long others have to object.

    `body` votes (empty: the one that takes the last decision about a candidate). A revocation takes effect when
    `appeal_days` are over; a suspension at once, by two officers, ends by itself unless `body` confirms it within
    `confirm_days`.
    """

    body: str = ""
    appeal_days: int = 0
    confirm_days: int = 30
