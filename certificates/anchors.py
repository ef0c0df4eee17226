"""Which glyph of a face has an anchor for which mark, read from the face's own rules (OpenType `GPOS`)."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from fontTools.ttLib import TTFont

# Kinds of rules that bring a mark to its base, ligature or other mark, with the names of their parts.
KINDS = {
    4: ("MarkCoverage", "BaseCoverage", "MarkArray", "MarkRecord", "BaseArray", "BaseRecord", "BaseAnchor"),
    6: ("Mark1Coverage", "Mark2Coverage", "Mark1Array", "MarkRecord", "Mark2Array", "Mark2Record", "Mark2Anchor"),
}
EXTENSION = 9


@cache
def _anchors(path: str, index: int) -> tuple[tuple[frozenset[int], frozenset[int]], ...]:
    """Bases and marks that have anchors for each other."""
    with TTFont(path, fontNumber=index, lazy=True) as font:
        if "GPOS" not in font or font["GPOS"].table.LookupList is None:
            return ()
        found = [groups for rule in _rules(font) for groups in _groups(*rule)]
        return tuple((_ids(font, bases), _ids(font, marks)) for bases, marks in found)


def belongs_to(path: str, index: int, mark: int, others: Iterable[int]) -> bool:
    """Whether one of the other glyphs has an anchor for a mark."""
    return any(mark in marks and not bases.isdisjoint(others) for bases, marks in _anchors(path, index))


def _ids(font: TTFont, names: Iterable[str]) -> frozenset[int]:
    return frozenset(font.getGlyphID(name) for name in names)


def _rules(font: TTFont) -> Iterator[tuple[int, Any]]:
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            kind, found = lookup.LookupType, table
            if kind == EXTENSION:
                kind, found = table.ExtensionLookupType, table.ExtSubTable
            if kind in KINDS:
                yield kind, found


def _groups(kind: int, table: Any) -> Iterator[tuple[list[str], list[str]]]:
    """For each class of marks the bases that have an anchor for it, and the marks."""
    marks, bases, mark_array, mark_record, base_array, base_record, anchor = KINDS[kind]
    of_class: dict[int, list[str]] = {}
    records = getattr(getattr(table, mark_array), mark_record)
    for mark, record in zip(getattr(table, marks).glyphs, records, strict=True):
        of_class.setdefault(record.Class, []).append(mark)
    rows = list(zip(getattr(table, bases).glyphs, getattr(getattr(table, base_array), base_record), strict=True))
    for number, found in of_class.items():
        yield [base for base, row in rows if getattr(row, anchor)[number] is not None], found
