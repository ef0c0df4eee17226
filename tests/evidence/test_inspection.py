"""Uploads are judged by their content: emptiness, size, names, recordings, and PDFs."""

import contextlib

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name

from credentialing.evidence.inspection import Accepted, inspect
from credentialing.evidence.pdf_child import MAX_PAGES
from credentialing.evidence.services.cases import EvidenceRefused
from tests.evidence.samples import pdf, picture, written

SOUND_PDF = pdf(pages=2)
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"


def refused(content, words):
    with pytest.raises(EvidenceRefused, match=words):
        inspect(content)


def test_plain_pdf_is_stored_as_it_is():
    assert inspect(SOUND_PDF) == Accepted(content=SOUND_PDF, media_type="application/pdf", extension="pdf")


def test_empty_file_is_refused():
    refused(b"", "empty")


def test_file_is_refused_from_one_byte_above_the_limit_on(settings):
    settings.EVIDENCE_MAX_BYTES = len(SOUND_PDF)
    assert inspect(SOUND_PDF).content == SOUND_PDF

    settings.EVIDENCE_MAX_BYTES = len(SOUND_PDF) - 1
    refused(SOUND_PDF, "larger than")


RECORDINGS = {
    "group.mp3": b"ID3\x03\0\0\0\0\0\x21" + b"\0" * 200,
    "raw.mp3": b"\xff\xfb\x90\x64" + b"\0" * 400,
    "group.wav": b"RIFF\x24\x08\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0" + b"\0" * 200,
    "group.m4a": b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0" + b"\0" * 100,
    "group.mp4": b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + b"\0" * 100,
    "group.mov": b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + b"\0" * 100,
    "group.ogg": b"OggS\0\x02" + b"\0" * 20 + b"\x01\x1eOpusHead" + b"\0" * 100,
    "group.flac": b"fLaC\0\0\0\x22" + b"\0" * 100,
    "group.webm": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + b"\0" * 100,
    "group.avi": b"RIFF\x24\x08\0\0AVI LIST" + b"\0" * 100,
    "group.aiff": b"FORM\0\0\0\x40AIFFCOMM" + b"\0" * 100,
    "group.wma": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + b"\0" * 100,
}


@pytest.mark.parametrize("name", RECORDINGS)
def test_recording_is_refused_with_the_reason(name):
    refused(RECORDINGS[name], "the group members on them are entitled to confidentiality")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", b"Some notes about an agreement."),
        ("notes.html", b"<!DOCTYPE html><html></html>"),
        ("one.pdf", b"x"),
        ("agreement.docx", b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0[Content_Types].xml" + b"\0" * 100),
        ("photo.bmp", picture("BMP")),
        ("photo.jp2", b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 " + b"\0" * 100),
    ],
)
def test_anything_else_is_refused_and_never_called_a_recording(name, content):
    refused(content, "Upload a PDF, PNG or JPEG file.")


# What a PDF may not hold -----------------------------------------------------------------------------------


def script(document):
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def script_by_name(document):
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["x", Dictionary(S=Name.JavaScript, JS="1")])))


def script_in_a_link(document):
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.JavaScript, JS="1"))
    document.pages[0].Annots = Array([link])


def launch(document):
    action = Dictionary(S=Name.Launch, F="calc.exe")
    document.pages[0].Annots = Array([document.make_indirect(Dictionary(Subtype=Name.Link, A=action))])


def action_of_a_page(document):
    document.pages[0].AA = Dictionary(O=Dictionary(S=Name.URI, URI="http://example.org/"))


def address_on_opening(document):
    document.Root.OpenAction = Dictionary(S=Name.URI, URI="http://example.org/")


def form_to_be_sent(document):
    field = Dictionary(FT=Name.Btn, T="b", A=Dictionary(S=Name.SubmitForm, F="http://example.org/"))
    document.Root.AcroForm = Dictionary(Fields=Array([field]))


def xfa(document):
    document.Root.AcroForm = Dictionary(XFA=document.make_stream(b"<xdp/>"))


def attached_file(document):
    document.attachments["a.exe"] = b"MZ"


def file_pinned_to_a_page(document):
    stream = document.make_stream(b"MZ", Type=Name.EmbeddedFile)
    pin = Dictionary(Subtype=Name.FileAttachment, FS=Dictionary(Type=Name.Filespec, F="a", EF=Dictionary(F=stream)))
    document.pages[0].Annots = Array([pin])


def sound(document):
    document.pages[0].Annots = Array([Dictionary(Subtype=Name.Sound, Sound=document.make_stream(b"\0\0", R=8000))])


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "change",
    [
        script,
        script_by_name,
        script_in_a_link,
        launch,
        action_of_a_page,
        address_on_opening,
        form_to_be_sent,
        xfa,
        attached_file,
        file_pinned_to_a_page,
        sound,
    ],
)
def test_pdf_that_does_something_is_refused(change, packed):
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable

    refused(pdf(change, object_stream_mode=mode), "scripts, actions or attached files|opens a file or a program")


def opens_at_a_page(document):
    document.Root.OpenAction = Array([document.pages[0].obj, Name.Fit])


def goes_to_a_page(document):
    document.Root.OpenAction = Dictionary(S=Name.GoTo, D=Array([document.pages[0].obj, Name.Fit]))


def links_to_a_page_on_the_web(document):
    link = Dictionary(Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.URI, URI="https://example.org/"))
    document.pages[0].Annots = Array([link])


def fields_to_fill_in(document):
    document.Root.AcroForm = Dictionary(Fields=Array([Dictionary(FT=Name.Tx, T="name", V="Ada")]))


@pytest.mark.parametrize("change", [opens_at_a_page, goes_to_a_page, links_to_a_page_on_the_web, fields_to_fill_in])
def test_pdf_that_only_shows_something_is_taken(change):
    assert inspect(pdf(change)).media_type == "application/pdf"


def test_pdf_without_pages_or_with_too_many_is_refused():
    refused(pdf(pages=0), "between 1 and 300 pages")
    refused(pdf(pages=MAX_PAGES + 1), "between 1 and 300 pages")
    assert inspect(pdf(pages=MAX_PAGES)).extension == "pdf"


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.7\n" + b"garbage " * 50])
def test_damaged_pdf_is_refused(content):
    with pytest.raises(EvidenceRefused):
        inspect(content)


def test_names_in_an_old_alphabet_do_no_harm_and_hide_nothing():
    def old(inner: bytes) -> bytes:
        catalog = b"<</Type/Catalog/Pages 2 0 R/F\xe4cher" + inner + b">>"
        return written(catalog, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", PAGE)

    plain = old(b"<</S/\xdcber>>")
    assert inspect(plain).content == plain
    refused(old(b"<</S/\xdcber/AA<<>>>>"), "scripts, actions")


@given(data=st.data())
@settings(deadline=None, max_examples=50)
def test_broken_pdf_is_taken_or_refused_and_nothing_else(data):
    content = bytearray(data.draw(st.sampled_from([SOUND_PDF, pdf(fields_to_fill_in), pdf(goes_to_a_page)])))
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(5, len(content) - 1))
        content[place : place + data.draw(st.integers(1, 9))] = data.draw(st.binary(max_size=9))
        content += b"\n"
    taken = None
    with contextlib.suppress(EvidenceRefused):
        taken = inspect(bytes(content)).content

    assert taken in {None, bytes(content)}
