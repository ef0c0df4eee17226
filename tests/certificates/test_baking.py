"""Credentials in pictures: laid in so that others find them, found without trusting the picture."""

import io
import struct
import zlib

import pytest
from PIL import Image

from certificates.badge.baking import (
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


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a",
        HEAD + b"\0\0",
        HEAD + b"\xff\xff\xff\xffIHDR",
        png(itxt(CREDENTIAL), itxt(CREDENTIAL)),
        png(itxt(b"0" * 300_000, compressed=True)),
        png(chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0not packed")),
        png()[:-1] + b"x",
        png()[:-12],
        png(*[chunk(b"tEXt", b"")] * 20_001),
    ],
    ids=["gif", "short", "length", "twice", "bomb", "unpacked", "checksum", "end", "chunks"],
)
def test_damaged_or_hostile_png_is_refused(content):
    with pytest.raises(NotAPicture):
        credential_in_png(content)


BADGE = '<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">{}</openbadges:credential>'
SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'


def test_text_of_a_credential_may_stand_in_a_section_of_its_own():
    written = SVG.format(BADGE.format("<![CDATA[" + '{"name": "<b>"}' + "]]>"))
    assert credential_in_svg(written.encode()) == b'{"name": "<b>"}'


LAUGHS = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<svg>",
        "<html/>",
        SVG.format(BADGE.format("1") * 2),
        SVG.format(BADGE.format(BADGE.format("1"))),
        SVG.format("<g>" * 300 + "</g>" * 300),
        LAUGHS + SVG.format(BADGE.format("&b;")),
        '<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + SVG.format(""),
        '<?xml version="1.0" encoding="x-unknown"?>' + SVG.format(""),
    ],
    ids=["empty", "open", "html", "twice", "nested", "deep", "laughs", "foreign", "encoding"],
)
def test_damaged_or_hostile_svg_is_refused(content):
    with pytest.raises(NotAPicture):
        credential_in_svg(content.encode())
