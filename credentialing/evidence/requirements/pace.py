"""How fast it goes: months that have passed, and when it will be reached at that pace."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, Decimal

from credentialing.pathways.kinds import Month
from credentialing.pathways.months import add_months, month_of, months_between

LOOK_BACK = 12  # months whose pace is taken
FARTHEST = 120  # months ahead that anybody would plan


def history(
    counted: Iterable[tuple[date, Decimal]], uncounted: Iterable[tuple[date, Decimal]], on: date
) -> tuple[Month, ...]:
    """The amounts by calendar month, from the first one that has any until the day."""
    there: Counter[tuple[int, int]] = Counter()
    not_counted: Counter[tuple[int, int]] = Counter()
    for day, amount in counted:
        there[month_of(day)] += amount  # type: ignore[assignment]  # amounts add up like numbers
    for day, amount in uncounted:
        not_counted[month_of(day)] += amount  # type: ignore[assignment]  # see above
    if not there and not not_counted:
        return ()
    first = min([*there, *not_counted])
    return tuple(
        Month(year=year, month=month, counted=Decimal(there[year, month]), uncounted=Decimal(not_counted[year, month]))
        for year, month in months_between(first, month_of(on))
    )


def forecast(counted: Iterable[tuple[date, Decimal]], missing: Decimal, since: date, on: date) -> date | None:
    """The day on which the rest will be there at the pace of the last year; None without a pace."""
    begun = max(since, add_months(on, -LOOK_BACK))
    lately = [(day, amount) for day, amount in counted if begun <= day <= on]
    amount = sum((amount for _, amount in lately), Decimal(0))
    if missing <= 0 or not amount:
        return None
    begun = max(begun, min(day for day, _ in lately)) if since == date.min else begun
    days = Decimal(max((on - begun).days, 1))
    months = (missing * days / amount / Decimal("30.44")).to_integral_value(ROUND_CEILING)
    return add_months(on, int(months)) if months <= FARTHEST else None
