"""The driver's side of the other processes."""

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
LEAD, SPREAD = 0.004, 0.004  # seconds until the common start, and how far apart the hands may be


@dataclass(frozen=True)
class Job:
    """One act of one racer."""

    act: str
    facts: dict[str, Any] = field(default_factory=dict)


class Other:
    """Another process, reached over a socket."""

    def __init__(self, wire: socket.socket) -> None:
        self.wire = wire
        self.lines = wire.makefile("rw", encoding="utf-8")
        self.pid: int = self.hear()["pid"]

    def say(self, words: Any) -> None:
        self.lines.write(json.dumps(words) + "\n")
        self.lines.flush()

    def hear(self) -> Any:
        """The next answer; None when the process is gone."""
        line = self.lines.readline()
        return json.loads(line) if line.endswith("\n") else None

    def close(self) -> None:
        self.lines.close()
        self.wire.close()


class Crew:
    """Processes that are born when asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(str(folder / "door"))
        self.door.listen()
        self.door.settimeout(60)
        command = [sys.executable, "-m", "tests.soak.nursery", str(folder / "door")]
        self.nursery = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, env=environment(), cwd=ROOT)
        self.others: list[Other] = []

    def born(self, kind: str) -> Other:
        self.nursery.stdin.write(f"{kind}\n")
        self.nursery.stdin.flush()
        other = Other(self.door.accept()[0])
        self.others.append(other)
        return other

    def race(self, jobs: Sequence[Job]) -> list[tuple[str, str]]:
        """Let each racer do one of the acts, all from one start; what came of each, in the order of the jobs."""
        racers = self.others[: len(jobs)]
        start = time.time() + LEAD
        for racer, job in zip(racers, jobs, strict=True):
            at = start + random.choice([0, random.uniform(0, SPREAD)])
            racer.say({"at": at, "act": job.act, "facts": job.facts})
        return [tuple(racer.hear() or ("gone", "")) for racer in racers]

    def close(self) -> None:
        for other in self.others:
            other.close()
        self.nursery.stdin.close()
        self.nursery.wait(timeout=30)
        self.door.close()
        (self.folder / "door").unlink()


@contextmanager
def crew(folder: Path, *, racers: int = 0) -> Iterator[Crew]:
    """A crew, and its first racers."""
    made = Crew(folder)
    try:
        for _ in range(racers):
            made.born("racer")
        yield made
    finally:
        made.close()


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The site as it is served in production (gunicorn, two workers with four threads each); answers its socket."""
    address, log = folder / "http", folder / "server.log"
    command = [
        sys.executable, "-m", "gunicorn", "credentialing.wsgi:application", "--bind", f"unix:{address}", "--preload",
        "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--log-level", "warning",
    ]  # fmt: skip
    with log.open("w") as out:
        process = subprocess.Popen(command, env=environment(), stdout=out, stderr=out, cwd=ROOT)
        try:
            deadline = time.monotonic() + 60
            while not address.exists() and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
            yield str(address)
        finally:
            process.terminate()
            process.wait(timeout=30)
    faults = [line for line in log.read_text().splitlines() if "Traceback" in line or "Error" in line]
    assert not faults, log.read_text()[-4000:]


def environment() -> dict[str, str]:
    """What tells the other processes where they are."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.soak.settings",
        "SOAK_DATABASE": str(connection.settings_dict["NAME"]),
        "CREDENTIALING_DATA_DIR": str(settings.DATA_DIR),
        "CREDENTIALING_KEYS_DIR": str(settings.LEDGER_KEYS_DIR),
        "CREDENTIALING_CHECKPOINTS_DIR": str(settings.LEDGER_CHECKPOINTS_DIR),
    }
