"""What every test needs: a ledger that only the tests' own clean-up may empty, and a machine without a network."""

import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from hypothesis import HealthCheck, settings

from certificates.keys import badge_keys
from certificates.keys.document import document_signer
from workflows.triggers import lifted_triggers

# How long an example takes says something about the machine, not about the rule. Continuous integration tries the
# same examples every time; whoever works on the code gets new ones at each run.
settings.register_profile(
    "ours", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ours")

pytest_plugins = ["tests.certificates.softhsm"]


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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Before the test database is dropped, the sessions of processes that tests have killed must have left it.

    PostgreSQL notices in its own time that nobody is there any more.
    """
    yield
    if connection.vendor != "postgresql":
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for _ in range(50):
            cursor.execute(OTHERS)
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.1)
        cursor.execute(DISMISS)


OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
DISMISS = OTHERS.replace("count(*)", "pg_terminate_backend(pid)")


@pytest.fixture(autouse=True, scope="session")
def _keys_of_today() -> None:
    """Keys are made at their first use, valid from that moment: made by a test that plays another day, they would be
    worth nothing to those after it."""
    document_signer()
    badge_keys()


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Any:
    """Nothing leaves this machine."""
    connect = socket.socket.connect

    def guarded(own: socket.socket, address: Any) -> None:
        if own.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            msg = f"a test tried to reach {address}"
            raise AssertionError(msg)
        connect(own, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True)
def _own_checkpoints(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Checkpoints of one test's ledger say nothing about another's, and nothing else empties their folder."""
    settings.LEDGER_CHECKPOINTS_DIR = str(tmp_path_factory.getbasetemp() / f"checkpoints-{uuid4()}")


@pytest.fixture
def work_off() -> Callable[[], None]:
    """Do what a worker does: every task that is due (in tests marked `django_db(transaction=True)`)."""

    def work() -> None:
        call_command("db_worker", "--queue-name", "*", "--batch", "--no-startup-delay", verbosity=0)

    return work
