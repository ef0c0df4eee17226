"""What stands in the text of a pathway, also while there are mistakes in it: the editor shows it part by part."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat, takewhile
from typing import Any

from credentialing.accounts.models import Role
from credentialing.pathways.definitions import PathwayDefinition, Requirement
from credentialing.pathways.loader import PathwayFileInvalid, load_pathway
from credentialing.pathways.loading.faults import Fault
from credentialing.pathways.loading.positions import Path, lines_of
from credentialing.pathways.loading.reading import Reader
from credentialing.pathways.loading.tables import Reading, Table
from credentialing.pathways.wording import body_in_words, rule_lines, variation_in_words

LISTS = ("bodies", "profile", "variations")


@dataclass(frozen=True, kw_only=True)
class ListedPart:
    """One of a list beside the stages: a body, a question to applicants, other numbers for a time."""

    place: str
    slug: str
    label: str
    lines: tuple[str, ...]
    is_first: bool
    is_last: bool


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
    variations: tuple[ListedPart, ...] = ()


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
    bodies: tuple[ListedPart, ...]
    questions: tuple[ListedPart, ...]
    statements: tuple[tuple[str, str], ...]
    rubric: tuple[str, ...]
    offices: tuple[tuple[str, str], ...]

    def part(self, place: str) -> "ListedPart | RequirementPart | None":
        """The requirement, body, question or variation of that place."""
        return next((part for part in self._parts() if part.place == place), None)

    def _parts(self) -> "Iterator[ListedPart | RequirementPart]":
        yield from self.bodies
        yield from self.questions
        for stage in self.stages:
            yield from _with_all_below(stage.requirements)


def _with_all_below(parts: Sequence[RequirementPart]) -> "Iterator[ListedPart | RequirementPart]":
    for part in parts:
        yield part
        yield from part.variations
        yield from _with_all_below(part.options)


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
    return Outline(
        definition=definition,
        faults=faults,
        stages=stages,
        bodies=_listed(data, "bodies", "", map(_body, _tables(data, "bodies"))),
        questions=_listed(data, "profile", "", (" / ".join(_labels(q, "choices")) for q in _tables(data, "profile"))),
        statements=_texts(data, "statements"),
        rubric=_labels(data.get("rubric"), "items"),
        offices=tuple((str(Role(role).label), name) for role, name in _texts(data, "roles") if role in Role.values),
    )


def path_of(place: str) -> Path:
    """The path in the file of a place in an address.

    Stages and what is below them are “stage.requirement.option.option…”, counted from 0 (“2”, “2.0”, “2.0.1”); a list
    beside them has its key and a number (“bodies.0”, “2.0.variations.1”), or its key alone where one is added.

    Raises:
        ValueError: it isn't written like this.
    """
    parts = place.split(".")
    numbers = [int(part) for part in takewhile(str.isdecimal, parts)]
    keys = ["stages", "requirements", *["options"] * len(numbers)]
    path: list[str | int] = [part for key, number in zip(keys, numbers, strict=False) for part in (key, number)]
    match parts[len(numbers) :]:
        case []:
            return tuple(path)
        case [key] if key in LISTS:
            return (*path, key)
        case [key, number] if key in LISTS:
            return (*path, key, int(number))
    msg = f"There is no place {place}."
    raise ValueError(msg)


def _tables(row: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    found = row.get(key)
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def _texts(data: Mapping[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    found = data.get(key)
    return tuple((str(name), str(text)) for name, text in found.items()) if isinstance(found, dict) else ()


def _labels(row: Any, key: str) -> tuple[str, ...]:
    return tuple(str(part.get("label", "")) for part in _tables(row, key)) if isinstance(row, dict) else ()


def _listed(parent: Mapping[str, Any], key: str, place: str, words: Iterable[str]) -> tuple[ListedPart, ...]:
    rows = _tables(parent, key)
    return tuple(
        ListedPart(
            place=f"{place}.{key}.{number}".lstrip("."),
            slug=str(row.get("slug", "")),
            label=str(row.get("label", row.get("reason", ""))) or f"Number {number + 1}",
            lines=(line,) if line else (),
            is_first=number == 0,
            is_last=number == len(rows) - 1,
        )
        for number, (row, line) in enumerate(zip(rows, chain(words, repeat("")), strict=False))
    )


def _body(row: Mapping[str, Any]) -> str:
    """How a body decides, in words; nothing while that can't be read."""
    reading = Reading({})
    body = Reader().body(Table(reading, dict(row), (), "it"))
    return "" if reading.faults else body_in_words(body)


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
        here, read = f"{place}.{number}", _read(row)
        yield RequirementPart(
            place=here,
            slug=str(row.get("slug", "")),
            kind=str(row.get("kind", "")),
            label=str(row.get("label", "")) or f"Requirement {number + 1}",
            lines=rule_lines(definition, read) if read else (),
            line=lines.get(path_of(here), 0),
            is_first=number == 0,
            is_last=number == len(rows) - 1,
            options=tuple(_requirements(definition, row, "options", here, lines)),
            variations=_listed(row, "variations", here, _variations(read)),
        )


def _variations(requirement: Requirement | None) -> Iterable[str]:
    return (variation_in_words(requirement, one) for one in requirement.variations) if requirement else ()


def _read(row: Mapping[str, Any]) -> Requirement | None:
    """A requirement read by itself, so that a mistake elsewhere hides nothing."""
    reading = Reading({})
    requirement = Reader().requirement(Table(reading, dict(row), (), "it"), "")
    return None if reading.faults else requirement
