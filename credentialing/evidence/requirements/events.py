"""Attendance: events of which somebody else keeps the roster."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.applications.requirements import content_digest
from credentialing.evidence.requirements.numbers import number_in_words
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment, Progress
from credentialing.pathways.months import add_months, are_over
from workflows.subjects import EvidenceReference

EVENTS = {
    "intensive": ("Leadership Intensive", "Leadership Intensives"),
    "weekend": ("leadership weekend", "leadership weekends"),
    "seminar": ("leader seminar", "leader seminars"),
    "international": ("intensive of another society", "intensives of other societies"),
    "training": ("training", "trainings"),
    "workshop": ("workshop", "workshops"),
}

SINCE = {
    "application": ", from your application on",
    "admission": ", from your admission on",
    "supervision": ", from the start of supervision on",
}


class Attendance:
    """At least so many events attended, each for long enough; the last one evaluated where that is asked."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Keys of the pathway file.

        `event`: the kind of event; `events`: how many; `days_each`: days needed at each; `percent_each`: how much
        of each must have been attended; `hours`: so many hours of all together; `last_assessed`: whether the last must
        be one at which the candidate was evaluated; `window_months`: only those of the last so many months.
        """

        event: str
        events: int = 0
        days_each: int = 1
        percent_each: int = 0
        hours: Decimal = Decimal(0)
        last_assessed: bool = False
        window_months: int = 0

    @dataclass(frozen=True, kw_only=True)
    class Attended:
        """One event on whose roster the person stands; `marked_on` is since when the organizer's word is known."""

        ended_on: date
        status: str
        days: int
        assessed: bool
        reference: EvidenceReference
        marked_on: date = date.min
        claimed_on: date | None = None
        of_days: int = 0
        hours: Decimal = Decimal(0)

        def status_on(self, day: date) -> str:
            """What was known on that day: nothing, the person's own word, or the organizer's."""
            if self.marked_on <= day:
                return self.status
            return "claimed" if self.claimed_on is not None and self.claimed_on <= day else ""

    lookups = ("candidate__attendances__event",)

    def gather(self, requirement: Requirement, application: Application) -> tuple["Attendance.Attended", ...]:
        kind = requirement.parameters.event
        rows = [row for row in application.candidate.attendances.all() if row.event.kind == kind]
        return tuple(
            self.Attended(
                ended_on=row.event.ends_on,
                status=row.status,
                days=row.days_attended,
                assessed=row.assessed,
                marked_on=timezone.localdate(row.marked_at or row.claimed_at),
                claimed_on=timezone.localdate(row.claimed_at),
                of_days=row.event.days,
                hours=row.event.hours * row.days_attended / row.event.days,
                reference=EvidenceReference(
                    kind="attendance",
                    id=str(row.uuid),
                    sha256=content_digest(row.event_id, row.days_attended, row.assessed),
                ),
            )
            for row in rows
        )

    def assess(self, requirement: Requirement, facts: tuple["Attendance.Attended", ...], moment: Moment) -> Progress:
        """Events over by that day, attended for long enough."""
        rule, on = requirement.parameters, moment.on
        since = moment.counts_from(requirement, "ever") or date.max
        status = {a: a.status_on(on) for a in sorted(facts, key=lambda a: (a.ended_on, a.reference.id))}
        attended = [a for a in status if status[a] == "attended" and a.ended_on <= on]
        reasons = {a: _why_not(a, rule, since, on) for a in attended}
        whole = [a for a in attended if not reasons[a]]
        claimed = [a for a in status if status[a] == "claimed"]
        hours = sum((a.hours for a in whole), Decimal(0))
        ahead = [a.ended_on for a in status if status[a] == "attended" and a.ended_on > on]  # marked on an earlier day
        ahead += [add_months(a.ended_on, rule.window_months) for a in whole[:1] if rule.window_months]
        enough = len(whole) >= rule.events and hours >= rule.hours
        # One that comes after the evaluated one takes nothing away.
        completing = [a for a in _from_enough_on(whole, rule) if a.assessed or not rule.last_assessed]
        met = enough and bool(completing)
        return Progress(
            met=met,
            started=any(status.values()),
            summary=_summary(whole, hours, rule, claimed, met=met),
            have=str(len(whole)),
            need=str(rule.events),
            have_amount=Decimal(len(whole)),
            need_amount=Decimal(rule.events),
            waiting_on="" if met else ("organiser" if claimed or enough else "candidate"),
            uncounted=tuple(f"{why}, ended {a.ended_on:%Y-%m-%d}" for a, why in reasons.items() if why),
            references=tuple(a.reference for a in whole),
            met_on=completing[0].ended_on if met else None,
            next_step="" if met else f"Register for the next {EVENTS[rule.event][0]}.",
            changes_on=min(ahead, default=None),
            unit=EVENTS[rule.event][1],
            lacks=() if met else _lacks(whole, hours, rule),
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        one, many = EVENTS[rule.event]
        number = f"one {one}" if rule.events == 1 else f"{rule.events} {many} in total" if rule.events else many
        each = f", {rule.days_each} days each" if rule.days_each > 1 else ""
        each += f", at least {rule.percent_each} % of each" if rule.percent_each else ""
        each += f", {number_in_words(rule.hours)} hours or more together" if rule.hours else ""
        each += f", in the last {rule.window_months} months" if rule.window_months else ""
        each += SINCE.get(requirement.counts_from, "")
        last = "; you are evaluated at the last" if rule.last_assessed else ""
        return f"Attend {number}{each}{last}."


def _why_not(attended: Attendance.Attended, rule: Attendance.Parameters, since: date, on: date) -> str:
    if attended.days < rule.days_each:
        return f"{attended.days} of {rule.days_each} days"
    if attended.days * PERCENT < attended.of_days * rule.percent_each:
        return f"{attended.days} of {attended.of_days} days, and {rule.percent_each} % are needed"
    too_old = bool(rule.window_months) and are_over(attended.ended_on, rule.window_months, on)
    return "too long ago" if attended.ended_on < since or too_old else ""


PERCENT = 100


def _from_enough_on(whole: list[Attendance.Attended], rule: Attendance.Parameters) -> list[Attendance.Attended]:
    """The event with which there were enough, and those after it."""
    hours = Decimal(0)
    for number, attended in enumerate(whole, 1):
        hours += attended.hours
        if number >= rule.events and hours >= rule.hours:
            return whole[number - 1 :]
    return []


def _lacks(whole: list[Attendance.Attended], hours: Decimal, rule: Attendance.Parameters) -> tuple[str, ...]:
    more, words = rule.events - len(whole), []
    if more > 0:
        words.append(f"{more} more {EVENTS[rule.event][more > 1]}")
    if hours < rule.hours:
        words.append(f"{number_in_words(rule.hours - hours)} more hours")
    return tuple(words) or ("one at which you are evaluated",)


def _summary(
    whole: list[Attendance.Attended],
    hours: Decimal,
    rule: Attendance.Parameters,
    claimed: list[Attendance.Attended],
    *,
    met: bool,
) -> str:
    summary = f"{min(len(whole), rule.events)} of {rule.events}" if rule.events else f"{len(whole)} attended"
    if rule.hours:
        summary += f", {number_in_words(hours)} of {number_in_words(rule.hours)} hours"
    if len(whole) >= rule.events and hours >= rule.hours and not met:
        summary += "; the last one must be the evaluated one"
    elif claimed:
        summary += f", {len(claimed)} waiting for the organizer"
    return summary
