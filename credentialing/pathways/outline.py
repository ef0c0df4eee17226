"""What stands in the text of a pathway, also while there are mistakes in it: the editor shows it part by part."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from credentialing.pathways.definitions import PathwayDefinition
from credentialing.pathways.loader import PathwayFileInvalid, load_pathway
from credentialing.pathways.loading.faults import Fault
from credentialing.pathways.loading.positions import Path, lines_of
from credentialing.pathways.loading.reading import Reader
from credentialing.pathways.loading.tables import Reading, Table
from credentialing.pathways.wording import rule_lines


@dataclass(frozen=True, kw_only=True)
class RequirementPart:
    """One requirement as it is written; `lines` are its rule in words, none while it can't be read."""

    place: str
    slug: str
    kind: str
    label: str
    lines: tuple[str, ...]
    line: int
    is_first: bool
    is_last: bool
    options: tuple["RequirementPart", ...] = ()


@dataclass(frozen=True, kw_only=True)
class StagePart:
    """One stage as it is written."""

    place: str
    slug: str
    label: str
    summary: str
    is_first: bool
    is_last: bool
    requirements: tuple[RequirementPart, ...]


@dataclass(frozen=True, kw_only=True)
class Outline:
    """The parts of a text and what is wrong with it; no parts where it is not even TOML."""

    definition: PathwayDefinition | None
    faults: tuple[Fault, ...]
    stages: tuple[StagePart, ...]


def outline_of(source: str) -> Outline:
    """Everything that can be told of a text."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError:
        data = {}
    definition, faults = None, ()
    try:
        definition = load_pathway(source)
    except PathwayFileInvalid as refusal:
        faults = refusal.faults
    lines = lines_of(source) if data else {}
    rows = _tables(data, "stages")
    stages = tuple(_stage(definition, row, number, len(rows), lines) for number, row in enumerate(rows))
    return Outline(definition=definition, faults=faults, stages=stages)


def path_of(place: str) -> Path:
    """The path in the file of “stage.requirement.option.option…”, counted from 0 (“2”, “2.0”, “2.0.1”).

    Raises:
        ValueError: it isn't written like this.
    """
    numbers = [int(part) for part in place.split(".")]
    keys = ["stages", "requirements", *["options"] * len(numbers)]
    return tuple(part for key, number in zip(keys, numbers, strict=False) for part in (key, number))


def _tables(row: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    found = row.get(key)
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def _stage(
    definition: PathwayDefinition | None, row: Mapping[str, Any], number: int, of: int, lines: Mapping[Path, int]
) -> StagePart:
    return StagePart(
        place=str(number),
        slug=str(row.get("slug", "")),
        label=str(row.get("label", "")) or f"Stage {number + 1}",
        summary=str(row.get("summary", "")),
        is_first=number == 0,
        is_last=number == of - 1,
        requirements=tuple(_requirements(definition, row, "requirements", str(number), lines)),
    )


def _requirements(
    definition: PathwayDefinition | None, parent: Mapping[str, Any], key: str, place: str, lines: Mapping[Path, int]
) -> Iterator[RequirementPart]:
    rows = _tables(parent, key)
    for number, row in enumerate(rows):
        here = f"{place}.{number}"
        yield RequirementPart(
            place=here,
            slug=str(row.get("slug", "")),
            kind=str(row.get("kind", "")),
            label=str(row.get("label", "")) or f"Requirement {number + 1}",
            lines=_words(definition, row),
            line=lines.get(path_of(here), 0),
            is_first=number == 0,
            is_last=number == len(rows) - 1,
            options=tuple(_requirements(definition, row, "options", here, lines)),
        )


def _words(definition: PathwayDefinition | None, row: Mapping[str, Any]) -> tuple[str, ...]:
    """The rule in words, read by itself, so that a mistake elsewhere hides nothing."""
    reading = Reading({})
    requirement = Reader().requirement(Table(reading, row, (), "it"), "")
    return () if reading.faults else rule_lines(definition, requirement)
