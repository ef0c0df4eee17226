"""The rows of a spreadsheet (.xlsx, .xlsm, .xlsb, .xls, .ods), as the cells hold them; only ever in a limited child.

Of a workbook with several sheets that hold something, somebody chooses one; merged cells say the same in each place.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from credentialing.registry.importing.guesses import Deciding
from credentialing.registry.importing.headings import field_of
from credentialing.registry.importing.tables import Row

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_COLUMNS = 200


class NoSpreadsheet(Exception):
    """These bytes are no spreadsheet that can be read; says why."""


def is_spreadsheet(content: bytes) -> bool:
    """Whether these bytes begin as spreadsheets do."""
    return content.startswith((ZIP, OLE))


def rows_of_spreadsheet(content: bytes, deciding: Deciding, *, most: int) -> list[Row]:
    """The rows that hold anything, with their numbers.

    Raises:
        NoSpreadsheet: it is none, has a password, or is too large.
    """
    # Here alone, so that no other process of the service ever loads a parser of spreadsheets.
    from python_calamine import CalamineError, PasswordError, load_workbook  # noqa: PLC0415

    try:
        book = load_workbook(io.BytesIO(content))
        sheets = {name: _rows(book.get_sheet_by_name(name), most) for name in book.sheet_names}
    except PasswordError as error:
        msg = "This spreadsheet has a password. Save it without one and try again."
        raise NoSpreadsheet(msg) from error
    except CalamineError as error:
        msg = "This is no CSV file and no spreadsheet that can be read. Save it anew as .xlsx or as “CSV UTF-8”."
        raise NoSpreadsheet(msg) from error
    filled = {name: rows for name, rows in sheets.items() if rows}
    if not filled:
        return []
    return filled[_sheet(filled, deciding)]


def _sheet(filled: dict[str, list[Row]], deciding: Deciding) -> str:
    names = list(filled)
    if len(names) == 1:
        deciding.tell("sheet", f"Sheet: {names[0]}")
        return names[0]
    likely = [name for name in names if _has_headings(filled[name])]
    options = [(name, f"{name}: {len(filled[name])} rows") for name in names]
    proposed = (likely or names)[0]
    label = f"The spreadsheet has {len(names)} sheets with rows. Which one is the list?"
    return deciding.decide("sheet", label, options, proposed=proposed, asked=True)


def _has_headings(rows: Sequence[Row]) -> bool:
    return any(sum(1 for cell in cells if field_of(cell)) > 1 for _, cells in rows[:30])


def _rows(sheet: Any, most: int) -> list[Row]:
    if sheet.total_height > 2 * most or sheet.total_width > MOST_COLUMNS:
        msg = f"A sheet has more than {most:,} rows or {MOST_COLUMNS} columns. Delete what is not the list."
        raise NoSpreadsheet(msg)
    first, last = sheet.start or (0, 0), sheet.end or (0, 0)
    table = sheet.to_python(skip_empty_area=False)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if top < first[0] or bottom > last[0] or not table or left >= len(table[top]):
            continue
        for row in range(top, min(bottom, len(table) - 1) + 1):
            if row != top:  # a title over several columns stays one cell; a value over several rows is each row's
                table[row][left : right + 1] = table[top][left : right + 1]
    written = [(number, [_text(cell) for cell in cells]) for number, cells in enumerate(table, 1)]
    return [(number, cells) for number, cells in written if any(cells)]


def _text(cell: Any) -> str:
    """What a cell shows: a number without the fraction it doesn't have, a day as ISO 8601 writes it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time | timedelta):
        return str(cell)
    return " ".join(str(cell).split())
