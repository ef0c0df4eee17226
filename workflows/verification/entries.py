"""Entries read fast: raw rows, written as RFC 8785 canonical JSON without a model in between.

The bytes are the same as `canonical(entry.content())`; a property test holds the two together.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from workflows.canonical import canonical
from workflows.models import LedgerRecord, TreeEntry, TreeLeaf

type Row = Sequence[Any]


class Entry(NamedTuple):
    """One entry as it is stored, with its leaf."""

    position: int
    hash: str
    content: bytes
    digest: str  # "" where the entry carries none
    reader: "EntryReader"
    row: Row

    @property
    def fault(self) -> str:
        """What doesn't fit together; "" if it does."""
        if sha256(b"\x00" + self.content).hexdigest() != self.hash:
            return "has been changed since it was recorded"
        if self.digest and sha256(self.content).hexdigest() != self.digest:
            return "carries another digest than its own"
        return ""

    @property
    def about(self) -> str:
        """What it is, for a finding."""
        return self.reader.about(self.row)


class EntryReader:
    """Reads the entries of one kind."""

    def __init__(self, model: type[TreeEntry]) -> None:
        self.model = model
        self.names = sorted(model.covers)
        self.writers = [_writer(_field(model, model.covers[name])) for name in self.names]
        self.form = "{" + ",".join(f'"{name}":%s' for name in self.names) + "}"
        self.has_digest = issubclass(model, LedgerRecord)

    def placed(self, begin: int, end: int) -> Iterator[Entry]:
        """Those whose leaves stand at these positions."""
        yield from self._read("leaf.position >= %s AND leaf.position < %s", [begin, end])

    def waiting(self) -> Iterator[Entry]:
        """Those whose leaves have no position yet."""
        yield from self._read("leaf.position IS NULL", [])

    def _read(self, where: str, params: list[Any]) -> Iterator[Entry]:
        with connection.cursor() as cursor:
            cursor.execute(f"{self._select} AND {where}", [self.model.entry_kind, *params])
            while rows := cursor.fetchmany(1000):
                yield from map(self._entry, rows)

    def _entry(self, row: Row) -> Entry:
        parts = [write(value) for write, value in zip(self.writers, row[4:], strict=True)]
        return Entry(-1 if row[0] is None else row[0], row[1], (self.form % tuple(parts)).encode(), row[3], self, row)

    def about(self, row: Row) -> str:
        """What a row is, for a finding."""
        uuid, values = row[2], row[4:]
        if not self.has_digest:
            return f"{self.model.entry_kind} {_uuid(uuid)}"
        kind, subject, sequence = (values[self._at[name]] for name in ("subject_kind", "subject_id", "sequence"))
        return f"{kind} {_uuid(subject)}, record {sequence}"

    @cached_property
    def _at(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}

    @cached_property
    def _select(self) -> str:
        """Leaf beside entry; a related row (the actor) is joined."""
        quote = connection.ops.quote_name
        columns, joins = [], []
        for name in self.names:
            relation, _, of_related = self.model.covers[name].partition("__")
            field = _field(self.model, relation)
            if of_related:
                related = field.remote_field.model
                alias = quote(f"of_{relation}")
                joins.append(
                    f"LEFT JOIN {quote(related._meta.db_table)} {alias} "
                    f"ON {alias}.{quote(related._meta.pk.column)} = entry.{quote(field.column)}"
                )
                columns.append(f"{alias}.{quote(_field(related, of_related).column)}")
            else:
                columns.append(_column(field))
        digest = "entry.digest" if self.has_digest else "''"
        return (
            f"SELECT leaf.position, leaf.hash, entry.uuid, {digest}, {', '.join(columns)} "
            f"FROM {quote(TreeLeaf._meta.db_table)} leaf "
            f"JOIN {quote(self.model._meta.db_table)} entry ON entry.uuid = leaf.entry_id {' '.join(joins)} "
            "WHERE leaf.entry_kind = %s"
        )


def readers() -> list[EntryReader]:
    """One for every kind of entry."""
    return [EntryReader(model) for model in entry_models()]


def entry_models() -> list[type[TreeEntry]]:
    """Every kind of entry."""
    return [model for model in apps.get_models() if issubclass(model, TreeEntry) and not model._meta.proxy]


def _column(field: models.Field[Any, Any]) -> str:
    """SQLite's driver would make an object of every instant, which costs more than all the rest."""
    column = f"entry.{connection.ops.quote_name(str(field.column))}"
    as_text = connection.vendor == "sqlite" and isinstance(field, models.DateTimeField)
    return f"CAST({column} AS TEXT)" if as_text else column


def _field(model: Any, path: str) -> Any:
    relation, _, rest = path.partition("__")
    field = model._meta.get_field(relation)
    return _field(field.remote_field.model, rest) if rest else field


def _writer(field: models.Field[Any, Any]) -> Callable[[Any], str]:
    if isinstance(field, models.UUIDField):
        return _write_uuid
    if isinstance(field, models.DateTimeField):
        return _write_instant
    if isinstance(field, models.JSONField):
        return canonical_text
    if isinstance(field, models.IntegerField):
        return str
    return encode_basestring


@lru_cache(maxsize=2048)  # the same few people, and the subjects of the same day
def _write_uuid(value: Any) -> str:
    return '""' if value is None else f'"{_uuid(value)}"'


def _uuid(value: Any) -> str:
    """SQLite keeps 32 hexadecimal digits, PostgreSQL answers an object."""
    if isinstance(value, UUID):
        return str(value)
    return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"


def _write_instant(value: Any) -> str:
    """SQLite keeps UTC as text, without the fraction where it is nought; PostgreSQL answers an object."""
    if isinstance(value, datetime):
        return f'"{value.astimezone(UTC).isoformat(timespec="microseconds")}"'
    day, _, time = value.partition(" ")
    return f'"{day}T{time if "." in time else time + ".000000"}+00:00"'


class _Fraction(Exception):
    """There is a number with a fraction, which RFC 8785 writes in its own way."""


def canonical_text(stored: str) -> str:
    """Stored JSON as RFC 8785 writes it: by the fast writer where both write the same."""
    if stored in {"[]", "{}"}:
        return stored
    try:
        value = json.loads(stored, parse_float=_refuse)
        text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    except _Fraction:
        return canonical(json.loads(stored)).decode()
    return text if text.isascii() else canonical(value).decode()  # keys sort by UTF-16 there


def _refuse(_: str) -> float:
    raise _Fraction
