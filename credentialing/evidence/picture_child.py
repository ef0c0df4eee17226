"""Pictures drawn anew, without place, device or other metadata. Runs in a child with limits (`limited`).

Each is turned as it was meant, and no larger than anybody needs.

A photograph of a phone has 50 to 200 million pixels, a sheet of paper at 400 dots an inch has 15. So a larger one is
scaled down, and a JPEG is decoded at half or a quarter of its size at once, which takes a quarter or a sixteenth of
the memory (docs/figures/uploads.md).
"""

import io
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import AvifImagePlugin, Image, ImageOps

from credentialing.evidence.pdf_child import MAX_PAGES
from credentialing.evidence.scans_child import pages_as_pdf

try:
    import pi_heif
except ImportError:  # an extra: without it the page says how to make a JPEG
    pi_heif = None
else:
    pi_heif.register_heif_opener(decode_threads=1)
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

MILLION = 1_000_000
KEPT_PIXELS = 24 * MILLION
MAX_PIXELS = {"JPEG": 220 * MILLION, "HEIF": 52 * MILLION, "AVIF": 52 * MILLION, "WEBP": 52 * MILLION}
MAX_PIXELS_IN_LAYERS = 110 * MILLION  # of a progressive JPEG, all of which is held before anything is seen
MAX_PIXELS_OF_OTHERS = 110 * MILLION  # whose every pixel must be unpacked
STRIP = 256  # rows
PHOTOGRAPHS = frozenset({"JPEG", "HEIF", "AVIF", "WEBP"})
DAMAGED = (
    "This picture is damaged or incomplete and can't be opened. Open it yourself: if all of it is there, save it again "
    "as JPEG; otherwise take or send it anew."
)
MOVING = "This picture moves. Take a still picture of what it shows (a screenshot), and upload that."
IN_LAYERS = (
    "This photograph is stored in layers (“progressive”), which takes too much memory at its size. Save it smaller, or "
    "as an ordinary JPEG, and upload that."
)
NO_HEIC = (
    "This is a photograph as iPhones and iPads store it (HEIC), which can't be read here. Make a JPEG of it. On the "
    "iPhone: open it in Photos, choose Share, then Options, then “Most Compatible”, and save it to Files; or in "
    "Settings, Camera, Formats choose “Most Compatible” and take it again. On a Mac: open it in Preview, choose File, "
    "Export, JPEG. On Windows: open it in Photos, choose “Save as”, JPG."
)


class PictureRefused(Exception):
    """The picture isn't taken; the message is for whoever uploads it."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What is stored of a picture, and its pixels before and after."""

    content: bytes
    media_type: str
    before: int
    after: int


def drawn_anew(content: bytes, kind: str) -> Drawn:
    """The picture as it is stored: photographs as JPEG, scans of several pages as PDF, the rest as PNG.

    Raises:
        PictureRefused: too many pixels, moving, damaged, incomplete, or of a kind that isn't read here.
    """
    if kind == "HEIF" and pi_heif is None:
        raise PictureRefused(NO_HEIC)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS["JPEG"]  # of this child alone; each kind has its own, asked below
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # asked below, by kind
            with Image.open(io.BytesIO(content), formats=[kind]) as picture:
                return _pages(picture) if kind == "TIFF" else _one(picture, kind)
    except (MemoryError, PictureRefused):
        raise
    except Image.DecompressionBombError as error:
        raise PictureRefused(_too_many(kind)) from error
    except Exception as error:  # a parser of broken bytes fails in any way
        raise PictureRefused(DAMAGED) from error


def _must_be_read(picture: Image.Image, before: int) -> None:
    """Unpack it; whoever reads JPEGs calls memory that isn't there a fault of the picture."""
    try:
        picture.load()
    except OSError as error:
        if picture.info.get("progressive") and before > KEPT_PIXELS and "truncated" not in str(error):
            raise PictureRefused(IN_LAYERS) from error
        raise


def _one(picture: Image.Image, kind: str) -> Drawn:
    if kind in {"GIF", "WEBP", "AVIF", "PNG"} and getattr(picture, "is_animated", False):
        raise PictureRefused(MOVING)
    before = _must_be_small(picture, kind)
    if picture.info.get("progressive") and before > MAX_PIXELS_IN_LAYERS:
        raise PictureRefused(IN_LAYERS)
    image = _upright(picture, kind)
    photograph = kind == "JPEG" or (kind in PHOTOGRAPHS and not image.has_transparency_data)
    if photograph and image.mode not in {"RGB", "L"}:
        image = image.convert("RGB")
    if image.mode == "P":
        image = image.convert("RGBA")
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    out = io.BytesIO()
    if photograph:
        clean.save(out, "JPEG", quality=90)
    else:
        clean.save(out, "PNG", optimize=False)
    media_type = "image/jpeg" if photograph else "image/png"
    return Drawn(content=out.getvalue(), media_type=media_type, before=before, after=_pixels(clean))


def _pages(picture: Image.Image) -> Drawn:
    """A TIFF is what scanners make: its pages as a PDF."""
    number = getattr(picture, "n_frames", 1)
    if number > MAX_PAGES:
        msg = f"A scan must have between 1 and {MAX_PAGES} pages."
        raise PictureRefused(msg)
    sizes: list[tuple[int, int]] = []

    def frames() -> Iterator[tuple[Image.Image, float]]:
        for place in range(number):
            picture.seek(place)
            before = _must_be_small(picture, "TIFF")
            dots = picture.info.get("dpi", (0, 0))
            page = _upright(picture, "TIFF", in_place=number == 1)
            sizes.append((before, _pixels(page)))
            yield page, float(dots[0]) * math.sqrt(_pixels(page) / before)

    made = pages_as_pdf(frames())
    return Drawn(content=made, media_type="application/pdf", before=max(sizes)[0], after=max(sizes)[1])


def _upright(picture: Image.Image, kind: str, *, in_place: bool = True) -> Image.Image:
    """The pixels, no more than are kept, turned as the picture was meant."""
    scale = math.sqrt(min(1, KEPT_PIXELS / _pixels(picture)))
    size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
    before = _pixels(picture)
    if scale < 1 and kind == "JPEG":
        half = picture.info.get("progressive") and before > 2 * KEPT_PIXELS  # its layers take their room too
        picture.draft(None, (picture.width // 2, picture.height // 2) if half else size)
    _must_be_read(picture, before)
    image = picture
    if scale < 1:
        if kind not in PHOTOGRAPHS and before > 2 * KEPT_PIXELS:
            image = _reduced(picture, math.ceil(1 / scale))
        elif not in_place or image.mode in {"1", "P"}:  # small letters vanish where nothing lies between two colors
            image = image.convert({"1": "L", "P": "RGBA"}.get(image.mode, image.mode))
        if _pixels(image) > KEPT_PIXELS:
            image.thumbnail(size, Image.Resampling.BICUBIC, reducing_gap=1.0)
    return ImageOps.exif_transpose(image)


def _reduced(picture: Image.Image, factor: int) -> Image.Image:
    """The picture at a fraction of its size, strip by strip: at once it would be held twice."""
    mode = {"1": "L", "P": "RGBA"}.get(picture.mode, picture.mode)
    small = Image.new(mode, (-(-picture.width // factor), -(-picture.height // factor)))
    small.info = picture.info.copy()
    for top in range(0, picture.height, factor * STRIP):
        strip = picture.crop((0, top, picture.width, min(picture.height, top + factor * STRIP)))
        small.paste(strip.convert(mode).reduce(factor), (0, top // factor))
    return small


def _must_be_small(picture: Image.Image, kind: str) -> int:
    if not 0 < _pixels(picture) <= MAX_PIXELS.get(kind, MAX_PIXELS_OF_OTHERS):
        raise Image.DecompressionBombError
    return _pixels(picture)


def _pixels(picture: Image.Image) -> int:
    return picture.width * picture.height


def _too_many(kind: str) -> str:
    most = MAX_PIXELS.get(kind, MAX_PIXELS_OF_OTHERS) // MILLION // 10 * 10
    return f"This picture has too many pixels: more than {most} million. Save it smaller, or as JPEG, and upload that."
