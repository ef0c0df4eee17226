"""What a PDF may not be: locked, broken, active, or larger than it looks. Runs in a child with limits (`limited`)."""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

MAX_PAGES = 300
MAX_OBJECTS = 100_000
MAX_UNPACKED = 200 * 1024**2  # bytes of everything in it; a page scanned in color has 25 MB
MAX_PICTURE = 100_000_000  # pixels of one picture in it
MOST_FILTERS = 4  # one upon the other
ACTIVE_KEYS = frozenset(
    {"/JavaScript", "/JS", "/AA", "/Launch", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/Sound", "/Movie", "/XFA"}
)
ACTIONS = ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition")
PICTURES = frozenset(
    {"/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF"}
)  # stay as they are
FLATE = frozenset({"/FlateDecode", "/Fl"})
PADDING = b"\0\t\n\x0c\r \x1a"
END = re.compile(rb"startxref[\0\t\n\x0c\r ]+(\d+)[\0\t\n\x0c\r ]+%%EOF\Z")
REBUILT = re.compile(r"reconstruct|recover|expected end|loop|expected \d+ \d+ obj|unable to|too deep|excessively")
SAVE_ANEW = "Open it, print it to a new PDF, and upload that."
LOCKED = "This PDF is locked with a password. Save it without one."
DAMAGED = "This PDF is damaged. If you can open it, print it to a new PDF and upload that; otherwise scan it again."
INCOMPLETE = "This PDF breaks off before its end. Save or download it again; if it opens, print it to a new PDF."
GOES_ON = f"Something follows after the end of this PDF. {SAVE_ANEW}"
ACTIVE = "This PDF contains scripts, actions or attached files. Print it to a new PDF and upload that."
TOO_LARGE_INSIDE = (
    f"What is packed in this PDF is larger than {MAX_UNPACKED // 1024**2} MB. Save it with smaller pictures or fewer "
    "pages."
)


def objection_to_pdf(content: bytes) -> str:
    """Why a PDF isn't taken, and what to do; nothing where it is."""
    if objection := _objection_to_end(content):
        return objection
    try:
        # Without recovery: what this library would rebuild, another reader shows differently or not at all.
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
            objection = LOCKED if pdf.is_encrypted else _objection_to_inside(pdf)
            if not objection and any(REBUILT.search(warning) for warning in pdf.get_warnings()):
                return DAMAGED
            return objection
    except pikepdf.PasswordError:
        return LOCKED
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a parser of broken bytes fails in any way
        return DAMAGED


def _objection_to_end(content: bytes) -> str:
    """A file ends with its last end; line ends and padding apart."""
    end = content.rfind(b"%%EOF")
    if end < 0:
        return INCOMPLETE
    if content[end + len(b"%%EOF") :].strip(PADDING):
        return GOES_ON
    found = END.search(content, max(0, end - 100), end + len(b"%%EOF"))
    if found is None:
        return DAMAGED
    before = content.rfind(b"%%EOF", 0, end)
    begins = content.find(b"%PDF-")
    if before >= 0 and begins + int(found[1]) < before and b"/Linearized" not in content[:1024]:
        return GOES_ON  # an end was written once more behind something that belongs to nothing
    return ""


def _objection_to_inside(pdf: Any) -> str:
    if not 1 <= len(pdf.pages) <= MAX_PAGES:
        return f"A PDF must have between 1 and {MAX_PAGES} pages."
    things = pdf.objects
    if len(things) > MAX_OBJECTS:
        return f"This PDF is too complicated to be checked. {SAVE_ANEW}"
    unpacked = 0
    for thing in (*things, pdf.Root):
        for part in _dictionaries(thing):
            if _is_active(part):
                return ACTIVE
            if part.get("/Subtype") == "/Image" and _number(part, "/Width") * _number(part, "/Height") > MAX_PICTURE:
                return "A picture in this PDF has too many pixels. Save it with smaller pictures."
        if isinstance(thing, pikepdf.Stream):
            unpacked += _unpacked(thing, MAX_UNPACKED - unpacked)
            if unpacked > MAX_UNPACKED:
                return TOO_LARGE_INSIDE
    return ""


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


def _number(thing: Any, name: str) -> int:
    return int(thing.get(name, 0))


def _unpacked(stream: Any, most: int) -> int:
    """How many bytes a stream takes unpacked, at each stage of it; stops soon above `most`."""
    ways = stream.get("/Filter")
    names = [] if ways is None else [str(ways)] if isinstance(ways, pikepdf.Name) else [str(way) for way in ways]
    if len(names) > MOST_FILTERS:
        return most + 1
    data, taken = bytes(stream.read_raw_bytes()), 0
    for name in names:
        if name in PICTURES:
            break
        data = _flate(data, most - taken + 1) if name in FLATE else _other(data, name)
        taken += len(data)
        if taken > most:
            break
    return taken if names else len(data)


def _flate(data: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, max(most, 1))
    except zlib.error:
        return b""  # what can't be unpacked takes no room


def _other(data: bytes, name: str) -> bytes:
    """LZW, run lengths, hexadecimal and base 85: by the library, within this process's memory and time."""
    with pikepdf.new() as scratch:
        stream = pikepdf.Stream(scratch, data, Filter=pikepdf.Name(name))
        try:
            return stream.read_bytes(pikepdf.StreamDecodeLevel.specialized)
        except pikepdf.PdfError:
            return b""
