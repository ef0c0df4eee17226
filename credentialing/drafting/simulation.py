"""Trying rules before they bind: every case under way is assessed by the draft as well; nothing is stored."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from credentialing.applications.assessments import AT_ONCE, assess_case, assess_cases
from credentialing.applications.models import Application
from credentialing.applications.moves import MoveImpact
from credentialing.applications.querysets import ApplicationQuerySet
from credentialing.pathways.models import PathwayVersion

READY, BLOCKED, STRANDED, CHANGED = "ready", "blocked", "stranded", "changed"
Counted = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a draft would change for one case.

    `outcome` is `ready` (the next step becomes possible), `blocked` (it was possible, and would not be), `stranded`
    (no stage of the draft is one that the case has reached) or `changed`; the lists are in words.
    """

    case: str
    outcome: str
    stage: str
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    newly_asked: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    why: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """What changes, in words."""
        parts = (
            ("now complete", self.gained),
            ("no longer complete", self.lost),
            ("newly asked", self.newly_asked),
            ("no longer asked", self.dropped),
            ("signature counts no more", self.signatures),
            ("in the way", self.why),
        )
        return tuple(f"{words}: {item}" for words, items in parts for item in items)

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON; the case is named by its uuid."""
        return {
            "case": self.case,
            "outcome": self.outcome,
            "stage": self.stage,
            "gained": list(self.gained),
            "lost": list(self.lost),
            "newly_asked": list(self.newly_asked),
            "dropped": list(self.dropped),
            "signatures": list(self.signatures),
            "why": list(self.why),
        }


def cases_concerned(slug: str) -> ApplicationQuerySet:
    """Every case under way on that pathway; drafts go by whatever is in force when they are handed in."""
    return Application.objects.under_way().filter(pathway_version__pathway__slug=slug).order_by("pk")


def quietly(done: int, total: int) -> None:
    """Tell nobody how far it is."""


def simulate(
    applications: ApplicationQuerySet, version: PathwayVersion, on: date, counted: Counted = quietly
) -> Iterator[Finding]:
    """Replay cases against a version and tell of each for which something would change.

    Reads only: the evidence of some hundreds of cases at a time, by as many queries as for one.
    """
    total = applications.count()
    for done, (application, before) in enumerate(assess_cases(applications.iterator(AT_ONCE), on), start=1):
        after = assess_case(application.under(version), on)
        finding = _finding(MoveImpact(application=application, version=version, before=before, after=after))
        counted(done, total)
        if finding is not None:
            yield finding


def _finding(impact: MoveImpact) -> Finding | None:
    lost = tuple(f"{lost.label} ({lost.fact.role}): {lost.why}" for lost in impact.lost_sign_offs)
    outcome = _outcome(impact)
    changes = impact.mattering
    if outcome == CHANGED and not changes and not lost:
        return None
    return Finding(
        case=str(impact.application.uuid),
        outcome=outcome,
        stage=impact.stage_after,
        gained=tuple(change.label for change in changes if change.is_gained),
        lost=tuple(change.label for change in changes if change.is_lost),
        newly_asked=tuple(change.label for change in changes if change.is_new),
        dropped=tuple(change.label for change in changes if change.is_dropped),
        signatures=lost,
        why=tuple(unmet.message for unmet in impact.blocking_after) if outcome == BLOCKED else (),
    )


def _outcome(impact: MoveImpact) -> str:
    if not impact.stage_after:
        return STRANDED
    if impact.ready_after and not impact.ready_before:
        return READY
    return BLOCKED if impact.ready_before and not impact.ready_after else CHANGED


HEADINGS = {
    READY: "become ready for their next step",
    BLOCKED: "were ready for their next step and would be blocked",
    STRANDED: "could not move at all: they have reached no stage of this version",
    CHANGED: "are asked for something else, without a step becoming possible or impossible",
}


def told(findings: list[Finding], names: dict[str, str], total: int) -> Iterator[str]:
    """The findings line by line for a terminal; cases by the names given."""
    yield f"{total} cases looked at, {total - len(findings)} of them would notice nothing."
    for outcome, heading in HEADINGS.items():
        those = [finding for finding in findings if finding.outcome == outcome]
        if those:
            yield f"{len(those)} {heading}:"
        for finding in those:
            yield f"  {names.get(finding.case, finding.case)}"
            yield from (f"    {line}" for line in finding.lines)
