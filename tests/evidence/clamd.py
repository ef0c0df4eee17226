"""A scanner that speaks INSTREAM over a real socket, and does as a test wants."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
CLEAN, HARMFUL, TOO_LARGE = (
    b"stream: OK\0",
    b"stream: Eicar-Test-Signature FOUND\0",
    b"INSTREAM size limit exceeded. ERROR\0",
)


class Scanner:
    """Answers one connection after the other; `seen` is what it was given."""

    def __init__(self, behaves: str) -> None:
        self.behaves, self.seen = behaves, list[bytes]()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listening.getsockname()[1]}"
        self.let_go = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as given:
                self._answer(line, given)

    def _answer(self, line: socket.socket, given) -> None:
        if given.read(10) != b"zINSTREAM\0":
            return
        if self.behaves == "closes":
            return
        if self.behaves == "hangs":
            self.let_go.wait()
            return
        if self.behaves == "too large":
            line.sendall(TOO_LARGE)
            return  # with unread bytes: whoever sends is told that nobody listens
        content = b""
        while length := struct.unpack(">I", given.read(4))[0]:
            content += given.read(length)
        self.seen.append(content)
        line.sendall(HARMFUL if EICAR in content else CLEAN)

    def close(self) -> None:
        self.let_go.set()
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join()


@contextmanager
def scanner(settings, behaves: str = "scans") -> Iterator[Scanner]:
    """A scanner, configured."""
    one = Scanner(behaves)
    settings.CLAMD = one.address
    try:
        yield one
    finally:
        one.close()
