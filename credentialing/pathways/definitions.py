"""A pathway as data: the stages a candidate passes and what each requires (DESIGN §1, DOMAIN §4)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

SUBMIT_GATE = "submit"
SUPERVISION_GATE = "supervision"


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One thing a candidate must show (or, when `desirable`, had better show) to reach a stage.

    `parameters` is the typed dataclass of the requirement's kind; `signed_by` names the roles that each must sign
    it off once it is met; `gate` names the act that is impossible before it is complete; `currency` is the society's.
    """

    slug: str
    kind: str
    stage: str
    label: str
    help: str = ""
    gate: str = ""
    desirable: bool = False
    done_by: str = "candidate"
    signed_by: tuple[str, ...] = ()
    takes_files: bool = False
    source: str = ""
    currency: str = "USD"
    parameters: Any = None


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A milestone: the state of that slug is reached when its requirements are met and one of `signed_by` signs."""

    slug: str
    label: str
    summary: str = ""
    signed_by: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RubricItem:
    """One thing an evaluator rates."""

    slug: str
    label: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Rubric:
    """What evaluators rate and on which scale; `text_required_for` are ratings that need words."""

    version: str
    scale: tuple[tuple[str, str], ...]
    items: tuple[RubricItem, ...]
    text_required_for: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CouncilRule:
    """How many distinct members must vote for a decision; the majority of votes cast decides."""

    quorum: int


@dataclass(frozen=True, kw_only=True)
class PathwayDefinition:
    """The whole pathway of one society in one version."""

    slug: str
    version: str
    name: str
    society: str
    designation: str
    number_prefix: str
    summary: str
    council: CouncilRule
    stages: tuple[Stage, ...]
    rubric: Rubric | None = None
    statements: tuple[tuple[str, str], ...] = ()
    fee_currency: str = "USD"

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """All requirements in the order of their stages."""
        return tuple(requirement for stage in self.stages for requirement in stage.requirements)

    def statement(self, slug: str) -> str:
        """The text that people agree or attest to.

        Raises:
            KeyError: this version has no such statement.
        """
        return dict(self.statements)[slug]

    def requirement(self, slug: str) -> Requirement:
        """The requirement of that slug.

        Raises:
            KeyError: this version has no such requirement.
        """
        for requirement in self.requirements:
            if requirement.slug == slug:
                return requirement
        raise KeyError(slug)

    def stage(self, slug: str) -> Stage:
        """The stage of that slug.

        Raises:
            KeyError: this version has no such stage.
        """
        for stage in self.stages:
            if stage.slug == slug:
                return stage
        raise KeyError(slug)

    def up_to(self, stage_slug: str) -> tuple[Requirement, ...]:
        """The requirements of that stage and of all before it."""
        position = [stage.slug for stage in self.stages].index(stage_slug)
        return tuple(r for stage in self.stages[: position + 1] for r in stage.requirements)

    def gated(self, gate: str) -> tuple[Requirement, ...]:
        """The requirements without which the act named `gate` is impossible."""
        return tuple(r for r in self.requirements if r.gate == gate)


def money(amount: Decimal, currency: str) -> str:
    """An amount as people of the society write it: `$900` or `EUR 85.50`."""
    shown = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return f"${shown}" if currency == "USD" else f"{currency} {shown}"
