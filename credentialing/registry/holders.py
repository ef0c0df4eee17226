"""Reading a list of earlier holders as a society's secretary keeps it in a spreadsheet, saved as CSV.

Column names are guessed; every fault is told by line and column, all of them at once.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from certificates.same_number import number
from certificates.same_text import words_of
from certificates.text import has_a_letter, unfit_in_a_line

MAX_BYTES = 5 * 1024 * 1024
MOST_LINES = 20_000
EARLIEST = date(1950, 1, 1)
HEADERS: Mapping[str, frozenset[str]] = {
    "name": frozenset({"name", "full name", "holder", "leader", "leader name", "person", "certified leader"}),
    "first_name": frozenset({"first name", "first", "given name", "forename", "given names"}),
    "last_name": frozenset({"last name", "last", "surname", "family name"}),
    "number": frozenset({"number", "no", "certificate no", "certificate number", "credential number", "cert no", "id"}),
    "awarded_on": frozenset(
        {"awarded", "awarded on", "date", "award date", "date awarded", "certified", "certified on", "issued",
         "credentialed", "credentialed on", "date credentialed", "date certified", "issue date"}
    ),
    "valid_until": frozenset({"valid until", "expires", "expires on", "expiry", "expiry date", "expiration", "until"}),
    "status": frozenset({"status", "standing", "state of credential"}),
    "post_nominals": frozenset({"degrees", "degree", "post nominals", "credentials", "title", "letters"}),
    "profession": frozenset({"profession", "discipline", "specialty", "occupation"}),
    "city": frozenset({"city", "place", "town", "location", "city or region", "city state", "city/state"}),
    "country": frozenset({"country", "nation"}),
    "email": frozenset({"email", "e mail", "email address", "e mail address", "mail"}),
    "listed": frozenset({"listed", "public", "in registry", "show", "publish"}),
}  # fmt: skip
STATUSES: Mapping[str, str] = {
    "": "active", "active": "active", "current": "active", "in good standing": "active", "valid": "active",
    "suspended": "suspended", "on leave": "suspended",
    "expired": "expired", "lapsed": "expired",
    "retired": "resigned", "resigned": "resigned", "inactive": "resigned", "emeritus": "resigned",
}  # fmt: skip
YES = frozenset({"", "yes", "y", "true", "1", "x", "listed", "public"})
NO = frozenset({"no", "n", "false", "0", "unlisted", "private"})
FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%Y/%m/%d", "%d.%m.%Y")
LIMITS: Mapping[str, int] = {
    "name": 200, "number": 40, "post_nominals": 60, "profession": 120, "city": 120, "country": 80, "email": 254,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Holder:
    """One earlier holder as the list has them."""

    line: int
    name: str
    awarded_on: date
    number: str = ""
    valid_until: date | None = None
    status: str = "active"
    post_nominals: str = ""
    profession: str = ""
    city: str = ""
    country: str = ""
    email: str = ""
    listed: bool = True


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault of the list: where, and what to do."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}" if self.column else f"line {self.line}"
        return f"{where}: {self.message}"


class HoldersRefused(Exception):
    """The list can't be imported; `problems` tells every fault."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


def read_here(content: bytes, *, today: date) -> list[Holder]:
    """Read the list in this process.

    Raises:
        HoldersRefused: with every fault of it.
    """
    table = list(_rows(content))
    if not table:
        raise HoldersRefused([Problem(line=1, column="", message="The file is empty.")])
    (head_line, head), *rows = table
    columns = _columns(head_line, head)
    problems: list[Problem] = []
    holders: list[Holder] = []
    for line, cells in rows:
        reader = _LineReader(line, cells, columns, head, today)
        holder = reader.holder()
        problems += reader.problems
        if holder is not None:
            holders.append(holder)
    problems += _repetitions(holders, columns, head)
    if problems:
        raise HoldersRefused(sorted(problems, key=lambda problem: problem.line))
    if not holders:
        raise HoldersRefused([Problem(line=head_line, column="", message="There are headings but no holders.")])
    return holders


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    if content.count(b"\n") + content.count(b"\r") > 2 * MOST_LINES:
        message = f"There are more than {MOST_LINES:,} lines. Divide the list, and import one part after the other."
        raise HoldersRefused([Problem(line=1, column="", message=message)])
    if b"\x00" in content:
        message = "This is no CSV file. Save the spreadsheet as “CSV UTF-8” and try again."
        raise HoldersRefused([Problem(line=1, column="", message=message)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # what older spreadsheets write
    text = unicodedata.normalize("NFC", text)
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        begin = 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begin, [cell.strip() for cell in cells]
            begin = reader.line_num + 1
    except csv.Error as error:
        message = f"The line can't be read ({error}). Look for a quotation mark that is not closed."
        raise HoldersRefused([Problem(line=reader.line_num, column="", message=message)]) from error


def _columns(line: int, head: Sequence[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    problems = []
    for index, heading in enumerate(head):
        plain = re.sub(r"[\s._#:-]+", " ", heading.casefold()).strip()
        field = next((field for field, names in HEADERS.items() if plain in names), None)
        if field is not None and field in columns:
            problems.append(Problem(line=line, column=_letter(index, head), message="This heading stands twice."))
        elif field is not None:
            columns[field] = index
    if "name" not in columns and not {"first_name", "last_name"} <= columns.keys():
        message = "No column for the name. Call it “Name”, or “First name” and “Last name”."
        problems.append(Problem(line=line, column="", message=message))
    if "awarded_on" not in columns:
        message = "No column for the date of the award. Call it “Awarded”."
        problems.append(Problem(line=line, column="", message=message))
    if problems:
        raise HoldersRefused(problems)
    return columns


def _letter(index: int, head: Sequence[str]) -> str:
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters} ({head[index]})" if index < len(head) and head[index] else letters


class _LineReader:
    """Reads one line and remembers its faults."""

    def __init__(
        self, line: int, cells: Sequence[str], columns: Mapping[str, int], head: Sequence[str], today: date
    ) -> None:
        self.line, self.cells, self.columns, self.head, self.today = line, cells, columns, head, today
        self.problems: list[Problem] = []

    def holder(self) -> Holder | None:
        """The holder of this line; None when it has a fault."""
        if len(self.cells) > len(self.head):
            self._fault(None, "There are more cells than headings. Put a text with a comma into quotation marks.")
        awarded_on = self._date("awarded_on", required=True)
        valid_until = self._date("valid_until")
        if awarded_on and awarded_on > self.today:
            self._fault("awarded_on", "This date lies in the future.")
        if awarded_on and valid_until and valid_until < awarded_on:
            self._fault("valid_until", "This is before the award.")
        name = self._name()
        status = self._status(valid_until)
        email = self._email()
        texts = {field: self._text(field) for field in ("number", "post_nominals", "profession", "city", "country")}
        listed = self._listed()
        if self.problems or awarded_on is None:
            return None
        return Holder(
            line=self.line, name=name, awarded_on=awarded_on, valid_until=valid_until, status=status, email=email,
            listed=listed, **texts,
        )  # fmt: skip

    def _cell(self, field: str) -> str:
        index = self.columns.get(field)
        return self.cells[index] if index is not None and index < len(self.cells) else ""

    def _fault(self, field: str | None, message: str) -> None:
        index = self.columns.get(field) if field else None
        column = _letter(index, self.head) if index is not None else ""
        self.problems.append(Problem(line=self.line, column=column, message=message))

    def _text(self, field: str) -> str:
        text = " ".join(self._cell(field).split())
        if len(text) > LIMITS[field]:
            self._fault(field, f"This is longer than {LIMITS[field]} characters.")
        if "\ufffd" in text:
            self._fault(field, "This has a character that can't be stored. Save the file as “CSV UTF-8”.")
        elif unfit := unfit_in_a_line(text):
            self._fault(field, f"This holds {unfit}. Delete it and save the file again.")
        return text

    def _name(self) -> str:
        if "name" in self.columns:
            name, field = self._text("name"), "name"
            last, comma, first = name.partition(",")
            name = f"{first.strip()} {last.strip()}" if comma and first.strip() and "," not in first else name
        else:
            name, field = " ".join(f"{self._cell('first_name')} {self._cell('last_name')}".split()), "last_name"
            if unfit := unfit_in_a_line(name):
                self._fault(field, f"The name holds {unfit}. Delete it and save the file again.")
        if not name:
            self._fault(field, "The name is missing.")
        elif not has_a_letter(name):
            self._fault(field, "A name has at least one letter.")
        elif len(name) > LIMITS["name"]:
            self._fault(field, f"This is longer than {LIMITS['name']} characters.")
        return name

    def _date(self, field: str, *, required: bool = False) -> date | None:
        text = self._cell(field)
        if not text:
            if required:
                self._fault(field, "The date is missing.")
            return None
        for form in FORMATS:
            try:
                found = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
            if found < EARLIEST:
                self._fault(field, f"“{text}” is before {EARLIEST.year}. Write the year with four digits.")
                return None
            return found
        self._fault(field, f"“{text}” is no full date. Write it as 2004-03-15.")
        return None

    def _status(self, valid_until: date | None) -> str:
        text = self._cell("status").casefold()
        if text == "revoked":
            self._fault("status", "Only the council revokes: import the holder as active, then let the council decide.")
            return "active"
        if text not in STATUSES:
            known = ", ".join(sorted(set(STATUSES) - {""}))
            self._fault("status", f"“{self._cell('status')}” is not a status known here ({known}).")
            return "active"
        past = valid_until is not None and valid_until < self.today
        return "expired" if past and STATUSES[text] == "active" else STATUSES[text]

    def _email(self) -> str:
        text = self._cell("email").lower()
        if text:
            try:
                validate_email(text)
            except ValidationError:
                self._fault("email", f"“{text}” is no e-mail address.")
        return text

    def _listed(self) -> bool:
        text = self._cell("listed").casefold()
        if text not in YES | NO:
            self._fault("listed", "Write yes or no.")
        return text not in NO


def _repetitions(holders: Sequence[Holder], columns: Mapping[str, int], head: Sequence[str]) -> Iterator[Problem]:
    for field in ("number", "email"):
        seen: dict[str, int] = {}
        for holder in holders:
            value = holder.email if field == "email" else number(holder.number)
            if value and value in seen:
                column = _letter(columns[field], head)
                yield Problem(line=holder.line, column=column, message=f"This stands in line {seen[value]} already.")
            seen.setdefault(value, holder.line)
    people: dict[tuple[tuple[str, ...], date], int] = {}
    for holder in holders:
        key = (tuple(sorted(words_of(holder.name))), holder.awarded_on)
        if key in people and not holder.number:
            message = f"The same person and date stand in line {people[key]} already."
            yield Problem(line=holder.line, column="", message=message)
        people.setdefault(key, holder.line)
