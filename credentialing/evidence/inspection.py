"""Looking into an upload before it is stored: by content, never by what it says it is (DESIGN §5)."""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pikepdf
import puremagic
from django.conf import settings
from PIL import Image, ImageOps

from credentialing.evidence.services.cases import EvidenceRefused

EXTENSIONS = {"application/pdf": ("pdf",), "image/png": ("png",), "image/jpeg": ("jpg", "jpeg")}
MAX_PIXELS = 40_000_000
MAX_PAGES = 300
ACTIVE_KEYS = frozenset(
    {"/JavaScript", "/JS", "/AA", "/Launch", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/Sound", "/Movie", "/XFA"}
)
ACTIONS = ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition")
LIMITS = (
    f"PDF, PNG or JPEG, up to {settings.EVIDENCE_MAX_BYTES // 1024 // 1024} MB. "
    "No recordings, and nothing that names or describes a patient or a group member."
)


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What is stored: the bytes (pictures without their metadata), their type and extension."""

    content: bytes
    media_type: str
    extension: str


def inspect(original_name: str, content: bytes) -> Accepted:
    """Answer what may be stored.

    Raises:
        EvidenceRefused: empty, too large, not what it says, damaged, locked, active, or a recording.
    """
    if not content:
        msg = "This file is empty."
        raise EvidenceRefused(msg)
    if len(content) > settings.EVIDENCE_MAX_BYTES:
        msg = f"This file is larger than {settings.EVIDENCE_MAX_BYTES // 1024 // 1024} MB."
        raise EvidenceRefused(msg)
    media_type = _media_type(content)
    extension = PurePath(original_name).suffix.lower().lstrip(".")
    if extension not in EXTENSIONS[media_type]:
        msg = f"The name ends in “.{extension}”, but the content is {_words(media_type)}. Save it again as what it is."
        raise EvidenceRefused(msg)
    if media_type == "application/pdf":
        objection = _objection_to_pdf(content)
        if objection:
            raise EvidenceRefused(objection)
        return Accepted(content=content, media_type=media_type, extension="pdf")
    return Accepted(
        content=_clean_picture(content, media_type), media_type=media_type, extension=EXTENSIONS[media_type][0]
    )


def _media_type(content: bytes) -> str:
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    guesses = puremagic.magic_string(content)
    recording = max((g.confidence for g in guesses if g.mime_type.startswith(("audio/", "video/"))), default=0)
    picture = max((g.confidence for g in guesses if g.mime_type.startswith("image/")), default=0)
    if recording > picture:  # phones' pictures (HEIC, WebP) share their first bytes with films
        msg = (
            "Recordings are never stored here, because the group members on them are entitled to confidentiality. "
            "Your supervisor states that a recording was reviewed and destroyed."
        )
        raise EvidenceRefused(msg)
    msg = "Upload a PDF, PNG or JPEG file."
    raise EvidenceRefused(msg)


def _words(media_type: str) -> str:
    return {"application/pdf": "a PDF", "image/png": "a PNG picture", "image/jpeg": "a JPEG picture"}[media_type]


def _objection_to_pdf(content: bytes) -> str:
    locked = "This PDF is locked with a password. Save it without one."
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                return locked
            if not 1 <= len(pdf.pages) <= MAX_PAGES:
                return f"A PDF must have between 1 and {MAX_PAGES} pages."
            if any(_is_active(part) for thing in (*pdf.objects, pdf.Root) for part in _dictionaries(thing)):
                return "This PDF contains scripts, actions or attached files. Print it to a new PDF and upload that."
            return ""
    except pikepdf.PasswordError:
        return locked
    except Exception:  # noqa: BLE001 - a parser of broken bytes fails in any way
        return "This PDF is damaged and can't be opened."


def _dictionaries(thing: object) -> Iterator[Any]:
    """The dictionaries within an object, however deep; what it refers to is an object of its own."""
    found = [thing]
    while found:
        part = found.pop()
        if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
            yield part
            found += [value for value in part.values() if not getattr(value, "is_indirect", False)]
        elif isinstance(part, pikepdf.Array):
            found += [value for value in part if not getattr(value, "is_indirect", False)]


def _is_active(thing: Any) -> bool:
    if set(thing.keys()) & ACTIVE_KEYS:
        return True
    action = thing.get("/OpenAction")
    # Opening at a page is harmless and common; an action dictionary is not.
    if isinstance(action, pikepdf.Dictionary) and action.get("/S", "/GoTo") != "/GoTo":
        return True
    return thing.get("/S") in ACTIONS


def _must_be_small(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise Image.DecompressionBombError


def _clean_picture(content: bytes, media_type: str) -> bytes:
    """The picture drawn anew: turned as it was meant, without place, device or any other metadata."""
    kind = "PNG" if media_type == "image/png" else "JPEG"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[kind]) as picture:
                _must_be_small(picture)
                picture.load()
                upright = ImageOps.exif_transpose(picture)
                if kind == "JPEG" and upright.mode not in {"RGB", "L"}:
                    upright = upright.convert("RGB")
                clean = Image.new(upright.mode, upright.size)
                if upright.mode == "P":
                    upright = upright.convert("RGBA")
                    clean = Image.new("RGBA", upright.size)
                clean.paste(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        msg = "This picture has too many pixels. Save it smaller."
        raise EvidenceRefused(msg) from error
    except Exception as error:  # a parser of broken bytes fails in any way
        msg = "This picture is damaged and can't be opened."
        raise EvidenceRefused(msg) from error
    out = io.BytesIO()
    if kind == "JPEG":
        clean.save(out, "JPEG", quality=90)
    else:
        clean.save(out, "PNG", optimize=False)
    return out.getvalue()
