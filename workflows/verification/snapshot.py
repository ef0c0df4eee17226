"""One moment of the database for as long as it is examined, while others go on working."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything as it was when the first statement ran; nobody waits for it, and it waits for nobody."""
    if connection.in_atomic_block:
        yield
        return
    with _reading(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def _reading() -> Iterator[None]:
    """SQLite: begin without the write lock that `transaction_mode = IMMEDIATE` takes."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()  # it is made with its mode
    sqlite: Any = connection
    mode, sqlite.transaction_mode = sqlite.transaction_mode, None
    try:
        yield
    finally:
        sqlite.transaction_mode = mode
