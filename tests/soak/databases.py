"""A database and a folder for one long run, gone afterwards."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# bin/postgres.sh knows how to start one; it stands until our end of the pipe is closed, whatever becomes of us.
PRIVATE = """
. bin/setup.sh
. bin/postgres.sh
trap stop_postgres EXIT
trap "exit 1" INT TERM
start_postgres
echo "$PGHOST"
read -r _
"""


@contextmanager
def place_for(database: str) -> Iterator[None]:
    """Set the environment that the settings read, before Django is set up."""
    with tempfile.TemporaryDirectory(prefix="credentialing-soak-") as folder:
        os.environ["CREDENTIALING_DATA_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.soak.settings"
        for name in ("CREDENTIALING_DATABASE_URL", "CREDENTIALING_KEYS_DIR", "CREDENTIALING_CHECKPOINTS_DIR"):
            os.environ.pop(name, None)
        if database == "sqlite":
            yield
            return
        with private_postgres() as socket_folder:
            os.environ |= {"PGHOST": socket_folder, "CREDENTIALING_DATABASE_URL": "postgres://credentialing@/postgres"}
            yield


@contextmanager
def private_postgres() -> Iterator[str]:
    """A PostgreSQL of our own on a socket; answers its folder."""
    server = subprocess.Popen(
        ["sh", "-c", PRIVATE, "bin/soak"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        folder = server.stdout.readline().strip()
        assert folder, "PostgreSQL could not be started"
        yield folder
    finally:
        server.stdin.close()
        server.wait(timeout=60)
        server.stdout.close()
