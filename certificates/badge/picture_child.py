"""How the picture of a badge is drawn: in a child (`limited`), so that no web process holds a library for pictures."""

import base64
import io
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import canonicalize
from xml.sax.saxutils import escape, quoteattr

from PIL import Image, ImageDraw, ImageFont

from certificates.badge.baking import NAMESPACE, is_plain_png

FONTS = Path(__file__).parent.parent / "fonts"
FAMILIES = "Source Sans 3, Helvetica, Arial, sans-serif"
SIDE = 600
FINER = 2  # drawn twice as large and reduced, so that edges are smooth
INK, COPPER, PAPER, EDGE = "#1d5360", "#b0602a", "#fffdf8", "#d9cfbb"
SEATS = ((55.2, 21.0), (67.8, 28.2), (75.0, 55.2), (67.8, 67.8), (55.2, 75.0))
LEADERS = ((75.0, 40.8), (21.0, 55.2))
WIDEST = 470  # points for a line of the designation
SIZES = (46, 42, 38, 34, 30, 26)
MOST_LINES = 3


def drawn(_content: bytes, *, kind: str, designation: str, society: str, standing: str = "") -> tuple[Any, bytes]:
    """The picture of that kind, for `certificates.badge.picture`."""
    if kind == "png":
        return None, _as_png(designation, society)
    return None, _as_svg(designation, society, standing).encode()


def compared(content: bytes, *, kind: str, issued: str) -> tuple[Any, bytes]:
    """Whether a picture shows what the issued one does, whoever has saved it, for `certificates.badge.picture`."""
    own = base64.b64decode(issued)
    if kind == "svg":
        return _drawing(content) == _drawing(own), b""
    with Image.open(io.BytesIO(content), formats=["PNG"]) as found, Image.open(io.BytesIO(own)) as expected:
        if found.size != expected.size or not is_plain_png(content):
            return False, b""
        return found.convert("RGBA").tobytes() == expected.convert("RGBA").tobytes(), b""


def _drawing(content: bytes) -> str:
    """The elements of a drawing but for the credential, however it is indented; comments are not shown."""
    without = [f"{{{NAMESPACE}}}credential"]
    return canonicalize(content.decode("utf-8-sig"), strip_text=True, rewrite_prefixes=True, exclude_tags=without)


def _as_svg(designation: str, society: str, standing: str) -> str:
    size, lines = _set(designation)
    top = 424 - (len(lines) - 1) * size // 2
    texts = [(top + place * size * 1.15, size, line, INK) for place, line in enumerate(lines)]
    if standing:
        texts += [(508, 22, society, COPPER), (564, 36, standing, INK)]
    else:
        texts.append((532, 22, society, COPPER))
    written = "".join(
        f'<text x="300" y="{y:g}" font-size="{points}" fill="{color}" textLength="{length:g}" '
        f'lengthAdjust="spacingAndGlyphs">{escape(line)}</text>'
        for y, points, line, color in texts
        if (length := min(_width(line, points), WIDEST + 40))
    )
    label = quoteattr(f"{designation}, {society}{', ' + standing if standing else ''}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label={label}>'
        f'<rect x="6" y="6" width="588" height="588" rx="44" fill="{PAPER}" stroke="{EDGE}" stroke-width="4"/>'
        f'<g transform="translate(156 58) scale(3)">{_seal_svg()}</g>'
        f'<g font-family="{FAMILIES}" text-anchor="middle" font-weight="600">{written}</g></svg>'
    )


def _seal_svg() -> str:
    middle = 'cx="48" cy="48"'
    rings = f'<circle {middle} r="46.5" stroke-width="2"/><circle {middle} r="42.5"/>'
    seats = "".join(f'<circle cx="{x:g}" cy="{y:g}" r="5.2"/>' for x, y in _seats())
    leaders = "".join(f'<circle cx="{x:g}" cy="{y:g}" r="7"/>' for x, y in LEADERS)
    return f'<g fill="none" stroke="{INK}">{rings}</g><g fill="{INK}">{seats}</g><g fill="{COPPER}">{leaders}</g>'


def _as_png(designation: str, society: str) -> bytes:
    side = SIDE * FINER
    canvas = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(canvas)
    draw.rounded_rectangle(_scaled(6, 6, 594, 594), 44 * FINER, fill=PAPER, outline=EDGE, width=4 * FINER)
    for radius, width in ((46.5, 6), (42.5, 3)):
        draw.ellipse(_round(48, 48, radius), outline=INK, width=width * FINER)
    for x, y in _seats():
        draw.ellipse(_round(x, y, 5.2), fill=INK)
    for x, y in LEADERS:
        draw.ellipse(_round(x, y, 7), fill=COPPER)
    size, lines = _set(designation)
    top = 424 - (len(lines) - 1) * size // 2
    for place, line in enumerate(lines):
        _write(draw, line, top + place * size * 1.15, size, INK)
    _write(draw, society, 532, 22, COPPER)
    out = io.BytesIO()
    canvas.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _seats() -> list[tuple[float, float]]:
    """The seats of the right half, and their mirror images through the middle."""
    return [*SEATS, *((96 - x, 96 - y) for x, y in SEATS)]


def _round(x: float, y: float, radius: float) -> list[float]:
    left, top = 156 + 3 * x, 58 + 3 * y
    return _scaled(left - 3 * radius, top - 3 * radius, left + 3 * radius, top + 3 * radius)


def _scaled(*points: float) -> list[float]:
    return [point * FINER for point in points]


def _write(draw: ImageDraw.ImageDraw, line: str, baseline: float, points: int, color: str) -> None:
    while points > 8 and _width(line, points) > WIDEST + 40:  # noqa: PLR2004 - smaller can't be read
        points -= 1
    draw.text((SIDE / 2 * FINER, baseline * FINER), line, color, _font(points * FINER), anchor="ms")


def _set(designation: str) -> tuple[int, list[str]]:
    """The largest size in which the words fit on three lines; at the smallest they run over rather than be cut."""
    for size in SIZES:
        lines = _broken(designation, size)
        if len(lines) <= MOST_LINES and all(_width(line, size) <= WIDEST for line in lines):
            return size, lines
    return SIZES[-1], _broken(designation, SIZES[-1])


def _broken(text: str, size: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer, size) <= WIDEST:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _width(line: str, points: int) -> float:
    return _font(points).getlength(line)


@cache
def _font(points: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / "SourceSans3-SemiBold.ttf", points)
