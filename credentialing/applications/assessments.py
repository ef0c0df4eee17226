"""How far a case was on a day: a function of its evidence, its pinned version, its sign-offs and that day.

Only what was known on the day counts, so the answer for a day that has passed is the one that was given then.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import batched

import rfc8785
from django.db.models import Model, prefetch_related_objects
from django.utils import timezone

from credentialing.applications.groups import progress_of_group
from credentialing.applications.models import Application, RequirementProgress
from credentialing.pathways.definitions import SUPERVISION_GATE, Requirement
from credentialing.pathways.kinds import Moment, Progress, SignOffFact, files_of, kind, lookups, sign_offs_of
from credentialing.pathways.months import in_words
from workflows.guards import Unmet
from workflows.subjects import EvidenceReference

Status = RequirementProgress.Status
APPROVED, RETURNED, WAIVED = "approved", "returned", "waived"
AT_ONCE = 500  # cases whose evidence is in memory at the same time


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """One requirement of one case on one day, sign-offs included."""

    requirement: Requirement
    progress: Progress
    references: tuple[EvidenceReference, ...]
    sign_offs: tuple[SignOffFact, ...]
    on: date
    options: tuple["Assessment", ...] = ()

    def with_options(self) -> "Iterator[Assessment]":
        """Itself, and of a group its options, at any depth."""
        yield self
        for option in self.options:
            yield from option.with_options()

    @cached_property
    def digest(self) -> str:
        """What a sign-off is pinned to: SHA-256 over the evidence counted (RFC 8785 canonical JSON)."""
        rows = sorted([reference.kind, reference.id, reference.sha256] for reference in self.references)
        return hashlib.sha256(rfc8785.dumps([self.requirement.slug, rows])).hexdigest()

    @cached_property
    def latest(self) -> Mapping[str, SignOffFact]:
        """The last word of each role."""
        return {fact.role: fact for fact in self.sign_offs if fact.outcome != WAIVED}

    @cached_property
    def waiver(self) -> SignOffFact | None:
        """The waiver that stands on that day, if any: nothing more is asked for then."""
        return self._waivers[-1] if self._waivers else None

    @cached_property
    def _waivers(self) -> tuple[SignOffFact, ...]:
        return tuple(
            fact
            for fact in self.sign_offs
            if fact.outcome == WAIVED and (fact.expires_on is None or self.on <= fact.expires_on)
        )

    @property
    def changes_on(self) -> date | None:
        """The next day on which time alone may change the answer: of the evidence, or because a waiver ends."""
        ends = self.waiver.expires_on if self.waiver else None
        days = (self.progress.changes_on, ends + timedelta(days=1) if ends else None)
        return min((day for day in days if day is not None and day > self.on), default=None)

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
        if self.waiver:
            until = f" until {in_words(self.waiver.expires_on)}" if self.waiver.expires_on else ""
            return f"Waived on {in_words(timezone.localdate(self.waiver.at))}{until}: {self.waiver.reason}"
        if self.complete and self.requirement.signed_by and self.completed_on:
            day = in_words(self.completed_on)
            decided = self.requirement.kind == "decision"
            return f"Approved on {day}" if decided else f"{self.progress.summary}, signed off on {day}"
        return self.progress.summary

    @property
    def complete(self) -> bool:
        """Waived, or met and signed off by everybody who must."""
        return self.waiver is not None or (self.progress.met and not self.missing_roles)

    @property
    def completed_on(self) -> date | None:
        """The day on which the last word was spoken, if it is complete."""
        if not self.complete:
            return None
        signed_on = self._signed_on
        waived_on = min((timezone.localdate(fact.at) for fact in self._waivers), default=None)
        return min((day for day in (signed_on, waived_on) if day), default=None)

    @property
    def _signed_on(self) -> date | None:
        """The day of the last word on what is met; a waiver besides moves it no later."""
        if not self.progress.met or self.missing_roles:
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


class CaseOnDay:
    """One case on one day: each requirement is assessed once, whoever asks for it."""

    def __init__(self, application: Application, on: date) -> None:
        self.application = application
        self.on = on
        self._known: dict[str, Assessment] = {}

    @cached_property
    def _sign_offs(self) -> Mapping[str, tuple[SignOffFact, ...]]:
        found: dict[str, tuple[SignOffFact, ...]] = {}
        for fact in sign_offs_of(self.application, self.on):
            found[fact.requirement] = (*found.get(fact.requirement, ()), fact)
        return found

    @cached_property
    def _files(self) -> Mapping[str, tuple[EvidenceReference, ...]]:
        return files_of(self.application, self.on)

    @cached_property
    def _before_the_gate(self) -> Moment:
        applied_on = self._known_day(self.application.submitted_at)
        admitted_on = self._known_day(self.application.admitted_at)
        return Moment(
            on=self.on,
            applied_on=applied_on,
            admitted_on=admitted_on,
            candidate_since=admitted_on if self.application.definition.admits else applied_on,
        )

    @cached_property
    def moment(self) -> Moment:
        """The day, and since when evidence can count."""
        return replace(self._before_the_gate, supervision_from=self.gate_opened_on(SUPERVISION_GATE))

    def _known_day(self, instant: datetime | None) -> date | None:
        day = timezone.localdate(instant) if instant else None
        return day if day is not None and day <= self.on else None

    def gate_opened_on(self, gate: str) -> date | None:
        """The day on which everything that gates an act was complete; None while it is not."""
        days = [self.assess(gated).completed_on for gated in self.application.definition.gated(gate)]
        return max(day for day in days if day) if days and all(days) else None

    def assess(self, requirement: Requirement) -> Assessment:
        """One requirement, with its options where it is a group."""
        if requirement.slug not in self._known:
            self._known[requirement.slug] = self._assess(requirement)
        return self._known[requirement.slug]

    def _assess(self, requirement: Requirement) -> Assessment:
        options = tuple(self.assess(option) for option in requirement.options)
        if requirement.is_group:
            progress = progress_of_group(requirement, options)
        else:
            judge = kind(requirement.kind)
            # What gates supervision can't depend on when supervision began.
            moment = self._before_the_gate if self._gates_supervision(requirement) else self.moment
            progress = judge.assess(requirement, judge.gather(requirement, self.application), moment)
        return Assessment(
            requirement=requirement,
            progress=progress,
            references=(*progress.references, *self._files.get(requirement.slug, ())),
            sign_offs=self._sign_offs.get(requirement.slug, ()),
            on=self.on,
            options=options,
        )

    def _gates_supervision(self, requirement: Requirement) -> bool:
        return any(
            requirement.slug == part.slug
            for gated in self.application.definition.gated(SUPERVISION_GATE)
            for part in gated.with_options()
        )


def assess_case(application: Application, on: date) -> list[Assessment]:
    """Assess every requirement of a case, in the order of the pathway.

    The evidence is read at once and into a copy, so that the caller's object remembers nothing of this moment.
    """
    reader = _with_own_memory(application)
    reader.candidate = _with_own_memory(application.candidate)
    prefetch_related_objects([reader], *lookups())
    return assess_requirements(reader, application.definition.requirements, on)


def _with_own_memory[Row: Model](row: Row) -> Row:
    twin = copy(row)
    twin._prefetched_objects_cache = dict(getattr(row, "_prefetched_objects_cache", {}))  # type: ignore[attr-defined]  # noqa: SLF001 - Django's
    return twin


def assess_cases(applications: Iterable[Application], on: date) -> Iterator[tuple[Application, list[Assessment]]]:
    """Assess many cases; the evidence of some hundreds at a time is read at once, by as many queries as for one."""
    for some in batched(applications, AT_ONCE, strict=False):
        prefetch_related_objects(some, *lookups())
        for application in some:
            yield application, assess_case(application, on)


def assess_requirements(application: Application, requirements: Sequence[Requirement], on: date) -> list[Assessment]:
    """Assess some requirements of a case."""
    case = CaseOnDay(application, on)
    return [case.assess(requirement) for requirement in requirements]


def assess_requirement(application: Application, slug: str, on: date) -> Assessment:
    """Assess one requirement (KeyError when the pinned version has none of that slug)."""
    return CaseOnDay(application, on).assess(application.requirement(slug))


def gate_opened_on(application: Application, gate: str, on: date) -> date | None:
    """The day on which everything that gates an act was complete; None while it is not."""
    return CaseOnDay(application, on).gate_opened_on(gate)
