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


def next_month(month: Month) -> Month:
    """The month after."""
    year, number = month
    return (year + 1, 1) if number == 12 else (year, number + 1)  # noqa: PLR2004 - December


def months_between(first: Month, last: Month) -> int:
    """How many months from the first to the last, both included."""
    return (last[0] - first[0]) * 12 + last[1] - first[1] + 1


def month_in_words(month: Month) -> str:
    """November 2026."""
    return f"{calendar.month_name[month[1]]} {month[0]}"


def in_words(day: date) -> str:
    """November 3, 2026."""
    return f"{day:%B} {day.day}, {day.year}"
