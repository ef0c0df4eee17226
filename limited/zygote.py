"""The process that makes a child for each file: it knows the parsers, and never reads a stranger's byte itself.

Run by path in isolated mode with an empty environment. One line of JSON on its socket asks for a child and brings two
more sockets: through the first the child is given its work and answers, on the second it is told how the child ended.
Whoever lets go of the second ends the child. A child serves one file and is gone.
"""

import gc
import importlib
import json
import os
import selectors
import signal
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

LONGEST_REQUEST = 4096
LENGTH = struct.Struct(">Q")
type Job = Callable[..., tuple[Any, bytes]]


class Zygote:
    """Waits for requests, for children that end, and for whoever lets go of one."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.children: dict[int, socket.socket] = {}
        self.selector = selectors.DefaultSelector()
        self.woken, self.waker = socket.socketpair()
        for end in (self.woken, self.waker):
            end.settimeout(0)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asks; it lets go of this process
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        self.selector.register(control, selectors.EVENT_READ, self.ask)
        self.selector.register(self.woken, selectors.EVENT_READ, self.reap)

    def serve(self) -> None:
        """Until whoever asks has gone."""
        while True:
            for key, _ in self.selector.select():
                key.data()

    def ask(self) -> None:
        """Make a child."""
        request, passed, _, _ = socket.recv_fds(self.control, LONGEST_REQUEST, 2)
        if not request:
            self.end()
        work, watch = (socket.socket(fileno=number) for number in passed)
        with work:
            asked = json.loads(request)
            try:
                job = self.job(asked["job"])
            except Exception as error:  # noqa: BLE001 - a fault of ours, told to whoever asks
                watch.sendall(f"{type(error).__name__}: {error}".encode())
                watch.close()
                return
            pid = os.fork()
            if pid == 0:
                watch.close()
                self.become_child(job, work, asked["limits"])
        self.children[pid] = watch
        self.selector.register(watch, selectors.EVENT_READ, lambda: os.kill(pid, signal.SIGKILL))

    def job(self, name: str) -> Job:
        """The function of that name; its libraries stay loaded for the children to come."""
        module, _, function = name.partition(":")
        if module not in sys.modules:
            importlib.import_module(module)
            gc.collect()
            gc.freeze()  # what every child shares isn't copied by its own collecting
        job: Job = getattr(sys.modules[module], function)
        return job

    def reap(self) -> None:
        """Tell how those ended that have."""
        self.woken.recv(4096)
        while self.children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            watch = self.children.pop(pid)
            self.selector.unregister(watch)
            with watch:
                try:
                    watch.sendall(str(os.waitstatus_to_exitcode(status)).encode())
                except OSError:  # nobody waits for it any more
                    continue

    def end(self) -> NoReturn:
        """Nobody is left to serve."""
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)

    def become_child(self, job: Job, work: socket.socket, limits: dict[str, Any]) -> NoReturn:
        """In the child: give up every right, read the work, answer, end."""
        parent = os.getppid()
        signal.set_wakeup_fd(-1)
        self.selector.close()
        for other in (self.control, self.woken, self.waker, *self.children.values()):
            other.close()
        code = 1
        try:
            from limited.jail import confine  # noqa: PLC0415 - loaded before the fork, see below

            confine(**limits, parent=parent)
            code = _work(job, work)
        finally:
            os._exit(code)


def _work(job: Job, work: socket.socket) -> int:
    head, content = b"", b""
    try:
        with work.makefile("rb") as given:
            options = json.loads(given.read(LENGTH.unpack(given.read(LENGTH.size))[0]))
            content = given.read()
        facts, made = job(content, **options)
        head = json.dumps({"facts": facts}).encode()
    except MemoryError:
        head, made = b'{"failed": "memory"}', b""
    except Exception as error:  # noqa: BLE001 - files of strangers fail in every way there is
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        place = f"{Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno}" if where is not None else ""
        head, made = json.dumps({"failed": f"{type(error).__name__} at {place}"}).encode(), b""
    del content
    work.sendall(LENGTH.pack(len(head)))
    work.sendall(head)
    work.sendall(made)
    return 0


def main() -> None:
    """Serve the socket that standard input is."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    importlib.import_module("limited.jail")
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    os.close(nothing)
    os.setsid()
    os.chdir("/")
    Zygote(control).serve()


if __name__ == "__main__":
    main()
