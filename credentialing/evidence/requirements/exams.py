"""Exam: a pass mark, so many attempts, and a pause after a failed one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.applications.requirements import content_digest
from credentialing.evidence.requirements.numbers import number_in_words
from credentialing.evidence.requirements.statements import Said
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment, Progress
from credentialing.pathways.months import add_months, in_words
from workflows.subjects import EvidenceReference

TOO_SOON = "too soon after a failed attempt"


class Exam:
    """An exam with a pass mark."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Keys of the pathway file.

        `pass_mark`: the result that is enough; `attempts`: how often it may be taken (0: no limit); `wait_months`:
        how long to wait after a failed attempt; `passes`: how often the mark must be reached.
        """

        pass_mark: Decimal
        attempts: int = 0
        wait_months: int = 0
        passes: int = 1

    @dataclass(frozen=True, kw_only=True)
    class Sat(Said):
        """One sitting: `day` is when the result was entered."""

        taken_on: date
        score: Decimal

    lookups = ("exam_results",)

    def gather(self, requirement: Requirement, application: Application) -> tuple["Exam.Sat", ...]:
        return tuple(
            self.Sat(
                day=timezone.localdate(row.entered_at),
                until=timezone.localdate(row.annulled_at) if row.annulled_at else None,
                taken_on=row.taken_on,
                score=row.score,
                reference=EvidenceReference(
                    kind="exam_result", id=str(row.uuid), sha256=content_digest(row.taken_on, row.score)
                ),
            )
            for row in application.exam_results.all()
            if row.requirement == requirement.slug
        )

    def assess(self, requirement: Requirement, facts: tuple["Exam.Sat", ...], moment: Moment) -> Progress:
        """Passed as often as is asked, within the attempts that are allowed."""
        rule, on = requirement.parameters, moment.on
        entered = sorted((s for s in facts if s.stood_on(on)), key=lambda s: (s.taken_on, s.day, s.reference.id))
        sat, too_soon = _attempts(entered, rule)
        allowed = sat[: rule.attempts] if rule.attempts else sat
        passed = [s for s in allowed if s.score >= rule.pass_mark]
        met = len(passed) >= rule.passes
        used_up = bool(rule.attempts) and len(sat) >= rule.attempts and not met
        best = max((s.score for s in sat), default=None)
        again = add_months(sat[-1].taken_on, rule.wait_months) if sat and rule.wait_months and not met else None
        mark = number_in_words(rule.pass_mark)
        summary = "Not taken yet" if best is None else f"Best result {number_in_words(best)}, {mark} needed"
        if rule.passes > 1:
            summary = f"{len(passed)} of {rule.passes} times {mark} or better"
        if used_up:
            summary += "; no attempt is left"
        elif again is not None and again > on:
            summary += f"; again from {in_words(again)} on"
        return Progress(
            met=met,
            started=bool(sat),
            summary=summary,
            have=str(len(passed)),
            need=str(rule.passes),
            have_amount=Decimal(len(passed)),
            need_amount=Decimal(rule.passes),
            waiting_on="" if met else "coordinator" if used_up else "candidate",
            uncounted=tuple(
                f"{in_words(s.taken_on)}: {TOO_SOON if s in too_soon else number_in_words(s.score)}"
                for s in entered
                if s not in passed
            ),
            references=tuple(s.reference for s in passed),
            met_on=passed[rule.passes - 1].taken_on if met else None,
            next_step="" if met or used_up else "Register for the exam.",
            changes_on=again if again is not None and again > on else None,
            unit="times passed",
            lacks=() if met else (f"{rule.passes - len(passed)} with {mark} or better",),
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        times = f" {rule.passes} times" if rule.passes > 1 else ""
        words = f"Pass the exam “{requirement.label}”{times} with {number_in_words(rule.pass_mark)} or better"
        words += f", in at most {rule.attempts} attempts" if rule.attempts else ""
        wait = "a month" if rule.wait_months == 1 else f"{rule.wait_months} months"
        return words + (f", each {wait} or more after a failed one." if rule.wait_months else ".")


def _attempts(entered: list[Exam.Sat], rule: Exam.Parameters) -> tuple[list[Exam.Sat], list[Exam.Sat]]:
    """The attempts that count, and those that were taken sooner after a failed one than is allowed."""
    attempts: list[Exam.Sat] = []
    too_soon: list[Exam.Sat] = []
    for sat in entered:
        allowed = _allowed_from(rule, sat.taken_on, ((a.taken_on, a.score) for a in attempts))
        (attempts if sat.taken_on >= allowed else too_soon).append(sat)
    return attempts, too_soon


def _allowed_from(rule: Exam.Parameters, on: date, sat: Iterable[tuple[date, Decimal]]) -> date:
    """From when on the exam could be taken, as it stood with the attempts before that day."""
    failed = [taken_on for taken_on, score in sat if taken_on <= on and score < rule.pass_mark]
    return add_months(max(failed), rule.wait_months) if failed and rule.wait_months else date.min


def sooner_than_allowed(rule: Exam.Parameters, on: date, sat: Iterable[tuple[date, Decimal]]) -> str:
    """Why an attempt on that day comes too soon after a failed one, in words; "" where it doesn't."""
    allowed = _allowed_from(rule, on, sat)
    return f"After a failed attempt the exam can be taken again from {in_words(allowed)} on." if on < allowed else ""
