"""Calendar months: what a cadence and a duration are counted in (DOMAIN §1: a rolling 31-day rule is wrong)."""

import calendar
from datetime import date

type Month = tuple[int, int]


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last day of the month where it has no such day (29 February)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def are_over(day: date, months: int, on: date) -> bool:
    """Whether so many months since a day are over: they are on the same day of the later month, for every window."""
    return on >= add_months(day, months)


def month_of(day: date) -> Month:
    """Year and month."""
    return day.year, day.month


def in_words(day: date) -> str:
    """November 3, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def months_between(first: Month, last: Month) -> list[Month]:
    """Every calendar month from one to the other, both included."""
    begin, end = (year * 12 + month - 1 for year, month in (first, last))
    return [(index // 12, index % 12 + 1) for index in range(begin, end + 1)]


def month_in_words(day: date) -> str:
    """November 2026."""
    return f"{day:%B} {day.year}"
