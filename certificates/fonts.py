"""The fonts of the certificate, and whether they can set a name.

WeasyPrint (like every Pango program) silently takes any system font, or draws a box, where a glyph is missing. So a
name is looked up here first, in exactly the faces that the stylesheet names.
"""

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont

FOLDER = Path(__file__).parent / "fonts"
FACES: dict[str, tuple[str, str]] = {
    "EBGaramond12-Regular.ttf": ("Certificate Serif", "normal"),
    "EBGaramond12-Italic.ttf": ("Certificate Serif", "italic"),
    "NotoSerif-Regular.ttf": ("Certificate Serif Wide", "normal"),
    "NotoNaskhArabic-Regular.ttf": ("Certificate Arabic", "normal"),
    "NotoSerifHebrew-Regular.ttf": ("Certificate Hebrew", "normal"),
}
NAME_FACES = tuple(name for name, (_, style) in FACES.items() if style == "normal")
SMALL_PRINT_FACES: dict[str, tuple[str, int]] = {
    "SourceSans3-Regular.ttf": ("Certificate Sans", 400),
    "SourceSans3-SemiBold.ttf": ("Certificate Sans", 600),
}
# CJK faces weigh over 20 MB, so they come from the system (Debian: fonts-noto-cjk) when they are there.
CJK_FAMILY = "Noto Serif CJK SC"
CJK_FILES = (
    Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"),
    Path("/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc"),
    Path("/usr/share/fonts/google-noto-serif-cjk-fonts/NotoSerifCJK-Regular.ttc"),
)


@cache
def _widths(path: Path) -> dict[int, float]:
    """How wide each character of a face is, in em."""
    if path.suffix == ".ttc":
        with TTCollection(path, lazy=True) as collection:
            return _widths_of(collection.fonts[0])
    with TTFont(path, lazy=True) as font:
        return _widths_of(font)


def _widths_of(font: TTFont) -> dict[int, float]:
    em = font["head"].unitsPerEm
    return {code: font["hmtx"][glyph][0] / em for code, glyph in font.getBestCmap().items()}


def cjk_file() -> Path | None:
    """The system's CJK face, if it is installed."""
    return next((path for path in CJK_FILES if path.exists()), None)


def _faces() -> list[Path]:
    """The faces in the order in which the stylesheet asks them."""
    cjk = cjk_file()
    return [*(FOLDER / name for name in NAME_FACES), *([cjk] if cjk else [])]


def width_in_em(text: str) -> float:
    """How wide `text` is set, before kerning; a character without a face counts as one em."""
    faces = [_widths(path) for path in _faces()]
    return sum(
        next((face[ord(character)] for face in faces if ord(character) in face), 1.0)
        for character in unicodedata.normalize("NFC", text)
    )


def missing_characters(text: str) -> tuple[str, ...]:
    """The characters of `text` that no face of the certificate has, each once, in order."""
    faces = [_widths(path) for path in _faces()]
    missing = []
    for character in dict.fromkeys(unicodedata.normalize("NFC", text)):
        if character.isspace() or unicodedata.category(character) == "Cf":
            continue  # direction marks and joiners have no picture of their own
        if not any(ord(character) in face for face in faces):
            missing.append(character)
    return tuple(missing)


def in_words(characters: tuple[str, ...]) -> str:
    """Characters named so that an administrator can find them: “Ꙃ” (U+A642 CYRILLIC CAPITAL LETTER DZELO)."""
    return ", ".join(f"“{c}” (U+{ord(c):04X} {unicodedata.name(c, 'unnamed')})" for c in characters)
