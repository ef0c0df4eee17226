"""Reports: what a supervisor writes of a candidate, once or in a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.applications.requirements import content_digest
from credentialing.evidence.requirements.statements import NO_SUPERVISOR, PARTIES, Said
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment, Progress
from credentialing.pathways.months import add_months, in_words
from workflows.subjects import EvidenceReference


def _day(instant: datetime | None) -> date | None:
    return timezone.localdate(instant) if instant else None


class Report:
    """Reports by somebody who knows the candidate's work: one that recommends them, or one every so many months."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Keys of the pathway file.

        `author`: the role that writes; `at_least`: how many; `every_months`: how far apart they are due, each
        counted from the one before, and the first from the start of supervision; `recommends`: whether the last one
        must recommend the candidate.
        """

        author: str
        at_least: int = 1
        every_months: int = 0
        recommends: bool = True

    @dataclass(frozen=True, kw_only=True)
    class Filed(Said):
        """One report, the how-maniest it is, and its last word."""

        number: int = 1
        recommended: bool = False

    @dataclass(frozen=True, kw_only=True)
    class Facts:
        """The reports, and whether there was anybody to write one."""

        filed: tuple["Report.Filed", ...] = ()
        supervised: tuple[tuple[date, date | None], ...] = ()

    lookups = ("reports", "supervisions")

    def gather(self, requirement: Requirement, application: Application) -> "Report.Facts":
        return self.Facts(
            filed=tuple(
                self.Filed(
                    day=timezone.localdate(row.filed_at),
                    until=_day(row.superseded_at),
                    number=row.number,
                    recommended=row.recommended,
                    reference=EvidenceReference(
                        kind="report",
                        id=str(row.uuid),
                        sha256=content_digest(row.author_id, row.strengths, row.growth, row.recommended),
                    ),
                )
                for row in application.reports.all()
                if row.requirement == requirement.slug
            ),
            supervised=tuple(
                (timezone.localdate(row.accepted_at), _day(row.ended_at))
                for row in application.supervisions.all()
                if row.accepted_at
            ),
        )

    def assess(self, requirement: Requirement, facts: "Report.Facts", moment: Moment) -> Progress:
        """As many as are asked for on that day, the last with a recommendation where that is asked."""
        rule, on = requirement.parameters, moment.on
        there = (report for report in facts.filed if report.stood_on(on))
        filed = sorted(there, key=lambda report: (report.number, report.day, report.reference.id))
        known = any(begun <= on and (ended is None or ended > on) for begun, ended in facts.supervised)
        if not filed:
            return Progress(
                met=False,
                started=False,
                summary="Not filed yet",
                have="0",
                need=str(rule.at_least),
                waiting_on=rule.author,
                cannot_start="" if known else NO_SUPERVISOR,
                unit="reports",
                lacks=_lacks(rule, filed),
            )
        last = filed[-1]
        met = _is_enough(filed, rule)
        summary = f"{len(filed)} of {rule.at_least} filed, the last on {in_words(last.day)}"
        if rule.at_least == 1:
            summary = f"Filed on {in_words(last.day)}"
        if rule.recommends:
            summary += ": recommends you" if last.recommended else ": doesn't recommend you yet"
        due = add_months(last.day, rule.every_months) if rule.every_months and not met else None
        if due is not None:
            summary += f"; the next is due on {in_words(due)}"
        return Progress(
            met=met,
            started=True,
            summary=summary,
            have=str(len(filed)),
            need=str(rule.at_least),
            waiting_on="" if met else rule.author,
            references=tuple(report.reference for report in filed),
            met_on=_met_since(filed, rule) if met else None,
            changes_on=due if due is not None and due > on else None,
            unit="reports",
            lacks=() if met else _lacks(rule, filed),
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        who = PARTIES.get(rule.author, rule.author.replace("_", " ")).capitalize()
        if rule.at_least == 1:
            return f"{who} files a final report" + (" and recommends you." if rule.recommends else ".")
        words = f"{who} files at least {rule.at_least} reports"
        words += f", one every {rule.every_months} months" if rule.every_months else ""
        return words + (", and recommends you in the last." if rule.recommends else ".")


def _is_enough(filed: Sequence[Report.Filed], rule: Report.Parameters) -> bool:
    return len(filed) >= rule.at_least and (filed[-1].recommended or not rule.recommends)


def _met_since(filed: Sequence[Report.Filed], rule: Report.Parameters) -> date:
    """The day of the report with which there was enough and after which there always was."""
    numbers = takewhile(lambda number: _is_enough(filed[:number], rule), range(len(filed), 0, -1))
    return max(report.day for report in filed[: min(numbers)])


def _lacks(rule: Report.Parameters, filed: Sequence[Report.Filed]) -> tuple[str, ...]:
    more, words = rule.at_least - len(filed), []
    if more > 0:
        words.append(f"{more} more report{'s' if more > 1 else ''}")
    if rule.recommends and not (filed and filed[-1].recommended):
        words.append("a recommendation in the last")
    return tuple(words)
