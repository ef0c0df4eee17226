"""One line of a list: the holder it describes, under what was decided for its columns, or its faults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from certificates.text import has_a_letter, unfit_in_a_line
from credentialing.registry.importing.dates import DateColumn, NoDate, Undecided, decide_dates
from credentialing.registry.importing.degrees import are_degrees
from credentialing.registry.importing.guesses import Deciding
from credentialing.registry.importing.headings import letter_of, letters_of
from credentialing.registry.importing.holders import EARLIEST, LIMITS, Holder, Problem
from credentialing.registry.importing.names import (
    NameColumn,
    NoName,
    Parts,
    decide_names,
    decide_titles,
)
from credentialing.registry.importing.statuses import LEAVE_OUT, decide_statuses
from credentialing.registry.importing.tables import Table

PARTS = ("prefix", "first_name", "middle_name", "last_name", "suffix")
TEXTS = ("number", "profession", "city", "country")
YES = frozenset({"", "yes", "y", "true", "1", "x", "listed", "public"})
NO = frozenset({"no", "n", "false", "0", "unlisted", "private"})
UNREADABLE = "\ufffd"


@dataclass(frozen=True, kw_only=True)
class Deciders:
    """What was decided for the columns of a list."""

    dates: Mapping[str, DateColumn]
    names: NameColumn
    statuses: Mapping[str, tuple[str, date | None]]
    today: date


def deciders_of(table: Table, columns: Mapping[str, int], deciding: Deciding, today: date) -> Deciders:
    """Decide each column over all of its cells."""

    def texts_of(field: str) -> list[str]:
        index = columns.get(field)
        return [cells[index] for _, cells in table.rows if index is not None and index < len(cells)]

    def where(field: str) -> str:
        return f"Column {letter_of(columns[field], table.head)}"

    days = {}
    for field in ("awarded_on", "valid_until"):
        if field in columns:
            key = f"dates:{letters_of(columns[field])}"
            days[field] = decide_dates(texts_of(field), key=key, where=where(field), today=today, deciding=deciding)
    if "name" in columns:
        names = decide_names(texts_of("name"), where("name"), deciding)
    else:
        names = NameColumn()
        if "prefix" in columns:
            prefixes = [f"{text} …" for text in texts_of("prefix") if text]
            decide_titles(prefixes, where("prefix"), names, deciding)
    statuses: dict[str, tuple[str, date | None]] = {}
    if "status" in columns:
        statuses = decide_statuses(texts_of("status"), where=where("status"), today=today, deciding=deciding)
    return Deciders(dates=days, names=names, statuses=statuses, today=today)


class LineReader:
    """Reads one line and remembers its faults."""

    def __init__(
        self, line: int, cells: Sequence[str], columns: Mapping[str, int], head: Sequence[str], deciders: Deciders
    ) -> None:
        self.line, self.cells, self.columns, self.head, self.deciders = line, cells, columns, head, deciders
        self.problems: list[Problem] = []
        self.waits = False  # for an answer to a question about a column

    def is_left_out(self) -> bool:
        """Whether somebody chose to leave out lines of this status."""
        return self.deciders.statuses.get(self._cell("status"), ("", None))[0] == LEAVE_OUT

    def holder(self) -> Holder | None:
        """The holder of this line; None when it has a fault."""
        if len(self.cells) > len(self.head):
            self._fault(None, "There are more cells than headings. Put a text with a comma into quotation marks.")
        awarded_on = self._date("awarded_on", required=True)
        state, until = self.deciders.statuses.get(self._cell("status"), ("active", None))
        valid_until = self._date("valid_until") or until
        if awarded_on and awarded_on > self.deciders.today:
            self._fault("awarded_on", "This date lies in the future.")
        if awarded_on and valid_until and valid_until < awarded_on:
            self._fault("valid_until" if "valid_until" in self.columns else "status", "This is before the award.")
        if valid_until and valid_until < self.deciders.today and state == "active":
            state = "expired"
        parts = self._name()
        email = self._email()
        texts = {field: self._text(field) for field in TEXTS}
        degrees = self._degrees(parts.degrees)
        listed = self._listed()
        if self.problems or awarded_on is None:
            return None
        return Holder(
            line=self.line, name=parts.name, awarded_on=awarded_on, valid_until=valid_until, status=state or "active",
            post_nominals=degrees, email=email, listed=listed, printed=self._printed(),
            printed_status=self._cell("status")[:60], **texts,
        )  # fmt: skip

    def _cell(self, field: str) -> str:
        index = self.columns.get(field)
        return self.cells[index] if index is not None and index < len(self.cells) else ""

    def _fault(self, field: str | None, message: str) -> None:
        index = self.columns.get(field) if field else None
        column = letter_of(index, self.head) if index is not None else ""
        problem = Problem(line=self.line, column=column, message=message)
        if problem not in self.problems:
            self.problems.append(problem)

    def _text(self, field: str) -> str:
        text = " ".join(self._cell(field).split())
        most = LIMITS.get(field, LIMITS["name"])
        if len(text) > most:
            self._fault(field, f"This is longer than {most} characters.")
        if UNREADABLE in text:
            self._fault(
                field, f"“{text}” has a character that can't be read, so it can't be stored. Save the file as "
                "“CSV UTF-8”, and look at this cell.",
            )  # fmt: skip
        elif unfit := unfit_in_a_line(text):
            self._fault(field, f"This holds {unfit}. Delete it and save the file again.")
        return text

    def _name(self) -> Parts:
        if "name" in self.columns:
            field = "name"
            parts = self._split(self._text("name"))
            around = [self._text(other) for other in ("prefix", "suffix")]
            prefix = around[0] if self.deciders.names.titles else ""
            parts = Parts(name=" ".join(filter(None, [prefix, parts.name])), degrees=parts.degrees)
            parts = self._with_suffix(parts, around[1])
        else:
            field = "last_name"
            pieces = {part: self._text(part) for part in PARTS}
            if not self.deciders.names.titles:
                pieces["prefix"] = ""
            parts = Parts(name=" ".join(piece for part in PARTS[:-1] if (piece := pieces[part])))
            if not (pieces["first_name"] or pieces["last_name"]):
                parts = Parts(name="")
            parts = self._with_suffix(parts, pieces["suffix"])
        if not parts.name:
            self._fault(field, "The name is missing.")
        elif not has_a_letter(parts.name):
            self._fault(field, "A name has at least one letter.")
        elif len(parts.name) > LIMITS["name"]:
            self._fault(field, f"This is longer than {LIMITS['name']} characters.")
        return parts

    def _with_suffix(self, parts: Parts, suffix: str) -> Parts:
        if suffix and are_degrees(suffix, self.deciders.names.degrees):
            return Parts(name=parts.name, degrees=", ".join(filter(None, [parts.degrees, suffix])))
        return Parts(name=f"{parts.name} {suffix}".strip() if parts.name else "", degrees=parts.degrees)

    def _split(self, text: str) -> Parts:
        try:
            return self.deciders.names.read(text)
        except NoName as error:
            self._fault("name", str(error))
            return Parts(name=text)

    def _degrees(self, from_name: str) -> str:
        column = self._text("post_nominals")
        known = {degree.casefold() for degree in column.replace(",", " ").split()}
        new = [degree for degree in from_name.split(", ") if degree and degree.casefold() not in known]
        degrees = ", ".join(filter(None, [column, *new]))
        if len(degrees) > LIMITS["post_nominals"]:
            field = "post_nominals" if "post_nominals" in self.columns else "name"
            self._fault(field, f"The degrees are longer than {LIMITS['post_nominals']} characters.")
        return degrees

    def _printed(self) -> str:
        fields = ["name"] if "name" in self.columns else list(PARTS)
        return " ".join(filter(None, (" ".join(self._cell(field).split()) for field in fields)))

    def _date(self, field: str, *, required: bool = False) -> date | None:
        text = self._cell(field)
        if not text:
            if required:
                self._fault(field, "The date is missing.")
            return None
        try:
            found = self.deciders.dates[field].read(text)
        except Undecided:
            self.waits = True
            return None
        except NoDate as error:
            self._fault(field, str(error))
            return None
        if found < EARLIEST:
            self._fault(field, f"“{text}” is before {EARLIEST.year}. Write the year with four digits.")
            return None
        return found

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
