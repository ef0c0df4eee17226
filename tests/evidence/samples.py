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


def written(*objects: bytes, root: int = 1, before: bytes = b"", more: bytes = b"") -> bytes:
    """A PDF of these objects, the first being number 1, with a right table; `more` goes into its trailer."""
    parts, places = [b"%PDF-1.7\n"], []
    table = len(parts[0])
    for number, thing in enumerate(objects, start=1):
        places.append(table)
        parts.append(b"%d 0 obj\n" % number + thing + b"\nendobj\n")
        table += len(parts[-1])
    out = before + b"".join(parts)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"<</Size %d/Root %d 0 R%b>>" % (len(objects) + 1, root, more)
    return out + b"trailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % table


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
