"""Reads a pathway file (TOML) and refuses one that is wrong, naming the key and the remedy."""

import hashlib
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields
from decimal import Decimal
from typing import Any

import rfc8785

from credentialing.accounts.models import Role
from credentialing.pathways.definitions import CouncilRule, PathwayDefinition, Requirement, Rubric, RubricItem, Stage
from credentialing.pathways.kinds import KINDS, kind

CASE_ROLES = frozenset({"candidate", "supervisor", "co_leader"})
ROLES = frozenset(Role.values) | CASE_ROLES


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
        slug=table.text("slug"),
        version=table.text("version"),
        name=table.text("name"),
        summary=table.text("summary", ""),
        society=society.text("name"),
        fee_currency=currency,
        designation=award.text("designation"),
        number_prefix=award.text("number_prefix"),
        council=CouncilRule(quorum=council.whole("quorum")),
        stages=stages,
        rubric=rubric,
        statements=tuple(table.table("statements").data.items()) if "statements" in data else (),
    )
    table.finish({"society", "award", "council", "stages", "rubric", "statements"})
    for part in (society, award, council):
        part.finish()
    _check(definition)
    return definition


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

    def _get(self, key: str, kind_of: type, default: Any, words: str) -> Any:
        self.used.add(key)
        if key not in self.data:
            if default is MISSING:
                msg = f"In {self.place} the key “{key}” is missing: add {key} = {words}."
                raise PathwayFileInvalid(msg)
            return default
        value = self.data[key]
        if not isinstance(value, kind_of) or (kind_of is int and isinstance(value, bool)):
            msg = f"In {self.place} “{key}” must be {words}, not {value!r}."
            raise PathwayFileInvalid(msg)
        return value

    def text(self, key: str, default: Any = MISSING) -> str:
        return str(self._get(key, str, default, "a text in quotes"))

    def whole(self, key: str, default: Any = MISSING) -> int:
        value: int = self._get(key, int, default, "a whole number")
        return value

    def flag(self, key: str) -> bool:
        return bool(self._get(key, bool, False, "true or false"))  # noqa: FBT003 - the default of every flag

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(str(item) for item in self._get(key, list, [], "a list of texts"))

    def table(self, key: str) -> "_Table":
        return _Table(self._get(key, dict, MISSING, "a table"), f"[{key}]")

    def tables(self, key: str) -> list["_Table"]:
        rows = self._get(key, list, MISSING, "a list of tables")
        if not all(isinstance(row, dict) for row in rows):
            msg = f"In {self.place} “{key}” must be a list of tables: write each as [[{key}]]."
            raise PathwayFileInvalid(msg)
        return [_Table(row, f"{key} {row.get('slug', index)!r}") for index, row in enumerate(rows, 1)]

    def finish(self, also: set[str] | None = None) -> None:
        unknown = sorted(set(self.data) - self.used - (also or set()))
        if unknown:
            msg = f"In {self.place} the key “{unknown[0]}” is not known: correct its spelling or remove it."
            raise PathwayFileInvalid(msg)


def _stage(table: _Table, currency: str) -> Stage:
    slug = table.text("slug")
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
    slug, kind_slug = table.text("slug"), table.text("kind")
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
        default = item.default if item.default is not MISSING else MISSING
        hint = hints[item.name]
        if isinstance(hint, types.UnionType):
            hint = next(part for part in typing.get_args(hint) if part is not type(None))
        if typing.get_origin(hint) is tuple:
            values[item.name] = table.texts(item.name) or (() if default is MISSING else default)
        elif hint is bool:
            values[item.name] = table._get(item.name, bool, default, "true or false")  # noqa: SLF001 - same module
        elif hint is int:
            values[item.name] = table.whole(item.name, default)
        elif hint is Decimal:
            values[item.name] = Decimal(str(table._get(item.name, int | float, default, "a number")))  # type: ignore[arg-type]  # noqa: SLF001 - same module
        else:
            values[item.name] = table.text(item.name, default)
    return cls(**values)


def _rubric(table: _Table) -> Rubric:
    scale = tuple((row.text("slug"), row.text("label")) for row in table.tables("scale"))
    items = tuple(
        RubricItem(slug=row.text("slug"), label=row.text("label"), hint=row.text("hint", ""))
        for row in table.tables("items")
    )
    return Rubric(
        version=table.text("version"), scale=scale, items=items, text_required_for=table.texts("text_required_for")
    )


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
