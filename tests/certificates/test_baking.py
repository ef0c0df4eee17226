"""Credentials in pictures: laid in so that others find them, found without trusting the picture."""

import io
import struct
import zlib

import pytest
from PIL import Image

from certificates.badge.baking import (
    DEEPEST,
    LONGEST,
    MOST_CHUNKS,
    MOST_ELEMENTS,
    MOST_PREFIXES,
    NotAPicture,
    bake_png,
    bake_svg,
    credential_in_png,
    credential_in_svg,
)
from certificates.badge.picture import badge_png, badge_svg, baked_png, baked_svg

CREDENTIAL = '{"name": "Zoë <b> & ]]> O\'Brien"}'.encode()
NAMES = ("Credentialed Balint Group Leader", "American Balint Society")
HEAD = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes) -> bytes:
    return HEAD + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + b"".join(chunks) + chunk(b"IEND", b"")


def itxt(text: bytes, *, compressed: bool = False, keyword: bytes = b"openbadgecredential") -> bytes:
    packed = zlib.compress(text) if compressed else text
    return chunk(b"iTXt", keyword + b"\0" + bytes([compressed, 0]) + b"en\0badge\0" + packed)


def test_credential_comes_out_of_a_png_as_it_went_in():
    picture = baked_png(*NAMES, CREDENTIAL)
    assert credential_in_png(picture) == CREDENTIAL
    assert credential_in_png(badge_png(*NAMES)) is None


def test_baked_png_is_a_sound_picture_that_others_read():
    with Image.open(io.BytesIO(baked_png(*NAMES, CREDENTIAL))) as picture:
        picture.load()
        assert picture.size == (600, 600)
        assert picture.text["openbadgecredential"] == CREDENTIAL.decode()


def test_credential_comes_out_of_an_svg_as_it_went_in():
    assert credential_in_svg(baked_svg(*NAMES, CREDENTIAL)) == CREDENTIAL
    assert credential_in_svg(badge_svg(*NAMES).encode()) is None


def test_names_in_a_picture_are_text():
    drawn = badge_svg('Leader "<script>"', "A & B")
    assert "<script>" not in drawn
    assert credential_in_svg(bake_svg(drawn, CREDENTIAL)) == CREDENTIAL


@pytest.mark.parametrize("words", ["Leader", "Leader of Balint groups " * 8, "Donaudampfschifffahrtsgesellschaft" * 3])
def test_designation_of_any_length_is_drawn(words):
    assert badge_png(words, "Society").startswith(HEAD)
    assert credential_in_svg(baked_svg(words, "Society", CREDENTIAL)) == CREDENTIAL


def test_standing_may_stand_in_the_picture():
    assert "Suspended" in badge_svg("Leader", "Society", "Suspended")


def test_packed_text_is_read_too():
    assert credential_in_png(png(itxt(CREDENTIAL, compressed=True))) == CREDENTIAL


def test_text_for_others_is_passed_over():
    assert credential_in_png(png(itxt(b"x", keyword=b"Comment"))) is None
    assert credential_in_png(png(chunk(b"iTXt", b"openbadgecredential\0\0"))) is None
    assert credential_in_png(bake_png(png(), CREDENTIAL)) == CREDENTIAL


UNPACKED = "The picture carries a text that can't be unpacked, or that is too long for a credential."
DAMAGED = "The picture is damaged."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GIF89a", "This is no PNG."),
        (HEAD + b"\0\0", DAMAGED),
        (HEAD + b"\xff\xff\xff\xffIHDR", DAMAGED),
        (png(itxt(CREDENTIAL), itxt(CREDENTIAL)), "The picture carries more than one credential."),
        (png(itxt(b"0" * 300_000, compressed=True)), UNPACKED),
        (png(chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0not packed")), UNPACKED),
        (png()[:-1] + b"x", DAMAGED),
        (png()[:-12], "The picture has no end."),
        (png(*[chunk(b"tEXt", b"")] * (MOST_CHUNKS - 1)), DAMAGED),
    ],
    ids=["gif", "short", "length", "twice", "bomb", "unpacked", "checksum", "end", "chunks"],
)
def test_damaged_or_hostile_png_is_refused_and_says_why(content, words):
    with pytest.raises(NotAPicture) as refusal:
        credential_in_png(content)
    assert str(refusal.value) == words


def test_picture_of_as_many_parts_as_may_be_is_read():
    assert credential_in_png(png(itxt(CREDENTIAL), *[chunk(b"tEXt", b"")] * (MOST_CHUNKS - 3))) == CREDENTIAL


def test_text_of_another_kind_of_part_is_no_credential():
    assert credential_in_png(png(chunk(b"zTXt", b"openbadgecredential\0\0\0en\0badge\0" + CREDENTIAL))) is None


def test_empty_text_is_an_empty_credential_and_no_missing_one():
    assert credential_in_png(png(chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0"))) == b""


BADGE = '<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">{}</openbadges:credential>'
SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'


def test_text_of_a_credential_may_stand_in_a_section_of_its_own():
    written = SVG.format(BADGE.format("<![CDATA[" + '{"name": "<b>"}' + "]]>"))
    assert credential_in_svg(written.encode()) == b'{"name": "<b>"}'


LAUGHS = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


UNREADABLE = "This is no SVG that can be read."
TOO_MUCH = "The picture holds something that no badge has."
NOT_ONE = "This is no SVG with one credential in it."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", UNREADABLE),
        ("<svg>", UNREADABLE),
        ("<html/>", NOT_ONE),
        (SVG.format(BADGE.format("1") * 2), NOT_ONE),
        (SVG.format(BADGE.format(BADGE.format("1"))), TOO_MUCH),
        (SVG.format("<g>" * DEEPEST + "</g>" * DEEPEST), TOO_MUCH),
        (SVG.format("<g/>" * MOST_ELEMENTS), TOO_MUCH),
        (SVG.format(f"<g {' '.join(f'xmlns:p{n}="x"' for n in range(MOST_PREFIXES))}/>"), TOO_MUCH),
        (SVG.format(BADGE.format("1" * (LONGEST + 1))), TOO_MUCH),
        (LAUGHS + SVG.format(BADGE.format("&b;")), TOO_MUCH),
        ('<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + SVG.format(""), TOO_MUCH),
        ('<?xml version="1.0" encoding="x-unknown"?>' + SVG.format(""), UNREADABLE),
    ],
    ids=[
        "empty", "open", "html", "twice", "nested", "deep", "many", "prefixes", "long", "laughs", "foreign", "encoding",
    ],
)  # fmt: skip
def test_damaged_or_hostile_svg_is_refused_and_says_why(content, words):
    with pytest.raises(NotAPicture) as refusal:
        credential_in_svg(content.encode())
    assert str(refusal.value) == words


@pytest.mark.parametrize(
    "around",
    [
        "<g>" * (DEEPEST - 2) + "{}" + "</g>" * (DEEPEST - 2),
        "{}" + "<g/>" * (MOST_ELEMENTS - 2),
        f"{{}}<g {' '.join(f'xmlns:p{n}="x"' for n in range(MOST_PREFIXES - 1))}/>",
    ],
    ids=["deep", "many", "prefixes"],
)
def test_picture_at_the_limit_is_read(around):
    badge = BADGE.format("1" * LONGEST)
    assert credential_in_svg(SVG.format(around.format(badge)).encode()) == b"1" * LONGEST


def test_words_of_the_picture_are_none_of_the_credential():
    written = SVG.format("<text>before</text>" + BADGE.format("<b>1</b>2") + "<text>after</text>")
    assert credential_in_svg(written.encode()) == b"12"


def test_prefix_means_what_the_nearest_element_says():
    name = "https://purl.imsglobal.org/ob/v3p0"
    within = f'<g xmlns:o="x"><g xmlns:o="{name}"><o:credential>1</o:credential></g><o:credential>2</o:credential></g>'
    assert credential_in_svg(SVG.format(within).encode()) == b"1"


def test_credential_is_laid_into_the_first_element_of_the_picture():
    baked = bake_svg('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><svg/></svg>', b"1").decode()
    assert baked.startswith('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><openbadges:credential ')
