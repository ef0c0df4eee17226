"""The door to pathway files (TOML): a wrong one is refused, naming file, line, key and remedy (docs/pathways.md)."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import rfc8785

from credentialing.pathways.definitions import PathwayDefinition
from credentialing.pathways.formats import in_present_words
from credentialing.pathways.loading.checks import faults_of
from credentialing.pathways.loading.faults import Fault, PathwayFileInvalid, RulesUnreadable
from credentialing.pathways.loading.positions import lines_of
from credentialing.pathways.loading.reading import Reader
from credentialing.pathways.loading.soundness import breaks
from credentialing.pathways.loading.tables import Reading, Table

SHIPPED = Path(__file__).parent / "shipped"
DEFAULT = "abs-leader"
PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")

__all__ = [
    "DEFAULT",
    "SHIPPED",
    "PathwayFileInvalid",
    "RulesUnreadable",
    "digest_of",
    "load_pathway",
    "read_published",
    "shipped_definitions",
]


def load_pathway(source: str, *, file: str = "") -> PathwayDefinition:
    """Turn the text of a pathway file into its definition.

    Raises:
        PathwayFileInvalid: with every mistake that can be seen, each with its line and remedy.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        place = PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else source.count("\n") + 1
        words = PLACE.sub("", str(error)).rstrip(".")
        raise PathwayFileInvalid([Fault(line, f"This is not TOML here: {words}.")], file=file) from error
    reading, reader = Reading(lines_of(source)), Reader()
    definition = reader.pathway(Table(reading, data, (), "the file"))
    if not reading.faults:  # the whole is only worth looking at when its parts are right
        for path, words in faults_of(definition, reader.places):
            reading.fault(path, words)
    if reading.faults:
        raise PathwayFileInvalid(reading.faults, file=file)
    return definition


def read_published(source: str, *, number: int) -> PathwayDefinition:
    """What a published text of that format says: read as it was published, whatever is asked of new ones today.

    Raises:
        RulesUnreadable: it says nothing that one could go by: it was changed, or comes from a newer program.
    """
    reading = Reading({}, published=True)
    try:
        data = in_present_words(tomllib.loads(source), number)
        definition = Reader().pathway(Table(reading, data, (), "the file"))
        if not reading.faults:
            reading.faults += [Fault(0, words) for words in breaks(definition)]
    except tomllib.TOMLDecodeError as error:
        msg = f"it is no TOML ({error})"
        raise RulesUnreadable(msg) from error
    except LookupError as error:
        raise RulesUnreadable(str(error.args[0])) from error
    except (
        AttributeError,
        TypeError,
        ValueError,
        ArithmeticError,
    ) as error:  # tables of no shape that was ever written
        msg = f"its tables are not those of a pathway ({error})"
        raise RulesUnreadable(msg) from error
    if reading.faults:
        raise RulesUnreadable("; ".join(fault.words.rstrip(".") for fault in sorted(set(reading.faults))))
    return definition


def shipped_definitions() -> list[PathwayDefinition]:
    """The pathways that come with the engine: the society's own, and examples of others."""
    return [
        load_pathway(source.read_text(encoding="utf-8"), file=source.name) for source in sorted(SHIPPED.glob("*.toml"))
    ]


def digest_of(source: str) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of the parsed file: comments and layout don't matter."""
    return hashlib.sha256(rfc8785.dumps(_plain(tomllib.loads(source)))).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool) else str(value)
