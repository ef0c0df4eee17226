"""Dates of one column, read by one order that all of its cells decide; never one cell this way and another that way.

`25/03/2004` anywhere in a column says that its days come first. Where nothing says so, somebody is asked: a date that
was swapped silently looks right for ever.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from certificates.same_text import folded
from credentialing.registry.importing.guesses import Deciding, examples

TIME = re.compile(
    r"[T\s,]+(?:at\s+)?\d{1,2}[:.]\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
PARTS = re.compile(r"(\d{1,4})\s*([-/.\s])\s*(\d{1,2})\s*\2\s*(\d{1,4})\.?")
COMPACT = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])")
SERIAL = re.compile(r"\d{5}(\.\d+)?")
YEAR = re.compile(r"(19|20)\d{2}")
MONTH_YEAR = re.compile(r"(\d{1,2})[/.-]((?:19|20)\d{2})|((?:19|20)\d{2})[/.-](\d{1,2})")
ORDERS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}
PLACES = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}
EPOCHS = {"1900": date(1899, 12, 30), "1904": date(1904, 1, 1)}
# January to December in the languages in which lists of the society's members come.
MONTHS = """
january january jan januar janvier janv enero ene gennaio gen januari janeiro styczen stycznia jaenner janner
february february feb februar fevrier fevr febrero febbraio februari fevereiro fev luty lutego febr
march march mar marz maerz mars marzo maart marco marzec marca mrz mrt
april april apr avril avr abril abr aprile kwiecien kwietnia
may may mai mayo maggio mag mei maio maj maja
june june jun juni juin junio giugno giu junho czerwiec czerwca
july july jul juli juillet juil julio luglio lug julho lipiec lipca
august august aug aout agosto ago augustus sierpien sierpnia
september september sep sept septembre septiembre settembre set setembro wrzesien wrzesnia
october october oct oktober okt octobre octubre ottobre ott outubro out pazdziernik pazdziernika
november november nov novembre noviembre novembro listopad listopada
december december dec dezember dez decembre diciembre dic dicembre dezembro grudzien grudnia desember
"""
MONTH_OF = {word: number for number, line in enumerate(MONTHS.strip().splitlines(), 1) for word in line.split()}
BESIDE = frozenset(
    ["de", "del", "of", "the", "le", "den", "den.", "am", "on", "mon", "tue", "wed", "thu", "fri", "sat", "sun"]
)


class NoDate(ValueError):
    """A cell that is no full date under the order of its column; says what to do."""


class Undecided(NoDate):
    """A cell that several readings fit, of which nobody has chosen one yet."""


@dataclass(frozen=True, kw_only=True)
class DateColumn:
    """How the dates of one column are read."""

    order: str
    partial: str
    epoch: str
    today: date

    def read(self, text: str) -> date:
        """The day that a cell names.

        Raises:
            NoDate: it names none.
            Undecided: it depends on a question that is open.
        """
        plain = without_time(text)
        try:
            found = self._found(plain)
        except Undecided:
            raise
        except (ValueError, OverflowError):
            found = None
        if found is None:
            msg = f"“{text}” is no full date. Write it as 2004-03-15."
            raise NoDate(msg)
        return found

    def _found(self, plain: str) -> date | None:
        if COMPACT.fullmatch(plain):
            return date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
        if SERIAL.fullmatch(plain):
            return EPOCHS[self.epoch] + timedelta(days=int(plain.partition(".")[0]))
        if parts := PARTS.fullmatch(plain):
            numbers = (parts[1], parts[3], parts[4])
            order = _own_order(numbers) or self.order
            if not order:
                raise Undecided(plain)
            year, month, day = (numbers[place] for place in PLACES[order])
            return date(full_year(year, self.today), int(month), int(day))
        if (month_year := _month_and_year(plain)) is not None:
            return self._within(*month_year)
        return named_day(plain, self.today)

    def _within(self, year: int, month: int | None) -> date:
        if self.partial == "first":
            return date(year, month or 1, 1)
        if self.partial == "last":
            return date(year, month or 12, calendar.monthrange(year, month or 12)[1])
        raise Undecided(str(year))


def without_time(text: str) -> str:
    """A day without the time of day that a program wrote behind it."""
    return TIME.sub("", text.strip()).strip()


def decide_dates(texts: Sequence[str], *, key: str, where: str, today: date, deciding: Deciding) -> DateColumn:
    """How a column of dates is read; what is doubtful is asked."""
    plain = [without_time(text) for text in texts if text]
    timed = [text for text in texts if text and without_time(text) != text.strip()]
    if timed:
        deciding.tell(f"{key}:times", f"{where}: times of day are left out, the day stands as written: {timed[0]}")
    order = _decide_order([text for text in plain if PARTS.fullmatch(text)], key, where, deciding)
    serial = [text for text in plain if SERIAL.fullmatch(text)]
    epoch = "1900"
    if serial:
        days = {name: EPOCHS[name] + timedelta(days=int(float(serial[0]))) for name in EPOCHS}
        options = [(name, f"“{serial[0]}” is {day}") for name, day in days.items()]
        label = f"{where}: numbers of days as Excel counts them"
        epoch = deciding.decide(f"{key}:epoch", label, options, proposed=epoch)
    short = [text for text in plain if _has_short_year(text)]
    if short:
        deciding.tell(
            f"{key}:years",
            f"{where}: years of two digits up to {today.year % 100 + 10:02d} are of this century, others of the last: "
            f"{examples(short, 2)}",
        )
    partial = ""
    incomplete = [text for text in plain if _month_and_year(text) is not None]
    if incomplete:
        label = f"{where}: {examples(incomplete)} {'is' if len(set(incomplete)) == 1 else 'are'} no full date."
        options = [("first", "the first day of it stands"), ("last", "the last day of it stands")]
        partial = deciding.decide(f"{key}:partial", label, options, proposed="", asked=True)
    return DateColumn(order=order, partial=partial, epoch=epoch, today=today)


def full_year(year: str, today: date) -> int:
    """A year; of two digits the nearest that is at most ten years ahead."""
    if len(year) == 4:  # noqa: PLR2004 - a full year
        return int(year)
    if len(year) != 2:  # noqa: PLR2004 - what people write for one
        raise ValueError(year)
    century = today.year // 100 * 100
    found = century + int(year)
    return found if found <= today.year + 10 else found - 100


def named_day(text: str, today: date) -> date | None:
    """A day whose month is written in letters, in one of several languages."""
    words = re.findall(r"[^\W\d_]+|\d+", folded(text))
    words = [word for word in words if word not in BESIDE and word not in {"st", "nd", "rd", "th", "er", "o"}]
    months = [MONTH_OF[word] for word in words if word in MONTH_OF]
    numbers = [word for word in words if word.isdigit()]
    if len(months) != 1 or len(numbers) != 2 or len(words) - len(numbers) > 2:  # noqa: PLR2004 - a weekday beside it
        return None
    day, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)  # noqa: PLR2004 - a day has two digits
    return date(full_year(year, today), months[0], int(day))


def _own_order(numbers: tuple[str, str, str]) -> str:
    """A year of four digits in front has one order everywhere (ISO 8601)."""
    return "ymd" if len(numbers[0]) == 4 else ""  # noqa: PLR2004 - a full year


def _decide_order(texts: Sequence[str], key: str, where: str, deciding: Deciding) -> str:
    cells = [(text, match) for text in texts if (match := PARTS.fullmatch(text))]
    open_cells = [(text, (m[1], m[3], m[4]), m[2]) for text, m in cells if not _own_order((m[1], m[3], m[4]))]
    if not open_cells:
        return ""
    short = all(len(numbers[2]) == 2 for _, numbers, _ in open_cells) and open_cells[0][2] == "-"  # noqa: PLR2004
    orders = [order for order in ORDERS if order != "ymd" or short]
    open_cells = [cell for cell in open_cells if any(_fits(cell[1], order) for order in orders)]
    if not open_cells:
        return orders[0]  # none of them is a day in any order; each is told
    fitting = [order for order in orders if all(_fits(numbers, order) for _, numbers, _ in open_cells)]
    shown = [(order, f"{ORDERS[order]}: {_shown(open_cells[0][0], order)}") for order in fitting or orders]
    if not fitting:
        first = next((t for t, n, _ in open_cells if _fits(n, "dmy") and not _fits(n, "mdy")), open_cells[0][0])
        other = next((t for t, n, _ in open_cells if _fits(n, "mdy") and not _fits(n, "dmy")), open_cells[-1][0])
        label = f"{where}: “{first}” and “{other}” can't have one order. Say which is right; the others are told below."
        return deciding.decide(f"{key}:order", label, shown, proposed="", asked=True)
    same = all(len({_day(numbers, order) for order in fitting}) == 1 for _, numbers, _ in open_cells)
    if len(fitting) == 1 or same:
        return deciding.decide(f"{key}:order", f"{where}: order of dates", shown, proposed=fitting[0])
    if all(sign == "." for _, _, sign in open_cells):
        return deciding.decide(f"{key}:order", f"{where}: order of dates with full stops", shown, proposed="dmy")
    doubtful = [text for text, numbers, _ in open_cells if len({_day(numbers, order) for order in fitting}) > 1]
    label = f"{where}: {examples(doubtful)} can be read in {len(fitting)} ways, and no cell of the column decides."
    return deciding.decide(f"{key}:order", label, shown, proposed="", asked=True)


def _day(numbers: tuple[str, str, str], order: str) -> tuple[str, int, int]:
    year, month, day = (numbers[place] for place in PLACES[order])
    return year, int(month), int(day)


def _fits(numbers: tuple[str, str, str], order: str) -> bool:
    _, month, day = _day(numbers, order)
    return 1 <= month <= 12 and 1 <= day <= 31  # noqa: PLR2004 - the calendar's


def _shown(text: str, order: str) -> str:
    match = PARTS.fullmatch(text)
    if match is None:  # pragma: no cover - only cells that match are shown
        return text
    year, month, day = _day((match[1], match[3], match[4]), order)
    name = calendar.month_name[month] if 1 <= month <= 12 else f"month {month}"  # noqa: PLR2004 - the calendar's
    return f"“{text}” is {name} {day}, {year}"


def _has_short_year(text: str) -> bool:
    parts = PARTS.fullmatch(text)
    if parts:
        return len(parts[1]) != 4 and len(parts[4]) == 2  # noqa: PLR2004 - digits of years
    return bool(re.search(r"[^\W\d_]", text) and re.search(r"\d", text)) and not re.search(r"\d{4}", text)


def _month_and_year(text: str) -> tuple[int, int | None] | None:
    if YEAR.fullmatch(text):
        return int(text), None
    if found := MONTH_YEAR.fullmatch(text):
        month = int(found[1] or found[4])
        return (int(found[2] or found[3]), month) if 1 <= month <= 12 else None  # noqa: PLR2004 - the calendar's
    words = re.findall(r"[^\W\d_]+|\d+", folded(text))
    if len(words) == 2 and words[0] in MONTH_OF and YEAR.fullmatch(words[1]):  # noqa: PLR2004 - month and year
        return int(words[1]), MONTH_OF[words[0]]
    return None
