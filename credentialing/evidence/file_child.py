"""Looking into an upload, in a child with limits (`limited`): by content, never by what it says it is (DESIGN §5)."""

import io
import warnings

import puremagic
from PIL import Image, ImageOps

from credentialing.evidence.pdf_child import objection_to_pdf

EXTENSIONS = {"application/pdf": ("pdf",), "image/png": ("png",), "image/jpeg": ("jpg", "jpeg")}
WORDS = {"application/pdf": "a PDF", "image/png": "a PNG picture", "image/jpeg": "a JPEG picture"}
MAX_PIXELS = 40_000_000
HEADER_WITHIN = 1024  # bytes, as every reader of PDFs has it
MARKS = b"\xef\xbb\xbf"  # of UTF-8, which some programs write before everything
TEXT = frozenset(range(0x20, 0x7F)) | set(b"\t\n\r\f") | set(MARKS)


class Refused(Exception):
    """The file isn't taken; the message is for whoever uploads it."""


def inspected(content: bytes, *, extension: str) -> tuple[dict[str, str], bytes]:
    """Why the file isn't taken, or its type, its extension, and of a picture the bytes to be stored."""
    try:
        media_type = _media_type(content)
        refusal, made = _judged(content, media_type, extension)
    except Refused as reason:
        refusal = str(reason)
    if refusal:
        return {"refusal": refusal}, b""
    return {"refusal": "", "media_type": media_type, "extension": EXTENSIONS[media_type][0]}, made


def _judged(content: bytes, media_type: str, extension: str) -> tuple[str, bytes]:
    if extension not in EXTENSIONS[media_type]:
        ends = f"The name ends in “.{extension}”, but the content is {WORDS[media_type]}."
        return f"{ends} Save it again as what it is.", b""
    if media_type == "application/pdf":
        return objection_to_pdf(content), b""
    return "", _clean_picture(content, media_type)


def _media_type(content: bytes) -> str:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    before, header, _ = content[:HEADER_WITHIN].partition(b"%PDF-")
    if header and TEXT.issuperset(before):  # a film, a program or an archive before it isn't text
        return "application/pdf"
    guesses = puremagic.magic_string(content)
    recording = max((g.confidence for g in guesses if g.mime_type.startswith(("audio/", "video/"))), default=0)
    picture = max((g.confidence for g in guesses if g.mime_type.startswith("image/")), default=0)
    if recording > picture:  # phones' pictures (HEIC, WebP) share their first bytes with films
        msg = (
            "Recordings are never stored here, because the group members on them are entitled to confidentiality. "
            "Your supervisor states that a recording was reviewed and destroyed."
        )
        raise Refused(msg)
    msg = "Upload a PDF, PNG or JPEG file."
    raise Refused(msg)


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
    except MemoryError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        msg = "This picture has too many pixels. Save it smaller."
        raise Refused(msg) from error
    except Exception as error:  # a parser of broken bytes fails in any way
        msg = "This picture is damaged and can't be opened."
        raise Refused(msg) from error
    out = io.BytesIO()
    if kind == "JPEG":
        clean.save(out, "JPEG", quality=90)
    else:
        clean.save(out, "PNG", optimize=False)
    return out.getvalue()
