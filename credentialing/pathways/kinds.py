"""The kinds of requirement: their protocol, what they answer, and the ONE table that lists them.

A kind is a class that lives beside the data it counts, higher up; it is named here by dotted path so that the
applications below can ask "is it met?" without importing upwards (docs/architecture.md). CONTRIBUTING tells how to
add one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Protocol

from django.utils.module_loading import import_string

from credentialing.pathways.definitions import CountsFrom, PathwayDefinition, Requirement
from credentialing.pathways.groups import ALL_OF
from workflows.definitions import WorkflowDefinition
from workflows.guards import Unmet
from workflows.subjects import EvidenceReference

KINDS: Mapping[str, str] = {
    "standing": "credentialing.applications.requirements.Standing",
    "document": "credentialing.evidence.requirements.Document",
    "agreement": "credentialing.evidence.requirements.Agreement",
    "attendance": "credentialing.evidence.requirements.Attendance",
    "attestation": "credentialing.evidence.requirements.Attestation",
    "cadence": "credentialing.evidence.requirements.Cadence",
    "count": "credentialing.evidence.requirements.Count",
    "duration": "credentialing.evidence.requirements.Duration",
    "exam": "credentialing.evidence.requirements.Exam",
    "fee": "credentialing.evidence.requirements.Fee",
    "holding": "credentialing.evidence.requirements.Holding",
    "observation": "credentialing.evidence.requirements.Observation",
    "reference": "credentialing.evidence.requirements.Reference",
    "report": "credentialing.evidence.requirements.Report",
    "decision": "credentialing.council.requirements.Decision",
}
SIGN_OFFS = "credentialing.reviews.requirements.sign_off_facts"
FILES = "credentialing.evidence.requirements.file_references"
CASE_LOOKUPS = ("pathway_version", "candidate", "sign_offs", "files")
WORKFLOW = "credentialing.applications.workflow.compile_workflow"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The day on which a case is looked at, and the days from which its evidence can count (None: not yet)."""

    on: date
    applied_on: date | None = None
    admitted_on: date | None = None
    supervision_from: date | None = None

    candidate_since: date | None = None  # admitted; where the pathway has no admission, applied

    def counts_from(self, requirement: Requirement, otherwise: CountsFrom) -> date | None:
        """Since when evidence for this requirement counts; the kind says since when otherwise."""
        return {
            "ever": date.min,
            "application": self.applied_on,
            "admission": self.admitted_on,
            "supervision": self.supervision_from,
        }[requirement.counts_from or otherwise]


@dataclass(frozen=True, kw_only=True)
class Month:
    """One calendar month of a drawn history: how much was there, and how much of it counted."""

    year: int
    month: int
    counted: Decimal
    uncounted: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far one requirement of one case is, on a day: the same answer for candidate, reviewer, guard and API.

    `have` and `need` are in words ("17 of 30 sessions" is made of them); `missing` explains what is not yet there;
    `waiting_on` is the role that must act next ("" when nobody); `references` is exactly the evidence counted,
    so that a sign-off can be pinned to it; `met_on` is the day on which it became met. `have_amount` and
    `need_amount` are the same as numbers where it is about numbers; `uncounted` is what lies there and doesn't count,
    with the reason; `next_step` is what the candidate can do now; `forecast` the day on which it will be met at the
    present pace; `history` the months that have passed, against `per_month`; `changes_on` the next day on which time
    alone may change the answer. `unit` is what is counted ("sessions"), `lacks` what isn't there yet, each in words.
    """

    met: bool
    started: bool
    summary: str
    have: str = ""
    need: str = ""
    waiting_on: str = "candidate"
    missing: tuple[Unmet, ...] = ()
    uncounted: tuple[str, ...] = ()
    references: tuple[EvidenceReference, ...] = ()
    cannot_start: str = ""
    met_on: date | None = None
    have_amount: Decimal | None = None
    need_amount: Decimal | None = None
    next_step: str = ""
    forecast: date | None = None
    history: tuple[Month, ...] = ()
    per_month: Decimal | None = None
    changes_on: date | None = None
    unit: str = ""
    lacks: tuple[str, ...] = ()


class Kind(Protocol):
    """What a kind of requirement can do. `gather` reads, `assess` is pure: facts + rule + moment give progress.

    `lookups` are what to prefetch on cases so that `gather` asks the database nothing.
    """

    Parameters: type[Any]
    lookups: tuple[str, ...]

    def gather(self, requirement: Requirement, application: Any) -> Any:
        """Read the evidence that this requirement looks at, with the days since when each of it is known."""

    def assess(self, requirement: Requirement, facts: Any, moment: Moment) -> Progress:
        """Judge what was known on that day; never reads the database or the clock."""

    def sentence(self, requirement: Requirement) -> str:
        """The rule in one plain sentence, as candidates and visitors read it."""


@dataclass(frozen=True, kw_only=True)
class SignOffFact:
    """One reviewer's word on one requirement, pinned to the digest of what they saw."""

    requirement: str
    outcome: str
    role: str
    person_id: int
    digest: str
    at: datetime
    reason: str = ""
    expires_on: date | None = None


@cache
def kind(slug: str) -> Kind:
    """The kind of that slug.

    Raises:
        KeyError: no such kind.
    """
    instance: Kind = import_string(KINDS[slug])()
    return instance


def sentence_of(requirement: Requirement) -> str:
    """The rule in plain words; of a group, those of its options."""
    if not requirement.is_group:
        return kind(requirement.kind).sentence(requirement)
    number = len(requirement.options) if requirement.kind == ALL_OF else requirement.parameters.at_least
    how_many = "All" if number == len(requirement.options) else "One" if number == 1 else f"{number} or more"
    return f"{how_many} of these: {_parts(requirement)}."


def _parts(requirement: Requirement) -> str:
    joined = "; and " if requirement.kind == ALL_OF else "; or "
    return joined.join(
        f"({_parts(option)})" if option.is_group else sentence_of(option).removesuffix(".")
        for option in requirement.options
    )


@cache
def lookups() -> tuple[str, ...]:
    """What to prefetch on cases so that assessing them asks the database nothing."""
    return tuple(dict.fromkeys([*CASE_LOOKUPS, *(lookup for slug in KINDS for lookup in kind(slug).lookups)]))


def sign_offs_of(application: Any, on: date) -> Sequence[SignOffFact]:
    """Every sign-off of a case that stood on that day, oldest first."""
    provider: Callable[[Any, date], Sequence[SignOffFact]] = import_string(SIGN_OFFS)
    return provider(application, on)


def files_of(application: Any, on: date) -> Mapping[str, tuple[EvidenceReference, ...]]:
    """The files of a case that stood on that day, by requirement slug."""
    provider: Callable[[Any, date], Mapping[str, tuple[EvidenceReference, ...]]] = import_string(FILES)
    return provider(application, on)


def workflow_of(definition: PathwayDefinition) -> WorkflowDefinition:
    """The state machine that a pathway amounts to, looked at before it is published.

    Raises:
        DefinitionInvalid: people could get stuck in it.
    """
    compiler: Callable[[PathwayDefinition], WorkflowDefinition] = import_string(WORKFLOW)
    machine = compiler(definition)
    machine.validate()
    return machine
