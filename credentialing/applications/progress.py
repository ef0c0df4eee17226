"""How far a case is: a function of its evidence, its pinned version, its sign-offs and a day."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import rfc8785
from django.utils import timezone

from credentialing.applications.models import Application, AwaitedAct, RequirementProgress
from credentialing.pathways.definitions import Requirement, Stage
from credentialing.pathways.kinds import Progress, SignOffFact, files_of, kind, sign_offs_of
from workflows.guards import Unmet
from workflows.subjects import EvidenceReference

Status = RequirementProgress.Status
APPROVED, RETURNED = "approved", "returned"


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """One requirement of one case on one day, sign-offs included."""

    requirement: Requirement
    progress: Progress
    references: tuple[EvidenceReference, ...]
    sign_offs: tuple[SignOffFact, ...]

    @cached_property
    def digest(self) -> str:
        """What a sign-off is pinned to: SHA-256 over the evidence counted (RFC 8785 canonical JSON)."""
        rows = sorted([reference.kind, reference.id, reference.sha256] for reference in self.references)
        return hashlib.sha256(rfc8785.dumps([self.requirement.slug, rows])).hexdigest()

    @cached_property
    def latest(self) -> Mapping[str, SignOffFact]:
        """The last word of each role."""
        return {fact.role: fact for fact in self.sign_offs}

    @property
    def missing_roles(self) -> tuple[str, ...]:
        """Roles that have not approved what lies there now."""
        approved = {
            role for role, fact in self.latest.items() if fact.outcome == APPROVED and fact.digest == self.digest
        }
        return tuple(role for role in self.requirement.signed_by if role not in approved)

    @property
    def outdated(self) -> tuple[SignOffFact, ...]:
        """Approvals given to other evidence than lies there now: shown, but counted no more (invariant 7)."""
        return tuple(fact for fact in self.latest.values() if fact.outcome == APPROVED and fact.digest != self.digest)

    @property
    def returned(self) -> SignOffFact | None:
        """The reviewer's request for changes, as long as nothing has changed since."""
        for fact in self.latest.values():
            if fact.outcome == RETURNED and fact.digest == self.digest:
                return fact
        return None

    @property
    def summary(self) -> str:
        """How far it is, in words; once signed off, since when."""
        if self.complete and self.requirement.signed_by and self.completed_on:
            day = f"{self.completed_on:%B} {self.completed_on.day}, {self.completed_on.year}"
            decided = self.requirement.kind == "decision"
            return f"Approved on {day}" if decided else f"{self.progress.summary}, signed off on {day}"
        return self.progress.summary

    @property
    def complete(self) -> bool:
        """Met and signed off by everybody who must."""
        return self.progress.met and not self.missing_roles

    @property
    def completed_on(self) -> date | None:
        """The day on which the last word was spoken, if it is complete."""
        if not self.complete:
            return None
        days = [timezone.localdate(self.latest[role].at) for role in self.requirement.signed_by]
        days += [self.progress.met_on] if self.progress.met_on else []
        return max(days) if days else None

    @property
    def status(self) -> str:
        """The status in the candidate's words."""
        if self.complete:
            return Status.COMPLETE
        if self.returned:
            return Status.ACTION_NEEDED
        if self.progress.cannot_start:
            return Status.CANNOT_START
        if self.progress.met or self.waiting_on != "candidate":
            return Status.WAITING
        return Status.IN_PROGRESS if self.progress.started else Status.NOT_STARTED

    @property
    def waiting_on(self) -> str:
        """The role that has the ball; "" when nobody has."""
        if self.complete or self.progress.cannot_start:
            return ""
        if self.returned:
            return "candidate"
        if self.progress.met:
            return self.missing_roles[0]
        return self.progress.waiting_on

    @property
    def unmet(self) -> tuple[Unmet, ...]:
        """Why it is not complete, in words."""
        if self.complete:
            return ()
        if self.returned:
            text = f"{self.requirement.label}: changes were asked for."
            return (Unmet(code="returned", message=text, requirement=self.requirement.slug),)
        if not self.progress.met:
            return self.progress.missing or (
                Unmet(
                    code="not_met",
                    message=f"{self.requirement.label}: {self.progress.summary}",
                    requirement=self.requirement.slug,
                    have=self.progress.have,
                    need=self.progress.need,
                ),
            )
        text = f"{self.requirement.label}: not signed off yet."
        return (Unmet(code="not_signed_off", message=text, requirement=self.requirement.slug),)


def assess_case(application: Application, on: date) -> list[Assessment]:
    """Assess every requirement of a case, in the order of the pathway."""
    return assess_requirements(application, application.definition.requirements, on)


def assess_requirements(application: Application, requirements: Sequence[Requirement], on: date) -> list[Assessment]:
    """Assess some requirements of a case."""
    facts_by_requirement: dict[str, list[SignOffFact]] = {}
    for fact in sign_offs_of(application):
        facts_by_requirement.setdefault(fact.requirement, []).append(fact)
    files = files_of(application)
    assessments = []
    for requirement in requirements:
        judge = kind(requirement.kind)
        progress = judge.assess(requirement, judge.gather(requirement, application), on)
        assessments.append(
            Assessment(
                requirement=requirement,
                progress=progress,
                references=(*progress.references, *files.get(requirement.slug, ())),
                sign_offs=tuple(facts_by_requirement.get(requirement.slug, ())),
            )
        )
    return assessments


def assess_requirement(application: Application, slug: str, on: date) -> Assessment:
    """Assess one requirement (KeyError when the pinned version has none of that slug)."""
    return assess_requirements(application, [application.requirement(slug)], on)[0]


def gate_opened_on(application: Application, gate: str, on: date) -> date | None:
    """The day on which everything that gates an act was complete; None while it is not."""
    gated = application.definition.gated(gate)
    days = [item.completed_on for item in assess_requirements(application, gated, on)]
    return max(day for day in days if day) if days and all(days) else None


def refresh_progress(application: Application, now: datetime | None = None) -> list[Assessment]:
    """Store how far each requirement is and who has the ball; called in the transaction of every change."""
    now = now or timezone.now()
    assessments = assess_case(application, timezone.localdate(now))
    stored = {row.requirement: row for row in application.requirement_progress.all()}
    for position, item in enumerate(assessments):
        row = stored.pop(item.requirement.slug, None) or RequirementProgress(
            application=application, requirement=item.requirement.slug
        )
        before = row.told
        waiting_on = item.waiting_on if application.is_open and not application.is_paused else ""
        if row.waiting_on != waiting_on or (waiting_on and row.waiting_since is None):
            row.waiting_since = now if waiting_on else None
        row.position = position
        row.status = item.status
        row.met = item.progress.met
        row.summary = item.summary[:300]
        row.waiting_on = waiting_on
        row.evidence_digest = item.digest
        if row.told != before or row._state.adding:
            row.refreshed_at = now
            row.save()
    for obsolete in stored.values():
        obsolete.delete()
    _refresh_awaited(application, assessments, now)
    return assessments


_postponed: ContextVar[dict[int, tuple[Application, datetime]] | None] = ContextVar("postponed", default=None)


@contextmanager
def refreshed_once() -> Iterator[None]:
    """Within it, many pieces of evidence change at once: each case is brought up to date once, at the end."""
    postponed: dict[int, tuple[Application, datetime]] = {}
    token = _postponed.set(postponed)
    try:
        yield
    finally:
        _postponed.reset(token)
    for application, now in postponed.values():
        refresh_progress(application, now)


def note_progress(application: Application, now: datetime) -> None:
    """Bring a case up to date after a change of its evidence: now, or at the end of `refreshed_once`."""
    postponed = _postponed.get()
    if postponed is None:
        refresh_progress(application, now)
    else:
        postponed[application.pk] = (application, now)


def awaited_acts(application: Application, assessments: Sequence[Assessment]) -> set[tuple[str, str, str]]:
    """What is waited for, as (requirement, act, role): nothing while the case is paused or ended."""
    if not application.is_open or application.is_paused:
        return set()
    acts: set[tuple[str, str, str]] = set()
    for item in assessments:
        if item.requirement.desirable or item.complete or not item.waiting_on:
            continue
        if item.progress.met and not item.returned:
            acts |= {(item.requirement.slug, AwaitedAct.Act.SIGN_OFF, role) for role in item.missing_roles}
        else:
            acts.add((item.requirement.slug, AwaitedAct.Act.COMPLETE, item.waiting_on))
    stage = next_stage(application)
    if stage is not None and stage_is_ready(application, stage, assessments):
        acts |= {("", AwaitedAct.Act.SIGN_OFF_STAGE, role) for role in stage.signed_by}
    return acts


def next_stage(application: Application) -> Stage | None:
    """The stage that the case reaches next by a stage sign-off; None for drafts, pauses, ends and the last stage.

    The last stage is reached by the council's decision, not by a stage sign-off.
    """
    stages = application.definition.stages
    slugs = [stage.slug for stage in stages]
    if application.state not in slugs[:-2]:
        return None
    return stages[slugs.index(application.state) + 1]


def stage_is_ready(application: Application, stage: Stage, assessments: Sequence[Assessment]) -> bool:
    """Whether every blocking requirement of that stage and of all before it is complete."""
    needed = {r.slug for r in application.definition.up_to(stage.slug) if not r.desirable}
    return all(item.complete for item in assessments if item.requirement.slug in needed)


def _refresh_awaited(application: Application, assessments: Sequence[Assessment], now: datetime) -> None:
    wanted = awaited_acts(application, assessments)
    for row in application.awaited_acts.all():
        key = (row.requirement, row.act, row.role)
        if key in wanted:
            wanted.discard(key)
        else:
            row.delete()
    AwaitedAct.objects.bulk_create(
        AwaitedAct(application=application, requirement=requirement, act=act, role=role, since=now)
        for requirement, act, role in sorted(wanted)
    )
