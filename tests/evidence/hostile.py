"""Files that were made to do harm; small, and made on the fly."""

import io
import struct
import zlib

import pikepdf

from tests.evidence.samples import announced_png, pdf, picture, written

MB = 1024**2
CATALOG, PAGES = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>"


def packed(size: int, rounds: int = 1) -> bytes:
    """So many bytes of spaces, deflated so many times; never read to its end, where the checksum would be wrong."""
    press = zlib.compressobj(9)
    first = press.compress(b" " * MB) + press.flush(zlib.Z_FULL_FLUSH)
    again = press.compress(b" " * MB) + press.flush(zlib.Z_FULL_FLUSH)
    content = first + again * (size // MB - 1) + press.flush()
    for _ in range(rounds - 1):
        content = zlib.compress(content, 9)
    return content


def stream(data: bytes, words: bytes = b"/Filter/FlateDecode") -> bytes:
    return b"<<%b/Length %d>>\nstream\n" % (words, len(data)) + data + b"\nendstream"


def beside(thing: bytes) -> bytes:
    """A PDF of one page with something beside it."""
    return written(CATALOG, PAGES, PAGE, thing)


def with_object_stream(data: bytes, *, unpacked: bytes = b"/N 1/First 5") -> bytes:
    """A PDF whose table says that an object lies in a packed stream of objects."""
    head = b"%PDF-1.7\n"
    things = [CATALOG, PAGES, PAGE, stream(data, b"/Type/ObjStm" + unpacked + b"/Filter/FlateDecode")]
    rows, out = [b"\0\0\0\0\0\0"], head
    for number, thing in enumerate(things, start=1):
        rows.append(struct.pack(">BIB", 1, len(out), 0))
        out += b"%d 0 obj\n" % number + thing + b"\nendobj\n"
    rows += [struct.pack(">BIB", 2, 4, 0), struct.pack(">BIB", 1, len(out), 0)]
    table = stream(b"".join(rows), b"/Type/XRef/Size 7/W[1 4 1]/Root 1 0 R")
    return out + b"6 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(out)


def with_packed_table(size: int) -> bytes:
    head = b"%PDF-1.7\n"
    table = stream(packed(size), b"/Type/XRef/Size 9/W[1 4 1]/Root 1 0 R/Filter/FlateDecode")
    return head + b"1 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


def many_objects(number: int) -> bytes:
    return written(CATALOG, PAGES, PAGE, *[b"0"] * number)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with(*chunks: bytes) -> bytes:
    """A small picture with more in it."""
    plain = picture("PNG")
    return plain[:33] + b"".join(chunks) + plain[33:]


def appended(content: bytes) -> bytes:
    return content + EICAR


EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SOUND = pdf()
PDFS = {
    "object stream of 1 GiB": lambda: with_object_stream(packed(1024 * MB)),
    "table of 1 GiB": lambda: with_packed_table(1024 * MB),
    "page that unpacks to 400 MB": lambda: beside(stream(packed(400 * MB))),
    "packed twice": lambda: beside(stream(packed(1024 * MB, 2), b"/Filter[/FlateDecode/FlateDecode]")),
    "run lengths within flate": lambda: beside(
        stream(zlib.compress(b"\x81 " * (2 * MB)), b"/Filter[/FlateDecode/RunLengthDecode]")
    ),
    "five filters": lambda: beside(stream(b"", b"/Filter[" + b"/ASCIIHexDecode" * 5 + b"]")),
    "deep dictionaries": lambda: beside(b"<</A" * 5000 + b" 0" + b">>" * 5000),
    "deep lists": lambda: beside(b"[" * 100_000 + b"]" * 100_000),
    "a page tree that is its own child": lambda: written(CATALOG, b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>", PAGE),
    "a list of pages that never ends": lambda: written(
        CATALOG, b"<</Type/Pages/Kids[4 0 R]/Count 1>>", PAGE, b"<</Type/Pages/Kids[2 0 R]/Count 1>>"
    ),
    "too many objects": lambda: many_objects(100_001),
    "a length that is not there": lambda: beside(b"<</Length 999999999>>\nstream\nx\nendstream"),
    "a picture of a billion points": lambda: beside(stream(b"", b"/Subtype/Image/Width 100000/Height 100000")),
    "no end": lambda: SOUND[: len(SOUND) // 2],
    "half of it, with an end": lambda: SOUND[: len(SOUND) // 2] + b"\nstartxref\n9\n%%EOF\n",
    "something after its end": lambda: appended(SOUND),
    "something after its end, and an end again": lambda: (
        SOUND + EICAR + b"\nstartxref\n%d\n%%%%EOF\n" % SOUND.rindex(b"xref\n0 ")
    ),
    "a table that says wrong places": lambda: SOUND.replace(b"%PDF-1.3\n", b"%PDF-1.3\n%moved everything\n"),
    "no table at all": lambda: SOUND[: SOUND.rindex(b"xref\n0 ")] + b"trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
    "an archive by its name": lambda: b"PK\x03\x04" + b"\0" * 500,
    "a program before it": lambda: b"MZ\x90\0\x03" + SOUND,
    "a film before it": lambda: b"\0\0\0\x20ftypisom" + b"\0" * 100 + SOUND,
}
PICTURES = {
    "a picture of 3.6 billion points": ("png", lambda: announced_png(60_000, 60_000)),
    "rows that never end": ("png", lambda: picture("PNG")[:33] + chunk(b"IDAT", packed(64 * MB)[:-9])),
    "many packed words": ("png", lambda: png_with(*[chunk(b"zTXt", b"a\0\0" + packed(8 * MB))] * 20)),
    "a BMP": ("png", lambda: picture("BMP")),
    "a TIFF of 3.6 billion points": (
        "tif",
        lambda: picture("TIFF").replace(struct.pack("<HHII", 256, 4, 1, 8), struct.pack("<HHII", 256, 4, 1, 60_000)),
    ),
    "a GIF that announces more than it may": ("gif", lambda: picture("GIF")[:6] + b"\xff" * 4 + picture("GIF")[10:]),
}
TEXTS = {
    "deep lists": lambda: "a = " + "[" * 50_000 + "]" * 50_000,
    "deep, but not too deep for the library": lambda: "a = " + "[" * 40 + "]" * 40,
    "deep tables": lambda: "[" + ".".join(["a"] * 500) + "]",
    "a long text": lambda: 'a = "' + "x" * 10_000_000 + '"',
    "many values": lambda: "a = [" + "1," * 30_000 + "]",
    "keys that take long to place": lambda: "\n".join(f"a{n}=1" for n in range(22_000)),
    "half a character": lambda: "a = '\ud800'",
}
LISTS = {
    "a cell of 4 MB": lambda: b'Name,Awarded\n"' + b"x" * (4 * MB) + b'",2001-05-06\n',
    "nothing but quotes": lambda: b'Name,Awarded\n"' + b'""' * 100_000,
    "zero bytes": lambda: b"Name,Awarded\n\0,2001-05-06\n",
    "two million lines": lambda: b"Name,Awarded\n" + b"a\n" * 2_000_000,
    "a hundred MB": lambda: b"x" * (100 * MB),
}


def opens(content: bytes) -> bool:
    """Whether the reader that rebuilds opens it: so the refusal was more than its failure."""
    with pikepdf.open(io.BytesIO(content)) as document:
        return len(document.pages) > 0
