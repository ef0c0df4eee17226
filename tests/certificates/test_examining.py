"""A stranger's file: genuine, altered (and where), a genuine credential in a foreign page, not ours, or nothing."""

import hashlib
import io
import json
import zlib
from dataclasses import replace

import pikepdf
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from certificates import looking, looking_child, uploads, views
from certificates.badge import pdf_child
from certificates.badge.baking import bake_png, bake_svg
from certificates.badge.picture import badge_png, badge_svg, baked_png, baked_svg
from certificates.badge.signing import signed_badge
from certificates.examination import Examination, examine
from certificates.models import Certificate
from certificates.services import supersede_certificate
from certificates.signing.sealing import seal_document
from limited import turns
from limited.running import Answer
from limited.turns import turn
from tests.certificates.badges import badge_of, changed, issued, pdf_with
from tests.certificates.factories import prepared
from tests.certificates.signed import resaved
from tests.certificates.test_baking import LAUGHS, chunk, itxt, png
from tests.factories import PersonFactory
from workflows.services import perform

pytestmark = pytest.mark.django_db
NAMES = ("Credentialed Balint Group Leader", "American Balint Society")
JSON_PLEASE = {"accept": "application/json"}


@pytest.fixture
def certificate() -> Certificate:
    return issued()


def as_files(certificate: Certificate) -> dict[str, bytes]:
    badge = signed_badge(certificate)
    return {
        "pdf": certificate.read(),
        "png": baked_png(*NAMES, badge),
        "svg": baked_svg(*NAMES, badge),
        "json": badge,
    }


def send(client, content: bytes, **extra):
    return client.post("/verify/file/", {"file": SimpleUploadedFile("x", content)}, **extra)


@pytest.mark.parametrize("kind", ["pdf", "png", "svg", "json"])
def test_file_as_it_was_issued_is_genuine(client, certificate, kind):
    content = as_files(certificate)[kind]
    found = examine(content)
    assert (found.outcome, found.kind, found.certificate) == ("genuine", kind, certificate)
    assert all(holds for _, holds in found.proofs)
    page = send(client, content)
    assert page.status_code == 200
    for words in ("Genuine", "Adaeze Obi", "in force today", certificate.credential.number, found.sha256):
        assert words in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_machines_are_told_what_was_found_in_names_that_stay(client, certificate):
    content = json.dumps(changed(badge_of(certificate), "credentialSubject.name", "Mallory")).encode()
    assert send(client, content, headers=JSON_PLEASE).json()["file"] == {
        "outcome": "altered",
        "kind": "json",
        "sha256": hashlib.sha256(content).hexdigest(),
        "altered_part": "The credential says something else than what was signed.",
        "differences": [{"path": "credentialSubject / name", "issued": "Adaeze Obi", "found": "Mallory"}],
        "proofs": [
            {
                "proof": "The society's signature on the credential holds (The signature doesn't belong to what stands "
                "here: something has been changed.)",
                "holds": False,
            },
            {"proof": "Every field of it is the one that was issued", "holds": False},
        ],
        "of_others": None,
    }


@pytest.mark.parametrize(
    ("outcome", "tone"),
    [
        ("genuine", "good"),
        ("foreign_page", "warning"),
        ("unreadable", "warning"),
        ("of_others", "info"),
        ("picture", "info"),
        ("altered", "danger"),
        ("not_ours", "danger"),
        ("unregistered", "danger"),
    ],
)
def test_green_is_for_what_was_issued_alone(outcome, tone):
    assert Examination(outcome=outcome, kind="pdf", sha256="").tone == tone


def test_text_that_says_the_same_in_other_lines_is_not_said_to_be_the_same_to_the_last_character(client, certificate):
    broken = json.dumps(badge_of(certificate), indent=1).encode()
    for content, words in ((broken, "Every field"), (certificate.read(), "to the last character")):
        assert words in send(client, content).text


@pytest.mark.parametrize("kind", ["pdf", "png", "svg", "json"])
@pytest.mark.parametrize(
    ("act", "status", "words"), [("suspend", "suspended", "Suspended"), ("revoke", "revoked", "Revoked")]
)
def test_standing_comes_from_the_registry_whatever_the_file_says(client, certificate, kind, act, status, words):
    content = as_files(certificate)[kind]
    perform(certificate.credential, act, actor=PersonFactory(offices=["council"]), reason="x")
    answer = send(client, content, headers=JSON_PLEASE).json()
    assert (answer["file"]["outcome"], answer["registry"]["status"]) == ("genuine", status)
    assert words in send(client, content).text


def test_earlier_edition_is_genuine_and_said_to_be_replaced(client, certificate):
    Certificate.objects.filter(pk=certificate.pk).update(status="superseded")
    answer = send(client, certificate.read(), headers=JSON_PLEASE).json()
    assert (answer["file"]["outcome"], answer["registry"]["superseded"]) == ("genuine", True)
    assert "earlier edition" in send(client, certificate.read()).text


def test_name_is_told_as_it_is_on_record_today_whatever_the_profile_says(client, certificate):
    holder = certificate.credential.holder
    holder.certificate_name = "Adaeze Mallory"
    holder.save()
    assert send(client, signed_badge(certificate), headers=JSON_PLEASE).json()["registry"]["name"] == "Adaeze Obi"
    facts = replace(certificate.printed, name="Adaeze Nwosu")
    supersede_certificate(certificate=certificate, facts=facts, actor=holder)
    assert send(client, signed_badge(certificate), headers=JSON_PLEASE).json()["registry"]["name"] == "Adaeze Nwosu"


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        ("credentialSubject.name", "Mallory", "name of the holder"),
        ("credentialSubject.licenseNumber", "ABS-1999-0001", "number"),
        ("validUntil", "2099-01-01T00:00:00Z", "last day"),
        ("evil", "x", "evil"),
        ("evil", [], "evil"),
        ("description", None, "description"),
    ],
)
@pytest.mark.parametrize("kind", ["pdf", "png", "svg", "json"])
def test_changed_credential_is_told_with_the_part_that_was_changed(client, certificate, kind, path, value, part):
    badge = json.dumps(changed(badge_of(certificate), path, value)).encode()
    content = {
        "pdf": pdf_with(badge),
        "png": baked_png(*NAMES, badge),
        "svg": baked_svg(*NAMES, badge),
        "json": badge,
    }[kind]
    found = examine(content)
    assert found.outcome == "altered"
    if value is not None:
        assert [one.part for one in found.differences] == [part]
    page = send(client, content).text
    assert "Altered" in page
    assert "What the registry says instead" in page


def test_words_of_a_changed_file_are_shown_as_text(client, certificate):
    badge = changed(badge_of(certificate), "credentialSubject.name", "<img src=x onerror=alert(1)>")
    page = send(client, json.dumps(badge).encode()).text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_genuine_credential_in_a_foreign_page_is_told_apart(client, certificate):
    badge = signed_badge(certificate)
    foreign = [
        pdf_with(badge, words="Mallory"),
        bake_png(badge_png("Professor of Everything", "Society"), badge),
        bake_svg(badge_svg("Professor of Everything", "Society"), badge),
    ]
    for content in foreign:
        found = examine(content)
        assert (found.outcome, found.certificate) == ("foreign_page", certificate)
        assert "Trust only what stands below" in send(client, content).text


@pytest.fixture
def sealed() -> Certificate:
    return issued(sealed=True)


def flipped(content: bytes) -> bytes:
    """One byte changed in what is signed, where no program stumbles over it."""
    place = content.index(b"/Title") + 9
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def extended(content: bytes) -> bytes:
    """A page added behind the signature, as an editor does it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    writer.root["/Lang"] = generic.TextStringObject("xx")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("change", [flipped, extended, resaved], ids=lambda one: one.__name__)
def test_signed_document_that_was_changed_is_altered_and_its_credential_known(client, sealed, change):
    assert examine(sealed.read()).outcome == "genuine"
    found = examine(change(sealed.read()))
    assert (found.outcome, found.certificate, found.differences) == ("altered", sealed, ())
    assert found.part
    assert found.proofs[-1] == ("The society's signature on the document holds", False)
    assert "Altered" in send(client, change(sealed.read())).text


def test_each_way_of_changing_a_document_is_told_in_its_own_words(sealed):
    assert len({examine(change(sealed.read())).part for change in (flipped, extended, resaved)}) == 3


def test_document_with_our_signature_that_was_never_issued_alarms(client):
    certificate = prepared()
    stray = seal_document(pdf_with(signed_badge(certificate)), society="American Balint Society")
    found = examine(stray)
    assert (found.outcome, found.certificate) == ("unregistered", None)
    assert "Please tell the society" in send(client, stray).text


def test_signed_document_that_can_no_longer_be_opened_is_still_told_to_be_altered(sealed, monkeypatch):
    def refuse(_content):
        raise looking_child.NotReadable(looking_child.NO_PDF)

    monkeypatch.setattr(looking_child, "_in_pdf", refuse)
    monkeypatch.setattr(looking, "run", here)
    found = examine(flipped(sealed.read()))
    assert (found.outcome, found.certificate) == ("altered", None)
    assert examine(pdf_with(None)).outcome == "unreadable"


def here(_job, content, *, limits, **options):
    """The job in this process."""
    facts, made = looking_child.seen(content, **options)
    return Answer(facts=facts, content=made)


def test_credential_that_was_written_anew_is_still_the_same(certificate):
    assert examine(json.dumps(badge_of(certificate), indent=4).encode()).outcome == "genuine"


def test_what_we_have_not_issued_is_not_ours(client, certificate):
    unissued = signed_badge(prepared())
    elsewhere = changed(badge_of(certificate), "id", "https://x.example/credentials/7")
    after_it = changed(badge_of(certificate), "id", badge_of(certificate)["id"] + "/x")
    for content in (
        unissued,
        json.dumps(elsewhere).encode(),
        json.dumps(after_it).encode(),
        pdf_with(None),
        pdf_with(b"x", name="other.json"),
        badge_svg(*NAMES).encode(),
    ):
        found = examine(content)
        assert (found.outcome, found.certificate) == ("not_ours", None)
        assert "Not ours" in send(client, content).text
    assert send(client, unissued, headers=JSON_PLEASE).json()["registry"] is None


def test_address_of_another_site_with_our_number_is_altered(certificate):
    badge = changed(badge_of(certificate), "id", f"https://x.example/credentials/{certificate.uuid}")
    assert [one.part for one in examine(json.dumps(badge).encode()).differences] == ["address of the badge"]


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"{",
        b'{"a": 1}',
        b"<html></html>",
        b"<svg",
        LAUGHS.encode(),
        b"%PDF-1.7 nothing",
        png(itxt(b"{}")),
        png(itxt(b"0" * 300_000, compressed=True)),
    ],
    ids=["text", "open", "json", "html", "svg", "laughs", "pdf", "png", "bomb"],
)
def test_file_that_is_nothing_of_ours_gets_an_answer_in_words(client, content):
    assert examine(content).outcome == "unreadable"
    page = send(client, content)
    assert page.status_code == 200
    assert "be read" in page.text


def test_picture_of_a_billion_points_is_never_decoded(certificate):
    """A PNG that says it is 65,535 points wide and high, with the credential in it."""
    badge = signed_badge(certificate)
    header = chunk(b"IHDR", (65_535).to_bytes(4) * 2 + b"\x08\x06\0\0\0")
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + header
        + itxt(badge)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000_000))
        + chunk(b"IEND", b"")
    )
    assert examine(bomb).outcome == "foreign_page"


def pdf_bomb() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    stream = pikepdf.Stream(pdf, zlib.compress(b"0" * 50_000_000))
    stream.Filter = pikepdf.Name.FlateDecode
    spec = pikepdf.Dictionary(
        Type=pikepdf.Name.Filespec, F="credential.json", UF="credential.json", EF=pikepdf.Dictionary(F=stream)
    )
    names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=pikepdf.Array(["a", pdf.make_indirect(spec)])))
    pdf.Root.Names = names
    out = io.BytesIO()
    pdf.save(out, compress_streams=False)
    return out.getvalue()


def test_attachment_that_unpacks_to_far_too_much_is_not_unpacked():
    assert examine(pdf_bomb()).outcome == "not_ours"


def test_attachments_are_read_in_the_usual_ways_only(certificate):
    badge = signed_badge(certificate)
    assert pdf_child.credential_in(pdf_with(badge)) == badge
    assert pdf_child.credential_in(pdf_bomb()) is None
    pdf = pikepdf.open(io.BytesIO(pdf_with(badge)))
    stream = pdf.attachments["credential.json"].obj.EF.F
    for data, way, read in (
        (badge, None, badge),
        (b"x" * 200_001, None, None),
        (zlib.compress(badge), pikepdf.Array([pikepdf.Name.FlateDecode]), badge),
        (badge.hex().encode(), pikepdf.Name.ASCIIHexDecode, None),
    ):
        stream.write(data, filter=way)
        out = io.BytesIO()
        pdf.save(out, compress_streams=False)
        assert pdf_child.credential_in(out.getvalue()) == read


def test_only_so_many_attachments_are_looked_through(certificate):
    pdf = pikepdf.open(io.BytesIO(pdf_with(signed_badge(certificate))))
    for number in range(pdf_child.MOST_FILES):
        pdf.attachments[f"a{number:03}"] = pikepdf.AttachedFileSpec(pdf, b"x", filename=f"a{number}")
    out = io.BytesIO()
    pdf.save(out)
    assert pdf_child.credential_in(out.getvalue()) is None


def test_file_that_takes_too_much_is_told_to_be_unreadable(client, monkeypatch):
    monkeypatch.setattr(looking, "LIMITS", replace(looking.LIMITS, seconds=0.001))
    content = pdf_with(b"x")
    found = examine(content)
    assert (found.outcome, found.part) == ("unreadable", looking.TOO_MUCH)
    assert send(client, content).status_code == 200


def test_one_slow_client_keeps_no_other_from_verifying(client, certificate, monkeypatch, settings):
    """ASVS 5.0, 15.2.2: whoever has a file looked at waits for it; everybody else goes on."""
    monkeypatch.setattr(turns, "PATIENCE", 0)
    files = as_files(certificate)
    with turn("address 127.0.0.1"), turn("address 192.0.2.1"), turn("address 192.0.2.2"):
        for content in (files["png"], pdf_with(b"x")):
            page = send(client, content)
            assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
            assert "again in a minute" in page.text
        assert send(client, files["pdf"]).status_code == 200  # it is ours to the last byte, and read by nobody
        assert send(client, files["png"], REMOTE_ADDR="192.0.2.3").status_code == 200
        client.force_login(PersonFactory())
        assert send(client, files["png"]).status_code == 200


def test_turn_is_taken_only_when_the_whole_file_has_come(client, certificate, monkeypatch):
    free = []

    def while_it_comes(request, name):
        with turn("address 127.0.0.1"):
            free.append(name)
        return uploads.uploaded(request, name)

    monkeypatch.setattr(views, "uploaded", while_it_comes)
    assert send(client, as_files(certificate)["json"]).status_code == 200
    assert free == ["file"]


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.7", "address 192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "address 2001:db8:1:2::/64"),
        ("", "address unknown"),
    ],
)
def test_client_is_the_address_and_of_ipv6_the_network(rf, settings, address, whose):
    request = rf.get("/", REMOTE_ADDR=address)
    request.user = AnonymousUser()
    assert looking.client_of(request) == whose
    settings.CERTIFICATES_CLIENT = f"{__name__}.behind_a_proxy"
    assert looking.client_of(request) == "address 198.51.100.1"
    request.user = PersonFactory()
    assert looking.client_of(request) == f"account {request.user.pk}"


def behind_a_proxy(_request):
    return "198.51.100.1"


def test_nothing_uploaded_is_kept(client, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    before = Certificate.objects.count()
    assert send(client, b'{"x": "' + b"y" * 3_000_000).status_code == 200
    assert list(tmp_path.iterdir()) == []
    assert Certificate.objects.count() == before


def test_file_that_is_too_large_is_refused_before_it_is_read(client, monkeypatch):
    page = send(client, b"x" * (uploads.LARGEST + uploads.ENVELOPE))
    assert page.status_code == 422
    assert "This file is larger than 5 MB. No certificate of ours is." in page.text
    almost = send(client, b"x" * uploads.LARGEST)
    assert almost.status_code == 200
    assert "larger than" not in almost.text
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    answer = send(client, b"x" * 100_000, headers=JSON_PLEASE)
    assert (answer.status_code, "larger than" in answer.json()["error"]) == (422, True)


@pytest.mark.parametrize(
    "data", [{}, {"file": "text"}, {"file": SimpleUploadedFile("x", b"")}, {"other": SimpleUploadedFile("x", b"y")}]
)
def test_upload_without_a_file_is_told_what_to_do(client, data):
    page = client.post("/verify/file/", data)
    assert page.status_code == 422
    assert "Choose a file" in page.text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
        (b"{}", "application/json"),
    ],
)
def test_broken_upload_is_told_what_to_do(client, body, kind):
    assert client.generic("POST", "/verify/file/", body, content_type=kind).status_code == 422


def test_other_programs_may_ask_without_a_log_in_or_a_token(certificate):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    answer = send(strict, signed_badge(certificate), headers=JSON_PLEASE)
    assert answer.json()["file"]["outcome"] == "genuine"
    assert answer.headers["Vary"]
    assert strict.get("/verify/file/").status_code == 405


def test_kinds_are_told_by_content_and_not_by_name(certificate):
    assert views.examine(b"\n  " + signed_badge(certificate)).kind == "json"
    assert views.examine(b"junk before %PDF-1.7").kind == "pdf"
