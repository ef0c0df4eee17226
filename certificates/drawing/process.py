"""The drawing process as its parent sees it: started at the first document, kept, watched, replaced when it fails."""

import atexit
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Any

SECONDS = 60  # of one document
DOCUMENTS = 1_000  # after that many a new process takes over, whatever its memory looks like
CHILD = Path(__file__).with_name("child.py")


class RenderingFailed(Exception):
    """The document could not be drawn; the message says what the drawing process said."""


class DrawingProcess:
    """One process that draws for this one. Several threads wait for each other; after a fork each side has its own."""

    def __init__(self, *, seconds: float = SECONDS, child: Path = CHILD) -> None:
        self._seconds = seconds
        self._child = child
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None
        self._parent = self._drawn = 0

    def draw(self, job: dict[str, Any]) -> bytes:
        """The document of a job (see `certificates.drawing.pages.Renderer.draw`).

        Raises:
            RenderingFailed: the process failed, or took too much time, memory or computing.
        """
        with self._lock:
            process = self._running()
            late = threading.Event()
            watch = threading.Timer(self._seconds, _stop, [process, late])
            watch.daemon = True
            watch.start()
            try:
                content, problem = self._asked(process, json.dumps(job).encode() + b"\n")
            except (OSError, ValueError):
                problem = (
                    f"Drawing took longer than {self._seconds:g} seconds." if late.is_set() else self._last_words()
                )
                self._end()
                raise RenderingFailed(problem) from None
            finally:
                watch.cancel()
            self._drawn += 1
            if self._drawn >= DOCUMENTS:
                self._end()
        if problem or not content.startswith(b"%PDF-"):
            raise RenderingFailed(problem or "The drawing process gave no document.")
        return content

    def close(self) -> None:
        """End the process; the next document starts another."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._parent != os.getpid():
            self._process.returncode = 0  # another process's child: nothing of ours to wait for
            self._process = None
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._said = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-I", str(self._child)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
            )
            self._parent, self._drawn = os.getpid(), 0
        return self._process

    def _asked(self, process: subprocess.Popen[bytes], job: bytes) -> tuple[bytes, str]:
        assert process.stdin is not None  # noqa: S101 - asked for above
        assert process.stdout is not None  # noqa: S101 - asked for above
        process.stdin.write(job)
        process.stdin.flush()
        about = json.loads(process.stdout.readline())
        content = process.stdout.read(about["size"])
        if len(content) != about["size"]:
            msg = "cut short"
            raise ValueError(msg)
        return content, about["problem"]

    def _last_words(self) -> str:
        assert self._process is not None  # noqa: S101 - it has just been asked
        assert self._said is not None  # noqa: S101 - made with it
        self._process.kill()
        code = self._process.wait()
        self._said.seek(0)
        words = self._said.read().decode(errors="replace").strip().splitlines()
        return words[-1] if words else f"The drawing process ended with {code}."

    def _end(self) -> None:
        process, said = self._process, self._said
        self._process = self._said = None
        if said is not None:
            said.close()
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None  # noqa: S101 - asked for at its start
            with contextlib.suppress(BrokenPipeError):  # what it did not read any more
                pipe.close()


def _stop(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


drawing = DrawingProcess()
atexit.register(drawing.close)
