"""Looking into an upload, in a child with limits (`limited`): by content, never by what it says it is (DESIGN §5)."""

import puremagic

from credentialing.evidence.pdf_child import HEADER_WITHIN, objection_to_pdf
from credentialing.evidence.picture_child import Drawn, PictureRefused, drawn_anew

EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
}
PHONES = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")  # ISO/IEC 23008-12
AVIF = (b"avif", b"avis")
TEXT = frozenset(range(0x20, 0x7F)) | frozenset(range(0x80, 0x100)) | set(b"\0\t\n\r\f\x1b")
# What has another meaning from its first byte on, although letters alone follow: programs, archives, films, scripts.
FOREIGN = (
    b"MZ",
    b"PK",
    b"RIFF",
    b"ID3",
    b"OggS",
    b"fLaC",
    b"FORM",
    b"GIF8",
    b"Rar!",
    b"7z",
    b"#!",
    b"\xca\xfe\xba\xbe",
)
RECORDING = (
    "Recordings are never stored here, because the group members on them are entitled to confidentiality. "
    "Your supervisor states that a recording was reviewed and destroyed."
)
KINDS = "Upload a PDF, PNG or JPEG file. Most programs make one by “Print” or “Save as”."


class Refused(Exception):
    """The file isn't taken; the message is for whoever uploads it."""


def inspected(content: bytes) -> tuple[dict[str, object], bytes]:
    """Why the file isn't taken, or what it is, its type and extension, and of a picture the bytes to be stored."""
    try:
        kind = _kind_of(content)
        if kind == "PDF":
            return _facts(objection_to_pdf(content), kind, "application/pdf"), b""
        drawn = drawn_anew(content, kind)
    except (Refused, PictureRefused) as reason:
        return _facts(str(reason)), b""
    return _facts("", kind, drawn.media_type, drawn), drawn.content


def _facts(refusal: str, kind: str = "", media_type: str = "", drawn: Drawn | None = None) -> dict[str, object]:
    return {
        "refusal": refusal,
        "kind": kind,
        "media_type": media_type,
        "extension": EXTENSIONS.get(media_type, ""),
        "pixels": (drawn.before, drawn.after) if drawn else (0, 0),
    }


def _kind_of(content: bytes) -> str:
    for signature, kind in SIGNATURES.items():
        if content.startswith(signature):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        brands = [content[8:12], *(content[at : at + 4] for at in range(16, min(_length_of_box(content), 96), 4))]
        if brands[0] in AVIF or (brands[0] in PHONES and any(brand in AVIF for brand in brands)):
            return "AVIF"
        if brands[0] in PHONES:
            return "HEIF"
    before, header, _ = content[:HEADER_WITHIN].partition(b"%PDF-")
    if header and TEXT.issuperset(before) and not before.startswith(FOREIGN) and b"ftyp" not in before[:12]:
        return "PDF"
    _refuse(content)
    return ""


def _length_of_box(content: bytes) -> int:
    return int.from_bytes(content[:4])


def _refuse(content: bytes) -> None:
    guesses = puremagic.magic_string(content)
    recording = max((g.confidence for g in guesses if g.mime_type.startswith(("audio/", "video/"))), default=0)
    picture = max((g.confidence for g in guesses if g.mime_type.startswith("image/")), default=0)
    raise Refused(RECORDING if recording > picture else KINDS)
