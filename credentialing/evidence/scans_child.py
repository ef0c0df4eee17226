"""Scans of several pages (TIFF) as a PDF, page for page. Runs in a child with limits (`limited`)."""

import io
import zlib
from collections.abc import Iterable

import pikepdf
from PIL import Image

POINTS = 72  # an inch
USUAL_DOTS, FEWEST_DOTS, MOST_DOTS = 200.0, 50.0, 2400.0  # an inch, where the scan says nothing that can be


def pages_as_pdf(pages: Iterable[tuple[Image.Image, float]]) -> bytes:
    """A PDF of these pictures, each with its dots an inch; only one of them is held at a time."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        for image, dots in pages:
            _add_page(document, image, dots if FEWEST_DOTS <= dots <= MOST_DOTS else USUAL_DOTS)
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _add_page(document: pikepdf.Pdf, image: Image.Image, dots: float) -> None:
    if image.mode != "1":
        image = image.convert("L" if image.mode in {"L", "I;16", "LA"} else "RGB")
    width, height = image.width * POINTS / dots, image.height * POINTS / dots
    facts = {
        "Type": pikepdf.Name.XObject,
        "Subtype": pikepdf.Name.Image,
        "Width": image.width,
        "Height": image.height,
        "ColorSpace": pikepdf.Name.DeviceRGB if image.mode == "RGB" else pikepdf.Name.DeviceGray,
        "BitsPerComponent": 1 if image.mode == "1" else 8,
    }
    if image.mode == "1":  # letters stay as sharp as they are
        drawn = pikepdf.Stream(document, zlib.compress(image.tobytes()), Filter=pikepdf.Name.FlateDecode, **facts)
    else:
        packed = io.BytesIO()
        image.save(packed, "JPEG", quality=85)
        drawn = pikepdf.Stream(document, packed.getvalue(), Filter=pikepdf.Name.DCTDecode, **facts)
    page = document.add_blank_page(page_size=(width, height))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=drawn))
    page.Contents = pikepdf.Stream(document, b"q %f 0 0 %f 0 0 cm /Scan Do Q" % (width, height))
