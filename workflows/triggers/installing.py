"""Putting the triggers in place, taking them away for a migration, and telling which are missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from workflows.triggers import postgresql, sqlite, tables

VENDORS = frozenset({"sqlite", "postgresql"})


def install_triggers(*, using: str = "default", **_signal: Any) -> None:
    """Put every trigger in place whose tables stand (after every migrate; again does no harm)."""
    connection = connections[using]
    if not _stands(connection):
        return
    _remove(connection)
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in _statements(connection):
            cursor.execute(statement)


def remove_triggers(*, using: str = "default", **_signal: Any) -> None:
    """Take the triggers away: before a migration rebuilds a table, and for the tests' own flush.

    Those of an earlier release go too, although a table of this one may still be missing.
    """
    connection = connections[using]
    if connection.vendor in VENDORS:
        _remove(connection)


@contextmanager
def lifted_triggers(*, using: str = "default") -> Iterator[None]:
    """Work without the triggers and put them back, whatever happens."""
    remove_triggers(using=using)
    try:
        yield
    finally:
        install_triggers(using=using)


def missing_triggers(*, using: str = "default") -> list[str]:
    """The names of the triggers that should stand and don't, or are switched off; none before the first migrate."""
    connection = connections[using]
    if not _stands(connection):
        return []
    return sorted(_expected(connection) - _present(connection))


def _stands(connection: BaseDatabaseWrapper) -> bool:
    standing = set(connection.introspection.table_names())
    subjects = {table.name for table in tables.subject_tables()}
    wanted = {table.name for table in tables.append_only_tables()} | subjects
    return (
        connection.vendor in VENDORS
        and wanted <= standing
        and all(_columns(connection, name) >= tables.GUARDED for name in subjects)
    )


def _columns(connection: BaseDatabaseWrapper, table: str) -> set[str]:
    """A table that becomes one of subjects has the columns only after its migration."""
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


def _statements(connection: BaseDatabaseWrapper) -> Iterator[str]:
    append_only, subjects, ledger = tables.append_only_tables(), tables.subject_tables(), tables.ledger_table()
    if connection.vendor == "sqlite":
        yield from (statement for _, statement in sqlite.triggers(append_only, subjects, ledger))
        return
    yield from postgresql.functions(subjects, ledger)
    yield from (statement for _, _, statement in postgresql.triggers(append_only, subjects, ledger))


def _expected(connection: BaseDatabaseWrapper) -> set[str]:
    known = (tables.append_only_tables(), tables.subject_tables(), tables.ledger_table())
    made = sqlite.triggers(*known) if connection.vendor == "sqlite" else postgresql.triggers(*known)
    return {trigger[0] for trigger in made}


def _present(connection: BaseDatabaseWrapper) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def _remove(connection: BaseDatabaseWrapper) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in _expected(connection):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            return
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is still to be judged would keep its trigger
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        known = (tables.append_only_tables(), tables.subject_tables(), tables.ledger_table())
        standing = set(connection.introspection.table_names(cursor))
        for name, table, _ in postgresql.triggers(*known):
            if table in standing:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
