"""Calendar months, in which cadence and duration are counted."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentialing.pathways.months import (
    add_months,
    in_words,
)

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

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_days_are_written_as_the_society_writes_them():
    assert in_words(date(2026, 11, 3)) == "November 3, 2026"
