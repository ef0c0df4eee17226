"""The child process that looks into a stranger's PDF: it comes on standard input, JSON goes to standard output.

A PDF can be made to unpack to gigabytes or to keep a reader busy for hours. So no web worker reads one: this process
does, and ends itself when it takes too much memory or time. Run by path in isolated mode; it sees no settings.
"""

import base64
import io
import json
import resource
import sys
import zlib
from itertools import islice
from typing import Any

import pikepdf

MEMORY_BYTES = 768 * 1024**2
CPU_SECONDS = 8
LONGEST = 200_000  # bytes of a credential
MOST_FILES = 20


class SeveralCredentials(ValueError):
    """Which of them is meant would be the reader's guess."""


def main() -> None:
    """Say what the PDF on standard input carries."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        found, several = credential_in(sys.stdin.buffer.read()), False
    except SeveralCredentials:
        found, several = None, True
    credential = base64.b64encode(found).decode() if found else ""
    json.dump({"credential": credential, "several": several}, sys.stdout)


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


if __name__ == "__main__":
    main()
