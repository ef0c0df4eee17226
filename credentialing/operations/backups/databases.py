"""A snapshot of the database while others write, and back."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from credentialing.operations.backups.manifest import BackupRefused

NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
# What lets in whoever has it: who is logged in, keys that confirm an address, what links in waiting letters open.
LEFT_OUT = ("django_session", "account_emailconfirmation", "correspondence_lettersecret")


def snapshot_database(folder: Path) -> Path:
    """A copy of the database as it was at one moment; nobody who writes waits for it.

    Sessions and one-time keys are left out: a backup that is found lets nobody in.

    Raises:
        BackupRefused: PostgreSQL's own tool is missing or refuses.
        OSError: the disk is full.
    """
    path = folder / NAMES[connection.vendor]
    path.touch(mode=0o600)
    if connection.vendor == "sqlite":
        _copied(Path(connection.settings_dict["NAME"]), path)
        _emptied(path)
    else:
        without = [f"--exclude-table-data={table}" for table in left_out()]
        _run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", *without, f"--file={path}"])
    return path


def left_out() -> list[str]:
    """The tables whose rows no backup holds, those of caches among them."""
    caches = [cache["LOCATION"] for cache in settings.CACHES.values() if cache["BACKEND"].endswith(".DatabaseCache")]
    return [*LEFT_OUT, *caches]


def _emptied(path: Path) -> None:
    """Leave nothing of the rows in the file either: SQLite only marks their room as free."""
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        held = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in left_out():
            if table in held:
                copy.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of our own settings
        copy.execute("VACUUM")


def migrations_gone_through() -> set[str]:
    """The steps that have made the database here what it is, as app.name."""
    return {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}


def migrations_of(path: Path) -> set[str]:
    """Those of a snapshot of SQLite, which can be asked before it is put back; of a dump nothing is known."""
    if connection.vendor != "sqlite":
        return set()
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as held:
        try:
            return {f"{app}.{name}" for app, name in held.execute("SELECT app, name FROM django_migrations")}
        except sqlite3.DatabaseError:
            return set()


def migrations_known() -> set[str]:
    """The steps that this program knows."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}


def database_is_empty() -> bool:
    """Whether nothing has been stored in the database that is configured here."""
    return not connection.introspection.table_names()


def restore_database(path: Path) -> None:
    """Put a snapshot into the empty database that is configured here: all of it, or nothing.

    Raises:
        BackupRefused: PostgreSQL's own tool is missing or refuses.
    """
    if connection.vendor == "sqlite":
        connection.close()
        _copied(path, Path(connection.settings_dict["NAME"]))
    else:
        _run("pg_restore", ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"], source=path)


def _copied(source: Path, target: Path) -> None:
    """By SQLite's online backup, in one step: readers see the state of one moment, and writers go on (WAL)."""
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as held,
            closing(sqlite3.connect(target)) as copy,
        ):
            held.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as trouble:  # the disk is full, or the file can't be read
        raise OSError(str(trouble)) from trouble


def _run(tool: str, words: list[str], *, source: Path | None = None) -> None:
    program = shutil.which(tool) or _beside_the_server(tool)
    if not program:
        msg = f"{tool} is missing: install the client of PostgreSQL (apt-get install postgresql-client)."
        raise BackupRefused(msg)
    words = [*words, "--no-password", *(["--dbname"] if source else [])]
    (_, *arguments), secrets = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, words)
    with source.open("rb") if source else open(os.devnull, "rb") as held:  # noqa: PTH123 - a device
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own tool, no shell
            [program, *arguments], env={**os.environ, **(secrets or {})}, stdin=held, capture_output=True, check=False
        )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        msg = f"{tool} refused: {said}"
        raise BackupRefused(msg)


def _beside_the_server(tool: str) -> str:
    """Debian keeps the tools of each version in a folder of its own."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{tool}"), key=lambda path: float(path.parts[-3]))
    return str(found[-1]) if found else ""
