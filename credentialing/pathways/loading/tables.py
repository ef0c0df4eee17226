"""TOML tables that are asked for their keys one by one and note what is wrong instead of stopping at it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from types import UnionType
from typing import Any

from credentialing.pathways.loading.faults import Fault
from credentialing.pathways.loading.positions import Path

LARGEST = 999_999
LONGEST_TEXT = 4000
LONGEST_LABEL = 200
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
A_SLUG = "a short name of small letters, digits, - and _"


class Reading:
    """The places of one file and the mistakes found in it.

    Of a text that is `published` only what can't be understood is a mistake: whether one may write so was judged when
    it was published, by the rules of that day.
    """

    def __init__(self, lines: Mapping[Path, int], *, published: bool = False) -> None:
        self.lines = lines
        self.published = published
        self.faults: list[Fault] = []

    def fault(self, path: Path, words: str) -> None:
        """Note a mistake at the line of that path, or of the nearest table around it."""
        while path and path not in self.lines:
            path = path[:-1]
        self.faults.append(Fault(self.lines[path] if path else 0, words))


class Table:
    """One TOML table; it remembers which keys were asked for, so that a misspelt one is named."""

    def __init__(self, reading: Reading, data: Mapping[str, Any], path: Path, place: str) -> None:
        self.reading = reading
        self.data = data
        self.path = path
        self.place = place
        self.used: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def fault(self, words: str, key: str | None = None) -> None:
        """Note a mistake in this table, at a key of it where that is given."""
        self.reading.fault((*self.path, key) if key else self.path, f"In {self.place} {words}")

    def object_to(self, words: str, key: str | None = None) -> None:
        """Note what can be understood, but may not be written like this today."""
        if not self.reading.published:
            self.fault(words, key)

    def _get(self, key: str, kind_of: type | UnionType, default: Any, words: str) -> Any:
        """The value, or its default; None, and a noted mistake, where there is none that could be used."""
        self.used.add(key)
        if key not in self.data:
            if default is MISSING:
                self.fault(f"the key “{key}” is missing: add {key} = {words}.")
                return None
            return default
        value = self.data[key]
        if not isinstance(value, kind_of) or (kind_of is not bool and isinstance(value, bool)):
            return self.refuse(key, words, value)
        return value

    def refuse(self, key: str, words: str, value: Any) -> None:
        """Note that a value is not what it must be."""
        shown = value if isinstance(value, date) else repr(value)
        self.fault(f"“{key}” must be {words}, not {shown}.", key)

    def text(self, key: str, default: Any = MISSING, *, longest: int = LONGEST_TEXT) -> str:
        """A text; never with control characters, which nobody sees and screen readers stumble over."""
        value = self._get(key, str, default, "a text in quotes")
        if value is None:
            return ""
        if any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in value):
            self.object_to(f"“{key}” holds a control character: remove it.", key)
        elif len(value) > longest:
            self.object_to(f"“{key}” has {len(value)} characters: shorten it to {longest}.", key)
        elif default is MISSING and not value.strip():
            self.object_to(f"“{key}” is empty: write something.", key)
        return str(value)

    def label(self, key: str, default: Any = MISSING) -> str:
        """A text of one line."""
        value = self.text(key, default, longest=LONGEST_LABEL)
        if "\n" in value:
            self.object_to(f"“{key}” must stand on one line.", key)
        return value

    def slug(self) -> str:
        """The name by which this is known for ever."""
        value = self._get("slug", str, MISSING, "a text in quotes")
        if value is None:
            return ""
        if not SLUG.fullmatch(value) and not self.reading.published:
            self.refuse("slug", A_SLUG, value)
        return str(value)

    def one_of(self, key: str, default: Any, allowed: Sequence[str]) -> Any:
        """One of a few words."""
        value = self._get(key, str, default, f"one of {', '.join(allowed)}")
        if value is not None and value not in allowed and value != default:
            return self.refuse(key, f"one of {', '.join(allowed)}", value)
        return value

    def whole(self, key: str, default: Any = MISSING, *, smallest: int = 0, largest: int = LARGEST) -> int:
        """A whole number."""
        value = self._get(key, int, default, "a whole number")
        if value is None:
            return smallest
        if not smallest <= value <= largest and not self.reading.published:
            self.refuse(key, f"a whole number from {smallest} to {largest}", value)
        return int(value)

    def amount(self, key: str, default: Any = MISSING) -> Decimal:
        """A number that may have decimals."""
        value = self._get(key, int | float, default, "a number")
        if value is None:
            return Decimal(0)
        if not 0 <= value <= LARGEST and not self.reading.published:
            self.refuse(key, f"a number from 0 to {LARGEST}", value)
            return Decimal(0)
        return Decimal(str(value))

    def flag(self, key: str, default: Any = False) -> bool:  # noqa: FBT002 - the default of every flag
        """True or false."""
        return bool(self._get(key, bool, default, "true or false"))

    def day(self, key: str, default: Any = MISSING) -> date | None:
        """A date, written without quotes."""
        value = self._get(key, date, default, "a date such as 2027-01-31, without quotes")
        if isinstance(value, datetime):
            self.refuse(key, "a date such as 2027-01-31, without a time", value)
            return None
        return value if isinstance(value, date) else None

    def texts(self, key: str, default: Any = ()) -> tuple[str, ...]:
        """A list of texts, each once."""
        items = self._get(key, list | tuple, default, "a list of texts")
        if items is None:
            return ()
        missing = default is MISSING and not items and not self.reading.published
        if missing or not all(isinstance(item, str) for item in items):
            self.refuse(key, "a list of texts", items)
            return ()
        if len(set(items)) < len(items):
            self.object_to(f"“{key}” names something twice: once is enough.", key)
        return tuple(items)

    def table(self, key: str, place: str = "") -> "Table | None":
        """A table below this one; None, and a noted mistake, where there is none."""
        value = self._get(key, dict, MISSING, "a table")
        return None if value is None else Table(self.reading, value, (*self.path, key), place or f"[{key}]")

    def tables(self, key: str, default: Any = MISSING, *, named: str = "") -> list["Table"]:
        """A list of tables, each with a place made of its slug."""
        rows = self._get(key, list | tuple, default, "a list of tables")
        if rows is None:
            return []
        if not all(isinstance(row, dict) for row in rows):
            self.fault(f"“{key}” must be a list of tables: write each as [[{key}]].", key)
            return []
        return [
            Table(self.reading, row, (*self.path, key, number), f"{named or key} {row.get('slug', number + 1)!r}")
            for number, row in enumerate(rows)
        ]

    def names(self) -> Iterator[str]:
        """The keys as they were written, where a table holds names of the society's own."""
        yield from self.data

    def finish(self) -> None:
        """Note the keys that nobody has asked for."""
        for key in sorted(set(self.data) - self.used):
            near = get_close_matches(key, sorted(self.used), n=1)
            remedy = f"did you mean “{near[0]}”?" if near else "correct its spelling or remove it."
            self.object_to(f"the key “{key}” is not known: {remedy}", key)
