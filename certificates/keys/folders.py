"""A folder with one kind of key: `key-1.pem` and so on, each with its public half beside it.

A private file holds everything of one key (for documents also the certificates), so that it is there as a whole or
not at all. Of several processes that start together one makes the key, and the others take that one.
"""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workflows.durable import lay_down, sync_folder, write_aside

NAME = re.compile(r"key-([1-9][0-9]{0,8})\.(pem|pub)")


class KeyMissing(Exception):
    """The private half of the key in force is gone or damaged: it is not made anew in silence."""


@dataclass(frozen=True, kw_only=True)
class Compromise:
    """Since when a key is believed no longer, and why."""

    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class KeyFolder:
    """Keys of one kind: how one is made, and what of it may be shown (both as PEM)."""

    kind: str  # as `manage.py certificate_keys --rotate` takes it
    folder: Path
    make: Callable[[], bytes]
    public_of: Callable[[bytes], bytes]

    def current(self) -> tuple[str, bytes]:
        """Id and private file of the key in force, made at first use.

        Raises:
            KeyMissing: there was one, and it is gone or damaged.
        """
        numbers = self._numbers()
        if not numbers:
            return self._added(1)
        newest = numbers[0]
        if self.compromise_of(_id(newest)) is not None:
            return self._added(newest + 1)
        try:
            return self._published(newest)
        except FileNotFoundError:
            if self._numbers()[0] != newest:  # somebody has just begun another
                return self.current()
            msg = (
                f"{self._path(newest, 'pem')} is missing. Restore its backup, or begin a new key: "
                f"manage.py certificate_keys --rotate {self.kind}."
            )
            raise KeyMissing(msg) from None

    def known(self) -> list[str]:
        """The id of every key there has been, the newest first; none is made."""
        return [_id(number) for number in self._numbers()]

    def private(self, key: str) -> bytes:
        """The private file of this key.

        Raises:
            KeyMissing: it is gone, damaged, or there never was one.
        """
        try:
            return self._published(int(key.removeprefix("key-")))[1]
        except FileNotFoundError:
            msg = f"{self.folder / key}.pem is not here."
            raise KeyMissing(msg) from None

    def in_force(self) -> bytes:
        """The private file of the key in force; empty where there is none, or none any more."""
        for number in self._numbers()[:1]:
            with suppress(FileNotFoundError):
                return self._path(number, "pem").read_bytes()
        return b""

    def public(self) -> dict[str, bytes]:
        """The public half of every key there has been, by its id, the newest first."""
        if not self._numbers():
            self.current()
        found = {}
        for number in self._numbers():
            if not self._path(number, "pub").exists():
                self._published(number)
            found[_id(number)] = self._path(number, "pub").read_bytes()
        return found

    def begin(self, private: bytes | None = None) -> str:
        """Begin a new key (made here unless it is given); the private half of the old one stays."""
        known = self._numbers()
        if not known and private is None:
            return self.current()[0]
        for number in known:
            if not self._path(number, "pub").exists():
                self._published(number)
        return self._added((known[0] if known else 0) + 1, private)[0]

    def rotate(self, private: bytes | None = None) -> str:
        """Begin a new key (made here unless it is given); the private half of the old one is destroyed."""
        known = self._numbers()
        new = self.begin(private)
        for number in known:
            self._path(number, "pem").unlink(missing_ok=True)
        sync_folder(self.folder)
        return new

    def mark_compromised(self, key: str, *, at: datetime, reason: str) -> None:
        """Note that a key is believed no longer; the first note stands.

        Raises:
            KeyError: there is no such key.
        """
        if key not in self.public():
            raise KeyError(key)
        note = json.dumps({"at": at.isoformat(), "reason": reason}).encode()
        lay_down(self.folder / f"{key}.compromised", note)

    def compromise_of(self, key: str) -> Compromise | None:
        """Since when and why a key is believed no longer; None for one that is."""
        try:
            note = json.loads((self.folder / f"{key}.compromised").read_bytes())
        except FileNotFoundError:
            return None
        return Compromise(at=datetime.fromisoformat(note["at"]), reason=note["reason"])

    def _added(self, number: int, private: bytes | None = None) -> tuple[str, bytes]:
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        content = private or self.make()
        self.public_of(content)  # what can't be read is not laid down
        mine = lay_down(self._path(number, "pem"), content)
        if private is not None and not mine:
            msg = "Another key was begun at the same moment. Look which one is in force, and try again."
            raise KeyMissing(msg)
        return self._published(number)

    def _published(self, number: int) -> tuple[str, bytes]:
        """The private file; its public half lies beside it from its first use on."""
        private = self._path(number, "pem").read_bytes()
        try:
            public = self.public_of(private)
        except ValueError as damage:
            msg = f"{self._path(number, 'pem')} holds no usable key: {damage}. Restore its backup."
            raise KeyMissing(msg) from damage
        kept = self._path(number, "pub")
        if not kept.exists():
            write_aside(self.folder, public).replace(kept)
            sync_folder(self.folder)
        return _id(number), private

    def _numbers(self) -> list[int]:
        names = [NAME.fullmatch(path.name) for path in self.folder.glob("key-*")]
        return sorted({int(name[1]) for name in names if name}, reverse=True)

    def _path(self, number: int, ending: str) -> Path:
        return self.folder / f"{_id(number)}.{ending}"


def _id(number: int) -> str:
    return f"key-{number}"
