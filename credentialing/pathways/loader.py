"""Reads a pathway file (TOML) and refuses one that is wrong, naming the key and the remedy."""

import hashlib
import re
import tomllib
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import rfc8785

from credentialing.accounts.models import Role
from credentialing.pathways.definitions import (
    SUBMIT_GATE,
    SUPERVISION_GATE,
    CouncilRule,
    PathwayDefinition,
    Requirement,
    Rubric,
    RubricItem,
    Stage,
)
from credentialing.pathways.kinds import KINDS, kind

CASE_ROLES = frozenset({"candidate", "supervisor", "co_leader"})
ROLES = frozenset(Role.values) | CASE_ROLES
GATES = frozenset({"", SUBMIT_GATE, SUPERVISION_GATE})
SHIPPED = Path(__file__).parent / "shipped"
LARGEST = 999_999
FEWEST_STAGES = 2
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")


class PathwayFileInvalid(ValueError):
    """A pathway file can't be used; the message names the place and the remedy."""


def load_pathway(source: str) -> PathwayDefinition:
    """Turn the text of a pathway file into its definition.

    Raises:
        PathwayFileInvalid: with the place and the remedy in words.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        msg = f"This is not a TOML file: {error}."
        raise PathwayFileInvalid(msg) from error
    table = _Table(data, "the file")
    society = table.table("society")
    award = table.table("award")
    council = table.table("council")
    currency = society.text("currency", "USD")
    stages = tuple(_stage(item, currency) for item in table.tables("stages"))
    rubric = _rubric(table.table("rubric")) if "rubric" in data else None
    definition = PathwayDefinition(
        slug=table.slug(),
        version=table.text("version"),
        name=table.text("name"),
        summary=table.text("summary", ""),
        society=society.text("name"),
        fee_currency=currency,
        designation=award.text("designation"),
        number_prefix=award.text("number_prefix"),
        council=CouncilRule(quorum=council.whole("quorum", smallest=1)),
        stages=stages,
        rubric=rubric,
        statements=_statements(table.table("statements")) if "statements" in data else (),
    )
    table.finish()
    for part in (society, award, council):
        part.finish()
    _check(definition)
    return definition


def shipped_definitions() -> list[PathwayDefinition]:
    """The pathways that come with the engine."""
    return [load_pathway(source.read_text(encoding="utf-8")) for source in sorted(SHIPPED.glob("*.toml"))]


def digest_of(source: str) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of the parsed file: comments and layout don't matter."""
    return hashlib.sha256(rfc8785.dumps(_plain(tomllib.loads(source)))).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool) else str(value)


class _Table:
    """One TOML table that remembers which keys were asked for, so that a misspelt one is named."""

    def __init__(self, data: Mapping[str, Any], place: str) -> None:
        self.data = data
        self.place = place
        self.used: set[str] = set()

    def _get(self, key: str, kind_of: type | types.UnionType, default: Any, words: str) -> Any:
        self.used.add(key)
        if key not in self.data:
            if default is MISSING:
                msg = f"In {self.place} the key “{key}” is missing: add {key} = {words}."
                raise PathwayFileInvalid(msg)
            return default
        value = self.data[key]
        if not isinstance(value, kind_of) or (kind_of is not bool and isinstance(value, bool)):
            self._refuse(key, words, value)
        return value

    def _refuse(self, key: str, words: str, value: Any) -> NoReturn:
        msg = f"In {self.place} “{key}” must be {words}, not {value!r}."
        raise PathwayFileInvalid(msg)

    def text(self, key: str, default: Any = MISSING) -> str:
        return str(self._get(key, str, default, "a text in quotes"))

    def slug(self) -> str:
        slug = self.text("slug")
        if not SLUG.fullmatch(slug):
            self._refuse("slug", "a short name of small letters, digits, - and _", slug)
        return slug

    def one_of(self, key: str, default: Any, allowed: tuple[str, ...]) -> str:
        value = self.text(key, default)
        if value not in allowed:
            self._refuse(key, f"one of {', '.join(allowed)}", value)
        return value

    def whole(self, key: str, default: Any = MISSING, *, smallest: int = 0) -> int:
        value: int = self._get(key, int, default, "a whole number")
        if not smallest <= value <= LARGEST:
            self._refuse(key, f"a whole number from {smallest} to {LARGEST}", value)
        return value

    def amount(self, key: str, default: Any = MISSING) -> Decimal:
        value = self._get(key, int | float, default, "a number")
        if not 0 <= value <= LARGEST:
            self._refuse(key, f"a number from 0 to {LARGEST}", value)
        return Decimal(str(value))

    def flag(self, key: str, default: Any = False) -> bool:  # noqa: FBT002 - the default of every flag
        return bool(self._get(key, bool, default, "true or false"))

    def texts(self, key: str, default: Any = ()) -> tuple[str, ...]:
        items = self._get(key, list, default, "a list of texts")
        if not all(isinstance(item, str) for item in items) or (default is MISSING and not items):
            self._refuse(key, "a list of texts", items)
        return tuple(items)

    def table(self, key: str) -> "_Table":
        return _Table(self._get(key, dict, MISSING, "a table"), f"[{key}]")

    def tables(self, key: str) -> list["_Table"]:
        rows = self._get(key, list, MISSING, "a list of tables")
        if not all(isinstance(row, dict) for row in rows):
            msg = f"In {self.place} “{key}” must be a list of tables: write each as [[{key}]]."
            raise PathwayFileInvalid(msg)
        return [_Table(row, f"{key} {row.get('slug', index)!r}") for index, row in enumerate(rows, 1)]

    def finish(self) -> None:
        unknown = sorted(set(self.data) - self.used)
        if unknown:
            msg = f"In {self.place} the key “{unknown[0]}” is not known: correct its spelling or remove it."
            raise PathwayFileInvalid(msg)


def _stage(table: _Table, currency: str) -> Stage:
    slug = table.slug()
    stage = Stage(
        slug=slug,
        label=table.text("label"),
        summary=table.text("summary", ""),
        signed_by=table.texts("signed_by"),
        requirements=tuple(_requirement(row, slug, currency) for row in table.tables("requirements")),
    )
    table.finish()
    return stage


def _requirement(table: _Table, stage: str, currency: str) -> Requirement:
    slug, kind_slug = table.slug(), table.text("kind")
    table.place = f"requirement {slug!r} of stage {stage!r}"
    if kind_slug not in KINDS:
        msg = f"In {table.place} there is no kind “{kind_slug}”: use one of {', '.join(sorted(KINDS))}."
        raise PathwayFileInvalid(msg)
    requirement = Requirement(
        slug=slug,
        kind=kind_slug,
        stage=stage,
        label=table.text("label"),
        help=table.text("help", ""),
        gate=table.text("gate", ""),
        desirable=table.flag("desirable"),
        done_by=table.text("done_by", "candidate"),
        signed_by=table.texts("signed_by"),
        takes_files=table.flag("takes_files"),
        source=table.text("source", ""),
        currency=currency,
        parameters=_parameters(kind(kind_slug).Parameters, table),
    )
    table.finish()
    return requirement


def _parameters(cls: type[Any], table: _Table) -> Any:
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for item in fields(cls):
        hint = hints[item.name]
        if typing.get_origin(hint) is typing.Literal:
            values[item.name] = table.one_of(item.name, item.default, typing.get_args(hint))
        elif typing.get_origin(hint) is tuple:
            values[item.name] = table.texts(item.name, item.default)
        else:
            readers: Mapping[Any, Callable[..., Any]] = {
                bool: table.flag,
                int: table.whole,
                Decimal: table.amount,
                str: table.text,
            }
            values[item.name] = readers[hint](item.name, item.default)
    return cls(**values)


def _statements(table: _Table) -> tuple[tuple[str, str], ...]:
    return tuple((name, table.text(name)) for name in table.data)


def _rubric(table: _Table) -> Rubric:
    rows = table.tables("scale")
    scale = tuple((row.slug(), row.text("label")) for row in rows)
    items = table.tables("items")
    rubric = Rubric(
        version=table.text("version"),
        scale=scale,
        items=tuple(RubricItem(slug=row.slug(), label=row.text("label"), hint=row.text("hint", "")) for row in items),
        text_required_for=table.texts("text_required_for"),
    )
    for part in (table, *rows, *items):
        part.finish()
    unknown = sorted(set(rubric.text_required_for) - {slug for slug, _ in scale})
    if unknown:
        msg = f"In [rubric] “text_required_for” names “{unknown[0]}”, which is no rating of the scale: correct it."
        raise PathwayFileInvalid(msg)
    return rubric


def _check(definition: PathwayDefinition) -> None:
    slugs = [requirement.slug for requirement in definition.requirements]
    repeated = sorted({slug for slug in slugs if slugs.count(slug) > 1})
    if repeated:
        msg = f"The requirement “{repeated[0]}” stands twice: give each its own slug."
        raise PathwayFileInvalid(msg)
    for owner, roles in [(f"stage {s.slug!r}", s.signed_by) for s in definition.stages] + [
        (f"requirement {r.slug!r}", (*r.signed_by, r.done_by)) for r in definition.requirements
    ]:
        unknown = sorted(set(roles) - ROLES)
        if unknown:
            msg = f"In {owner} there is no role “{unknown[0]}”: use one of {', '.join(sorted(ROLES))}."
            raise PathwayFileInvalid(msg)
    if len(definition.stages) < FEWEST_STAGES:
        msg = "A pathway needs two stages at least, the first reached by applying, the last by the council's decision."
        raise PathwayFileInvalid(msg)
    for requirement in definition.requirements:
        _check_requirement(definition, requirement)


def _check_requirement(definition: PathwayDefinition, requirement: Requirement) -> None:
    fault = ""
    if requirement.gate not in GATES:
        fault = f"there is no gate “{requirement.gate}”: use {SUBMIT_GATE} or {SUPERVISION_GATE}, or leave it out"
    if getattr(requirement.parameters, "statement", None) not in {None, *dict(definition.statements)}:
        fault = f"the statement “{requirement.parameters.statement}” has no text: write it under [statements]"
    if requirement.kind == "observation" and definition.rubric is None:
        fault = "evaluators need something to rate by: add [rubric]"
    if fault:
        msg = f"In requirement {requirement.slug!r} {fault}."
        raise PathwayFileInvalid(msg)
