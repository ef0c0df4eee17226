"""The kinds of requirement: their protocol, what they answer, and the ONE table that lists them.

A kind is a class that lives beside the data it counts, higher up; it is named here by dotted path so that the
applications below can ask "is it met?" without importing upwards (docs/architecture.md). CONTRIBUTING tells how to
add one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Protocol

from django.utils.module_loading import import_string

from credentialing.pathways.definitions import PathwayDefinition, Requirement
from workflows.definitions import WorkflowDefinition
from workflows.guards import Unmet
from workflows.subjects import EvidenceReference

KINDS: Mapping[str, str] = {
    "standing": "credentialing.applications.requirements.Standing",
    "document": "credentialing.applications.requirements.Document",
    "agreement": "credentialing.evidence.requirements.Agreement",
    "attendance": "credentialing.evidence.requirements.Attendance",
    "attestation": "credentialing.evidence.requirements.Attestation",
    "cadence": "credentialing.evidence.requirements.Cadence",
    "count": "credentialing.evidence.requirements.Count",
    "duration": "credentialing.evidence.requirements.Duration",
    "fee": "credentialing.evidence.requirements.Fee",
    "observation": "credentialing.evidence.requirements.Observation",
    "report": "credentialing.evidence.requirements.Report",
    "decision": "credentialing.council.requirements.Decision",
}
SIGN_OFFS = "credentialing.reviews.requirements.standing_sign_offs"
FILES = "credentialing.evidence.requirements.file_references"
WORKFLOW = "credentialing.applications.workflow.compile_workflow"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far one requirement of one case is, on a day: the same answer for candidate, reviewer, guard and API.

    `have` and `need` are in words ("17 of 30 sessions" is made of them); `missing` explains what is not yet there;
    `waiting_on` is the role that must act next ("" when nobody); `references` is exactly the evidence counted,
    so that a sign-off can be pinned to it; `met_on` is the day on which it became met.
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


class Kind(Protocol):
    """What a kind of requirement can do. `gather` reads, `assess` is pure: facts + rule + date give progress."""

    Parameters: type[Any]

    def gather(self, requirement: Requirement, application: Any) -> Any:
        """Read the evidence that this requirement looks at."""

    def assess(self, requirement: Requirement, facts: Any, on: date) -> Progress:
        """Judge the gathered facts on that day; never reads the database or the clock."""

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


@cache
def kind(slug: str) -> Kind:
    """The kind of that slug.

    Raises:
        KeyError: no such kind.
    """
    instance: Kind = import_string(KINDS[slug])()
    return instance


def sign_offs_of(application: Any) -> Sequence[SignOffFact]:
    """Every sign-off of a case, oldest first."""
    provider: Callable[[Any], Sequence[SignOffFact]] = import_string(SIGN_OFFS)
    return provider(application)


def files_of(application: Any) -> Mapping[str, tuple[EvidenceReference, ...]]:
    """The files of a case by requirement slug."""
    provider: Callable[[Any], Mapping[str, tuple[EvidenceReference, ...]]] = import_string(FILES)
    return provider(application)


def workflow_of(definition: PathwayDefinition) -> WorkflowDefinition:
    """The state machine that a pathway amounts to.

    Raises:
        DefinitionInvalid: people could get stuck in it.
    """
    compiler: Callable[[PathwayDefinition], WorkflowDefinition] = import_string(WORKFLOW)
    return compiler(definition)
