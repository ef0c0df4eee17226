"""Pictures are drawn anew: what they show stays, what they tell about whoever took them goes."""

import contextlib
import io
import re
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from credentialing.evidence.inspection import inspect
from credentialing.evidence.picture_child import MAX_PIXELS_OF_OTHERS
from credentialing.evidence.services.cases import EvidenceRefused
from tests.evidence.samples import announced_png, exif, picture, png_text


def opened(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def test_picture_shows_the_same_afterwards():
    taken = inspect(picture("PNG"))

    assert (taken.media_type, taken.extension) == ("image/png", "png")
    assert list(opened(taken.content).get_flattened_data()) == list(opened(picture("PNG")).get_flattened_data())


def test_jpeg_is_stored_as_jpg():
    taken = inspect(picture("JPEG"))

    assert (taken.media_type, taken.extension) == ("image/jpeg", "jpg")
    assert opened(taken.content).size == (8, 6)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_place_and_device_are_gone(kind):
    told = picture(kind, exif=exif())
    assert b"A telling phone" in told

    taken = inspect(told)

    assert b"telling" not in taken.content
    assert not opened(taken.content).getexif()


def test_hidden_words_of_a_picture_are_gone():
    png = inspect(picture("PNG", pnginfo=png_text())).content
    jpeg = inspect(picture("JPEG", comment=b"telling words")).content

    assert b"telling" not in png + jpeg
    assert not opened(png).info


def test_picture_taken_sideways_is_turned_upright():
    taken = inspect(picture("PNG", size=(8, 6), exif=exif(orientation=6)))

    upright = opened(taken.content)
    assert upright.size == (6, 8)
    assert upright.getpixel((0, 0)) == (0, 0, 0)
    assert upright.getpixel((0, 7)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_png_of_every_colour_model_is_taken(mode):
    drawn = picture("PNG") if mode == "I;16" else picture("PNG", mode=mode)
    if mode == "I;16":
        out = io.BytesIO()
        Image.new("I;16", (8, 6), 7).save(out, "PNG")
        drawn = out.getvalue()

    taken = opened(inspect(drawn).content)

    assert taken.size == (8, 6)
    assert taken.convert("RGBA").getpixel((0, 0)) == opened(drawn).convert("RGBA").getpixel((0, 0))


def test_see_through_parts_of_a_palette_stay_see_through():
    out = io.BytesIO()
    image = Image.new("P", (2, 2), 0)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.save(out, "PNG", transparency=0)

    taken = opened(inspect(out.getvalue()).content)

    assert taken.mode == "RGBA"
    assert taken.getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_of_every_colour_model_is_taken(mode):
    taken = opened(inspect(picture("JPEG", mode=mode)).content)

    assert taken.mode == ("L" if mode == "L" else "RGB")
    assert taken.convert("L").getpixel((7, 0)) > 200


@pytest.mark.parametrize(
    "size",
    [(MAX_PIXELS_OF_OTHERS // 10_000 + 1, 10_000), (20_000, 20_000), (60_000, 60_000)],
    ids=["over our limit", "over the warning", "over the library's limit"],
)
def test_picture_that_would_fill_the_memory_is_refused_unopened(size):
    content = announced_png(*size)
    assert len(content) < 200

    with pytest.raises(EvidenceRefused, match="too many pixels"):
        inspect(content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.png", picture("PNG", size=(80, 60))[:60]),
        ("scan.png", b"\x89PNG\r\n\x1a\n"),
        ("scan.png", announced_png(0, 0)),
        ("scan.jpg", b"\xff\xd8\xff"),
        ("scan.jpg", picture("JPEG", size=(80, 60))[:200]),
        ("scan.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 200),
    ],
)
def test_damaged_picture_is_refused(name, content):
    with pytest.raises(EvidenceRefused, match=re.escape("damaged or incomplete and can't be opened")):
        inspect(content)


def test_picture_with_broken_metadata_is_refused():
    content = bytearray(picture("JPEG", exif=exif(orientation=6)))
    content[content.index(b"Exif") + 17] = 0  # the first entry has no type

    with pytest.raises(EvidenceRefused, match="damaged"):
        inspect(bytes(content))


SOUND = {
    "scan.png": picture("PNG", exif=exif(), pnginfo=png_text()),
    "scan.jpg": picture("JPEG", exif=exif(orientation=6), comment=b"words"),
}


@given(data=st.data())
@settings(deadline=None, max_examples=50)
def test_broken_picture_is_taken_or_refused_and_nothing_else(data):
    name = data.draw(st.sampled_from(sorted(SOUND)))
    content = bytearray(SOUND[name])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    taken = picture("PNG")
    with warnings.catch_warnings(), contextlib.suppress(EvidenceRefused):
        warnings.simplefilter("ignore", UserWarning)  # the library grumbles about broken metadata
        taken = inspect(bytes(content)).content

    assert not opened(taken).getexif()
