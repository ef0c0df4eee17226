"""Whose file is read next: few at once on one machine, and of each client one.

The turns are locks of the kernel on bytes of one file, so that every process of the machine shares them and a process
that is killed gives its own back. The first bytes are the places; far behind them each client has a byte of its own.
Nothing is ever written into the file.

Whoever finds no place waits for a moment and is then asked to come back: threads of a web process are for everybody.
"""

import fcntl
import hashlib
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

PATIENCE = 3.0  # seconds
PAUSE = 0.02
CLIENTS = 2**32  # where their bytes begin
RETRY_AFTER = 30  # seconds, told to whoever found no place
LOCK = struct.Struct("hhqqi4x")  # struct flock: type, whence, start, length, process


class TooBusy(Exception):
    """As many files are being read as may be at once; come back in a moment."""


@contextmanager
def turn(client: str) -> Iterator[None]:
    """Read one file of this client (an account or an address), when it is its turn.

    Raises:
        TooBusy: the client has another file read, or too many others have.
    """
    folder = Path(settings.LIMITED_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.open(folder / "turns", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        end = time.monotonic() + PATIENCE
        _wait_for([_byte_of(client)], held, end)
        _wait_for(range(settings.LIMITED_AT_ONCE), held, end)
        yield
    finally:
        os.close(held)  # gives both back


def _byte_of(client: str) -> int:
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{client}".encode()).digest()
    return CLIENTS + int.from_bytes(digest[:5])


def _wait_for(places: "range | list[int]", held: int, end: float) -> None:
    while not any(_taken(held, place) for place in places):
        if time.monotonic() >= end:
            raise TooBusy
        time.sleep(PAUSE)


def _taken(held: int, place: int) -> bool:
    try:
        fcntl.fcntl(held, fcntl.F_OFD_SETLK, LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, place, 1, 0))
    except (BlockingIOError, PermissionError):
        return False
    return True
