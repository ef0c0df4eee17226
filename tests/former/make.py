"""Makes the data folder that the program left behind at an earlier commit: `python -m tests.former.make COMMIT …`.

The commit's own source is taken out beside the repository and fills its own demo society through its own services, on
SQLite; a worker of its own then does what waits (certificates, certifications, letters). What is packed is the data
folder as a society would have it on its disk, without its letters' files and its static files. The libraries are those
of the present environment; one that only the earlier commit needed is fetched for it, as its own lock names it.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = Path(__file__).parent / "folders"
CANDIDATES = "6"  # in the first year, a draft, waiting for admission, before the council, certified, sent back
LEFT_OUT = ("mail", "static", "limited", "worker.log", "server.log")
PINNED = re.compile(r"^([\w.-]+)==([\w.]+)(?: *;.*)? \\$", re.MULTILINE)


def make(commit: str) -> Path:
    """The packed folder of one commit."""
    with tempfile.TemporaryDirectory() as place:
        source, data = Path(place, "source"), Path(place, "data")
        source.mkdir()
        data.mkdir(mode=0o700)
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "x", "-C", str(source)], input=archive, check=True)
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(_missing_libraries(source, Path(place, "libraries"))),
            "CREDENTIALING_DEMO": "1",
            "CREDENTIALING_DATA_DIR": str(data),
            "CREDENTIALING_BASE_URL": "http://127.0.0.1:8000",
            "CREDENTIALING_LOG_LEVEL": "ERROR",
        }
        worker = (
            "worker" if (source / "credentialing/operations/management/commands/worker.py").exists() else "db_worker"
        )
        queues = [] if worker == "worker" else ["--queue-name", "*"]
        for command in (
            ["migrate"],
            ["demo", "--candidates", CANDIDATES],
            [worker, *queues, "--batch", "--no-startup-delay"],
        ):
            subprocess.run([sys.executable, "manage.py", *command], cwd=source, env=environment, check=True)
        return _packed(commit, data)


def _missing_libraries(source: Path, target: Path) -> Path:
    """What the commit's lock names and this environment lacks."""
    for name, number in PINNED.findall((source / "requirements/base.txt").read_text(encoding="utf-8")):
        try:
            version(name)
        except PackageNotFoundError:
            install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target)]
            subprocess.run([*install, f"{name}=={number}"], check=False)  # another platform's is not to be had
    return target


def _packed(commit: str, data: Path) -> Path:
    for name in LEFT_OUT:
        shutil.rmtree(data / name) if (data / name).is_dir() else (data / name).unlink(missing_ok=True)
    database = sqlite3.connect(data / "db.sqlite3", isolation_level=None)
    database.execute("PRAGMA journal_mode=DELETE")
    database.execute("VACUUM")
    database.close()
    FOLDERS.mkdir(exist_ok=True)
    packed = FOLDERS / f"{commit}.tar.xz"
    with tarfile.open(packed, "w:xz", preset=9) as tar:
        tar.add(data, arcname=".", filter=_nobodys)
    return packed


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    for each in sys.argv[1:]:
        print(make(each))  # noqa: T201 - a command
