"""On which line of a TOML text each key and each element stands, so that a refusal can name it.

`tomllib` reads the values and keeps no places; this walks over a text that it has accepted, and reads no value.
"""

import re
from collections.abc import Mapping

type Path = tuple[str | int, ...]

SPACE = re.compile(r"[ \t]*")
BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
BARE = re.compile(r"[A-Za-z0-9_-]+")
SCALAR = re.compile(r"[^,\]}\n#]+")
STRINGS = (  # the longer quotes first
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}(?!")', re.DOTALL),
    re.compile(r"'''.*?'{3,5}(?!')", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


def lines_of(source: str) -> Mapping[Path, int]:
    """The line (from 1) of every key and element of a text that is TOML."""
    return _Walk(source).lines


class _Walk:
    """One pass over the text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.lines: dict[Path, int] = {(): 1}
        self.counts: dict[Path, int] = {}
        table: Path = ()
        self._skip(BLANK)
        while self.at < len(source):
            if source[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(BLANK)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.source, self.at)
        text = found.group() if found else ""
        self.at += len(text)
        return text

    def _note(self, path: Path) -> None:
        self.lines.setdefault(path, self.source.count("\n", 0, self.at) + 1)

    def _header(self) -> Path:
        """`[society]`, or `[[stages.requirements]]`, which begins another element of the last stage."""
        begins_another = self.source.startswith("[[", self.at)
        before = self.at
        self.at += 2 if begins_another else 1
        *parents, name = self._key()
        path: Path = ()
        for part in parents:
            path = self._last((*path, part))
        path = (*path, name)
        if begins_another:
            self.counts[path] = self.counts.get(path, -1) + 1
            path = self._last(path)
        after, self.at = self.at, before
        self._note(path)
        self.at = after + (2 if begins_another else 1)
        return path

    def _last(self, path: Path) -> Path:
        return (*path, self.counts[path]) if path in self.counts else path

    def _key(self) -> list[str]:
        """The parts of a dotted key; stops at what comes after it."""
        parts = []
        while True:
            self._skip(SPACE)
            quoted = self._string()
            parts.append(quoted[1:-1] if quoted else self._skip(BARE))
            self._skip(SPACE)
            if self.source[self.at] != ".":
                return parts
            self.at += 1

    def _pair(self, table: Path) -> None:
        start = self.at
        path = (*table, *self._key())
        after, self.at = self.at, start
        self._note(path)
        self.at = after + 1  # the equals sign
        self._skip(SPACE)
        self._value(path)

    def _value(self, path: Path) -> None:
        opening = self.source[self.at]
        if opening == "[":
            self._elements(path)
        elif opening == "{":
            self._inline_table(path)
        elif not self._string():
            self._skip(SCALAR)

    def _string(self) -> str:
        for pattern in STRINGS:
            if text := self._skip(pattern):
                return text
        return ""

    def _elements(self, path: Path) -> None:
        self.at += 1
        number = 0
        while True:
            self._skip(BLANK)
            if self.source[self.at] == "]":
                break
            self._note((*path, number))
            self._value((*path, number))
            number += 1
            self._skip(BLANK)
            if self.source[self.at] == ",":
                self.at += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while True:
            self._skip(BLANK)
            if self.source[self.at] == "}":
                break
            self._pair(path)
            self._skip(BLANK)
            if self.source[self.at] == ",":
                self.at += 1
        self.at += 1
