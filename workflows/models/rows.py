"""Reading and inserting single rows by statements that are made once for a model and a connection.

Django compiles every query anew, which takes several times as long as the database takes to carry it out. The rows
that every step reads and writes always have the same shape, and what is sent is what Django would send
(`bin/bench transition`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast
from weakref import WeakKeyDictionary

from django.db import DatabaseError, connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

type Fields = tuple[models.Field[Any, Any], ...]


@dataclass(frozen=True, kw_only=True)
class Insert:
    """How a row of a model is inserted."""

    sql: str
    returning: str
    fields: Fields


@dataclass(frozen=True, kw_only=True)
class Load:
    """How a row of a model is read and locked by its key."""

    sql: str
    names: tuple[str, ...]
    converted: Callable[[Any], Any]


@dataclass(frozen=True)
class Statements:
    """What has been made for one connection; it goes with it."""

    inserts: dict[tuple[type[models.Model], bool], Insert] = field(default_factory=dict)
    loads: dict[tuple[type[models.Model], bool], Load] = field(default_factory=dict)


_known: WeakKeyDictionary[BaseDatabaseWrapper, Statements] = WeakKeyDictionary()


def insert_row(row: models.Model, *, using: str | None = None) -> None:
    """Store a new row of a plain model: one table, its own key or else one of the database's, no signals."""
    alias = using or router.db_for_write(type(row), instance=row)
    connection = connections[alias]
    insert = _insert_of(connection, type(row), keyed=row.pk is not None)
    with transaction.mark_for_rollback_on_error(using=alias), connection.cursor() as cursor:
        cursor.execute(insert.sql + insert.returning, _values(insert.fields, row, connection))
        (key,) = cursor.fetchone()
    row.pk = row.pk or key
    row._state.adding, row._state.db = False, alias


def insert_rows(rows: Iterable[models.Model], *, using: str) -> None:
    """Store new rows of one model, without telling their keys."""
    stored, connection = list(rows), connections[using]
    if stored:
        insert = _insert_of(connection, type(stored[0]), keyed=False)
        with transaction.mark_for_rollback_on_error(using=using), connection.cursor() as cursor:
            cursor.executemany(insert.sql, [_values(insert.fields, row, connection) for row in stored])


def update_row(row: models.Model, names: Iterable[str]) -> None:
    """Store these fields of a row of a plain model, without signals.

    Raises:
        DatabaseError: the row has gone.
    """
    connection, model = connections[router.db_for_write(type(row), instance=row)], type(row)
    quote, key = connection.ops.quote_name, _key(model)
    fields = tuple(cast("models.Field[Any, Any]", model._meta.get_field(name)) for name in names)
    changes = ", ".join(f"{quote(_column(column))} = %s" for column in fields)
    sql = f"UPDATE {quote(model._meta.db_table)} SET {changes} WHERE {quote(_column(key))} = %s"  # noqa: S608 - our own names
    with transaction.mark_for_rollback_on_error(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(sql, [*_values(fields, row, connection, add=False), row.pk])
        if cursor.rowcount != 1:
            msg = f"Storing {model.__name__} {row.pk} did not affect any rows: it has gone."
            raise DatabaseError(msg)


def locked_row[Row: models.Model](row: Row, *, skip_locked: bool = False) -> Row | None:
    """A fresh copy of a row, locked until the transaction ends; None when it has gone (or is locked, if skipped)."""
    connection, model = connections[router.db_for_write(type(row), instance=row)], type(row)
    statements = _known.setdefault(connection, Statements())
    known = (model, skip_locked)
    load = statements.loads.get(known) or statements.loads.setdefault(
        known, _load(connection, row, skip_locked=skip_locked)
    )
    with connection.cursor() as cursor:
        cursor.execute(load.sql, [_key(model).get_db_prep_value(row.pk, connection)])
        found = cursor.fetchone()
    return found and model.from_db(connection.alias, load.names, load.converted(found))


def _insert_of(connection: BaseDatabaseWrapper, model: type[models.Model], *, keyed: bool) -> Insert:
    inserts = _known.setdefault(connection, Statements()).inserts
    return inserts.get((model, keyed)) or inserts.setdefault((model, keyed), _insert(connection, model, keyed=keyed))


def _insert(connection: BaseDatabaseWrapper, model: type[models.Model], *, keyed: bool) -> Insert:
    quote, key = connection.ops.quote_name, _key(model)
    fields = tuple(column for column in model._meta.local_concrete_fields if keyed or column is not key)
    names, places = (
        ", ".join(words) for words in ([quote(_column(column)) for column in fields], ["%s"] * len(fields))
    )
    return Insert(
        sql=f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})",  # noqa: S608 - our own names
        returning=f" RETURNING {quote(_column(key))}",
        fields=fields,
    )


def _load(connection: BaseDatabaseWrapper, row: models.Model, *, skip_locked: bool) -> Load:
    rows: models.QuerySet[Any] = models.QuerySet(type(row)).using(connection.alias).filter(pk=row.pk)
    compiler = rows.select_for_update(of=("self",), skip_locked=skip_locked).query.get_compiler(connection.alias)
    sql, _ = compiler.as_sql()
    columns = [cast("Any", column) for column, *_ in compiler.select]
    converters = compiler.get_converters(columns)
    return Load(
        sql=sql,
        names=tuple(column.target.attname for column in columns),
        converted=lambda found: next(iter(compiler.apply_converters([found], converters))),
    )


def _values(fields: Fields, row: models.Model, connection: BaseDatabaseWrapper, *, add: bool = True) -> list[Any]:
    return [column.get_db_prep_save(column.pre_save(row, add=add), connection) for column in fields]


def _key(model: type[models.Model]) -> models.Field[Any, Any]:
    return model._meta.pk


def _column(field_: models.Field[Any, Any]) -> str:
    return cast("str", field_.column)
