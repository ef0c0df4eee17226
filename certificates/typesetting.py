"""How large a name is set: as large as it fits, stepping down for long names, never cut.

The sizes stand in look/certificate.css; a line of the page is 626 points wide.
"""

import unicodedata
from dataclasses import dataclass

from certificates.fonts import width_in_em

ONE_LINE: tuple[tuple[float, str], ...] = ((11, "xl"), (14, "l"), (19, "m"), (24, "s"))  # the widest name, in em
TWO_LINES: tuple[tuple[float, str], ...] = ((22, "m2"), (27, "s2"))  # the widest line, in em
SMALLEST = "xs2"


@dataclass(frozen=True, kw_only=True)
class NameLayout:
    """The size class of the name, its direction and its lines."""

    size: str
    direction: str
    lines: tuple[str, ...]


def name_layout(name: str) -> NameLayout:
    """Choose size and lines by how wide the fonts really set the name, and the direction by script."""
    strong = (unicodedata.bidirectional(character) for character in name)
    first = next((direction for direction in strong if direction in {"L", "R", "AL"}), "L")
    size, lines = _fit(name)
    return NameLayout(size=size, direction="ltr" if first == "L" else "rtl", lines=lines)


def _fit(name: str) -> tuple[str, tuple[str, ...]]:
    """The largest size at which the name goes on one line, else on two; the smallest wraps as it must."""
    halves = _two_lines(name)
    for lines, steps in (((name,), ONE_LINE), (halves, TWO_LINES)):
        widest = max(width_in_em(line) for line in lines)
        for limit, size in steps:
            if widest <= limit:
                return size, lines
    return SMALLEST, (name,)


def _two_lines(name: str) -> tuple[str, ...]:
    """Break a long name at the space nearest to its middle, so that the two lines look alike."""
    spaces = [position for position, character in enumerate(name) if character == " "]
    if not spaces:
        return (name,)
    middle = min(spaces, key=lambda position: abs(position - len(name) / 2))
    return name[:middle], name[middle + 1 :]
