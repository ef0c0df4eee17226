"""A credential inside a picture (Open Badges 3.0, 5.3): laid in, and found again without trusting the file.

Nothing here decodes a picture: of a PNG only the list of its chunks is read, of an SVG only elements and text, with
every rule of a document type refused. So neither a picture of a billion points nor an entity of a billion laughs costs
anything.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
SVG = "http://www.w3.org/2000/svg"
W3C = ("http://www.w3.org/", "https://www.w3.org/")
LONGEST = 200_000  # bytes of a credential; ours have about 2,500
MOST_CHUNKS = 20_000
MOST_ELEMENTS = 50_000
MOST_PREFIXES = 50
DEEPEST = 200


class NotAPicture(ValueError):
    """The file is no PNG or SVG that can be read."""


def bake_png(picture: bytes, credential: bytes) -> bytes:
    """The picture with the credential in an uncompressed iTXt chunk right after its header."""
    header_end = len(SIGNATURE) + 8 + 13 + 4
    text = KEYWORD + b"\0\0\0\0\0" + credential
    return picture[:header_end] + _chunk(b"iTXt", text) + picture[header_end:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def credential_in_png(content: bytes) -> bytes | None:
    """The credential that a PNG carries, or None.

    Raises:
        NotAPicture: it is damaged, carries several, or one that unpacks to more than any credential.
    """
    found: bytes | None = None
    for kind, data in _chunks(content):
        text = _text_of(data) if kind == b"iTXt" else None
        if text is not None and found is not None:  # at once: thousands of them may unpack to gigabytes
            msg = "The picture carries more than one credential."
            raise NotAPicture(msg)
        found = found if text is None else text
    return found


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not content.startswith(SIGNATURE):
        msg = "This is no PNG."
        raise NotAPicture(msg)
    position, count = len(SIGNATURE), 0
    while position < len(content):
        count += 1
        start = position + 8
        length, kind = struct.unpack(">I4s", content[position:start]) if start <= len(content) else (len(content), b"")
        data, position = content[start : start + length], start + length + 4
        if position > len(content) or count > MOST_CHUNKS or zlib.crc32(kind + data) != _number(content, position - 4):
            msg = "The picture is damaged."
            raise NotAPicture(msg)
        yield kind, data
        if kind == b"IEND":
            return
    msg = "The picture has no end."
    raise NotAPicture(msg)


def _number(content: bytes, position: int) -> int:
    number: int = struct.unpack(">I", content[position : position + 4])[0]
    return number


def _text_of(data: bytes) -> bytes | None:
    """The text of an iTXt chunk of ours: keyword, compressed or not, language, translated keyword, text."""
    keyword, separator, rest = data.partition(b"\0")
    if keyword != KEYWORD or not separator or len(rest) < 4:  # noqa: PLR2004 - two flags and two empty words
        return None
    compressed, after = rest[0], rest[2:]
    _language, _, after = after.partition(b"\0")
    _translated, _, text = after.partition(b"\0")
    return _unpacked(text) if compressed else text


def _unpacked(data: bytes) -> bytes:
    unpack = zlib.decompressobj()
    try:
        text = unpack.decompress(data, LONGEST)
    except zlib.error:
        text = b""
    if not unpack.eof:
        msg = "The picture carries a text that can't be unpacked, or that is too long for a credential."
        raise NotAPicture(msg)
    return text


def bake_svg(picture: str, credential: bytes) -> bytes:
    """The picture with the credential as its first element, as escaped text that every reader of XML gives back."""
    start = picture.index("<svg")
    end = picture.index(">", start) + 1
    element = (
        f'<openbadges:credential xmlns:openbadges="{NAMESPACE}">{escape(credential.decode())}</openbadges:credential>'
    )
    return (picture[:end] + element + picture[end:]).encode()


OTHERS_KEYWORDS = frozenset({b"openbadges", KEYWORD})
OTHERS_NAMESPACES = frozenset({"http://openbadges.org", "https://openbadges.org", NAMESPACE})


RESAVED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"pHYs", b"tIME", b"sRGB", b"gAMA", b"cHRM", b"iTXt"})


def is_plain_png(content: bytes) -> bool:
    """Whether a picture holds nothing but its points, one text (the credential), and what programs add in saving it.

    Raises:
        NotAPicture: it is damaged.
    """
    kinds = [(kind, len(data) + 12) for kind, data in _chunks(content)]
    texts = sum(kind == b"iTXt" for kind, _ in kinds)
    whole = len(SIGNATURE) + sum(length for _, length in kinds) == len(content)
    return whole and texts == 1 and all(kind in RESAVED for kind, _ in kinds)


def others_in_png(content: bytes) -> bytes | None:
    """What a PNG carries as the badge of somebody else: Open Badges 1 and 2 use other chunks and another keyword.

    Raises:
        NotAPicture: it is damaged.
    """
    for kind, data in _chunks(content):
        keyword, _, rest = data.partition(b"\0")
        if keyword not in OTHERS_KEYWORDS:
            continue
        if kind == b"tEXt":
            return rest
        if kind == b"zTXt":
            return _unpacked(rest[1:])
        if kind == b"iTXt":
            return _text_of(KEYWORD + b"\0" + rest)
    return None


class _Finder:
    """Collects the text of the credential's element; refuses what no picture needs.

    What a prefix stands for is looked up here and not by expat, which writes the whole of it before every name: one
    long address and many short names would take gigabytes.
    """

    def __init__(self) -> None:
        self.found: list[list[str]] = []
        self.inside = self.elements = self.letters = 0
        self.scopes: list[Mapping[str, str]] = [{"": ""}]
        self.root = ("", "")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        prefix, _, local = name.rpartition(":")
        declared = {key.partition(":")[2]: value for key, value in attributes.items() if key.startswith("xmlns")}
        scope = {**self.scopes[-1], **declared} if declared else self.scopes[-1]
        too_many = self.elements > MOST_ELEMENTS or len(self.scopes) > DEEPEST or len(scope) > MOST_PREFIXES
        if too_many or prefix not in scope:
            self.refuse()
        self.scopes.append(scope)
        meant = (scope[prefix], local)
        if self.elements == 1:
            self.root = meant
        if meant == (NAMESPACE, "credential"):
            if self.inside:
                self.refuse()
            self.inside = len(self.scopes)
            self.found.append([])

    def end(self, _name: str) -> None:
        if self.inside == len(self.scopes):
            self.inside = 0
        self.scopes.pop()

    def text(self, data: str) -> None:
        if not self.inside:
            return
        self.letters += len(data)
        if self.letters > LONGEST:
            self.refuse()
        self.found[-1].append(data)

    def doctype(self, _name: str, system: str | None, _public: str | None, has_rules: int) -> None:
        """A document type that only names the standard, as editors write it, changes nothing: nothing is fetched."""
        if has_rules or not (system or "").startswith(W3C):
            self.refuse()

    def refuse(self, *_: Any) -> None:
        msg = "The picture holds something that no badge has."
        raise NotAPicture(msg)


def credential_in_svg(content: bytes) -> bytes | None:
    """The credential that an SVG carries, or None.

    Raises:
        NotAPicture: it is no SVG, has rules of its own in a document type, or carries several credentials.
    """
    finder = _Finder()
    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.buffer_text = True
    parser.StartElementHandler = finder.start
    parser.EndElementHandler = finder.end
    parser.CharacterDataHandler = finder.text
    parser.StartDoctypeDeclHandler = finder.doctype
    parser.EntityDeclHandler = finder.refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003 - positional only
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, NotAPicture):
            raise
        msg = "This is no SVG that can be read."
        raise NotAPicture(msg) from None
    if finder.root != (SVG, "svg") or len(finder.found) > 1:
        msg = "This is no SVG with one credential in it."
        raise NotAPicture(msg)
    return "".join(finder.found[0]).strip().encode() if finder.found else None


class _OthersFinder:
    """Collects the badge of somebody else, whatever entities the drawing's program has declared."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.inside = False
        self.elements = self.letters = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            msg = "The picture holds more than one that carries a badge."
            raise NotAPicture(msg)
        namespace, _, local = name.rpartition(" ")
        if namespace in OTHERS_NAMESPACES and local in {"assertion", "credential"}:
            self.inside = True
            self.found.insert(0, attributes.get("verify", ""))

    def end(self, name: str) -> None:
        self.inside = self.inside and not name.startswith(tuple(OTHERS_NAMESPACES))

    def text(self, data: str) -> None:
        if self.inside and self.letters < LONGEST:
            self.letters += len(data)
            self.found.append(data)


def others_in_svg(content: bytes) -> bytes | None:
    """What an SVG carries as the badge of somebody else: JSON, else the address or token in `verify`.

    Raises:
        NotAPicture: it can't be read as XML.
    """
    finder = _OthersFinder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = finder.start
    parser.EndElementHandler = finder.end
    parser.CharacterDataHandler = finder.text
    try:
        parser.Parse(content, True)  # noqa: FBT003 - positional only
    except (expat.ExpatError, LookupError, ValueError):
        msg = "This is no SVG that can be read."
        raise NotAPicture(msg) from None
    if not finder.found:
        return None
    verify, *parts = finder.found
    return ("".join(parts).strip() or verify).encode()
