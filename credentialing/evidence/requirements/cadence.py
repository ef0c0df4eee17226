"""Cadence: so many sessions in each of so many calendar months (DOMAIN §1: never rolling days)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from credentialing.applications.models import Application
from credentialing.evidence.requirements.pace import history
from credentialing.evidence.requirements.sessions import LED, Session, as_of, log_sessions
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment, Progress
from credentialing.pathways.months import add_months, in_words, month_in_words, month_of, months_between

ONE = Decimal(1)
ACTS = {
    frozenset(LED): "Lead or co-lead",
    frozenset({"led"}): "Lead",
    frozenset({"co_led"}): "Co-lead",
    frozenset({"member"}): "Take part in",
    frozenset({"led", "member"}): "Lead or take part in",
    frozenset({"co_led", "member"}): "Co-lead or take part in",
}
SINCE = {
    "ever": ", whenever that was",
    "admission": ", from that of your admission on",
    "supervision": ", from that of the start of supervision on",
}
MOST_NAMED = 6


class Cadence:
    """At least so many sessions in each of so many calendar months."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Keys of the pathway file.

        `per_month`: sessions that a month needs; `months`: how many such months; `missed_months_allowed`: how many
        of them may be missing; `role`: what counts; `needs_confirmation`: by co-leader or supervisor.
        """

        per_month: int = 1
        months: int
        missed_months_allowed: int = 0
        role: tuple[Literal["led", "co_led", "member"], ...] = LED
        needs_confirmation: bool = True

    lookups = ("log_entries",)

    def gather(self, requirement: Requirement, application: Application) -> tuple[Session, ...]:  # noqa: ARG002 - protocol
        return log_sessions(application)

    def assess(self, requirement: Requirement, facts: tuple[Session, ...], moment: Moment) -> Progress:
        """Months with enough confirmed sessions, from the month of the application on."""
        rule, on = requirement.parameters, moment.on
        logged = tuple(s for s in as_of(facts, on) if s.role in rule.role)
        since = moment.counts_from(requirement, "application")
        if since is None:
            return Progress(
                met=False, started=bool(logged), summary="Counts from your application on", cannot_start="Apply first."
            )
        since = since.replace(day=1)
        reasons = {session: _why_not(requirement, session, since) for session in logged}
        counted = tuple(s for s in logged if not reasons[s])
        full = _days_on_which_months_were_full(counted, rule.per_month)
        need = max(rule.months - rule.missed_months_allowed, 1)
        met = len(full) >= need
        waiting = [s for s in logged if reasons[s] == NOT_CONFIRMED]
        summary = f"{min(len(full), rule.months)} of {rule.months} months"
        if waiting:
            summary += f", {len(waiting)} waiting to be confirmed"
        return Progress(
            met=met,
            started=bool(logged),
            summary=summary,
            have=str(len(full)),
            need=str(need),
            have_amount=Decimal(len(full)),
            need_amount=Decimal(need),
            waiting_on="" if met else "candidate",
            uncounted=tuple(f"{in_words(s.held_on)}: {why}" for s, why in reasons.items() if why),
            references=tuple(s.reference for s in counted),
            met_on=full[need - 1] if met else None,
            next_step="" if met else _next_step(counted, waiting, rule, on),
            forecast=None if met else _forecast(full, need, on),
            history=history([(s.held_on, ONE) for s in counted], [(s.held_on, ONE) for s in logged if reasons[s]], on),
            per_month=Decimal(rule.per_month),
            unit="months",
            lacks=() if met else _lacks(full, need, since, on),
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        times = "one session" if rule.per_month == 1 else f"{rule.per_month} sessions"
        act = ACTS.get(frozenset(rule.role), "Lead, co-lead or take part in")
        words = f"{act} at least {times} in each of {rule.months} calendar months"
        words += SINCE.get(requirement.counts_from, "")
        if rule.missed_months_allowed:
            words += f", of which {rule.missed_months_allowed} may be missed"
        return f"{words}." + (" Each is confirmed by your co-leader or supervisor." if rule.needs_confirmation else "")


NOT_CONFIRMED = "not confirmed yet"


def _why_not(requirement: Requirement, session: Session, since: date) -> str:
    rule = requirement.on(session.held_on).parameters
    if session.denied_on:
        return "denied by whoever was asked"
    if session.held_on < since:
        return "before you applied"
    return NOT_CONFIRMED if rule.needs_confirmation and not session.confirmed_on else ""


def _days_on_which_months_were_full(sessions: tuple[Session, ...], per_month: int) -> list[date]:
    """For each calendar month with enough sessions the day of the one that made it enough, in order."""
    days: dict[tuple[int, int], list[date]] = {}
    for session in sessions:
        days.setdefault(month_of(session.held_on), []).append(session.held_on)
    return [month[per_month - 1] for month in days.values() if len(month) >= per_month]


def _lacks(full: list[date], need: int, since: date, on: date) -> tuple[str, ...]:
    """How many months are still to come, and which that have passed can't be had any more."""
    more = need - len(full)
    words = [f"{more} more month{'s' if more > 1 else ''}"]
    there = {month_of(day) for day in full}
    passed = months_between(month_of(since), month_of(on))[:-1]
    missed = [month_in_words(date(*month, 1)) for month in passed if month not in there]
    if missed:
        earlier = " and before" if missed[MOST_NAMED:] else ""
        words.append(f"too little in {', '.join(missed[-MOST_NAMED:])}{earlier}")
    return tuple(words)


def _next_step(counted: tuple[Session, ...], waiting: list[Session], rule: Cadence.Parameters, on: date) -> str:
    this_month = sum(month_of(s.held_on) == month_of(on) for s in counted)
    if this_month < rule.per_month and not any(month_of(s.held_on) == month_of(on) for s in waiting):
        return f"Log a session of {month_in_words(on)}."
    if waiting:
        return "Ask for the sessions to be confirmed that aren't yet."
    return f"Log a session of {month_in_words(add_months(on, 1))}."


def _forecast(full: list[date], need: int, on: date) -> date | None:
    """The first of the month in which the last one will be full, if every month from now on is; not without a start."""
    if not full or add_months(full[-1], 3) < on:  # whoever has stopped has no pace
        return None
    this_month_is_full = month_of(full[-1]) == month_of(on)
    return add_months(on.replace(day=1), need - len(full) - (0 if this_month_is_full else 1))
