"""Real bytes: PDFs and pictures as people have them, and as they should not be."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from PIL import Image, PngImagePlugin


def pdf(change: Callable[[pikepdf.Pdf], object] = lambda document: None, *, pages: int = 1, **saving: Any) -> bytes:
    """A PDF of blank pages, changed before it is saved; the same bytes each time."""
    saving.setdefault("deterministic_id", "encryption" not in saving)
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        change(document)
        document.save(out, **saving)
    return out.getvalue()


def picture(kind: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (8, 6), **saving: Any) -> bytes:
    """A picture whose left half is dark and whose right half is light."""
    drawn = Image.new("RGB", size, "white")
    drawn.paste((0, 0, 0), (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    drawn.convert(mode).save(out, kind, **saving)
    return out.getvalue()


def exif(*, orientation: int = 1) -> Image.Exif:
    """What a phone writes: who made it, where, and which side is up."""
    data = Image.Exif()
    data[0x010F] = "A telling phone"
    data[0x0112] = orientation
    data.get_ifd(0x8825)[2] = (42.0, 17.0, 30.0)  # latitude
    return data


def png_text() -> PngImagePlugin.PngInfo:
    """Words hidden in a PNG."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "telling words", zip=False)
    info.add_itxt("XML:com.adobe.xmp", "<x>telling words</x>")
    return info


def announced_png(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of that size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
