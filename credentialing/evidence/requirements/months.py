"""Calendar months: what a cadence and a duration are counted in (DOMAIN §1: a rolling 31-day rule is wrong)."""

import calendar
from datetime import date

type Month = tuple[int, int]


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last day of the month where it has no such day (29 February)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_of(day: date) -> Month:
    """Year and month."""
    return day.year, day.month


def in_words(day: date) -> str:
    """November 3, 2026."""
    return f"{day:%B} {day.day}, {day.year}"
