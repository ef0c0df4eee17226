"""The drawn history of a requirement: a bar for each month, against what the rule asks of a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from credentialing.pathways.kinds import Month, Progress

MOST_MONTHS = 36
BAR, GAP, HEIGHT, TOP = 14, 4, 64, 12


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One month: where it stands, how high what counts is and what doesn't, and the same in words."""

    x: int
    y: int
    height: int
    faint_y: int
    faint_height: int
    label: str
    words: str


@dataclass(frozen=True, kw_only=True)
class History:
    """The picture: bars, the line of the rule, and a sentence that says the same."""

    title: str
    bars: tuple[Bar, ...]
    width: int
    height: int
    line_y: int | None

    @property
    def bar_width(self) -> int:
        """How wide each bar is."""
        return BAR


def history_of(progress: Progress) -> History | None:
    """The months of a requirement as a picture; None where there is nothing to draw."""
    months = progress.history[-MOST_MONTHS:]
    if not months:
        return None
    highest = max([*(month.counted + month.uncounted for month in months), progress.per_month or Decimal(1)])
    scale = HEIGHT / highest
    line = TOP + HEIGHT - int(progress.per_month * scale) if progress.per_month is not None else None
    return History(
        title=_title(months, progress.per_month),
        bars=tuple(_bar(index, month, scale) for index, month in enumerate(months)),
        width=len(months) * (BAR + GAP) + GAP,
        height=TOP + HEIGHT + 16,
        line_y=line,
    )


def _bar(index: int, month: Month, scale: Decimal) -> Bar:
    counted, uncounted = int(month.counted * scale), int(month.uncounted * scale)
    words = f"{date(month.year, month.month, 1):%B %Y}: {_number(month.counted)}"
    if month.uncounted:
        words += f", and {_number(month.uncounted)} that doesn't count"
    return Bar(
        x=GAP + index * (BAR + GAP),
        y=TOP + HEIGHT - counted,
        height=counted,
        faint_y=TOP + HEIGHT - counted - uncounted,
        faint_height=uncounted,
        label=f"{month.year}" if month.month == 1 or index == 0 else "",
        words=words,
    )


def _title(months: Sequence[Month], per_month: Decimal | None) -> str:
    first, last = (date(month.year, month.month, 1) for month in (months[0], months[-1]))
    full = sum(month.counted >= (per_month or Decimal(1)) for month in months)
    words = f"{first:%B %Y} to {last:%B %Y}: {full} of {len(months)} months with "
    return words + (f"{_number(per_month)} or more" if per_month is not None else "something that counts")


def _number(amount: Decimal) -> str:
    return f"{amount:.1f}".removesuffix(".0")
