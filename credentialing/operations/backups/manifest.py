"""What a backup holds: each file with its length and SHA-256."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

NAME = "manifest.json"
FORMAT = 1
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
            if held.pop("format") != FORMAT:
                msg = f"{folder} was made by a newer version of this service."
                raise BackupRefused(msg)
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
