"""Days, months and windows, compared with a plainer way to say the same: at month ends, on 29 February, where clocks
are put forward and back, and for what people enter late in the evening."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from credentialing.applications.assessments import CaseOnDay
from credentialing.applications.models import Application
from credentialing.evidence.models import FeePayment, LogEntry, SupervisionSession
from credentialing.evidence.requirements import Attendance, Cadence, Count, Document, Duration, Fee, Holding
from credentialing.evidence.requirements.documents import Paper
from credentialing.evidence.requirements.sessions import log_sessions, supervision_sessions
from credentialing.pathways.kinds import Moment
from credentialing.pathways.months import add_months, are_over
from tests.evidence.facts import looked_at, reference, rule, session
from tests.pathways.generated import days, moments, sessions

OFTEN = settings(max_examples=80, deadline=None)
ZONES = ["America/New_York", "Australia/Sydney", "Europe/London"]


def same_day_later(day: date, months: int) -> date:
    """The day of that number so many months later, found by walking; the last of the month where there is none."""
    month = day.replace(day=1)
    for _ in range(months):
        month = (month + timedelta(days=31)).replace(day=1)
    coming = [month + timedelta(days=number) for number in range(31)]
    return max(other for other in coming if other.month == month.month and other.day <= day.day)


def changes_of_the_clock(zone: str) -> list[date]:
    """The days from 2019 to 2024 on which clocks are put forward or back, and their neighbors."""
    found = []
    for number in range(6 * 366):
        day = date(2019, 1, 1) + timedelta(days=number)
        before, after = (
            datetime.combine(each, time(12), ZoneInfo(zone)).utcoffset() for each in (day - timedelta(days=1), day)
        )
        if before != after:
            found += [day - timedelta(days=1), day, day + timedelta(days=1)]
    return found


@OFTEN
@given(day=days, months=st.integers(0, 40))
def test_months_later_is_the_day_of_the_same_number_or_the_last_of_the_month(day, months):
    assert add_months(day, months) == same_day_later(day, months)


@OFTEN
@given(day=days, other=days, months=st.integers(0, 40))
def test_later_days_are_never_over_earlier(day, other, months):
    first, second = sorted([day, other])
    assert add_months(first, months) <= add_months(second, months)
    assert are_over(first, months, add_months(first, months))
    assert not are_over(first, months, add_months(first, months) - timedelta(days=1))


@pytest.mark.parametrize(
    ("held", "months", "last_day"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2024, 1, 31), 1, date(2024, 2, 28)),
        (date(2023, 1, 31), 1, date(2023, 2, 27)),
        (date(2023, 8, 31), 18, date(2025, 2, 27)),
        (date(2023, 8, 15), 18, date(2025, 2, 14)),
    ],
)
def test_window_is_the_same_for_sessions_events_and_papers(held, months, last_day):
    count = rule(Count, unit="session", at_least=Decimal(1), window_months=months)
    event = rule(Attendance, event="intensive", events=1, window_months=months)
    paper = rule(Document, what="record", not_older_than_months=months)
    there = Attendance.Attended(ended_on=held, status="attended", days=1, assessed=False, reference=reference())
    for on, counts in ((last_day, True), (last_day + timedelta(days=1), False)):
        moment = looked_at(on, date(2019, 1, 1))
        found = [
            Count().assess(count, (session(held),), moment),
            Attendance().assess(event, (there,), moment),
            Document().assess(paper, (Paper(day=held),), moment),
        ]
        assert [progress.met for progress in found] == [counts] * 3
        if counts:
            assert {progress.changes_on for progress in found} == {last_day + timedelta(days=1)}


@OFTEN
@given(there=st.lists(sessions(), max_size=14), months=st.sampled_from([0, 1, 12, 18]), moment=moments())
def test_count_is_what_one_would_count_by_hand(there, months, moment):
    requirement = rule(Count, unit="session", at_least=Decimal(4), window_months=months, needs_confirmation=True)
    progress = Count().assess(requirement, tuple(there), moment)

    by_hand = [
        s
        for s in there
        if s.role in {"led", "co_led"}
        and max(s.held_on, s.known_on) <= moment.on
        and not (s.removed_on and s.removed_on <= moment.on)
        and s.confirmed_on is not None
        and s.confirmed_on <= moment.on
        and (not months or moment.on < same_day_later(s.held_on, months))
    ]
    assert progress.have_amount == len(by_hand)
    assert {s.reference for s in by_hand} == set(progress.references)
    assert sum(month.counted for month in progress.history) == len(by_hand)
    assert sum(month.counted + month.uncounted for month in progress.history) == len(by_hand) + len(progress.uncounted)
    if progress.history:
        last = progress.history[-1]
        assert (last.year, last.month) == (moment.on.year, moment.on.month)


@OFTEN
@given(there=st.lists(sessions(), max_size=20), per_month=st.integers(1, 2), moment=moments())
def test_cadence_is_what_one_would_see_in_a_calendar(there, per_month, moment):
    requirement = rule(Cadence, months=6, per_month=per_month, needs_confirmation=False)
    progress = Cadence().assess(requirement, tuple(there), moment)
    if moment.applied_on is None:
        assert progress.cannot_start
        return

    begun = (moment.applied_on.year, moment.applied_on.month)
    months = Counter(
        (s.held_on.year, s.held_on.month)
        for s in there
        if s.role in {"led", "co_led"}
        and s.known_on <= moment.on
        and not (s.removed_on and s.removed_on <= moment.on)
        and not (s.denied_on and s.denied_on <= moment.on)
        and (s.held_on.year, s.held_on.month) >= begun
    )
    assert progress.have_amount == sum(number >= per_month for number in months.values())


@OFTEN
@given(begun=days, on=days, months=st.sampled_from([0, 1, 12, 24]), at_most=st.sampled_from([0, 30, 36]))
def test_duration_is_over_on_the_same_day_so_many_months_later(begun, on, months, at_most):
    requirement = rule(Duration, months=months, at_most_months=at_most, since="application")
    moment = looked_at(on, begun if begun <= on else None)
    progress = Duration().assess(requirement, None, moment)

    assert progress.met is (
        begun <= on and same_day_later(begun, months) <= on and (not at_most or on <= same_day_later(begun, at_most))
    )


@OFTEN
@given(there=st.lists(sessions(), max_size=14), begun=days, on=days)
def test_each_full_year_since_the_start_has_its_number(there, begun, on):
    """A year from 29 February begins on the last of February, and on the 29th again when there is one."""
    requirement = rule(Count, unit="supervision_session", at_least=Decimal(1), per_year=2)
    moment = looked_at(on, begun if begun <= on else None)
    progress = Count().assess(requirement, tuple(there), moment)
    if begun > on:
        assert progress.cannot_start
        return

    counted = [s.held_on for s in there if s.reference in progress.references]
    years = [(same_day_later(begun, 12 * n), same_day_later(begun, 12 * n + 12)) for n in range(7)]
    full = [(first, after) for first, after in years if after <= on]
    short = [first for first, after in full if sum(first <= day < after for day in counted) < 2]
    assert sum("in the year from" in words for words in progress.lacks) == len(short)
    assert progress.met is (len(counted) >= 1 and not short)


@pytest.mark.parametrize("counts_from", ["ever", ""])
def test_years_run_from_the_application_where_evidence_counts_from_ever(counts_from):
    """Else a session of long ago would begin years in which there was too little, and more would be less."""
    requirement = rule(Count, unit="session", at_least=Decimal(2), per_year=2)
    requirement = replace(requirement, counts_from=counts_from)
    moment = looked_at(date(2023, 6, 1), date(2022, 1, 1))
    enough = (session(date(2022, 3, 1)), session(date(2022, 4, 1)))
    early = session(date(2015, 3, 1))

    assert Count().assess(requirement, enough, moment).met
    assert Count().assess(requirement, (early, *enough), moment).met
    assert not Count().assess(requirement, (early, enough[0]), moment).met
    assert Count().assess(requirement, (early, enough[0]), looked_at(date(2023, 6, 1), None)).met


@OFTEN
@given(first=days, second=days, stated=days, on=days)
def test_title_held_for_longer_but_stated_later_moves_no_day(first, second, stated, on):
    requirement = rule(Holding, any_of=("title",), held_months=24)
    held = Holding.Held(name="T", since=first, day=first, reference=reference())
    other = Holding.Held(name="U", since=second, day=max(second, stated), reference=reference())
    alone = Holding().assess(requirement, (held,), looked_at(on, None))
    both = Holding().assess(requirement, (held, other), looked_at(on, None))

    if alone.met_on:
        assert both.met_on is not None
        assert both.met_on <= alone.met_on


def evenings(zone: str) -> st.SearchStrategy[datetime]:
    """Moments of the society's clock, many of them close to midnight and on days on which it is changed."""
    hours = st.one_of(st.times(), st.sampled_from([time(0), time(0, 0, 1), time(1, 30), time(2, 30), time(23, 59, 59)]))
    where = st.one_of(days, st.sampled_from(changes_of_the_clock(zone)))
    folds = st.integers(0, 1)
    return st.builds(
        lambda day, hour, fold: datetime.combine(day, hour.replace(fold=fold), ZoneInfo(zone)), where, hours, folds
    )


def on_the_clock(instant: datetime) -> date:
    """The day that a clock on the wall shows, by way of UTC, as it is stored."""
    return instant.astimezone(UTC).astimezone(instant.tzinfo).date()


@pytest.mark.parametrize("zone", ZONES)
def test_clocks_are_changed_twice_a_year(zone):
    assert len(changes_of_the_clock(zone)) == 3 * 12


@pytest.mark.parametrize("zone", ZONES)
@OFTEN
@given(data=st.data())
def test_what_is_entered_late_in_the_evening_belongs_to_that_day(zone, data):
    """A session of today logged, confirmed and looked at today counts today, wherever the society is."""
    instant = data.draw(evenings(zone))
    stored, today = instant.astimezone(UTC), on_the_clock(instant)
    entry = LogEntry(held_on=today, created_at=stored, confirmed_at=stored, minutes=90, role="led", setting="open")
    held = SupervisionSession(held_on=today, created_at=stored, confirmed_at=stored, minutes=60, supervisor_id=1)
    with timezone.override(zone):
        case = SimpleNamespace(log_entries=_all(entry), supervision_sessions=_all(held))
        logged, supervised = log_sessions(case), supervision_sessions(case)

    assert [(s.known_on, s.confirmed_on) for s in (*logged, *supervised)] == [(today, today)] * 2
    led = rule(Count, unit="session", at_least=Decimal(1), needs_confirmation=True)
    assert Count().assess(led, logged, looked_at(today, None)).met
    assert not Count().assess(led, logged, looked_at(today - timedelta(days=1), None)).started
    monthly = rule(Cadence, months=1)
    assert Cadence().assess(monthly, logged, looked_at(today, today)).met
    assert not Cadence().assess(monthly, logged, looked_at(today, same_day_later(today, 1))).met


@pytest.mark.parametrize("zone", ZONES)
@OFTEN
@given(data=st.data())
def test_money_marked_late_in_the_evening_and_a_case_handed_in_then_are_of_that_day(zone, data):
    instant = data.draw(evenings(zone))
    stored, today = instant.astimezone(UTC), on_the_clock(instant)
    yesterday = today - timedelta(days=1)
    entry = FeePayment(requirement="fee", kind="paid", amount=Decimal(90), received_on=yesterday, marked_at=stored)
    fee = rule(Fee, amount=Decimal(90))
    with timezone.override(zone):
        facts = Fee.Facts(entries=(entry,))
        assert not Fee().assess(fee, facts, looked_at(yesterday, None)).met
        assert Fee().assess(fee, facts, looked_at(today, None)).met_on == yesterday
        moments = [_before_the_gate(stored, on) for on in (yesterday, today)]
    assert [(m.applied_on, m.admitted_on) for m in moments] == [(None, None), (today, today)]


class _all:  # noqa: N801 - stands for a related manager
    """Rows that are there without a database."""

    def __init__(self, *rows: object) -> None:
        self.rows = rows

    def all(self) -> tuple[object, ...]:
        return self.rows


def _before_the_gate(stored: datetime, on: date) -> Moment:
    case = CaseOnDay(Application(submitted_at=stored, admitted_at=stored), on)
    return Moment(on=on, applied_on=case._known_day(stored), admitted_on=case._known_day(stored))
