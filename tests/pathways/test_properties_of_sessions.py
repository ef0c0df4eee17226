"""What holds for every history of evidence, whoever thinks it up: more never harms, order is nothing, the past stands.

“Valid evidence” is a session confirmed, an event attended, a fee received: what the rule itself would count.
"""

from calendar import monthrange
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from credentialing.evidence.requirements import Attendance, Cadence, Count
from credentialing.evidence.requirements.shares import AtLeast, AtMost
from credentialing.pathways.definitions import Requirement, Variation
from credentialing.pathways.months import add_months
from tests.evidence.facts import looked_at, reference, rule, session
from workflows.subjects import EvidenceReference

BEGIN, END = date(2019, 11, 1), date(2024, 4, 30)  # with a 29 February, and every clock change of four years
DAYS = st.dates(BEGIN, END)
SINCE = date(2020, 1, 1)


@st.composite
def sessions(draw, *, valid=False):
    """A session as it may have been logged, confirmed, denied and removed; a valid one is confirmed at once."""
    held = draw(DAYS)
    later = st.one_of(st.none(), st.integers(0, 400).map(lambda days: held + timedelta(days=days)))
    known = held + timedelta(days=draw(st.integers(0, 60)))
    return (
        session(
            held,
            known_on=known,
            minutes=draw(st.sampled_from([45, 60, 90, 120])),
            cases=draw(st.integers(1, 3)),
            role=draw(st.sampled_from(["led", "co_led", "member"])),
            format=draw(st.sampled_from(["in_person", "online"])),
            setting=draw(st.sampled_from(["practice", "hospital", "students"])),
            client=draw(st.sampled_from(["", "A", "B", "C"])),
            debriefed=draw(st.booleans()),
            recorded=valid or draw(st.booleans()),
        )
        if valid
        else replace(
            session(held, known_on=known, minutes=90, role=draw(st.sampled_from(["led", "co_led", "member"]))),
            confirmed_on=draw(later),
            denied_on=draw(later),
            removed_on=draw(later),
            client=draw(st.sampled_from(["", "A", "B"])),
            format=draw(st.sampled_from(["in_person", "online"])),
        )
    )


@st.composite
def counts(draw):
    """A rule of the kind `count` with any of its qualifiers."""
    parameters = {
        "unit": draw(st.sampled_from(["session", "meeting", "case", "hour", "double_hour"])),
        "at_least": Decimal(draw(st.integers(1, 12))),
        "role": draw(st.sampled_from([("led",), ("co_led", "led"), ("member",), ("led", "co_led", "member")])),
        "needs_confirmation": draw(st.booleans()),
        "window_months": draw(st.sampled_from([0, 0, 6, 12, 24])),
        "per_year": draw(st.sampled_from([0, 0, 1, 3])),
        "spread_months": draw(st.sampled_from([0, 0, 3, 12])),
        "distinct": draw(st.sampled_from(["", "", "clients", "settings"])),
        "each_hours": Decimal(draw(st.sampled_from([0, 0, 3]))),
        "each_months": draw(st.sampled_from([0, 0, 4])),
    }
    if draw(st.booleans()):
        parameters["at_most"] = (AtMost(of="format", values=("online",), percent=draw(st.sampled_from([0, 25, 50]))),)
    if draw(st.booleans()):
        parameters["at_least_of"] = (AtLeast(of="role", values=("led",), percent=draw(st.sampled_from([25, 50]))),)
    return rule(Count, **parameters)


@st.composite
def cadences(draw):
    """A rule of the kind `cadence`, perhaps with other numbers for a stretch of time."""
    made = rule(
        Cadence,
        months=draw(st.integers(1, 6)),
        per_month=draw(st.integers(1, 3)),
        missed_months_allowed=draw(st.integers(0, 1)),
        needs_confirmation=draw(st.booleans()),
    )
    if not draw(st.booleans()):
        return made
    lighter = replace(made.parameters, needs_confirmation=False)
    variation = Variation(
        starts_on=date(2020, 3, 15), ends_on=date(2021, 6, 30), reason="No meetings", parameters=lighter
    )
    return replace(made, variations=(variation,))


RULES = st.one_of(counts(), cadences())
KINDS = {"count": Count(), "cadence": Cadence(), "attendance": Attendance()}


def assessed(requirement: Requirement, facts, on: date, since: date = SINCE):
    return KINDS[requirement.kind].assess(requirement, tuple(facts), looked_at(on, since))


class TestMore:
    """Adding valid evidence never lowers progress."""

    @given(requirement=RULES, known=st.lists(sessions(), max_size=12), more=sessions(valid=True), on=DAYS)
    def test_of_sessions_never_harms(self, requirement, known, more, on):
        before = assessed(requirement, known, on)
        after = assessed(requirement, [*known, more], on)

        assert (after.have_amount or 0) >= (before.have_amount or 0)
        assert after.met >= before.met
        assert set(before.references) <= set(after.references)

    @given(
        events=st.integers(1, 3),
        known=st.lists(st.tuples(DAYS, st.integers(1, 4), st.booleans()), max_size=6),
        more=st.tuples(DAYS, st.booleans()),
        last_assessed=st.booleans(),
        window=st.sampled_from([0, 12, 36]),
        on=DAYS,
    )
    def test_of_events_never_harms(self, events, known, more, last_assessed, window, on):
        requirement = rule(
            Attendance, event="intensive", events=events, days_each=2, last_assessed=last_assessed, window_months=window
        )
        held = [attended(day, days, assessed_there) for day, days, assessed_there in known]
        before = assessed(requirement, held, on)

        after = assessed(requirement, [*held, attended(more[0], 4, more[1])], on)

        assert after.have_amount >= before.have_amount
        assert after.met >= before.met


def attended(day, days, was_assessed):
    return Attendance.Attended(
        ended_on=day, status="attended", days=days, assessed=was_assessed, reference=reference("attendance"), of_days=4
    )


class TestOrder:
    """In which order things were entered makes no difference."""

    @given(requirement=RULES, facts=st.lists(sessions(), max_size=10), on=DAYS, data=st.data())
    def test_of_entry_does_not_matter(self, requirement, facts, on, data):
        assert assessed(requirement, data.draw(st.permutations(facts)), on) == assessed(requirement, facts, on)


def as_it_stood(fact, on):
    """What anybody could have known of it on that day."""

    def by_then(day):
        return day if day is not None and day <= on else None

    return replace(
        fact,
        confirmed_on=by_then(fact.confirmed_on),
        denied_on=by_then(fact.denied_on),
        removed_on=by_then(fact.removed_on),
    )


class TestPast:
    """The answer for a day that has passed is the one that was given then."""

    @given(requirement=RULES, facts=st.lists(sessions(), min_size=1, max_size=10), after=st.integers(0, 300))
    @settings(max_examples=200)
    def test_is_not_changed_by_what_came_later(self, requirement, facts, after):
        on = facts[0].held_on + timedelta(days=after)
        then = [as_it_stood(fact, on) for fact in facts if fact.known_on <= on]

        assert assessed(requirement, facts, on) == assessed(requirement, then, on)

    @given(requirement=RULES, facts=st.lists(sessions(), max_size=8), more=sessions(), on=DAYS)
    def test_stands_whatever_is_entered_afterwards(self, requirement, facts, more, on):
        assume(more.known_on > on)

        assert assessed(requirement, [*facts, more], on) == assessed(requirement, facts, on)


class TestWindows:
    """Windows end on calendar days: the same day so many months later, the last of the month where there is none."""

    @given(held=DAYS, months=st.integers(1, 48), shift=st.integers(-3, 3))
    def test_session_counts_until_the_day_it_leaves(self, held, months, shift):
        leaves = add_months(held, months)
        on = leaves + timedelta(days=shift)
        assume(on >= held)
        requirement = rule(Count, unit="session", at_least=Decimal(1), window_months=months)

        found = assessed(requirement, [session(held)], on, since=date.min)

        if shift >= 1 and held.day <= monthrange(on.year, on.month)[1]:
            assert not found.met
        if shift < 0:
            assert found.met
        if found.met:
            assert found.changes_on == leaves

    @given(day=DAYS, months=st.integers(-48, 48))
    def test_months_are_calendar_months(self, day, months):
        moved = add_months(day, months)

        assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
        assert moved.day == min(day.day, monthrange(moved.year, moved.month)[1])

    @given(first=DAYS, second=DAYS, months=st.integers(0, 48))
    def test_earlier_stays_earlier(self, first, second, months):
        assume(first <= second)

        assert add_months(first, months) <= add_months(second, months)

    @pytest.mark.parametrize(
        ("held", "months", "last_day"),
        [
            (date(2020, 2, 29), 12, date(2021, 2, 28)),
            (date(2020, 2, 29), 48, date(2024, 2, 29)),
            (date(2023, 8, 31), 6, date(2024, 2, 29)),
            (date(2021, 3, 31), 1, date(2021, 4, 30)),
            (date(2021, 3, 28), 12, date(2022, 3, 28)),  # the clocks of London change on the first of these nights
        ],
    )
    def test_hard_days(self, held, months, last_day):
        assert add_months(held, months) == last_day


ZONES = ["America/New_York", "Europe/London", "Australia/Sydney", "Pacific/Apia", "Asia/Kathmandu"]


class TestClocks:
    """A moment belongs to the day on the society's own clocks, also where they change."""

    @pytest.mark.parametrize("zone", ZONES)
    @given(day=DAYS, minutes=st.integers(0, 24 * 60 - 1))
    @settings(max_examples=60)
    def test_what_happens_on_a_day_belongs_to_it(self, zone, day, minutes):
        there = ZoneInfo(zone)
        local = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=there)
        assume(local.astimezone(UTC).astimezone(there).replace(tzinfo=None) == local.replace(tzinfo=None))
        with timezone.override(there):
            assert timezone.localdate(local.astimezone(UTC)) == day

    @pytest.mark.parametrize(
        ("zone", "night"),
        [
            ("America/New_York", date(2024, 3, 10)),
            ("America/New_York", date(2023, 11, 5)),
            ("Europe/London", date(2024, 3, 31)),
            ("Australia/Sydney", date(2023, 10, 1)),
        ],
    )
    def test_month_is_full_by_a_session_on_the_night_the_clocks_change(self, zone, night):
        with timezone.override(ZoneInfo(zone)):
            logged = datetime(night.year, night.month, night.day, 23, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)
            fact = session(night, known_on=timezone.localdate(logged))
            assert assessed(rule(Cadence, months=1), [fact], night, since=date(2023, 1, 1)).met


def test_evidence_is_named_once_however_often_it_counts():
    fact = session(date(2021, 5, 5), cases=3)
    for unit in ("case", "meeting", "session"):
        found = assessed(rule(Count, unit=unit, at_least=Decimal(1)), [fact], date(2021, 6, 1))
        assert found.references == (EvidenceReference(kind="log_entry", id=fact.reference.id, sha256="0" * 64),)
