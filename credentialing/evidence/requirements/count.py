"""Count: so many sessions, cases, hours or clients; all that may be asked of them (DOMAIN §3, §4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count, takewhile
from typing import Literal

from credentialing.applications.models import Application
from credentialing.evidence.requirements.duration import NOT_OPEN_YET
from credentialing.evidence.requirements.numbers import number_in_words
from credentialing.evidence.requirements.pace import forecast, history
from credentialing.evidence.requirements.sessions import LED, Session, as_of, log_sessions, supervision_sessions
from credentialing.evidence.requirements.shares import WHOLE, AtLeast, AtMost, within_shares
from credentialing.evidence.requirements.units import MINUTES, OF_SUPERVISION, UNITS, Unit
from credentialing.pathways.definitions import CountsFrom, Requirement
from credentialing.pathways.kinds import Moment, Progress
from credentialing.pathways.months import add_months, are_over, in_words

type Role = Literal["led", "co_led", "member"]
SINCE = {
    "application": ", from your application on",
    "admission": ", from your admission on",
    "supervision": ", from the start of supervision on",
}
WHO_LED = {
    frozenset(LED): " that you led or co-led",
    frozenset({"led"}): " that you led",
    frozenset({"co_led"}): " that you co-led",
    frozenset({"member"}): " as a member of a group",
    frozenset({"led", "member"}): " that you led, or as a member of a group",
    frozenset({"co_led", "member"}): " that you co-led, or as a member of a group",
}


class Count:
    """At least so many of something in the log, or in the supervision sessions."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """What is counted and what is asked of it.

        `unit`: what is added up (one entry may count as one meeting here and as its cases there); `at_least`: how
        many; `role`, `format`, `setting`, `mode`: only sessions like that; `window_months`: only those of the last so
        many months; `per_year`: so many in each full year besides, from when evidence counts (or, where it counts
        from ever, from the application); `advised_per_year`: shown and never blocks; `distinct`: count different
        `clients` or `settings` instead of sessions; `each_hours`, `each_months`: only those with so many hours, or
        over so many months; `spread_months`: from the first to the last at least so many months; `at_most`,
        `at_least_of`: shares of one kind of session; `needs_confirmation`, `needs_recording`: what doesn't have it
        doesn't count.
        """

        unit: Unit
        at_least: Decimal
        role: tuple[Role, ...] = LED
        format: tuple[str, ...] = ()
        setting: tuple[str, ...] = ()
        mode: tuple[Literal["individual", "group"], ...] = ()
        window_months: int = 0
        per_year: int = 0
        advised_per_year: int = 0
        distinct: Literal["", "clients", "settings"] = ""
        each_hours: Decimal = Decimal(0)
        each_months: int = 0
        spread_months: int = 0
        at_most: tuple[AtMost, ...] = ()
        at_least_of: tuple[AtLeast, ...] = ()
        needs_recording: bool = False
        needs_confirmation: bool = False

    lookups = ("log_entries", "supervision_sessions")

    def gather(self, requirement: Requirement, application: Application) -> tuple[Session, ...]:
        if requirement.parameters.unit in OF_SUPERVISION:
            return supervision_sessions(application)
        return log_sessions(application)

    def assess(self, requirement: Requirement, facts: tuple[Session, ...], moment: Moment) -> Progress:
        """What counts on that day, and why the rest doesn't."""
        rule, on = requirement.parameters, moment.on
        supervision = rule.unit in OF_SUPERVISION
        since = moment.counts_from(requirement, "supervision" if supervision else "ever")
        if since is None:
            return _not_begun(rule, NOT_OPEN_YET if supervision else "Apply first.")
        there = tuple(s for s in as_of(facts, on) if _is_meant(requirement, s))
        reasons = {session: _why_not(requirement, session, since, on) for session in there}
        counted = tuple(s for s in there if not reasons[s])
        have, over = _total(counted, rule)
        begun = moment.applied_on if since == date.min else since
        missing = _missing(counted, have, rule, begun, on)
        met = not missing
        waiting = [s for s in there if reasons[s] == NOT_CONFIRMED]
        days = [(s.held_on, _amount(s, rule.unit)) for s in counted]
        return Progress(
            met=met,
            started=bool(there),
            summary=_summary(have, rule, waiting, missing),
            have=number_in_words(have),
            need=number_in_words(rule.at_least),
            have_amount=have,
            need_amount=rule.at_least,
            waiting_on="" if met else ("supervisor" if waiting and supervision else "candidate"),
            uncounted=(*(f"{in_words(s.held_on)}: {why}" for s, why in reasons.items() if why), *over),
            references=tuple(s.reference for s in counted),
            met_on=_met_on(counted, rule, begun, on) if met else None,
            next_step="" if met else _next_step(waiting, missing),
            forecast=None if met else forecast(days, rule.at_least - have, since, on),
            history=history(days, [(s.held_on, _amount(s, rule.unit)) for s in there if reasons[s]], on),
            changes_on=_changes_on(requirement, (*counted, *waiting), begun, on),
            unit=_unit(rule),
            lacks=tuple(missing),
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        if rule.unit == "debrief":
            groups = "group" if rule.at_least == 1 else "groups"
            words = f"{number_in_words(rule.at_least)} {groups}{_qualifiers(rule, requirement.counts_from)}"
            return f"Debrief with your co-leader after at least {words}, ideally after every one."
        words = f"Have at least {_quantity(rule)}{_qualifiers(rule, requirement.counts_from)}"
        if rule.per_year:
            sessions = "session" if rule.per_year == 1 else "sessions"
            words += f", {rule.per_year} {sessions} or more in each full year"
        words += f", about {rule.advised_per_year} a year" if rule.advised_per_year else ""
        words += "".join(f", {share.words}" for share in (*rule.at_most, *rule.at_least_of))
        words += ", each of them confirmed" if rule.needs_confirmation else ""
        return words + "."


NOT_CONFIRMED = "not confirmed yet"


def _is_meant(requirement: Requirement, session: Session) -> bool:
    """Whether it is about sessions like this one at all."""
    rule = requirement.on(session.held_on).parameters
    if rule.unit == "debrief" and not session.debriefed:
        return False
    if rule.unit in OF_SUPERVISION:
        return not rule.mode or session.mode in rule.mode
    return (
        session.role in rule.role
        and (not rule.format or session.format in rule.format)
        and (not rule.setting or session.setting in rule.setting)
    )


def _why_not(requirement: Requirement, session: Session, since: date, on: date) -> str:
    rule = requirement.on(session.held_on).parameters
    supervision = rule.unit in OF_SUPERVISION
    if session.denied_on:
        return "denied by your supervisor" if supervision else "denied by whoever was asked"
    if session.held_on < since:
        return "before supervision could begin" if supervision else "before it counts"
    if rule.window_months and are_over(session.held_on, rule.window_months, on):
        return f"more than {rule.window_months} months ago"
    if rule.needs_recording and not session.recorded:
        return "no recording was reviewed"
    if rule.distinct == "clients" and not session.client:
        return "no client is named by a pseudonym"
    return NOT_CONFIRMED if rule.needs_confirmation and not session.confirmed_on else ""


def _amount(session: Session, unit: str) -> Decimal:
    if unit in MINUTES:
        return Decimal(session.minutes) / MINUTES[unit]
    return Decimal(session.cases if unit == "case" else 1)


def _sum(sessions: Iterable[Session], rule: Count.Parameters) -> Decimal:
    return sum((_amount(session, rule.unit) for session in sessions), Decimal(0))


def _total(counted: tuple[Session, ...], rule: Count.Parameters) -> tuple[Decimal, tuple[str, ...]]:
    """How much it is, and what is left out because it is over its share."""
    if rule.distinct:
        return Decimal(len(_distinct(counted, rule))), ()
    whole = _sum(counted, rule)
    parts = {share: _sum((s for s in counted if share.covers(s)), rule) for share in rule.at_most}
    total = within_shares(whole, parts)
    over = {share: those - total * share.percent / WHOLE for share, those in parts.items()}
    return total, tuple(
        f"{number_in_words(too_many)} {share.label}: over the share of {share.percent} %"
        for share, too_many in over.items()
        if too_many > 0
    )


def _distinct(counted: tuple[Session, ...], rule: Count.Parameters) -> list[str]:
    groups: dict[str, list[Session]] = {}
    for session in counted:
        groups.setdefault(session.client if rule.distinct == "clients" else session.setting, []).append(session)
    return sorted(
        name
        for name, sessions in groups.items()
        if sum(s.minutes for s in sessions) >= rule.each_hours * 60
        and add_months(sessions[0].held_on, rule.each_months) <= sessions[-1].held_on
    )


def _missing(
    counted: tuple[Session, ...], have: Decimal, rule: Count.Parameters, begun: date | None, on: date
) -> list[str]:
    """What is not there yet, in words; empty when it is met."""
    missing = []
    if have < rule.at_least:
        missing.append(f"{number_in_words(rule.at_least - have)} more")
    missing += [f"only {n} in the year from {in_words(year)}" for year, n in _short_years(counted, rule, begun, on)]
    if rule.spread_months and counted:
        last = add_months(counted[0].held_on, rule.spread_months)
        if counted[-1].held_on < last:
            missing.append(f"spread over {rule.spread_months} months: one on {in_words(last)} or later")
    for share in rule.at_least_of:
        those = _sum((s for s in counted if share.covers(s)), rule)
        if those < share.need(rule.at_least):
            missing.append(f"{number_in_words(share.need(rule.at_least) - those)} more {share.label}")
    return missing


def _years(begun: date) -> Iterator[tuple[date, date]]:
    """The years since a day, each with its first day and that of the next: those since a 29 February stay in step."""
    return ((add_months(begun, 12 * number), add_months(begun, 12 * number + 12)) for number in count())


def _short_years(
    counted: tuple[Session, ...], rule: Count.Parameters, begun: date | None, on: date
) -> list[tuple[date, int]]:
    """The full years since the start in which there were too few."""
    if not rule.per_year or begun is None:
        return []
    full = takewhile(lambda year: year[1] <= on, _years(begun))
    numbers = ((begin, sum(begin <= s.held_on < end for s in counted)) for begin, end in full)
    return [(begin, number) for begin, number in numbers if number < rule.per_year]


def _met_on(counted: tuple[Session, ...], rule: Count.Parameters, begun: date | None, on: date) -> date:
    """The day of the session with which it was met."""
    there = Decimal(0)
    for number, session in enumerate(counted, 1):
        there += 1 if rule.distinct else _amount(session, rule.unit)
        if there < rule.at_least:  # whatever else is asked, it can't have been enough
            continue
        first = counted[:number]
        if not _missing(first, _total(first, rule)[0], rule, begun, session.held_on):
            return session.held_on
    return on  # nothing is there, and nothing was asked


def _changes_on(requirement: Requirement, shown: tuple[Session, ...], begun: date | None, on: date) -> date | None:
    """The day on which the first session leaves its window, or on which a year is over that asks for its number."""
    windows = ((s.held_on, requirement.on(s.held_on).parameters.window_months) for s in shown)
    days = [add_months(held_on, months) for held_on, months in windows if months]
    if requirement.parameters.per_year and begun is not None:
        days.append(next(end for _, end in _years(begun) if end > on))
    return min(days, default=None)


def _not_begun(rule: Count.Parameters, why: str) -> Progress:
    need = number_in_words(rule.at_least)
    return Progress(
        met=False, started=False, summary=f"0 of {need}", have="0", need=need, waiting_on="", cannot_start=why,
        have_amount=Decimal(0), need_amount=rule.at_least,
    )  # fmt: skip


def _summary(have: Decimal, rule: Count.Parameters, waiting: list[Session], missing: list[str]) -> str:
    summary = f"{number_in_words(have)} of {number_in_words(rule.at_least)}"
    if waiting:
        by = "your supervisor" if rule.unit in OF_SUPERVISION else "whoever was asked"
        summary += f", {len(waiting)} waiting for {by}"
    if have >= rule.at_least and missing:
        summary += f"; missing: {'; '.join(missing)}"
    return summary


def _next_step(waiting: list[Session], missing: list[str]) -> str:
    if waiting:
        return "Ask for the sessions to be confirmed that are waiting."
    return f"Log your next sessions: {missing[0]}."


def _unit(rule: Count.Parameters) -> str:
    """What is counted, in words."""
    return f"different {rule.distinct}" if rule.distinct else UNITS[rule.unit][rule.at_least != 1]


def _quantity(rule: Count.Parameters) -> str:
    if rule.distinct:
        each = []
        if rule.each_hours:
            each.append(f"{number_in_words(rule.each_hours)} hours")
        if rule.each_months:
            each.append(f"{rule.each_months} months")
        words = f"{number_in_words(rule.at_least)} different {rule.distinct}"
        return words + (f", each for {' and '.join(each)} or more" if each else "")
    return f"{number_in_words(rule.at_least)} {_unit(rule)}"


def _qualifiers(rule: Count.Parameters, counts_from: CountsFrom) -> str:
    words = " on recordings of your groups" if rule.needs_recording else ""
    if rule.unit not in OF_SUPERVISION:
        words += WHO_LED.get(frozenset(rule.role), "")
    words += f" ({' or '.join(value.replace('_', ' ') for value in (*rule.format, *rule.setting, *rule.mode))})" if (
        rule.format or rule.setting or rule.mode
    ) else ""  # fmt: skip
    words += f" in the last {rule.window_months} months" if rule.window_months else ""
    words += f", spread over {rule.spread_months} months or more" if rule.spread_months else ""
    return words + SINCE.get(counts_from, "")
