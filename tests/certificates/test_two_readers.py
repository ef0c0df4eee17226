"""Two readers that share no code, poppler and MuPDF, show the same page; each of ten names stands on it as it is."""

import io
import shutil
import subprocess
from dataclasses import replace

import pymupdf
import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from certificates.fonts import missing_characters
from certificates.rendering import render_in_child
from tests.certificates.factories import FACTS, TEN_NAMES

DPI = 144
# Both smooth edges in their own way: blurred by two points they differ by so much of 255 anywhere, and on average.
ANYWHERE, ON_AVERAGE = 45, 0.8


def by_poppler(content: bytes) -> Image.Image:
    if shutil.which("pdftoppm") is None:
        pytest.skip("no pdftoppm on this machine")
    done = subprocess.run(["pdftoppm", "-r", str(DPI), "-png", "-"], input=content, capture_output=True, check=True)
    return Image.open(io.BytesIO(done.stdout)).convert("L")


def by_mupdf(content: bytes) -> Image.Image:
    with pymupdf.open(stream=content) as document:
        return Image.open(io.BytesIO(document[0].get_pixmap(dpi=DPI).tobytes("png"))).convert("L")


def apart(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """How much two pictures differ: anywhere, and on average."""
    assert one.size == other.size
    blurred = [picture.filter(ImageFilter.GaussianBlur(4)) for picture in (one, other)]
    difference = ImageChops.difference(*blurred)
    return difference.getextrema()[1], ImageStat.Stat(difference).mean[0]


@pytest.fixture(scope="module", params=range(len(TEN_NAMES)))
def paper(request):
    name = TEN_NAMES[request.param]
    if missing_characters(name):
        pytest.skip("the system's Chinese and Korean font is not there")
    return name, render_in_child(replace(FACTS, name=name), "abcDEF123")


def test_both_show_the_same(paper):
    anywhere, on_average = apart(by_poppler(paper[1]), by_mupdf(paper[1]))
    assert anywhere <= ANYWHERE
    assert on_average <= ON_AVERAGE


def test_name_can_be_read_out_of_the_page(paper):
    name, content = paper
    with pymupdf.open(stream=content) as document:
        said = "".join(sorted(document[0].get_text().replace("\n", "").replace(" ", "")))
        assert all(said.count(letter) >= name.count(letter) for letter in set(name) - {" "}), name


def test_pictures_of_different_names_differ():
    """The measure is no formality."""
    one, other = (render_in_child(replace(FACTS, name=name), "abcDEF123") for name in TEN_NAMES[:2])
    anywhere, on_average = apart(by_poppler(one), by_mupdf(other))
    assert anywhere > ANYWHERE
    assert on_average > ON_AVERAGE


def test_seal_is_seen_in_both():
    content = render_in_child(FACTS, "t")
    for picture in (by_poppler(content), by_mupdf(content)):
        box = picture.crop((720, 100, 864, 270))
        assert ImageStat.Stat(box).mean[0] < 235, "blank where the seal should be"
