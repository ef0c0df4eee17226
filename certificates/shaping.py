"""What a face makes of a text, by real shaping (HarfBuzz): whether every letter is there and every mark on its base.

A face may have a letter and a mark and yet not the anchors that bring them together: the mark then stands beside its
letter. So nothing is looked up letter by letter. A mark counts as attached when the face's own rules (GPOS `mark`,
`mkmk`, `abvm`, `blwm`) move it: a text is set again without these rules. What stays where it was is loose, unless an
anchor says that it belongs just there (`certificates.anchors`).
"""

import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import uharfbuzz as hb

from certificates.anchors import belongs_to
from certificates.faces import Face

ATTACHING = ("mark", "mkmk", "abvm", "blwm")
VIRAMA = 9  # canonical combining class
MARK = 3  # glyph class of the font's GDEF table
CIRCLE = "\u25cc"  # what shapers put beneath a mark that has no base
_lock = threading.Lock()  # HarfBuzz's faces are made as they are asked for


@dataclass(frozen=True, kw_only=True)
class Shaped:
    """How a face sets a text: its width in em, and where in the text something is wrong."""

    width: float
    faults: frozenset[int]  # positions of clusters


@cache
def _font(path: str, index: int) -> tuple[hb.Face, hb.Font, int | None]:
    face = hb.Face(hb.Blob.from_file_path(path), index)
    font = hb.Font(face)
    return face, font, font.get_nominal_glyph(ord(CIRCLE))


def shaped(face: Face, text: str, features: tuple[str, ...] = ()) -> Shaped | None:
    """How `face` sets `text`, with these features of type (such as `smcp`); None where the face isn't there."""
    path = face.path
    return None if path is None else _shaped(str(path), face.index, text, features)


@lru_cache(maxsize=4096)
def _shaped(path: str, index: int, text: str, features: tuple[str, ...]) -> Shaped:
    with _lock:
        about, font, circle = _font(path, index)
        wanted = dict.fromkeys(features, True)
        there = _set(font, text, wanted)
        without = _set(font, text, wanted | dict.fromkeys(ATTACHING, False))
    # A virama that is seen stands at the end of its letters, wherever they end: some faces give it no anchor there.
    viramas = {font.get_nominal_glyph(ord(one)) for one in text if unicodedata.combining(one) == VIRAMA}
    faults = set()
    beside: dict[int, set[int]] = {}
    for info in there.glyph_infos:
        beside.setdefault(info.cluster, set()).add(info.codepoint)
    alike = len(there) == len(without)  # a face may also choose other glyphs by these rules
    for number, (info, place) in enumerate(zip(there.glyph_infos, there.glyph_positions, strict=True)):
        missing = info.codepoint == 0
        circled = info.codepoint == circle and CIRCLE not in text
        plain = without.glyph_positions[number] if alike else place
        still = (place.x_offset, place.y_offset) == (plain.x_offset, plain.y_offset)
        loose = (
            still
            and not place.x_advance
            and _has_ink(font, info.codepoint)
            and not (info.codepoint in viramas and _hangs_back(font, info.codepoint))
            and about.get_layout_glyph_class(info.codepoint) == MARK
            and not belongs_to(path, index, info.codepoint, beside[info.cluster])
        )
        if missing or circled or loose:
            faults.add(info.cluster)
    width = sum(place.x_advance for place in there.glyph_positions) / about.upem
    return Shaped(width=width, faults=frozenset(faults))


def _has_ink(font: hb.Font, glyph: int) -> bool:
    drawn = font.get_glyph_extents(glyph)
    return drawn is not None and bool(drawn.width and drawn.height)


def _hangs_back(font: hb.Font, glyph: int) -> bool:
    """Whether a glyph is drawn over the end of what stands before it."""
    drawn = font.get_glyph_extents(glyph)
    return drawn is not None and drawn.x_bearing + drawn.width / 2 < 0


def _set(font: hb.Font, text: str, features: Mapping[str, bool]) -> hb.Buffer:
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(font, buffer, features)
    return buffer
