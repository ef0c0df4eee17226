"""Calendar months, in which cadence and duration are counted."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentialing.evidence.requirements.log import missing_months
from credentialing.evidence.requirements.months import (
    add_months,
    in_words,
    month_in_words,
    month_of,
    months_between,
    next_month,
)
from tests.evidence.facts import log, second_saturdays, session

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 1, 10), 24, date(2026, 1, 10)),
        (date(2024, 1, 10), 0, date(2024, 1, 10)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months, later):
    assert add_months(day, months) == later


@given(day=DAYS, months=st.integers(0, 120))
@settings(deadline=None, max_examples=50)
def test_months_later_lies_in_that_calendar_month_and_never_on_a_later_day(day, months):
    later = add_months(day, months)

    assert months_between(month_of(day), month_of(later)) == months + 1
    assert later.day <= day.day
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@given(day=DAYS)
@settings(deadline=None, max_examples=50)
def test_next_month_begins_on_the_day_after_the_last_of_a_month(day):
    last = add_months(day.replace(day=1), 1) - timedelta(days=1)

    assert next_month(month_of(day)) == month_of(last + timedelta(days=1))


def test_days_and_months_are_written_as_the_society_writes_them():
    assert in_words(date(2026, 11, 3)) == "November 3, 2026"
    assert month_in_words((2026, 11)) == "November 2026"


def test_months_without_a_confirmed_session_are_named_up_to_last_month():
    facts = log(
        session(date(2024, 1, 20)),
        session(date(2024, 2, 20), confirmed=False),
        session(date(2024, 3, 20), denied=True),
        session(date(2024, 4, 20)),
    )

    assert missing_months(facts, date(2024, 6, 30)) == ["February 2024", "March 2024", "May 2024"]
    assert missing_months(facts, date(2024, 1, 31)) == []


def test_no_month_is_missing_in_a_log_of_second_saturdays():
    facts = log(*(session(day) for day in second_saturdays(24)))

    assert missing_months(facts, date(2026, 1, 31)) == []


def test_no_month_is_missing_before_the_application():
    assert missing_months(log(counts_from=None), date(2026, 1, 31)) == []
