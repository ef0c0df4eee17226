"""Credentials of others, badges that were saved anew, and pictures: each is told as what it is, never as a forgery."""

import base64
import io
import json
import zlib
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from certificates import looking
from certificates.badge.others import of_others
from certificates.badge.picture import baked_png, baked_svg
from certificates.badge.signing import signed_badge
from certificates.examination import examine
from tests.certificates.badges import badge_of, changed, issued, pdf_with
from tests.certificates.test_baking import chunk, itxt, png
from tests.certificates.test_examining import send

pytestmark = pytest.mark.django_db
NAMES = ("Credentialed Balint Group Leader", "American Balint Society")
V1, V2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
VC = {
    "@context": [V1],
    "type": ["VerifiableCredential"],
    "issuer": {"id": "did:example:mill", "name": "Example University"},
    "credentialSubject": {"id": "did:example:jane"},
    "proof": {"type": "Ed25519Signature2020", "proofValue": "z1"},
}
OB3 = VC | {"@context": [V2, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"], "id": "urn:uuid:1",
            "type": ["VerifiableCredential", "OpenBadgeCredential"]}  # fmt: skip
OB2 = {
    "@context": "https://w3id.org/openbadges/v2",
    "type": "Assertion",
    "id": "https://badges.example.edu/a/1",
    "badge": {"type": "BadgeClass", "issuer": {"type": "Profile", "name": "Example University"}},
    "recipient": {"type": "email", "hashed": False, "identity": "jane@example.org"},
}
OB1 = {"uid": "1", "recipient": "jane@example.org", "badge": "https://badges.example.edu/b/1",
       "verify": {"type": "hosted", "url": "https://badges.example.edu/a/1"}}  # fmt: skip


def token(payload: dict[str, Any], **head: str) -> str:
    parts = ({"alg": "EdDSA", **head}, payload)
    written = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*written, "c2ln"])


def text_chunk(data: bytes) -> bytes:
    return png(chunk(b"tEXt", b"openbadges\0" + data))


def svg(inside: str, doctype: str = "") -> bytes:
    return f'<?xml version="1.0"?>{doctype}<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode()


EDITORS = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"{}>'
OLD_SVG = '<b:assertion xmlns:b="http://openbadges.org" verify="{}">{}</b:assertion>'
NEW_SVG = '<b:credential xmlns:b="https://purl.imsglobal.org/ob/v3p0">{}</b:credential>'
UNIVERSITY = "Example University"
OTHERS: dict[str, tuple[bytes, str, str]] = {
    "vc-1.1": (json.dumps(VC).encode(), "a verifiable credential", UNIVERSITY),
    "vc-1.1-one-context": (json.dumps(VC | {"@context": V1}).encode(), "a verifiable credential", UNIVERSITY),
    "vc-1.1-issuer-is-an-address": (json.dumps(VC | {"issuer": "did:example:mill"}).encode(), "a verif", "did:example"),
    "vc-names-in-languages": (
        json.dumps(VC | {"issuer": {"id": "x:y", "name": {"en": UNIVERSITY}}}).encode(), "a verifiable", UNIVERSITY),
    "ob-3": (json.dumps(OB3).encode(), "an Open Badges 3.0 badge", UNIVERSITY),
    "ob-2": (json.dumps(OB2).encode(), "an Open Badges 2.0 badge", UNIVERSITY),
    "ob-2-hosted": (json.dumps(OB2 | {"badge": "https://badges.example.edu/b/1"}).encode(), "2.0", "example.edu"),
    "ob-1": (json.dumps(OB1).encode(), "an Open Badges 1.0 badge", "badges.example.edu"),
    "clr-1": (
        json.dumps({"@context": "https://purl.imsglobal.org/spec/clr/v1p0/context/clr_v1p0.jsonld", "type": "CLR",
                    "publisher": {"name": UNIVERSITY}}).encode(), "a Comprehensive Learner Record", UNIVERSITY),
    "clr-2": (json.dumps(OB3 | {"type": ["VerifiableCredential", "ClrCredential"]}).encode(), "a Comp", UNIVERSITY),
    "europass": (
        json.dumps({"credential": VC | {"type": ["VerifiableCredential", "EuropeanDigitalCredential"],
                    "issuer": {"id": "urn:x", "legalName": {"en": [UNIVERSITY]}}}}).encode(), "a European", UNIVERSITY),
    "presentation": (
        json.dumps({"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": [VC]}).encode(),
        "a presentation", UNIVERSITY),
    "enveloped": (
        json.dumps({"@context": [V2], "type": "EnvelopedVerifiableCredential",
                    "id": "data:application/vc+jwt," + token(OB3)}).encode(), "an Open Badges 3.0", UNIVERSITY),
    "several": (json.dumps([OB2, OB2]).encode(), "an Open Badges 2.0 badge", UNIVERSITY),
    "jwt": (token({"iss": "did:example:mill", "vc": VC | {"issuer": ""}}).encode(), "token", "did:example:mill"),
    "jwt-vc-2": (token(OB3, typ="vc+jwt").encode() + b"\n", "an Open Badges 3.0 badge (signed", UNIVERSITY),
    "jwt-in-quotes": (f'"{token(OB3)}"'.encode(), "an Open Badges 3.0 badge (signed", UNIVERSITY),
    "jws-of-ob-2": (token(OB2).encode(), "an Open Badges 2.0 badge (signed as a token)", UNIVERSITY),
    "sd-jwt": (
        (token({"iss": "https://example.edu", "vct": "https://example.edu/degree", "_sd": []}, typ="dc+sd-jwt")
         + "~WyJzYWx0IiwibmFtZSIsIkphbmUiXQ~").encode(), "a verifiable credential (signed", "https://example.edu"),
    "jws-json": (
        json.dumps({"payload": token(OB3).split(".")[1], "signatures": [{}]}).encode(), "an Open Badges 3", UNIVERSITY),
    "utf-16": (json.dumps(OB2).encode("utf-16"), "an Open Badges 2.0 badge", UNIVERSITY),
    "png-address": (text_chunk(b"https://badges.example.edu/a/1"), "an Open Badges 2.0", "badges.example.edu"),
    "png-json": (text_chunk(json.dumps(OB2).encode()), "an Open Badges 2.0", UNIVERSITY),
    "png-packed": (
        png(chunk(b"zTXt", b"openbadges\0\0" + zlib.compress(json.dumps(OB1).encode()))), "1.0", "badges.example.edu"),
    "png-itxt": (
        png(chunk(b"iTXt", b"openbadges\0\0\0\0\0" + json.dumps(OB2).encode())), "an Open Badges 2.0", UNIVERSITY),
    "png-jws": (text_chunk(token(OB2).encode()), "an Open Badges 2.0", UNIVERSITY),
    "png-ob-3-token": (png(itxt(token(OB3).encode())), "an Open Badges 3.0", UNIVERSITY),
    "svg-address": (svg(OLD_SVG.format("https://badges.example.edu/a/1", "")), "2.0", "badges.example.edu"),
    "svg-json": (svg(OLD_SVG.format("", f"<![CDATA[{json.dumps(OB2)}]]>")), "2.0", UNIVERSITY),
    "svg-doctype": (svg(NEW_SVG.format(json.dumps(VC)), EDITORS.format("")), "a verifiable credential", UNIVERSITY),
    "svg-entities": (
        svg(NEW_SVG.format(json.dumps(VC)), EDITORS.format(' [<!ENTITY ns "http://x/">]')), "a ver", UNIVERSITY),
    "pdf-attachment": (pdf_with(json.dumps(OB2).encode(), name="badge.json"), "an Open Badges 2.0", UNIVERSITY),
    "pdf-credential": (pdf_with(json.dumps(VC).encode()), "a verifiable credential", UNIVERSITY),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_credential_of_somebody_else_is_told_as_such_with_its_issuer(client, name):
    content, kind, issuer = OTHERS[name]
    found = examine(content)
    assert found.outcome == "of_others", found
    assert found.others is not None
    assert kind in found.others.kind
    assert issuer in found.others.issuer
    assert "(unverified)" in found.part


def test_page_and_machines_are_told_whom_to_ask(client):
    content = json.dumps(OB2).encode()
    page = send(client, content).text
    assert "A credential, not one of ours" in page
    assert "Example University (unverified)" in page
    assert "Altered" not in page
    told = send(client, content, headers={"accept": "application/json"}).json()["file"]
    assert (told["outcome"], told["of_others"]["says_issuer"]) == ("of_others", "Example University")


@pytest.mark.parametrize("times", [1, 2])
def test_document_that_others_have_signed_once_or_twice_names_them(settings, tmp_path, times):
    content, society = pdf_with(None), settings.SOCIETY_NAME
    for number in range(times):
        settings.SOCIETY_NAME, settings.CERTIFICATES_KEYS_DIR = f"Mill {number}", str(tmp_path / str(number))
        content = signed_again(content, number)
    settings.SOCIETY_NAME, settings.CERTIFICATES_KEYS_DIR = society, str(tmp_path / "own")
    found = examine(content)
    assert (found.outcome, found.others and "Mill 0" in found.others.issuer) == ("of_others", True), found


def signed_again(content: bytes, number: int) -> bytes:
    """A second signature of somebody else, added by a program that cares for nothing."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    from certificates.keys import document_signer
    from certificates.signing.loops import outside_any_loop
    from certificates.signing.sealing import _signer

    out, name = io.BytesIO(), f"Second{number}"
    field = fields.SigFieldSpec(name)
    with _signer(document_signer()) as signer:
        add = signers.PdfSigner(signers.PdfSignatureMetadata(field_name=name), signer=signer, new_field_spec=field)
        outside_any_loop(lambda: add.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), output=out))
    return out.getvalue()


@pytest.mark.parametrize(
    "forged",
    [
        VC | {"issuer": {"id": "did:example:x", "name": "American Balint Society"}},
        VC | {"issuer": {"id": "http://127.0.0.1:8000", "name": "Other"}},
        VC | {"issuer": "did:web:old.example.org"},
        OB2 | {"id": "http://127.0.0.1:8000/credentials/7"},
        OB2 | {"id": "https://old.example.org/a/7"},
    ],
)
def test_what_claims_to_be_ours_is_never_told_as_a_credential_of_others(settings, forged):
    settings.FORMER_BASE_URLS = ["https://old.example.org"]
    assert examine(json.dumps(forged).encode()).outcome in {"not_ours", "unreadable"}
    assert examine(token(forged).encode()).outcome in {"not_ours", "unreadable"}


@pytest.mark.parametrize(
    "text", ["x" * 1_000_001, "eyJhIjoxfQ.eyJhIjoxfQ.x", "[" * 3000, "{}", '"eyJ"', "eyJh.%.x", ""]
)
def test_other_texts_are_no_credential(text):
    assert of_others(text.encode()) is None


def test_nesting_without_end_is_given_up():
    inside: Any = VC
    for _ in range(9):
        inside = {"credential": inside}
    assert of_others(json.dumps(inside).encode()) is None


@pytest.fixture
def certificate():
    return issued()


def backwards(value: Any) -> Any:
    """The same object with its names in the reverse order, in every depth."""
    if isinstance(value, dict):
        return {name: backwards(inner) for name, inner in reversed(value.items())}
    return [backwards(one) for one in value] if isinstance(value, list) else value


REWRITTEN = {
    "names-backwards": lambda badge: json.dumps(backwards(badge)),
    "indented": lambda badge: json.dumps(badge, indent="\t").replace("\n", "\r\n"),
    "escaped": lambda badge: json.dumps(badge).replace('"name"', '"n\\u0061me"').replace("/", "\\/"),
    "types-backwards": lambda badge: json.dumps(badge | {"type": badge["type"][::-1]}),
    "one-instead-of-a-list": lambda badge: json.dumps(changed(badge, "issuer.type", "Profile")),
    "proof-outside-a-list": lambda badge: json.dumps(badge | {"proof": badge["proof"][0]}),
}


@pytest.mark.parametrize("name", REWRITTEN)
def test_badge_that_only_was_written_differently_is_genuine(certificate, name):
    text = REWRITTEN[name](badge_of(certificate))
    for content in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16"), baked_png(*NAMES, text.encode())):
        found = examine(content)
        assert (found.outcome, found.certificate) == ("genuine", certificate), found


def test_statements_must_be_those_that_were_issued_whoever_has_the_key(certificate, monkeypatch):
    """A key that was stolen and isn't marked yet signs whatever it is given."""
    from certificates.badge.integrity import signed
    from certificates.badge.issuer import issuer, sign

    badge = changed(badge_of(certificate), "credentialSubject.name", "Mallory")
    badge.pop("proof")
    again = signed(badge, sign=sign, method=issuer().method, created=certificate.prepared_at)
    assert examine(json.dumps(again).encode()).outcome == "altered"


def test_picture_saved_anew_with_the_same_points_is_genuine_and_another_is_foreign(client, certificate):
    badge = signed_badge(certificate)
    original = baked_png(*NAMES, badge)
    with Image.open(io.BytesIO(original)) as picture:
        saved, smaller = io.BytesIO(), io.BytesIO()
        picture.save(saved, "PNG", compress_level=1)
        picture.resize((300, 300)).save(smaller, "PNG")
    kept = [again[:33] + original[33 : original.index(b"IDAT") - 4] + again[33:]
            for again in (saved.getvalue(), smaller.getvalue())]  # fmt: skip
    assert examine(kept[0]).outcome == "genuine"
    assert "saved it anew" in send(client, kept[0]).text
    assert examine(kept[1]).outcome == "foreign_page"


def test_drawing_that_was_indented_is_genuine_and_one_with_more_in_it_is_foreign(certificate):
    text = baked_svg(*NAMES, signed_badge(certificate)).decode()
    indented = text.replace("><", ">\n  <")
    with_type = EDITORS.format("") + indented
    for content in (indented, with_type, '<?xml version="1.0" encoding="UTF-8"?>\n' + with_type):
        assert examine(content.encode()).outcome == "genuine"
    more = indented.replace("</svg>", "<text>Professor</text></svg>")
    assert examine(more.encode()).outcome == "foreign_page"


def scan(pages: int = 1) -> bytes:
    """A document as scanners make them: a picture on each page."""
    out = io.BytesIO()
    sheets = [Image.new("L", (850, 1100), 200) for _ in range(pages)]
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()


def photograph(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, kind)
    return out.getvalue()


PICTURES = {
    **{kind.lower(): photograph(kind) for kind in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")},
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "scan": scan(),
    "scan of three pages": scan(3),
}


@pytest.mark.parametrize("name", PICTURES)
def test_picture_of_a_certificate_leads_to_its_number(client, name):
    assert examine(PICTURES[name]).outcome == "picture"
    page = send(client, PICTURES[name]).text
    assert "This looks like a picture of a certificate" in page
    assert "use the number printed on it" in page
    assert 'name="number"' in page


def test_document_without_pages_or_with_words_is_no_picture():
    assert examine(pdf_with(None)).outcome == "not_ours"
    empty = io.BytesIO()
    pikepdf.new().save(empty)
    assert examine(empty.getvalue()).outcome != "picture"


def test_foreign_document_costs_one_child(monkeypatch):
    """The process that makes children is already there; each file is one of them."""
    jobs: list[str] = []
    real = looking.run

    def counted(job: str, *given: Any, **options: Any) -> Any:
        jobs.append(job)
        return real(job, *given, **options)

    monkeypatch.setattr(looking, "run", counted)
    examine(pdf_with(json.dumps(OB2).encode()))
    assert jobs == [looking.JOB]


def test_both_readers_know_the_same_forms():
    """The page that checks in the browser has the table once more, since nothing is sent from there."""
    from certificates.badge.others import KINDS

    script = Path(looking.__file__).parent / "static/certificates/offline/others.js"
    text = script.read_text(encoding="utf-8")
    for word, told in KINDS:
        assert f'["{word}", "{told}"]' in text
