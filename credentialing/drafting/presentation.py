"""How versions, drafts and what is found about them are told."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.drafting.models import PathwayDraft, SimulationRun
from credentialing.drafting.simulation import BLOCKED, CHANGED, HEADINGS, READY, STRANDED, Finding
from credentialing.pathways.models import Pathway, PathwayVersion
from workflows.services import Action, available_actions

TONES: Mapping[str, str] = {READY: "good", BLOCKED: "danger", STRANDED: "danger", CHANGED: "info"}


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """One version with the cases under way by it; `hidden` are those that whoever looks may not see."""

    version: PathwayVersion
    in_force: bool
    cases: list[Application]
    hidden: int


@dataclass(frozen=True, kw_only=True)
class PathwayLines:
    """One pathway with its versions."""

    name: str
    lines: list[VersionLine]


@dataclass(frozen=True, kw_only=True)
class FindingLine:
    """What a simulation found for one case that may be named."""

    name: str
    reference: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FindingGroup:
    """All findings of one sort; `hidden` are of cases that whoever looks may not see."""

    heading: str
    tone: str
    count: int
    lines: list[FindingLine]
    hidden: int


def versions_of(reader: Person) -> list[PathwayLines]:
    """Who goes by which version, of every pathway, the newest version first."""
    under_way = Application.objects.under_way().order_by()
    totals = Counter(under_way.values_list("pathway_version", flat=True))
    shown: dict[int, list[Application]] = {}
    for case in under_way.reviewable_by(reader).select_related("candidate", "pathway_version").order_by("submitted_at"):
        shown.setdefault(case.pathway_version_id, []).append(case)
    today = timezone.localdate()
    found = []
    for pathway in Pathway.objects.prefetch_related("versions"):
        versions = sorted(pathway.versions.all(), key=lambda v: (v.in_force_from, v.pk), reverse=True)
        present = next((v for v in versions if v.in_force_from <= today), None)
        lines = [
            VersionLine(
                version=version,
                in_force=version == present,
                cases=shown.get(version.pk, []),
                hidden=totals[version.pk] - len(shown.get(version.pk, [])),
            )
            for version in versions
        ]
        found.append(PathwayLines(name=pathway.name, lines=lines))
    return found


def groups_of(run: SimulationRun, reader: Person) -> list[FindingGroup]:
    """What a simulation found, by sort; cases that the reader may not judge are counted and not named."""
    findings = [
        Finding(**{**row, **{k: tuple(v) for k, v in row.items() if isinstance(v, list)}}) for row in run.findings
    ]
    readable = Application.objects.reviewable_by(reader).filter(uuid__in=[finding.case for finding in findings])
    cases = {str(case.uuid): case for case in readable.select_related("candidate")}
    found = []
    for outcome, heading in HEADINGS.items():
        those = [finding for finding in findings if finding.outcome == outcome]
        lines = [
            FindingLine(name=str(case.candidate), reference=case.reference, lines=finding.lines)
            for finding in those
            if (case := cases.get(finding.case))
        ]
        if those:
            found.append(
                FindingGroup(
                    heading=heading, tone=TONES[outcome], count=len(those), lines=lines, hidden=len(those) - len(lines)
                )
            )
    return found


def acts_of(draft: PathwayDraft, actor: Person) -> dict[str, Action]:
    """What this person may do with the draft, by name, with what is still missing."""
    return {action.transition.name: action for action in available_actions(draft, actor) if action.permitted}


def approvers(draft: PathwayDraft) -> Iterable[Any]:
    """Who has approved these very words."""
    return draft.approvals.of(draft.text_digest).select_related("member")
