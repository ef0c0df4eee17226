"""The society's own seal: a clean PNG, looked at on a specimen, adopted by an administrator, frozen per document.

The words are in test_wordings.py.
"""

import hashlib
import io
import struct
import zlib

import pikepdf
import pymupdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from certificates.designs import (
    CertificateSeal,
    CertificateWording,
    SealRefused,
    adopt_seal,
    clean_seal,
    keep_seal,
    seal_in_force,
    seal_of,
)
from certificates.services import issue_certificate
from credentialing.accounts.models import Role
from credentialing.audit.models import AuditEvent
from credentialing.operations.designs import choose_seal, specimen
from tests.by_hand import write_by_hand
from tests.certificates.factories import awarded, prepared
from tests.factories import PersonFactory, make_walk

pytestmark = pytest.mark.django_db
PAGE = "/operations/certificates/design/"
PREVIEW = f"{PAGE}preview.pdf"


def upload_seal(*, content, actor):
    """Read and kept, as the page does it."""
    return keep_seal(clean=clean_seal(content), actor=actor)


def png(size=(400, 400), color=(200, 0, 0, 255), mode="RGBA", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, "PNG", **options)
    return out.getvalue()


@pytest.fixture
def desk(client):
    client.force_login(PersonFactory(offices=["administrator"]))
    return client


def send(desk, content: bytes):
    return desk.post(f"{PAGE}upload/", {"file": SimpleUploadedFile("seal.png", content, "image/png")})


def art_pictures(content: bytes) -> list[tuple[int, int]]:
    with pikepdf.open(io.BytesIO(content)) as document:
        pictures = document.pages[0].Resources.XObject.art.Resources.XObject
        return [(int(picture.Width), int(picture.Height)) for picture in pictures.values()]


@pytest.mark.parametrize("role", sorted(Role))
def test_only_administrators_choose(client, role):
    client.force_login(PersonFactory(offices=[role]))
    allowed = role == Role.ADMINISTRATOR
    assert client.get(PAGE).status_code == (200 if allowed else 403)
    assert client.post(f"{PAGE}upload/").status_code == (422 if allowed else 403)
    assert client.post(f"{PAGE}drawn/adopt/").status_code == (302 if allowed else 403)
    if not allowed:
        assert client.get(PREVIEW).status_code == 403


def test_somebody_without_the_office_is_refused_by_the_service():
    with pytest.raises(PermissionError):
        choose_seal(seal=None, actor=PersonFactory(offices=["registrar"]))


def test_seal_is_uploaded_looked_at_and_adopted(desk):
    assert send(desk, png()).status_code == 302
    seal = CertificateSeal.objects.get()
    assert seal_in_force() == ""
    answer = desk.get(PREVIEW, {"name": "Θεοδώρα", "seal": seal.uuid})
    assert answer["Content-Type"] == "application/pdf"
    assert art_pictures(answer.content) == [(400, 400)]
    assert art_pictures(desk.get(PREVIEW).content) == []
    assert desk.post(f"{PAGE}{seal.uuid}/adopt/").status_code == 302
    assert seal_in_force() == seal.sha256
    page = desk.get(PAGE).text
    assert f"<b>Seal {seal.sha256[:8]}</b>" in page
    assert f'<option value="{seal.uuid}" selected>' in page  # the preview begins with what is in force
    assert desk.post(f"{PAGE}drawn/adopt/").status_code == 302
    assert seal_in_force() == ""
    named = [event.event for event in AuditEvent.objects.order_by("pk") if ":seal:" in event.event]
    assert named == ["certificates:seal:uploaded", "certificates:seal:adopted", "certificates:seal:adopted"]


def test_same_picture_is_kept_once(desk):
    send(desk, png())
    send(desk, png())
    assert str(CertificateSeal.objects.get()).startswith("seal ")


def test_certificate_keeps_the_seal_of_its_day(desk):
    actor = PersonFactory()
    first, second = (upload_seal(content=png(size), actor=actor) for size in ((400, 300), (300, 400)))
    adopt_seal(seal=first, actor=actor)
    certificate = prepared(seal=seal_in_force())
    adopt_seal(seal=second, actor=actor)
    issued = issue_certificate(certificate)
    assert art_pictures(issued.read()) == [(400, 300)]


def test_those_who_are_certified_get_the_seal_in_force():
    seal = upload_seal(content=png(), actor=PersonFactory())
    adopt_seal(seal=seal, actor=seal.uploaded_by)
    credential = make_walk().certify().application.candidate.credentials.get()
    assert credential.certificates.get().printed.seal == seal.sha256


def test_seal_that_was_changed_by_hand_is_not_drawn():
    seal = upload_seal(content=png(), actor=PersonFactory())
    certificate = prepared(awarded(), seal=seal.sha256)
    write_by_hand(seal, content=png((301, 301)))
    with pytest.raises(LookupError, match="gone, or was changed"):
        issue_certificate(certificate)
    with pytest.raises(LookupError):
        seal_of("0" * 64)
    certificate.refresh_from_db()
    assert certificate.status == "intent"


def bomb() -> bytes:
    """Says that it has 60,000 pixels on a side."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def other(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 400)).save(out, kind)
    return out.getvalue()


REFUSED = {
    "small": (png((299, 400)), "299 by 400 pixels"),
    "large": (png((400, 2001)), "400 by 2001 pixels"),
    "heavy": (png() + b"\0" * 1024 * 1024, "larger than 1024 KB"),
    "bomb": (bomb(), "PNG"),
    "cut": (png()[:100], "no PNG picture"),
    "jpeg": (other("JPEG"), "no PNG picture"),
    "gif": (other("GIF"), "no PNG picture"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "no PNG picture"),
    "html": (b"<script>alert(1)</script>", "no PNG picture"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_fitting_png_is_refused_in_words(desk, case):
    content, words = REFUSED[case]
    with pytest.raises(SealRefused, match=words):
        upload_seal(content=content, actor=PersonFactory())
    answer = send(desk, content)
    assert answer.status_code == 422
    assert words in answer.text
    assert not CertificateSeal.objects.exists()


def test_nothing_but_pixels_gets_into_documents():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "secret words")
    seal = upload_seal(content=png(pnginfo=notes), actor=PersonFactory())
    assert b"secret words" not in bytes(seal.content)
    assert hashlib.sha256(bytes(seal.content)).hexdigest() == seal.sha256


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "I;16"])
def test_every_kind_of_png_is_taken(mode):
    color = 0 if mode != "RGB" else (0, 0, 0)
    seal = upload_seal(content=png(color=color, mode=mode), actor=PersonFactory())
    assert art_pictures(specimen(name="", seal=bytes(seal.content), wording=CertificateWording())) == [(400, 400)]


def test_names_on_the_preview_are_text(desk):
    answer = desk.get(PREVIEW, {"name": "O'Brien & <b>Bob</b>"})
    with pymupdf.open(stream=answer.content) as document:
        text = document[0].get_text()
    assert "O'Brien & <b>Bob</b>" in text
    assert "SPECIMEN" in text
    assert b"/ByteRange" not in answer.content  # nobody's, and unsigned


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"name": "𓀀"}, "U+13000"),
        ({"name": "x" * 201}, "Use at most 200 characters"),
        ({"name": "a\x00b"}, "cannot be stored"),
        ({"seal": "00000000-0000-4000-8000-00000000000f"}, "Select a valid choice"),
        ({"seal": "../seal"}, "Select a valid choice"),
        ({"wording": "00000000-0000-4000-8000-00000000000f"}, "Select a valid choice"),
    ],
    ids=["no font", "too long", "nothing", "no seal", "no address", "no wording"],
)
def test_preview_of_what_can_not_be_drawn_says_so_beside_the_field(desk, asked, words):
    answer = desk.get(PREVIEW, asked)
    assert answer.status_code == 422
    assert words in answer.text
    assert answer.context["form"].errors.keys() == asked.keys()
    assert "<title>Error: " in answer.text


def test_preview_with_a_signatory_whom_no_font_can_set_names_the_letter(desk):
    PersonFactory(name="𓀀", offices=["president"])
    answer = desk.get(PREVIEW)
    assert answer.status_code == 409
    assert "U+13000" in answer.text


def test_seal_in_force_stands_on_the_page_however_many_came_later(desk):
    actor = PersonFactory()
    first, *_ = (upload_seal(content=png((300 + n, 300)), actor=actor) for n in range(12))
    assert f'Use<span class="visually-hidden"> {first.sha256[:8]}' not in desk.get(PAGE).text
    adopt_seal(seal=first, actor=actor)
    assert f"<b>Seal {first.sha256[:8]}</b>" in desk.get(PAGE).text
