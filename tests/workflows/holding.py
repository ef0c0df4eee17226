"""Somebody else at the same rows."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, models, transaction

where_rows_are_locked = pytest.mark.skipif(
    not connection.features.has_select_for_update_skip_locked, reason="SQLite has one writer at a time and no row locks"
)


@contextmanager
def held_elsewhere(rows: models.QuerySet) -> Iterator[None]:
    """Another connection holds the locks of these rows meanwhile."""
    held, released = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                list(rows.select_for_update())
                held.set()
                released.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    try:
        yield
    finally:
        released.set()
        thread.join()
