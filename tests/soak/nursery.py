"""Where the other processes of a soak are born: `python -m tests.soak.nursery SOCKET`.

Django is set up once; each line on standard input forks a child with a connection of its own, which says hello at the
socket. A “racer” answers one act per line; a “stream” and a “worker” go on until they are killed.
"""

import json
import os
import signal
import socket
import sys
import time

import django


def main(address: str) -> None:
    """One child per line."""
    django.setup()
    from tests.soak import acts, stream  # noqa: F401 - loaded once, for all children

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            serve(address, line.strip())
            os._exit(0)


def serve(address: str, kind: str) -> None:
    """Be that child."""
    from tests.soak import stream

    wire = socket.socket(socket.AF_UNIX)
    wire.connect(address)
    with wire.makefile("rw", encoding="utf-8") as lines:
        lines.write(json.dumps({"kind": kind, "pid": os.getpid()}) + "\n")
        lines.flush()
        {"racer": race, "stream": stream.act, "worker": stream.work}[kind](lines)


def race(lines) -> None:
    """Do each act at its moment."""
    from tests.soak.acts import outcome_of

    for line in lines:
        job = json.loads(line)
        time.sleep(max(0, job["at"] - time.time()))
        lines.write(json.dumps(outcome_of(job["act"], job["facts"])) + "\n")
        lines.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
