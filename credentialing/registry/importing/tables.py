"""The rows of a list: what parts the cells, which row has the headings, and what above and beside them is nothing."""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from certificates.same_text import folded
from credentialing.registry.importing.guesses import Deciding
from credentialing.registry.importing.headings import field_of

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
SAID = re.compile(r'\A"?sep=(.)"?[ \t,;]*(\r\n|\r|\n)', re.IGNORECASE)
LOOKED_AT = 30  # rows within which the headings stand

type Row = tuple[int, list[str]]


@dataclass(frozen=True, kw_only=True)
class Table:
    """The headings and the rows below them, each with its line."""

    line: int
    head: list[str]
    rows: list[Row]


class Unreadable(Exception):
    """The rows can't be parted; `line` says where."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(message)


def rows_of(text: str, deciding: Deciding) -> list[Row]:
    """The rows of a text that hold anything.

    Raises:
        Unreadable: a quotation mark is not closed.
    """
    text = unicodedata.normalize("NFC", text)
    said = SAID.match(text)
    skipped = 1 if said else 0
    if said:
        text = text[said.end() :]
    names = {value: name for name, value in _keys().items()}
    proposed = said.group(1) if said else _likeliest(text)
    options = [(name, name) for name in _keys()]
    if proposed not in names:
        names[proposed] = f"“{proposed}”"
        options.append((names[proposed], names[proposed]))
    label = "The file says what parts its cells" if said else "What parts the cells"
    chosen = deciding.decide("separator", label, options, proposed=names[proposed])
    delimiter = next(value for value, name in names.items() if name == chosen)
    return [(line + skipped, cells) for line, cells in _parted(text, delimiter, skipped)]


def table_of(rows: Sequence[Row], deciding: Deciding) -> Table:
    """Headings and rows; titles above the headings, empty cells at the end and headings said again are left aside."""
    trimmed = [(line, _without_empty_end(cells)) for line, cells in rows]
    first = trimmed[:LOOKED_AT]
    known = [sum(1 for cell in cells if field_of(cell)) for _, cells in first]
    best = known.index(max(known)) if max(known) > 1 else 0
    if best:
        options = [(str(line), f"line {line}: {' | '.join(filter(None, cells))[:60]}") for line, cells in first]
        label = f"{best} line{'s' if best > 1 else ''} above the headings left aside; the headings are"
        chosen = deciding.decide("headings", label, options, proposed=str(first[best][0]))
        best = next(index for index, (line, _) in enumerate(first) if str(line) == chosen)
    line, head = trimmed[best]
    same = [folded(cell) for cell in head]
    below = [(at, cells) for at, cells in trimmed[best + 1 :] if [folded(cell) for cell in cells] != same]
    if len(below) < len(trimmed) - best - 1:
        deciding.tell("headings-again", "The headings stand in the list again; those lines are left aside.")
    return Table(line=line, head=head, rows=below)


def _keys() -> dict[str, str]:
    return {name: sign for sign, name in SEPARATORS.items()}


def _likeliest(text: str) -> str:
    """What makes most headings known; else what `csv.Sniffer` finds; else a comma."""
    sample = "\n".join(re.split(r"\r\n|\r|\n", text)[: LOOKED_AT * 2])
    best = max(SEPARATORS, key=lambda sign: _known_with(sample, sign))
    if _known_with(sample, best)[0] > 1:
        return best
    try:
        return csv.Sniffer().sniff(sample, "".join(SEPARATORS)).delimiter
    except csv.Error:
        return ","


def _known_with(sample: str, sign: str) -> tuple[int, int]:
    try:
        rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=sign))
    except csv.Error:
        return 0, 0
    known = max((sum(1 for cell in cells if field_of(cell)) for cells in rows), default=0)
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    return known, max(widths.values(), default=0)


def _parted(text: str, delimiter: str, skipped: int) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[Row] = []
    try:
        begin = 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((begin, [cell.strip() for cell in cells]))
            begin = reader.line_num + 1
    except csv.Error as error:
        message = f"The line can't be read ({error}). Look for a quotation mark that is not closed."
        raise Unreadable(reader.line_num + skipped, message) from error
    return found


def _without_empty_end(cells: Sequence[str]) -> list[str]:
    found = list(cells)
    while found and not found[-1]:
        found.pop()
    return found
