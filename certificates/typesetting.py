"""How large a name is set: as large as it fits, stepping down for long names, never cut."""

import unicodedata
from dataclasses import dataclass

WIDE = {"W", "F"}
STEPS: tuple[tuple[float, str], ...] = ((22, "xl"), (30, "l"), (42, "m"), (60, "s"), (110, "m2"), (150, "s2"))
ONE_LINE = 60


@dataclass(frozen=True, kw_only=True)
class NameLayout:
    """The size class of the name, its direction and its lines."""

    size: str
    direction: str
    lines: tuple[str, ...]


def name_layout(name: str) -> NameLayout:
    """Choose the size by the width of the characters (an ideograph is twice as wide) and the direction by script."""
    width = sum(
        2.0 if unicodedata.east_asian_width(character) in WIDE else 1.0
        for character in unicodedata.normalize("NFC", name)
        if not unicodedata.combining(character)
    )
    size = next((label for limit, label in STEPS if width <= limit), "xs2")
    strong = (unicodedata.bidirectional(character) for character in name)
    first = next((direction for direction in strong if direction in {"L", "R", "AL"}), "L")
    lines = _two_lines(name) if width > ONE_LINE else (name,)
    return NameLayout(size=size, direction="ltr" if first == "L" else "rtl", lines=lines)


def _two_lines(name: str) -> tuple[str, ...]:
    """Break a long name at the space nearest to its middle, so that the two lines look alike."""
    spaces = [position for position, character in enumerate(name) if character == " "]
    if not spaces:
        return (name,)
    middle = min(spaces, key=lambda position: abs(position - len(name) / 2))
    return name[:middle], name[middle + 1 :]
