"""A file's name is shown and served so that no program takes it for an option, a path, a device or something hidden."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentialing.evidence.file_names import safe_name

NAMES = {
    "agreement.pdf": "agreement.pdf",
    "Einverständnis „neu“.PDF": "Einverständnis „neu“.pdf",
    "-rf.pdf": "rf.pdf",
    "--help": "help.pdf",
    ".htaccess": "htaccess.pdf",
    "..": "file.pdf",
    "../../etc/passwd": "passwd.pdf",
    "C:\\Users\\ada\\scan.pdf": "scan.pdf",
    "CON.pdf": "file-CON.pdf",
    "nul": "file-nul.pdf",
    "com1.notes.pdf": "file-com1.notes.pdf",
    "LPT².pdf": "file-LPT².pdf",
    "Congress.pdf": "Congress.pdf",
    "agreement.pdf. . ": "agreement.pdf",
    "agreement .pdf": "agreement.pdf",
    "agreement.pdf.exe": "agreement.pdf",
    "IMG_0001.HEIC": "IMG_0001.pdf",
    "Letter of Dr. Smith": "Letter of Dr. Smith.pdf",
    "version 1.2": "version 1.2.pdf",
    'who? "me" <a|b>*:x.pdf': "who_ _me_ _a_b_x.pdf",
    "invoice\u202efdp.exe": "invoicefdp.pdf",
    "a\r\nSet-Cookie: b=c\x00\x07.pdf": "a Set-Cookie_ b=c.pdf",
    "zero\u200bwidth\ufeff.pdf": "zerowidth.pdf",
    "half \ud800 a letter.pdf": "half a letter.pdf",
    "Zoe\u0308.pdf": "Zoë.pdf",
    "": "file.pdf",
    "\u200b.pdf": "file.pdf",
    "契約書.pdf": "契約書.pdf",
}


@pytest.mark.parametrize("given_name", NAMES)
def test_name_is_one_that_every_device_can_keep(given_name):
    assert safe_name(given_name, "pdf") == NAMES[given_name]


@pytest.mark.parametrize("letter", ["a", "é", "契", "😀", "q\u0323\u0307"])
def test_name_of_any_length_has_at_most_255_bytes_and_no_half_letter(letter):
    name = safe_name(letter * 300 + ".pdf", "pdf")
    assert 245 <= len(name.encode()) <= 255
    assert name.removesuffix(".pdf").replace(letter, "") == ""


@given(st.text(max_size=300), st.sampled_from(["pdf", "png", "jpg"]))
def test_no_name_does_harm_and_a_safe_one_stays_as_it_is(text, extension):
    name = safe_name(text, extension)
    assert len(name.encode()) <= 255
    assert re.fullmatch(
        r"[^-. ~/\\<>:\"|?*\x00-\x1f][^/\\<>:\"|?*\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]*\.(pdf|png|jpg)", name
    )
    assert safe_name(name, extension) == name
