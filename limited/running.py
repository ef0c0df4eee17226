"""Having a stranger's file read by a child with limits (docs/adr/0010).

Whoever runs a job names a function of this house, `module:function`, which takes the bytes and options that JSON can
hold, and answers a value that JSON can hold and some bytes. It is called in a process that is made for this one file.
"""

import atexit
import json
import logging
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ZYGOTE = Path(__file__).with_name("zygote.py")
LENGTH = struct.Struct(">Q")
PIECE = 256 * 1024
MARGIN = 2.0  # seconds more than the child's own clock gives it; for a machine that is busy
ANSWER, TIME, NONE = "a longer answer than it may give", "more time than it may take", "no answer"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one file may take: bytes of memory, seconds of computing, seconds of time, bytes of the answer.

    A few parsers can't do without threads; they share all the limits of their process, and make no other.
    """

    memory: int = 512 * 1024**2
    cpu: int = 8
    seconds: float = 15
    answer: int = 4 * 1024**2
    threads: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a job found: facts as JSON has them, and bytes that it made."""

    facts: Any
    content: bytes


class TooMuch(Exception):
    """The file takes more than it may, or breaks whoever reads it; says how, for the log and for tests."""


class NoChild(Exception):
    """No child could be made: a fault of this machine, not of the file."""


class Runner:
    """One process that makes children for this one; started at the first file, replaced when it has died.

    Threads may use it at the same time. After a fork each side has its own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = 0

    def run(self, job: str, content: bytes, *, limits: Limits, options: dict[str, Any]) -> Answer:
        """What the job says of the content.

        Raises:
            TooMuch: the limits ended it, or it failed.
            NoChild: no child could be made.
        """
        for last in (False, True):
            work, watch = self._child_for(job, limits)
            with work, watch:
                try:
                    return _asked(work, watch, content, limits, options)
                except NoChild:
                    if last:
                        raise
                    self.close()  # it may have died between two files: once again, with another
        raise AssertionError  # pragma: no cover - the second round returns or raises

    def close(self) -> None:
        """End the process and all its children; the next file starts another."""
        with self._lock:
            self._let_go()

    def _child_for(self, job: str, limits: Limits) -> tuple[socket.socket, socket.socket]:
        wanted = {name: value for name, value in asdict(limits).items() if name != "answer"}
        request = json.dumps({"job": job, "limits": wanted}).encode()
        work, given = socket.socketpair()
        watch, told = socket.socketpair()
        with given, told, self._lock:
            for last in (False, True):
                try:
                    control = self._running()
                    socket.send_fds(control, [request], [given.fileno(), told.fileno()])
                except OSError as error:
                    self._let_go()
                    if last:
                        work.close()
                        watch.close()
                        msg = f"No process could be started that reads files: {error}"
                        raise NoChild(msg) from error
                else:
                    break
        return work, watch

    def _running(self) -> socket.socket:
        if self._owner != os.getpid() or self._process is None or self._process.poll() is not None:
            self._let_go()
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs, ExitStack() as unless_started:
                unless_started.push(lambda failed, *_: ours.close() if failed else None)
                self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                    [sys.executable, "-I", str(ZYGOTE)],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={"LC_ALL": "C.UTF-8", "PATH": os.defpath},
                )
            self._control, self._owner = ours, os.getpid()
        assert self._control is not None  # noqa: S101 - made with it
        return self._control

    def _let_go(self) -> None:
        process, control, owner = self._process, self._control, self._owner
        self._process = self._control = None
        if control is not None:
            control.close()
        if process is None:
            return
        if owner != os.getpid():
            process.returncode = 0  # another process's child: nothing of ours to wait for
            return
        process.kill()  # its children have asked the kernel to end with it
        process.wait()


def _asked(
    work: socket.socket, watch: socket.socket, content: bytes, limits: Limits, options: dict[str, Any]
) -> Answer:
    """Give the work, take the answer; what doesn't come in time is ended by letting go of it."""
    end = time.monotonic() + limits.seconds + MARGIN
    asked = json.dumps(options).encode()
    late = False
    answer = bytearray()
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # it has ended before it read everything
            for part in (LENGTH.pack(len(asked)), asked, content):
                work.settimeout(_left(end))
                work.sendall(part)
            work.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while True:
                work.settimeout(_left(end))
                piece = work.recv(PIECE)
                if not piece:
                    break
                answer += piece
                if len(answer) > limits.answer + PIECE:
                    raise TooMuch(ANSWER)
    except TimeoutError:
        late = True
    if late:
        raise TooMuch(TIME)
    watch.settimeout(MARGIN)
    try:
        ended = watch.recv(4096).decode(errors="replace")
    except (TimeoutError, ConnectionResetError):
        ended = ""
    return _read(bytes(answer), ended, limits)


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _read(answer: bytes, ended: str, limits: Limits) -> Answer:
    if not ended.lstrip("-").isdigit():
        msg = f"The process that reads files failed: {ended or 'it has ended'}"
        logger.error(msg)
        raise NoChild(msg)
    if ended != "0":
        msg = f"ended with {ended}"
        raise TooMuch(msg)
    try:
        size = LENGTH.unpack(answer[: LENGTH.size])[0]
        start = LENGTH.size + size
        found = json.loads(answer[LENGTH.size : start])
        made = answer[start:]
    except (struct.error, ValueError, RecursionError):
        raise TooMuch(NONE) from None
    if "failed" in found:
        logger.warning("A file was not read to its end: %s", found["failed"])
        raise TooMuch(str(found["failed"]))
    if len(made) > limits.answer:
        raise TooMuch(ANSWER)
    return Answer(facts=found["facts"], content=made)


_runner = Runner()
atexit.register(_runner.close)


def run(job: str, content: bytes, *, limits: Limits | None = None, **options: Any) -> Answer:
    """Have `job` read the content in a child of its own.

    Raises:
        TooMuch: the file takes more than its limits, or breaks whoever reads it.
        NoChild: no child could be made.
    """
    return _runner.run(job, content, limits=limits or Limits(), options=options)
