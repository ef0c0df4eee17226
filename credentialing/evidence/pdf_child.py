"""What a PDF may not be: locked, broken, active, or larger than it looks. Runs in a child with limits (`limited`).

Two readers that share no code look at it: one that repairs nothing, and the one that stands in most browsers.
"""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2
from pypdfium2 import raw

from credentialing.evidence.pdf_actions_child import SAVE_ANEW, objection_to_acts

MAX_PAGES = 300
MAX_OBJECTS = 100_000
MAX_UNPACKED = 200 * 1024**2  # bytes of everything in it; a page scanned in color has 25 MB
MAX_PICTURE = 100_000_000  # pixels of one picture in it
MOST_FILTERS = 4  # one upon the other
PICTURES = frozenset(
    {"/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF"}
)  # stay as they are
FLATE = frozenset({"/FlateDecode", "/Fl"})
HEADER_WITHIN = 1024  # bytes, as every reader of PDFs has it
HEADER = re.compile(rb"%PDF-\d\.\d")
PADDING = b"\0\t\n\x0c\r \x1a\xff"
# What printers' drivers and mail programs leave behind: the end of a job, the line between two parts of a letter.
LEFT_BEHIND = re.compile(
    rb"(?:(?:\x1b%-12345X)?@PJL[^\r\n]{0,200}|\x1b%-12345X|--[-=_.\w'()+,/:?]{1,200}|[0-9a-f]{1,8})[\r\n\0 ]*"
)
MOST_LEFT_BEHIND = 1024
LENGTH_TOLD = re.compile(rb"/Linearized\b.{0,200}?/L\s+(\d{1,15})\b|/L\s+(\d{1,15})\b.{0,200}?/Linearized\b", re.DOTALL)
END = re.compile(rb"startxref[\0\t\n\x0c\r ]+(\d+)[\0\t\n\x0c\r ]+%%EOF\Z")
REBUILT = re.compile(r"reconstruct|recover|expected end|loop|expected \d+ \d+ obj|unable to|too deep|excessively")
LOCKED = (
    "This PDF is locked with a password, so nobody could open it here. Open it with the password, print it to a new "
    "PDF (in the dialog for printing choose “Save as PDF”), and upload that."
)
SEEN_OTHERWISE = f"Programs don't agree about what is in this PDF, so part of it may be missing. {SAVE_ANEW}"
DAMAGED = "This PDF is damaged. If you can open it, print it to a new PDF and upload that; otherwise scan it again."
INCOMPLETE = "This PDF breaks off before its end. Save or download it again; if it opens, print it to a new PDF."
GOES_ON = f"Something follows after the end of this PDF. {SAVE_ANEW}"
TOO_LARGE_INSIDE = (
    f"What is packed in this PDF is larger than {MAX_UNPACKED // 1024**2} MB. Save it with smaller pictures or fewer "
    "pages."
)


def objection_to_pdf(content: bytes) -> str:
    """Why a PDF isn't taken, and what to do; nothing where it is."""
    if objection := _objection_to_end(content):
        return objection
    content = content[: content.rfind(b"%%EOF") + len(b"%%EOF")]
    objection, pages = _objection_of_strict_reader(content)
    moved = _counted_from_the_first_byte(content)
    if objection == DAMAGED and moved:
        objection, pages = _objection_of_strict_reader(moved)
    return objection or _objection_of_other_reader(content, pages)


def _objection_of_strict_reader(content: bytes) -> tuple[str, int]:
    """Why not, and the number of pages. A password that is only asked for changes locks nobody out."""
    try:
        # Without recovery: what this library would rebuild, another reader shows differently or not at all.
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
            objection = _objection_to_inside(pdf)
            if not objection and any(REBUILT.search(warning) for warning in pdf.get_warnings()):
                objection = DAMAGED
            return objection, len(pdf.pages)
    except pikepdf.PasswordError:
        return LOCKED, 0
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a parser of broken bytes fails in any way
        return LOCKED if "ncryption" in str(error) else DAMAGED, 0


def _objection_of_other_reader(content: bytes, pages: int) -> str:
    """Why not where the other reader sees other pages than the first, or can't open one of them."""
    try:
        with pypdfium2.PdfDocument(content) as document:
            agreed = len(document) == pages
            for number in range(len(document) if agreed else 0):
                page = raw.FPDF_LoadPage(document, number)
                if not page:
                    return SEEN_OTHERWISE
                raw.FPDF_ClosePage(page)
    except pypdfium2.PdfiumError:
        return SEEN_OTHERWISE
    return "" if agreed else SEEN_OTHERWISE


def _counted_from_the_first_byte(content: bytes) -> bytes:
    """The same bytes with the header moved to the front, for a table that counts what stands before the header too."""
    found = HEADER.search(content, 0, HEADER_WITHIN + 8)
    if not found or not found.start():
        return b""
    return found[0] + b" " * found.start() + content[found.end() :]


def _objection_to_end(content: bytes) -> str:
    """A file ends with its last end; line ends, padding and what printers and mail programs write apart."""
    end = content.rfind(b"%%EOF")
    begins = max(content.find(b"%PDF-"), 0)
    told = LENGTH_TOLD.search(content, begins, begins + HEADER_WITHIN)
    if end < 0 or (told and int(told[1] or told[2]) > len(content) - begins):
        return INCOMPLETE
    if not _is_left_behind(content[end + len(b"%%EOF") :]):
        return GOES_ON
    found = END.search(content, max(0, end - 100), end + len(b"%%EOF"))
    if found is None:
        return DAMAGED
    before = content.rfind(b"%%EOF", 0, end)
    if before >= 0 and begins + int(found[1]) < before and not told:
        return GOES_ON  # an end was written once more behind something that belongs to nothing
    return ""


def _is_left_behind(rest: bytes) -> bool:
    lines = [line for line in rest.split(b"\n") if line.strip(PADDING)]
    return not lines or (
        len(b"".join(lines)) <= MOST_LEFT_BEHIND and all(LEFT_BEHIND.fullmatch(line.strip(PADDING)) for line in lines)
    )


def _objection_to_inside(pdf: Any) -> str:
    if not 1 <= len(pdf.pages) <= MAX_PAGES:
        return f"A PDF must have between 1 and {MAX_PAGES} pages."
    things = pdf.objects
    if len(things) > MAX_OBJECTS:
        return f"This PDF is too complicated to be checked. {SAVE_ANEW}"
    unpacked = 0
    for thing in (*things, pdf.Root):
        for part in _dictionaries(thing):
            if objection := objection_to_acts(part):
                return objection
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
