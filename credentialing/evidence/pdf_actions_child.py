"""What a PDF may not do: run something, send something, open another file. Runs in a child with limits (`limited`).

An action is named by its `/S`, so names of acts that are never harmless are refused wherever they stand. What hangs
where readers look for an action (`/A`, `/PA`, `/OpenAction`) must be one of a few that only move about in the document
or open a page of the web (ISO 32000-2, 12.6.4).
"""

import re
from collections.abc import Iterable
from typing import Any

import pikepdf

SAVE_ANEW = "Open it, print it to a new PDF, and upload that."
ACTIVE = f"This PDF contains scripts, actions or attached files. {SAVE_ANEW}"
ELSEWHERE = (
    "A link in this PDF opens a file or a program instead of a page of the web, or part of it lies in another file. "
    f"{SAVE_ANEW}"
)
ACTIVE_KEYS = frozenset(
    {"/JavaScript", "/JS", "/AA", "/Launch", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/Sound", "/Movie", "/XFA"}
    | {"/Collection"}
)
ACTIVE_ACTS = (
    *("/JavaScript", "/SubmitForm", "/ImportData", "/Rendition", "/Sound", "/Movie", "/RichMediaExecute"),
    *("/GoTo3DView", "/SetState"),
)
ACTS_ELSEWHERE = ("/Launch", "/GoToR", "/GoToE")
HARMLESS_ACTS = ("/GoTo", "/GoToDp", "/URI", "/Named", "/Thread", "/Hide", "/SetOCGState", "/Trans", "/ResetForm")
PLACES = ("/A", "/PA", "/OpenAction")
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):")
SCHEMES = frozenset({"http", "https", "mailto", "tel", "ftp"})
HOST = re.compile(r"www\.|#|[^/\\:?#]+@[^/\\]+\Z")  # what people type without a scheme: hosts, places, addresses
UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def objection_to_acts(thing: Any) -> str:
    """Why one dictionary of a PDF makes the file active; nothing where it doesn't."""
    if set(thing.keys()) & ACTIVE_KEYS:
        return ACTIVE
    if _does(thing, ACTIVE_ACTS):
        return ACTIVE
    if _does(thing, ACTS_ELSEWHERE) or _lies_elsewhere(thing):
        return ELSEWHERE
    for place in PLACES:
        found = thing.get(place)
        if isinstance(found, pikepdf.Dictionary) and _is_action(found, place) and not _does(found, HARMLESS_ACTS):
            return ACTIVE
    action = thing.get("/OpenAction")
    # Opening at a page is harmless and common; anything else that happens by itself is not.
    if isinstance(action, pikepdf.Dictionary) and not _does(action, ("/GoTo", "/Named")):
        return ACTIVE
    return ""


def _does(action: Any, acts: Iterable[str]) -> bool:
    """Whether it is one of these acts; compared as bytes, for names in an old alphabet can't be read as text."""
    act = action.get("/S", "/GoTo" if "/D" in action else None)
    return isinstance(act, pikepdf.Name | str) and any(act == one for one in acts)


def _is_action(found: Any, place: str) -> bool:
    """Under `/A` elements of the structure have attributes, which name their owner and no act."""
    return place != "/A" or "/S" in found or "/O" not in found


def _lies_elsewhere(thing: Any) -> bool:
    """Whether a link leads out of the web, or bytes are to be fetched from another file."""
    if isinstance(thing, pikepdf.Stream) and "/F" in thing:
        return True
    reference = thing.get("/Ref")
    if isinstance(reference, pikepdf.Dictionary) and "/F" in reference:
        return True
    if thing.get("/S") == "/Thread" and "/F" in thing:
        return True
    address, base = thing.get("/URI"), thing.get("/Base")
    return any(isinstance(one, pikepdf.String) and not _is_of_the_web(str(one)) for one in (address, base))


def _is_of_the_web(address: str) -> bool:
    """Whether a reader opens this in a browser (or a letter or a call), however it is spelled."""
    plain = UNSEEN.sub("", address).lower()
    found = SCHEME.match(plain)
    return found[1] in SCHEMES if found else not plain or bool(HOST.match(plain))
