"""Judging an upload before it is stored. A child with limits looks into it (`file_child`), when it is its turn."""

from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings

from credentialing.evidence.services.cases import CheckingBusy, FileRefused
from limited.running import Limits, NoChild, TooMuch, run
from limited.turns import TooBusy, turn

JOB = "credentialing.evidence.file_child:inspected"
MEMORY = 768 * 1024**2  # a picture of 40 million pixels takes 500 MB, seen four times
SECONDS = 15.0
UNPACKED = 200  # MB
LIMITS = (
    f"PDF, PNG or JPEG, up to {settings.EVIDENCE_MAX_BYTES // 1024 // 1024} MB; a PDF up to 300 pages and "
    f"{UNPACKED} MB unpacked, a picture up to 40 million pixels. "
    "No recordings, and nothing that names or describes a patient or a group member."
)
TOO_COMPLICATED = (
    "This file is too complicated to be checked. Open it, print it to a new PDF (or save the picture smaller), and "
    "upload that."
)
BUSY = "Many files are being checked just now. Please try again in a minute; choose the file again."


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What is stored: the bytes (pictures without their metadata), their type and extension."""

    content: bytes
    media_type: str
    extension: str


def inspect(original_name: str, content: bytes, *, client: str = "") -> Accepted:
    """Answer what may be stored; `client` is whose turn it takes.

    Raises:
        FileRefused: empty, too large, too complicated, not what it says, damaged, locked, active, or a recording.
        CheckingBusy: another file of the client's is being checked, or too many others.
    """
    if not content:
        msg = "This file is empty."
        raise FileRefused(msg)
    if len(content) > settings.EVIDENCE_MAX_BYTES:
        msg = f"This file is larger than {settings.EVIDENCE_MAX_BYTES // 1024 // 1024} MB."
        raise FileRefused(msg)
    extension = PurePath(original_name).suffix.lower().lstrip(".")
    limits = Limits(memory=MEMORY, seconds=SECONDS, answer=4 * settings.EVIDENCE_MAX_BYTES)
    try:
        with turn(client):
            found = run(JOB, content, limits=limits, extension=extension)
    except TooMuch:
        raise FileRefused(TOO_COMPLICATED) from None
    except (TooBusy, NoChild):
        raise CheckingBusy(BUSY) from None
    if found.facts["refusal"]:
        raise FileRefused(found.facts["refusal"])
    return Accepted(
        content=found.content or content, media_type=found.facts["media_type"], extension=found.facts["extension"]
    )
