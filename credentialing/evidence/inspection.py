"""Judging an upload before it is stored. A child with limits looks into it (`file_child`), when it is its turn."""

from dataclasses import dataclass
from importlib.util import find_spec

from django.conf import settings

from credentialing.evidence.services.cases import CheckingBusy, FileRefused
from limited.running import Limits, NoChild, TooMuch, run
from limited.turns import TooBusy, turn

JOB = "credentialing.evidence.file_child:inspected"
MEMORY = 768 * 1024**2  # docs/figures/uploads.md
CPU = 12
SECONDS = 30.0  # a busy machine gives the computing late
UNPACKED = 200  # MB
MEGAPIXEL = 1_000_000
HEIC = "pi_heif"  # an extra
CONVERTED = {
    "HEIF": "Converted from HEIC to JPEG.",
    "AVIF": "Converted from AVIF.",
    "WEBP": "Converted from WebP.",
    "GIF": "Converted from GIF to PNG.",
    "TIFF": "Converted from TIFF to PDF.",
}
PHOTOGRAPHS = (
    "A photograph: up to 200 million pixels as JPEG, 100 as PNG, 50 as WebP, AVIF or HEIC. One of more than 24 million "
    "is scaled down. Place, device and everything else that isn't seen are removed."
)
TOO_COMPLICATED = (
    "This file is too complicated to be checked. Open it, print it to a new PDF (or save the picture smaller), and "
    "upload that."
)
BUSY = "Many files are being checked just now. Please try again in a minute; choose the file again."


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What is stored: the bytes (pictures without their metadata), their type and extension, what was changed."""

    content: bytes
    media_type: str
    extension: str
    note: str = ""


def limits_in_words() -> tuple[str, ...]:
    """What may be uploaded, as the page says it before a file is chosen."""
    reads = reads_heic()
    kinds = "PNG, JPEG, HEIC (iPhone), WebP, AVIF" if reads else "PNG, JPEG, WebP, AVIF"
    heic = "" if reads else "A photograph of an iPhone (HEIC): save it as JPEG first (“Most Compatible”)."
    said = (
        f"A PDF, a scan (TIFF) or a picture ({kinds}), up to {_largest()}.",
        f"A PDF: up to 300 pages and {UNPACKED} MB unpacked, without a password, scripts or attached files.",
        PHOTOGRAPHS,
        heic,
        "No recordings, and nothing that names or describes a patient or a group member.",
    )
    return tuple(filter(None, said))


def reads_heic() -> bool:
    """Whether photographs of iPhones can be read here; the parser itself is loaded by the child alone."""
    return find_spec(HEIC) is not None


def inspect(content: bytes, *, client: str = "") -> Accepted:
    """Answer what may be stored, by the bytes alone; `client` is whose turn it takes.

    Raises:
        FileRefused: empty, too large, too complicated, damaged, incomplete, locked, active, or a recording.
        CheckingBusy: another file of the client's is being checked, or too many others.
    """
    if not content:
        msg = "This file is empty."
        raise FileRefused(msg)
    if len(content) > settings.EVIDENCE_MAX_BYTES:
        msg = (
            f"This file is larger than {_largest()}. Save a PDF with smaller pictures, or send a smaller copy of the "
            "photograph (most phones ask for the size when a picture is shared by e-mail)."
        )
        raise FileRefused(msg)
    limits = Limits(
        memory=MEMORY,
        cpu=CPU,
        seconds=SECONDS,
        answer=4 * settings.EVIDENCE_MAX_BYTES,
        threads=content[4:8] == b"ftyp",  # whoever reads photographs of iPhones can't do without
    )
    try:
        with turn(client):
            found = run(JOB, content, limits=limits)
    except TooMuch:
        raise FileRefused(TOO_COMPLICATED) from None
    except (TooBusy, NoChild):
        raise CheckingBusy(BUSY) from None
    if found.facts["refusal"]:
        raise FileRefused(found.facts["refusal"])
    return Accepted(
        content=found.content or content,
        media_type=found.facts["media_type"],
        extension=found.facts["extension"],
        note=_note(found.facts["kind"], *found.facts["pixels"]),
    )


def _note(kind: str, before: int, after: int) -> str:
    """What was changed, for the candidate and for whoever opens the file."""
    scaled = (
        f"Scaled down from {before / MEGAPIXEL:.0f} to {after / MEGAPIXEL:.0f} million pixels."
        if after < before
        else ""
    )
    return " ".join(filter(None, (CONVERTED.get(kind, ""), scaled)))


def _largest() -> str:
    return f"{settings.EVIDENCE_MAX_BYTES // 1024 // 1024} MB"
