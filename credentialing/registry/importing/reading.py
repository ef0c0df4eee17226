"""Reading a list of earlier holders as a society's secretary keeps it: guessed over whole columns, and told.

Every fault is told by line and column, all of them at once; every guess can be changed; what two readings fit is asked.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from certificates.same_number import number
from certificates.same_text import words_of
from certificates.text import turns_direction, without_unseen
from credentialing.registry.importing.decoding import NoText, decoded
from credentialing.registry.importing.guesses import Deciding
from credentialing.registry.importing.headings import NoHeadings, columns_of, letter_of
from credentialing.registry.importing.holders import MOST_LINES, Holder, Problem, Reading
from credentialing.registry.importing.lines import LineReader, deciders_of
from credentialing.registry.importing.spreadsheets import NoSpreadsheet, is_spreadsheet, rows_of_spreadsheet
from credentialing.registry.importing.tables import Row, Table, Unreadable, rows_of, table_of


class _Refused(Exception):
    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(*problems)


def read_here(content: bytes, *, today: date, choices: Mapping[str, str]) -> Reading:
    """Read the list in this process."""
    deciding = Deciding(choices=choices)
    try:
        table = table_of(_rows(content, deciding), deciding)
        holders, problems, left_out = _read(_without_unseen(table, deciding), deciding, today)
    except _Refused as refusal:
        return Reading(problems=refusal.problems, guesses=tuple(deciding.guesses))
    return Reading(
        holders=tuple(holders),
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
        guesses=tuple(deciding.guesses),
        left_out=left_out,
    )


def _rows(content: bytes, deciding: Deciding) -> list[Row]:
    try:
        if is_spreadsheet(content):
            rows = rows_of_spreadsheet(content, deciding, most=MOST_LINES)
        else:
            if content.count(b"\n") + content.count(b"\r") > 2 * MOST_LINES:
                raise _Refused(_whole(_too_many()))
            rows = rows_of(decoded(content, deciding), deciding)
    except (NoText, NoSpreadsheet) as error:
        message = str(error) or "This is no CSV file and no spreadsheet. Save it as “CSV UTF-8” or .xlsx and try again."
        raise _Refused(_whole(message)) from error
    except Unreadable as error:
        raise _Refused(Problem(line=error.line, column="", message=str(error))) from error
    if not rows:
        raise _Refused(_whole("The file is empty."))
    if len(rows) > MOST_LINES:
        raise _Refused(_whole(_too_many()))
    return rows


def _read(table: Table, deciding: Deciding, today: date) -> tuple[list[Holder], list[Problem], int]:
    cells = [row for _, row in table.rows]
    try:
        columns = columns_of(table.head, cells, deciding)
    except NoHeadings as error:
        raise _Refused(*(Problem(line=table.line, column="", message=one) for one in error.messages)) from error
    if not table.rows:
        raise _Refused(Problem(line=table.line, column="", message="There are headings but no holders."))
    deciders = deciders_of(table, columns, deciding, today)
    holders: list[Holder] = []
    problems: list[Problem] = []
    left_out = 0
    for line, row in table.rows:
        reader = LineReader(line, row, columns, table.head, deciders)
        if reader.is_left_out():
            left_out += 1
            continue
        holder = reader.holder()
        problems += reader.problems
        if holder is not None:
            holders.append(holder)
    problems += _repetitions(holders, columns, table.head)
    if problems:
        faulty = {problem.line for problem in problems}
        label = f"{len(faulty)} line{'s have' if len(faulty) > 1 else ' has'} a fault"
        options = [("mend", "I'll mend the file"), ("leave-out", "import the others without them")]
        if deciding.decide("faults", label, options, proposed="mend") == "leave-out":
            holders, problems = [holder for holder in holders if holder.line not in faulty], []
            left_out += len(faulty)
    return holders, problems, left_out


def _without_unseen(table: Table, deciding: Deciding) -> Table:
    """The table without what nobody sees in its cells, where somebody agrees; what turns letters stays a fault."""
    found = [(line, index) for line, cells in table.rows for index, cell in enumerate(cells) if _hides_something(cell)]
    if not found:
        return table
    line, index = found[0]
    label = (
        f"{len(found)} cell{'s hold' if len(found) > 1 else ' holds'} invisible characters, the first in line {line}, "
        f"column {letter_of(index, table.head)}."
    )
    options = [("clean", "take them out"), ("refuse", "tell each as a fault")]
    if deciding.decide("unseen", label, options, proposed="refuse", asked=True) != "clean":
        return table
    rows = [(at, [without_unseen(cell) if _hides_something(cell) else cell for cell in row]) for at, row in table.rows]
    return Table(line=table.line, head=table.head, rows=rows)


def _hides_something(cell: str) -> bool:
    """Whether a format character stands where no script needs it; a turned direction can't be mended by leaving out."""
    formats = any(unicodedata.category(character) == "Cf" for character in cell)
    return formats and not turns_direction(cell) and " ".join(cell.split()) != without_unseen(cell)


def _repetitions(holders: Sequence[Holder], columns: Mapping[str, int], head: Sequence[str]) -> Iterator[Problem]:
    for field in ("number", "email"):
        seen: dict[str, int] = {}
        for holder in holders:
            value = holder.email if field == "email" else number(holder.number)
            if value and value in seen:
                column = letter_of(columns[field], head)
                yield Problem(line=holder.line, column=column, message=f"This stands in line {seen[value]} already.")
            seen.setdefault(value, holder.line)
    people: dict[tuple[tuple[str, ...], date], int] = {}
    for holder in holders:
        key = (tuple(sorted(words_of(holder.name))), holder.awarded_on)
        if key in people and not holder.number:
            message = f"The same person and date stand in line {people[key]} already."
            yield Problem(line=holder.line, column="", message=message)
        people.setdefault(key, holder.line)


def _whole(message: str) -> Problem:
    return Problem(line=1, column="", message=message)


def _too_many() -> str:
    return f"There are more than {MOST_LINES:,} lines. Divide the list, and import one part after the other."
