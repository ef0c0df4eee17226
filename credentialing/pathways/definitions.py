"""A pathway as data: the stages a candidate passes and what each requires (DESIGN §1, DOMAIN §4).

Nothing here reads a file, the database or the clock. docs/pathways.md has every key of the file that these come from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from credentialing.pathways.bodies import Body, Standing
from credentialing.pathways.groups import GROUPS
from credentialing.pathways.rubrics import Rubric

SUBMIT_GATE = "submit"
SUPERVISION_GATE = "supervision"
Audience = Literal["candidate", "reviewer", "public"]
CountsFrom = Literal["", "ever", "application", "admission", "supervision"]


@dataclass(frozen=True, kw_only=True)
class Variation:
    """Other parameters for evidence of a stretch of time, both days included (online sessions in 2020, say)."""

    starts_on: date
    ends_on: date
    reason: str
    parameters: Any = None

    def holds_on(self, day: date) -> bool:
        """Whether evidence of that day is judged by it."""
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One thing a candidate must show (or, when `desirable`, had better show) to reach a stage.

    `parameters` is the typed dataclass of the requirement's kind; `signed_by` names the roles that each must sign
    it off once it is met; `gate` names the act that is impossible before it is complete; `currency` is the society's.
    Of kind `all_of` or `any_of` it is met through its `options`, which are requirements with evidence of their own.
    `applies_when` names profile questions and the answers with which it is asked for (all of them must fit);
    `waivable_by` the roles that may waive it (recognition of prior learning, an override) with a reason;
    `counts_from` since when evidence counts ("" is the kind's own rule).
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
    options: tuple["Requirement", ...] = ()
    applies_when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    waivable_by: tuple[str, ...] = ()
    counts_from: CountsFrom = ""
    variations: tuple[Variation, ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether it is met through its options."""
        return self.kind in GROUPS

    def with_options(self) -> Iterator["Requirement"]:
        """Itself, and whatever stands below it, at any depth."""
        yield self
        for option in self.options:
            yield from option.with_options()

    def applies_to(self, profile: Mapping[str, str]) -> bool:
        """Whether it is asked of a person who answered the profile questions like this."""
        return all(profile.get(question) in answers for question, answers in self.applies_when)

    def for_profile(self, profile: Mapping[str, str]) -> "Requirement | None":
        """Itself with the options that apply to that person; None where it is not asked of them."""
        if not self.applies_to(profile):
            return None
        if not self.options:
            return self
        options = tuple(o for option in self.options if (o := option.for_profile(profile)) is not None)
        return replace(self, options=options) if options else None

    def on(self, day: date) -> "Requirement":
        """The rule by which evidence of that day is judged: with the parameters of a variation, if one holds."""
        for variation in self.variations:
            if variation.holds_on(day):
                return replace(self, parameters=variation.parameters, variations=())
        return self


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A milestone: the state of that slug is reached when its requirements are met and `quorum` people have signed.

    Whoever signs holds one of the roles `signed_by`; each role of `recommended_by` must have recommended before.
    """

    slug: str
    label: str
    summary: str = ""
    labels: tuple[tuple[Audience, str], ...] = ()
    recommended_by: tuple[str, ...] = ()
    signed_by: tuple[str, ...] = ()
    quorum: int = 1
    requirements: tuple[Requirement, ...] = ()

    def label_for(self, audience: Audience) -> str:
        """The stage as that audience calls it."""
        return dict(self.labels).get(audience, self.label)

    @property
    def for_candidates(self) -> str:
        """As candidates call it."""
        return self.label_for("candidate")

    @property
    def for_reviewers(self) -> str:
        """As those who judge call it."""
        return self.label_for("reviewer")

    @property
    def for_visitors(self) -> str:
        """As everybody else calls it."""
        return self.label_for("public")


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """How long a credential lasts and how it goes on, all in calendar months.

    Within `grace_months` after its last day it still counts as active; for `late_months` more it can be renewed
    late (with `late_fee`); then it has lapsed. A new term runs from the old last day (`term_from` = expiry) or from
    the renewal. `opens_months` before the last day renewal may be asked for; `audit_percent` of renewals are looked
    at. `requirements` are what must be shown within the term.
    """

    valid_months: int
    opens_months: int = 3
    grace_months: int = 0
    late_months: int = 0
    late_fee: Decimal = Decimal(0)
    term_from: Literal["expiry", "renewal"] = "expiry"
    audit_percent: int = 0
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Award:
    """What is awarded: the designation, its numbers, how long it lasts, and what those get who don't reach it."""

    designation: str
    number_prefix: str
    renewal: Renewal | None = None
    consolation: str = ""
    standing: Standing = field(default_factory=Standing)


@dataclass(frozen=True, kw_only=True)
class ProfileQuestion:
    """A fact about the applicant that decides which requirements are asked for (profession, training)."""

    slug: str
    label: str
    choices: tuple[tuple[str, str], ...]
    help: str = ""


@dataclass(frozen=True, kw_only=True)
class PathwayDefinition:
    """The whole pathway of one society in one version."""

    slug: str
    version: str
    name: str
    society: str
    award: Award
    summary: str
    stages: tuple[Stage, ...]
    bodies: tuple[Body, ...] = ()
    notice: str = ""
    rubric: Rubric | None = None
    statements: tuple[tuple[str, str], ...] = ()
    profile: tuple[ProfileQuestion, ...] = ()
    role_labels: tuple[tuple[str, str], ...] = ()
    fee_currency: str = "USD"

    @property
    def designation(self) -> str:
        """What holders call themselves."""
        return self.award.designation

    @property
    def number_prefix(self) -> str:
        """What credential numbers begin with."""
        return self.award.number_prefix

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """All requirements in the order of their stages; options stand below their groups and not here."""
        return tuple(requirement for stage in self.stages for requirement in stage.requirements)

    @property
    def all_requirements(self) -> tuple[Requirement, ...]:
        """All requirements, and the options of groups after each."""
        return tuple(part for requirement in self.requirements for part in requirement.with_options())

    def for_profile(self, profile: Mapping[str, str]) -> "PathwayDefinition":
        """The pathway as it is asked of a person with these answers; without questions it is the same for all."""
        if not self.profile:
            return self
        stages = tuple(
            replace(
                stage,
                requirements=tuple(r for asked in stage.requirements if (r := asked.for_profile(profile)) is not None),
            )
            for stage in self.stages
        )
        return replace(self, stages=stages)

    def body(self, slug: str) -> Body:
        """The deciding body of that slug.

        Raises:
            KeyError: this version has no such body.
        """
        for body in self.bodies:
            if body.slug == slug:
                return body
        raise KeyError(slug)

    @property
    def council(self) -> Body:
        """The body that takes the last decision: a vote, whatever officers decide by their signatures beside it."""
        return self.body(self.balloted[-1].parameters.body)

    @property
    def standing_body(self) -> Body:
        """The body that decides about credentials: a vote."""
        return self.body(self.award.standing.body) if self.award.standing.body else self.council

    @property
    def balloted(self) -> tuple[Requirement, ...]:
        """The decisions that bodies take by ballot, in the order of the stages."""
        voting = {body.slug for body in self.bodies if body.by == "ballot"}
        return tuple(r for r in self.requirements if r.kind == "decision" and r.parameters.body in voting)

    def state_before(self, requirement: Requirement) -> str:
        """The state in which a case lies before the body that decides: the stage before, or the first stage itself."""
        slugs = [stage.slug for stage in self.stages]
        return slugs[max(slugs.index(requirement.stage) - 1, 0)]

    def recommenders(self, stage: str) -> tuple[str, ...]:
        """The roles that must put a candidate forward for a stage: those of the stage, and of who decides in it."""
        roles = list(self.stage(stage).recommended_by)
        for requirement in self.balloted:
            if requirement.stage == stage:
                roles += self.body(requirement.parameters.body).recommended_by
        return tuple(dict.fromkeys(roles))

    @property
    def admits(self) -> bool:
        """Whether somebody decides on admission before the first stage is over."""
        return any(requirement.kind == "decision" for requirement in self.stages[0].requirements)

    def role_label(self, role: str, otherwise: str = "") -> str:
        """What this society calls a role."""
        return dict(self.role_labels).get(role, otherwise or role)

    def statement(self, slug: str) -> str:
        """The text that people agree or attest to.

        Raises:
            KeyError: this version has no such statement.
        """
        return dict(self.statements)[slug]

    def requirement(self, slug: str) -> Requirement:
        """The requirement of that slug, options of groups included.

        Raises:
            KeyError: this version has no such requirement.
        """
        for requirement in self.all_requirements:
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
