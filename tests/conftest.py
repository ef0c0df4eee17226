"""What every test needs: an append-only ledger that the tests' own clean-up may still empty."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from workflows.triggers import lifted_triggers


@pytest.fixture(autouse=True, scope="session")
def _flush_empties_the_ledger_too() -> Any:
    """After a transactional test Django empties every table, which the ledger's triggers rightly refuse."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def lifted_flush(operations: BaseDatabaseOperations, statements: Sequence[str]) -> None:
        with lifted_triggers(using=operations.connection.alias):
            flush(operations, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", lifted_flush)
        yield
