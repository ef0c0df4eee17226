"""What a backup holds: each file with its length and SHA-256."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

NAME = "manifest.json"
FORMAT = 2  # 1 didn't say from which program it comes
UPDATE = "Nothing was touched. Put that version of the program (or a later one) here first, then restore again."
PIECE = 1024 * 1024  # bytes read at once


class BackupRefused(Exception):
    """It can't be made, or is not what its manifest says; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Copied:
    """One file of a backup."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What was copied, when, from what."""

    made_at: datetime
    society: str
    vendor: str
    with_keys: bool
    files: tuple[Copied, ...]
    program: str = ""  # its version; "" in backups of format 1
    migrations: tuple[str, ...] = ()  # those that the database has gone through, as app.name

    def written(self) -> bytes:
        """As it stands in the folder."""
        held = asdict(self) | {"format": FORMAT, "made_at": self.made_at.isoformat()}
        return json.dumps(held, indent=1, sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """That of a backup.

        Raises:
            BackupRefused: there is none, or it can't be understood.
        """
        try:
            held = json.loads((folder / NAME).read_bytes())
            if int(held.pop("format")) > FORMAT:
                newer = held.get("program", "")
                msg = f"{folder} was made by a newer version of this service{f' ({newer})' if newer else ''}. {UPDATE}"
                raise BackupRefused(msg)
            held["migrations"] = tuple(held.get("migrations", ()))
            files = tuple(Copied(**one) for one in held.pop("files"))
            found = cls(**{**held, "made_at": datetime.fromisoformat(held["made_at"]), "files": files})
        except FileNotFoundError as absence:
            msg = f"{folder} holds no {NAME}: it is no backup, or was never finished."
            raise BackupRefused(msg) from absence
        except (ValueError, TypeError, KeyError, AttributeError) as damage:
            msg = f"{folder / NAME} can't be read: {damage}"
            raise BackupRefused(msg) from damage
        for one in found.files:
            path = PurePosixPath(one.path)
            if path.is_absolute() or ".." in path.parts:
                msg = f"{folder / NAME} names a file outside of it: {one.path}"
                raise BackupRefused(msg)
        return found

    def below(self, kind: str) -> Iterator[tuple[str, Copied]]:
        """The files of one kind (`evidence`, `keys` …), with their names below it."""
        for one in self.files:
            if one.path.startswith(f"{kind}/"):
                yield one.path.partition("/")[2], one


def fingerprint(path: Path) -> tuple[int, str]:
    """Length and SHA-256 of a file."""
    digest, length = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            length += len(piece)
    return length, digest.hexdigest()
