"""The badge inside a PDF: unpacked in a child with limits, for a PDF can be made to keep its reader busy for hours."""

import io
import zlib
from itertools import islice
from typing import Any

import pikepdf

LONGEST = 200_000  # bytes of a credential
MOST_FILES = 20
MOST_PAGES = 20
SCANNED = 500_000  # points of a picture; a page photographed or scanned has a million and more


class SeveralCredentials(ValueError):
    """Which of them is meant would be the reader's guess."""


def attached(content: bytes) -> tuple[bool, bytes]:
    """Whether a document of ours can be read, and the badge that lies in it."""
    try:
        return True, credential_in(content) or b""
    except (pikepdf.PdfError, SeveralCredentials):
        return False, b""


def credential_in(content: bytes) -> bytes | None:
    """The attached `credential.json`, if there is one that is no longer than a credential may be.

    Raises:
        SeveralCredentials: there are two or more.
    """
    with pikepdf.open(io.BytesIO(content)) as pdf:
        names = pikepdf.NameTree(pdf.Root.Names.EmbeddedFiles) if "/EmbeddedFiles" in pdf.Root.get("/Names", {}) else {}
        files = [(name, names[name]) for name in islice(names, MOST_FILES)]
        found = [file for name, file in files if str(file.get("/UF", file.get("/F", name))) == "credential.json"]
        if len(found) > 1:
            raise SeveralCredentials
        return _unpacked(found[0].EF.F) if found else None


def others_attached(content: bytes) -> list[bytes]:
    """What else is attached and may be the credential of somebody else."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        names = pikepdf.NameTree(pdf.Root.Names.EmbeddedFiles) if "/EmbeddedFiles" in pdf.Root.get("/Names", {}) else {}
        return [
            text
            for name in islice(names, MOST_FILES)
            if str(name).lower().endswith((".json", ".jsonld", ".jwt")) and (text := _unpacked(names[name].EF.F))
        ]


def is_scan(content: bytes) -> bool:
    """Whether every page is a picture of a page: a large picture on each."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pages = list(islice(pdf.pages, MOST_PAGES))
        return bool(pages) and all(any(_is_large(image) for image in page.images.values()) for page in pages)


def _is_large(image: Any) -> bool:
    return int(image.get("/Width", 0)) * int(image.get("/Height", 0)) >= SCANNED


def _unpacked(stream: Any) -> bytes | None:
    """The bytes of an attachment, packed in the one usual way or not at all."""
    raw, way = bytes(stream.read_raw_bytes()), stream.get("/Filter")
    if way is None:
        return raw if len(raw) <= LONGEST else None
    ways = [way] if isinstance(way, pikepdf.Name) else list(way)
    if ways != [pikepdf.Name.FlateDecode]:
        return None
    unpack = zlib.decompressobj()
    text = unpack.decompress(raw, LONGEST)
    return text if unpack.eof else None
