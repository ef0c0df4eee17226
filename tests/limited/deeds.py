"""What a child is asked to do in the tests of its limits."""

import ctypes
import errno
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path


def echo(content, **options):
    return options, content


def refused(act):
    """The name of the error with which the system refuses it."""
    try:
        act()
    except (OSError, RuntimeError, ValueError) as error:
        return errno.errorcode.get(getattr(error, "errno", 0), type(error).__name__)
    return ""


def rights(_content, *, folder):
    """Everything that a child must not be able to do."""
    place = Path(folder)
    acts = {
        "connect": lambda: socket.create_connection(("127.0.0.1", 9), 1),
        "unix socket": lambda: socket.socket(socket.AF_UNIX),
        "fork": os.fork,
        "exec": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
        "thread": lambda: threading.Thread(target=print).start(),
        "write a file": lambda: (place / "new").write_text("x"),
        "append to a file": lambda: (place / "old").open("a"),
        "remove a file": (place / "old").unlink,
        "rename a file": lambda: (place / "old").rename(place / "moved"),
        "make a folder": (place / "folder").mkdir,
        "make a link": lambda: (place / "link").symlink_to(place / "old"),
        "change a mode": lambda: (place / "old").chmod(0o777),
        "cut a file": lambda: os.truncate(place / "old", 0),
        "end its parent": lambda: os.kill(os.getppid(), signal.SIGKILL),
        "more memory": lambda: __import__("resource").setrlimit(9, (-1, -1)),
    }
    return {name: refused(act) for name, act in acts.items()}, b""


def surroundings(_content):
    """What a child holds: its environment, its open files, its modules."""
    held = sorted(kind_of(number) for number in range(100) if is_open(number))
    return {"environment": dict(os.environ), "files": held, "django": "django" in sys.modules, "pid": os.getpid()}, b""


def kind_of(number):
    return str(Path(f"/proc/self/fd/{number}").readlink()).partition(":")[0]


def is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def memory(_content):
    return len(bytearray(2 * 1024**3)), b""


def spin(_content):
    while True:
        pass


def sleep(_content):
    time.sleep(600)


def crash(_content):
    ctypes.string_at(0)


def chatter(_content):
    return "", b"x" * 50_000_000


def fail(_content):
    msg = "words of a stranger"
    raise ValueError(msg)


def nonsense(_content):
    os.write(3, b"\xff" * 100)
    os._exit(0)


def recurse(_content):
    return recurse(_content)


def tell(_content, *, pipe):
    """Hold the end of a pipe that is read until its own end."""
    with Path(pipe).open("rb"):
        time.sleep(600)
