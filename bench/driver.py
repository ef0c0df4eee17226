"""The database driver without anything above it: what a step can't be faster than."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.db import connection

TABLES = (
    "CREATE TABLE bench_row (id integer PRIMARY KEY, state varchar(50) NOT NULL, version integer NOT NULL)",
    """CREATE TABLE bench_record (
        row_id integer NOT NULL, sequence integer NOT NULL, transition varchar(50) NOT NULL,
        source varchar(50) NOT NULL, target varchar(50) NOT NULL, actor_id integer NOT NULL, role varchar(50) NOT NULL,
        uuid char(32) NOT NULL, digest varchar(64) NOT NULL, previous_digest varchar(64) NOT NULL,
        recorded_at varchar(40) NOT NULL, PRIMARY KEY (row_id, sequence))""",
    "INSERT INTO bench_row VALUES (1, 'packed', 0)",
)
MOVE = "UPDATE bench_row SET state = ?, version = ? WHERE id = 1"
RECORD = "INSERT INTO bench_record VALUES (1, ?, ?, ?, ?, 1, 'clerk', ?, ?, ?, ?)"
DIGEST = "0" * 64


class Driver:
    """A connection of its own to the same database, opened with the same options, so that it commits as durably."""

    def __init__(self) -> None:
        self.connection = opened()
        self.parameter = "?" if connection.vendor == "sqlite" else "%s"
        self.sequence = 0
        for statement in TABLES:
            self.connection.execute(statement)

    def steps(self, times: int) -> None:
        """Change a row and write a record of it, so many times, each in its own transaction."""
        execute = self.connection.execute
        begin = "BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN"
        move, record = (statement.replace("?", self.parameter) for statement in (MOVE, RECORD))
        for _ in range(times):
            self.sequence += 1
            source, target = ("packed", "sent") if self.sequence % 2 else ("sent", "packed")
            now = datetime.now(UTC).isoformat()
            execute(begin)
            execute(move, (target, self.sequence))
            execute(record, (self.sequence, "send", source, target, uuid4().hex, DIGEST, DIGEST, now))
            execute("COMMIT")


def opened() -> Any:
    """A second connection, made by the driver itself."""
    options = connection.get_connection_params()
    if connection.vendor == "sqlite":
        import sqlite3  # noqa: PLC0415 - one of two

        raw = sqlite3.connect(connection.settings_dict["NAME"], timeout=20, isolation_level=None)
        raw.executescript(connection.settings_dict["OPTIONS"]["init_command"])
        return raw
    import psycopg  # noqa: PLC0415 - one of two

    known = ("dbname", "user", "password", "host", "port")
    return psycopg.connect(autocommit=True, **{name: options[name] for name in known if name in options})


def durability() -> dict[str, str]:
    """How a commit is kept.

    Raises:
        RuntimeError: the driver keeps its commits otherwise than we do.
    """
    sqlite = connection.vendor == "sqlite"
    names = ("journal_mode", "synchronous") if sqlite else ("fsync", "synchronous_commit")
    ours, theirs, raw = {}, {}, opened()
    for name in names:
        question = f"{'PRAGMA' if sqlite else 'SHOW'} {name}"
        with connection.cursor() as cursor:
            cursor.execute(question)
            ours[name] = str(cursor.fetchone()[0])
        theirs[name] = str(raw.execute(question).fetchone()[0])
    raw.close()
    if ours != theirs:
        msg = f"The driver keeps its commits by {theirs}, we by {ours}."
        raise RuntimeError(msg)
    return ours
