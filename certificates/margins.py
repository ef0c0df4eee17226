"""Optical margins: punctuation at the end of a centred line hangs, so that the letters stand in the middle.

The widths stand in look/certificate.css.
"""

import unicodedata
from dataclasses import dataclass

from certificates.fonts import PLAIN, Run, Voice, runs_of, width_in_em

# What counts as little to the eye at the end of a line. Quotation marks stay: kerning already draws them in.
HANGING = ".,;:-\N{HYPHEN}\N{EN DASH}\N{ARABIC COMMA}\N{ARABIC SEMICOLON}"
DEGREES_SPACING = 0.06  # em between letters
DEGREES_ROOM, SIGNATORY_ROOM, NARROW_SIGNATORY_ROOM = 626 / 16, 212 / 13, 158 / 13  # em of a line


@dataclass(frozen=True, kw_only=True)
class HungLine:
    """A line set in the middle by its letters: punctuation at its end hangs in the optical margin."""

    text: str
    runs: tuple[Run, ...] = ()
    margin: str = ""  # in CSS


def hung(
    text: str, *, room: float, spacing: float = 0, direction: str = "", voice: Voice = PLAIN, region: str = ""
) -> HungLine:
    """Hang the punctuation at the end of a centred line.

    `room` is the width of the line, `spacing` what is added after each letter, both in em. A text that doesn't fit
    wraps, and is set as it comes.
    """
    letters, runs = text.rstrip(HANGING), runs_of(text, voice, region=region)
    whole = _width(text, spacing, region)
    hanging = whole - _width(letters, spacing, region)
    if not letters or not hanging or whole + hanging > room:
        return HungLine(text=text, runs=runs)
    side = "left" if (direction or direction_of(text)) == "ltr" else "right"
    return HungLine(text=text, runs=runs, margin=f"margin-{side}: {hanging:.3f}em")


def _width(text: str, spacing: float, region: str) -> float:
    return width_in_em(text, region=region) + spacing * len(text)


def direction_of(text: str) -> str:
    """The direction of a text, by its first letter that has one (`ltr` or `rtl`)."""
    strong = (unicodedata.bidirectional(character) for character in text)
    first = next((direction for direction in strong if direction in {"L", "R", "AL"}), "L")
    return "ltr" if first == "L" else "rtl"
