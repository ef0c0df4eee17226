"""Asking a scanner for malware, by the protocol of ClamAV (`INSTREAM`, clamd(8)); where none is configured, nobody.

ASVS 5.4.3: files of strangers are scanned, so that nobody is given one that is known to do harm.
"""

import hashlib
import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from credentialing.audit.events import Event
from credentialing.audit.services import record_event

if TYPE_CHECKING:
    from credentialing.accounts.models import Person

SECONDS = 10.0  # for each word of the scanner
PIECE = 64 * 1024
LONGEST_ANSWER = 4096
LENGTH = struct.Struct(">I")
FOUND = (
    "The virus scanner found something harmful in this file, so it isn't stored. Check the device it comes from, and "
    "upload a copy from somewhere else."
)


TOO_LARGE = (
    "This file is too large for the virus scanner here, so it isn't stored. Upload a smaller one: a PDF with smaller "
    "pictures, or a smaller copy of the photograph."
)


class ScannerDown(Exception):
    """A scanner is configured and gave no answer about this file; the message says what happened, for the log."""


class FileNotScanned(ScannerDown):
    """The scanner answers, and can't tell about this file: it may be too large for it."""


class TooLargeToScan(FileNotScanned):
    """The scanner takes no file of this size: the same file will never be scanned, a smaller one may be."""


def scan(content: bytes) -> str:
    """The name of what the scanner found; nothing where it found nothing, or where none is configured.

    Raises:
        ScannerDown: it can't be reached, hangs, or breaks off.
        FileNotScanned: it can't tell about this file.
        TooLargeToScan: and never will, as it is set up.
    """
    if not settings.CLAMD:
        return ""
    try:
        with _connected() as line:
            answer = _asked(line, content)
    except (OSError, ValueError) as error:
        msg = f"The scanner at {settings.CLAMD} gave no answer: {error}"
        raise ScannerDown(msg) from error
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")[:200]
    msg = f"The scanner at {settings.CLAMD} can't tell: {answer[:200]!r}"
    if "size limit exceeded" in answer:
        raise TooLargeToScan(msg)
    raise FileNotScanned(msg) if answer else ScannerDown(msg)


def record_found(*, name: str, content: bytes, actor: "Person", subject_kind: str, subject_id: UUID) -> None:
    """Record that a file was refused, with its digest and what was found; nothing else of it is kept."""
    details = {"found": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    record_event(
        event=Event.MALWARE_REFUSED, actor=actor, subject_kind=subject_kind, subject_id=subject_id, details=details
    )


def _connected() -> socket.socket:
    address: str = settings.CLAMD
    if address.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(SECONDS)
        try:
            line.connect(address.removeprefix("unix:"))
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), SECONDS)


def _asked(line: socket.socket, content: bytes) -> str:
    with suppress(BrokenPipeError, ConnectionResetError):  # it has its answer before it has read everything
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            line.sendall(LENGTH.pack(len(piece)) + piece)
        line.sendall(LENGTH.pack(0))
    answer = b""
    while not answer.endswith(b"\0"):
        more = line.recv(LONGEST_ANSWER)
        if not more or len(answer) > LONGEST_ANSWER:
            break
        answer += more
    return answer.rstrip(b"\0\n").decode(errors="replace")
