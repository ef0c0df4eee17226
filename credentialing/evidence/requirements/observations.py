"""Observation: evaluations by several distinct observers, each alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.applications.requirements import content_digest
from credentialing.evidence.requirements.numbers import number_in_words
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment, Progress
from workflows.subjects import EvidenceReference

RULES = {
    "all": "all finding you ready",
    "majority": "most of them finding you ready",
    "mean": "with a mean rating of {score} or better",
    "times": "{times} of them rating you {score} or better",
}
NUMBERS = {1: "one credentialed leader", 2: "2 credentialed leaders"}


class Observation:
    """Evaluations at one event: enough distinct observers, and the rule by which their words are put together."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Keys of the pathway file.

        `observers`: how many distinct ones; `rule`: `all` or `majority` must find the candidate ready, the `mean`
        of all ratings must reach `score`, or `times` evaluations must each reach it; `each_item`: no item of the rubric
        may be rated lower by anybody. Ratings are numbered from 1, the worst of the scale.
        """

        observers: int
        rule: Literal["all", "majority", "mean", "times"] = "all"
        score: Decimal = Decimal(0)
        times: int = 0
        each_item: Decimal = Decimal(0)

    @dataclass(frozen=True, kw_only=True)
    class Asked:
        """One observer who was asked; `scores` are their ratings as numbers, those not observed left out."""

        observer: int
        filed_on: date | None
        ready: bool
        reference: EvidenceReference
        asked_on: date = date.min
        scores: tuple[int, ...] = ()

    @dataclass(frozen=True, kw_only=True)
    class Facts:
        """Who was asked at each event, the latest first; since when the next intensive is the last one (None: not)."""

        events: tuple[tuple["Observation.Asked", ...], ...] = ()
        last_is_next_since: date | None = date.min

    lookups = ("observations__event", "observations__ratings", "candidate__attendances__event")

    def gather(self, requirement: Requirement, application: Application) -> "Observation.Facts":  # noqa: ARG002 - protocol
        rubric = application.definition.rubric
        events: dict[tuple[date, int], list[Observation.Asked]] = {}
        for row in application.observations.all():
            ratings = sorted(row.ratings.all(), key=lambda rating: rating.pk)
            scores = [rubric.score(rating.value) for rating in ratings] if rubric else []
            events.setdefault((row.event.starts_on, row.event_id), []).append(
                self.Asked(
                    observer=row.evaluator_id,
                    asked_on=timezone.localdate(row.requested_at),
                    filed_on=timezone.localdate(row.filed_at) if row.filed_at else None,
                    ready=row.outcome == "ready",
                    scores=tuple(score for score in scores if score is not None),
                    reference=EvidenceReference(
                        kind="observation",
                        id=str(row.uuid),
                        sha256=content_digest(
                            row.evaluator_id,
                            row.outcome,
                            row.comments,
                            *((r.item, r.value, r.text) for r in ratings),
                        ),
                    ),
                )
            )
        return self.Facts(
            events=tuple(tuple(events[key]) for key in sorted(events, reverse=True)),
            last_is_next_since=_last_is_next_since(application),
        )

    def assess(self, requirement: Requirement, facts: "Observation.Facts", moment: Moment) -> Progress:
        """What the observers of one event say; with fewer than are needed nothing is met.

        It is the latest event. Where it has come to no answer yet, and the one before found the candidate ready,
        that word stands: being looked at again takes nothing away.
        """
        rule, on = requirement.parameters, moment.on
        known = [[a for a in event if a.asked_on <= on] for event in facts.events]
        asked = _deciding([event for event in known if event], rule, on)
        filed = _filed(asked, on)
        observers = {a.observer for a in filed}
        enough = _enough(filed, rule)
        met_on = _met_since(filed, rule)
        met = met_on is not None
        if len({a.observer for a in asked}) < rule.observers:
            waiting_on = "coordinator"
        elif len(filed) < len(asked):
            waiting_on = "observer"
        else:
            waiting_on = "candidate"
        summary = f"{len(observers)} of {rule.observers} evaluations filed"
        last_is_next = facts.last_is_next_since is not None and facts.last_is_next_since <= on
        failed = not met and (any(not a.ready for a in filed) if rule.rule == "all" else enough)
        if failed:
            summary += "; not yet ready: another intensive is needed"
        return Progress(
            met=met,
            started=bool(asked),
            summary=summary,
            cannot_start="" if asked or last_is_next else "Evaluators are asked before your last intensive.",
            have=str(len(observers)),
            need=str(rule.observers),
            have_amount=Decimal(len(observers)),
            need_amount=Decimal(rule.observers),
            waiting_on="" if met else waiting_on,
            references=tuple(a.reference for a in filed),
            met_on=met_on,
            next_step="Register for another intensive." if failed else "",
            unit="evaluations",
            lacks=() if met else ("a new evaluation",) if failed else _lacks(rule.observers - len(observers)),
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        who = NUMBERS.get(rule.observers, f"{rule.observers} credentialed leaders")
        how = RULES[rule.rule].replace("{score}", f"{number_in_words(rule.score)}").replace("{times}", str(rule.times))
        floor = f", and no item rated lower than {number_in_words(rule.each_item)}" if rule.each_item else ""
        return f"Be evaluated at one event by {who}, each alone, {how}{floor}."


def _filed(asked: Iterable[Observation.Asked], on: date) -> list[Observation.Asked]:
    there = [a for a in asked if a.filed_on is not None and a.filed_on <= on]
    return sorted(there, key=lambda a: a.reference.id)


def _deciding(events: list[list[Observation.Asked]], rule: Observation.Parameters, on: date) -> list[Observation.Asked]:
    """The event whose observers are listened to, of several with the latest first."""
    for event in events:
        filed = _filed(event, on)
        if _enough(filed, rule):
            return event if _satisfied(filed, rule) else events[0]
    return events[0] if events else []


def _enough(filed: list[Observation.Asked], rule: Observation.Parameters) -> bool:
    return len({a.observer for a in filed}) >= rule.observers


def _met_since(filed: list[Observation.Asked], rule: Observation.Parameters) -> date | None:
    """Since when these words meet the rule without a break: one more good word makes it no later."""
    since = None
    for day in sorted({a.filed_on for a in filed if a.filed_on}):
        then = _filed(filed, day)
        if not (_enough(then, rule) and _satisfied(then, rule)):
            since = None
        elif since is None:
            since = day
    return since


def _lacks(more: int) -> tuple[str, ...]:
    return (f"{more} more evaluation{'s' if more > 1 else ''}",) if more > 0 else ("a better word of the evaluators",)


def _satisfied(filed: list[Observation.Asked], rule: Observation.Parameters) -> bool:
    if any(score < rule.each_item for asked in filed for score in asked.scores):
        return False
    ready = sum(asked.ready for asked in filed)
    means = [Decimal(sum(a.scores)) / len(a.scores) for a in filed if a.scores]
    return {
        "all": ready == len(filed),
        "majority": ready * 2 > len(filed),
        "mean": bool(means) and sum(means) / len(means) >= rule.score,
        "times": sum(mean >= rule.score for mean in means) >= rule.times,
    }[rule.rule]


def _last_is_next_since(application: Application) -> date | None:
    for requirement in application.definition.all_requirements:
        if requirement.kind == "attendance" and requirement.parameters.last_assessed:
            rule = requirement.parameters
            attended = sorted(
                max(row.event.ends_on, timezone.localdate(row.marked_at))
                for row in application.candidate.attendances.all()
                if row.status == "attended" and row.event.kind == rule.event and row.days_attended >= rule.days_each
            )
            before = rule.events - 1
            return date.min if before < 1 else attended[before - 1] if len(attended) >= before else None
    return date.min
