"""As an attacker: nothing that was not issued is ever called genuine, and no file is dear to look at.

Each attack starts from a real, sealed certificate. What may come out is said beside it; the name and the standing on
the page are always those of the registry.
"""

import io
import json
import re
import time
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from certificates.badge.baking import KEYWORD, NAMESPACE, bake_png, bake_svg, credential_in_png, credential_in_svg
from certificates.badge.picture import badge_png, badge_svg, baked_png, baked_svg
from certificates.badge.signing import signed_badge
from certificates.badge.status import status_list
from certificates.examination import MOST_DIFFERENCES, examine
from certificates.models import Certificate
from certificates.signing.sealing import seal_document
from tests.certificates.badges import badge_of, changed, issued, pdf_with
from tests.certificates.factories import awarded
from tests.certificates.test_baking import chunk, itxt, png
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
NAMES = ("Credentialed Balint Group Leader", "American Balint Society")
ALTERED, FOREIGN_PAGE, NOT_OURS, UNREADABLE = "altered", "foreign_page", "not_ours", "unreadable"
CHEAP = 2.0  # seconds of computing; the attacks that these limits stopped took ten and more
HEX = rb"/Contents <[0-9A-Fa-f]*>"


@pytest.fixture
def sealed() -> Certificate:
    return issued(sealed=True)


@pytest.fixture
def other() -> Certificate:
    return issued(awarded(holder=PersonFactory(name="Bruno Castañeda")), name="Bruno Castañeda", sealed=True)


def answer(client, content: bytes) -> dict[str, Any]:
    upload = {"file": SimpleUploadedFile("x", content)}
    return client.post("/verify/file/", upload, headers={"accept": "application/json"}).json()


def page(client, content: bytes) -> str:
    return client.post("/verify/file/", {"file": SimpleUploadedFile("x", content)}).text


# --- PDF: laid behind the signature -------------------------------------------------------------------------------


def edited(content: bytes, edit: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """Something laid behind what was signed, as editors do it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    edit(writer)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(content)
    return out.getvalue()


def _page(writer: IncrementalPdfFileWriter) -> Any:
    return writer.root["/Pages"]["/Kids"][0]


def another_text(writer: IncrementalPdfFileWriter) -> None:
    drawn = generic.StreamObject(stream_data=b"BT /F1 40 Tf 100 300 Td (Mallory) Tj ET")
    page = _page(writer)
    page["/Contents"] = writer.add_object(drawn)
    writer.update_container(page)


def note_on_top(writer: IncrementalPdfFileWriter) -> None:
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Contents"): generic.TextStringObject("Mallory"),
            generic.pdf_name("/Rect"): generic.ArrayObject(generic.NumberObject(n) for n in (100, 300, 500, 400)),
        }
    )
    page = _page(writer)
    page["/Annots"] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page)


def other_page_first(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    forged = generic.DictionaryObject(dict(_page(writer)))
    forged["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 m"))
    pages["/Kids"].insert(0, writer.add_object(forged))
    pages["/Count"] = generic.NumberObject(2)
    writer.update_container(pages["/Kids"])
    writer.update_container(pages)


def other_title(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(generic.DictionaryObject({generic.pdf_name("/Title"): generic.TextStringObject("Mallory")}))


def signature_taken_out(writer: IncrementalPdfFileWriter) -> None:
    for name in ("/AcroForm", "/Perms"):
        del writer.root[name]
    writer.update_root()


def long_term_data_and_more(writer: IncrementalPdfFileWriter) -> None:
    """What may be added to keep a signature checkable, and a page with it."""
    writer.root["/DSS"] = writer.add_object(
        generic.DictionaryObject({generic.pdf_name("/Certs"): generic.ArrayObject()})
    )
    writer.update_root()
    another_text(writer)


def same_signature_once_more(writer: IncrementalPdfFileWriter) -> None:
    """The signature's object again, behind the edit, with the ranges that it had."""
    field = writer.root["/AcroForm"]["/Fields"][0]
    field["/V"] = writer.add_object(generic.DictionaryObject(dict(field["/V"])))
    writer.update_container(field)
    another_text(writer)


EDITS = (
    another_text,
    note_on_top,
    other_page_first,
    other_title,
    long_term_data_and_more,
    same_signature_once_more,
)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_whatever_is_laid_behind_the_signature_is_told(client, sealed, edit):
    told = answer(client, edited(sealed.read(), edit))
    assert told["file"]["outcome"] == ALTERED
    assert told["registry"]["name"] == "Adaeze Obi"
    assert {"proof": "The society's signature on the document holds", "holds": False} in told["file"]["proofs"]


def test_document_whose_signature_was_taken_out_is_a_foreign_page(client, sealed):
    laid_behind = edited(sealed.read(), signature_taken_out)
    rewritten = io.BytesIO()
    with pikepdf.open(io.BytesIO(sealed.read())) as document:
        del document.Root.AcroForm
        del document.Root.Perms
        del document.pages[0].Annots
        document.docinfo["/Title"] = "Mallory"
        document.save(rewritten)
    for content in (laid_behind, rewritten.getvalue()):
        told = answer(client, content)
        assert told["file"]["outcome"] in {FOREIGN_PAGE, ALTERED}
        assert told["registry"]["name"] == "Adaeze Obi"
        assert "to the last character" not in page(client, content)


# --- PDF: attachments ---------------------------------------------------------------------------------------------


def with_attachment(content: bytes, badge: bytes, *, beside: bool = False) -> bytes:
    """The credential exchanged, or another one laid beside it, and saved anew."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        key = "second" if beside else "credential.json"
        document.attachments[key] = pikepdf.AttachedFileSpec(document, badge, filename="credential.json")
        document.save(out)
    return out.getvalue()


def test_swapped_credential_makes_nobody_of_another(client, sealed, other):
    told = answer(client, with_attachment(sealed.read(), signed_badge(other)))
    assert (told["file"]["outcome"], told["registry"]["name"]) == (ALTERED, "Bruno Castañeda")
    unsigned = answer(client, with_attachment(pdf_with(signed_badge(sealed)), signed_badge(other)))
    assert (unsigned["file"]["outcome"], unsigned["registry"]["name"]) == (FOREIGN_PAGE, "Bruno Castañeda")


def test_of_two_credentials_in_one_document_none_is_chosen(client, sealed, other):
    both = with_attachment(pdf_with(signed_badge(sealed)), signed_badge(other), beside=True)
    told = answer(client, both)
    assert (told["file"]["outcome"], told["registry"]) == (UNREADABLE, None)
    assert told["file"]["altered_part"] == "It carries more than one credential."
    told = answer(client, with_attachment(sealed.read(), signed_badge(other), beside=True))
    assert (told["file"]["outcome"], told["registry"]) == (ALTERED, None)


def test_genuine_document_inside_another_does_not_make_the_other_genuine(client, sealed):
    whole = sealed.read()
    inside = {
        "attached": pdf_with(whole, name="certificate.pdf"),
        "as its credential": pdf_with(whole),
        "behind": pdf_with(None, words="Mallory") + whole,
        "before": whole + pdf_with(None, words="Mallory"),
        "behind a line": b"%PDF-1.4\n" + whole,
        "twice": whole + whole,
    }
    for how, content in inside.items():
        told = answer(client, content)
        assert told["file"]["outcome"] in {ALTERED, FOREIGN_PAGE, NOT_OURS, UNREADABLE}, how


# --- PDF: the signature itself ------------------------------------------------------------------------------------


def in_place(content: bytes, old: bytes, new: bytes) -> bytes:
    """A part written over, every other byte where it was."""
    (found,) = re.findall(old, content)
    assert len(new) <= len(found)
    return content.replace(found, new.ljust(len(found)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rb"/ByteRange ?\[[\d ]+\]", b"/ByteRange [0 0 0 0]"),
        (rb"/ByteRange ?\[[\d ]+\]", b"/ByteRange [0 -1 0 -1]"),
        (rb"/ByteRange ?\[[\d ]+\]", b"/ByteRange null"),
        (rb"/ByteRange ?\[[\d ]+\]", b"/ByteRange []"),
        (rb"/ByteRange ?\[[\d ]+\]", b""),
        (HEX, b"/Contents <>"),
        (HEX, b"/Contents <00>"),
        (HEX, b"/Contents null"),
        (HEX, b""),
        (rb"/ETSI.CAdES.detached", b"/adbe.x509.rsa_sha1"),
        (rb"/FT ?/Sig", b"/FT /Tx"),
    ],
    ids=lambda part: repr(part)[:24],
)
def test_signature_made_void_convinces_nobody(client, sealed, old, new):
    told = answer(client, in_place(sealed.read(), old, new))
    assert told["file"]["outcome"] in {ALTERED, FOREIGN_PAGE, UNREADABLE}
    assert told["file"]["proofs"] == [] or not all(proof["holds"] for proof in told["file"]["proofs"])


def test_signature_carried_into_another_document_convinces_nobody(client, sealed):
    forged = pikepdf.open(io.BytesIO(pdf_with(signed_badge(sealed), words="Mallory")))
    with pikepdf.open(io.BytesIO(sealed.read())) as document:
        field = forged.copy_foreign(document.Root.AcroForm.Fields[0])
        forged.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]), SigFlags=3)
        out = io.BytesIO()
        forged.save(out)
    told = answer(client, out.getvalue())
    assert (told["file"]["outcome"], told["registry"]["name"]) == (ALTERED, "Adaeze Obi")


def test_ranges_stretched_around_something_new_convince_nobody(client, sealed):
    """Signature wrapping: the signed parts stand where the ranges say, with something of one's own in the gap."""
    content = sealed.read()
    (ranges,) = re.findall(rb"/ByteRange ?\[[\d ]+\]", content)
    _, before, after, length = map(int, re.findall(rb"\d+", ranges))
    own = b"\n99 0 obj\n(Mallory)\nendobj\n"
    wrapped = content[:after] + own + content[after:]
    written = f"/ByteRange [0 {before} {after + len(own)} {length}]".encode().ljust(len(ranges))
    told = answer(client, wrapped.replace(ranges, written))
    assert told["file"]["outcome"] in {ALTERED, FOREIGN_PAGE, UNREADABLE}


def test_somebody_who_signs_under_our_name_is_not_us(client, sealed, settings, tmp_path):
    ours = settings.CERTIFICATES_KEYS_DIR
    settings.CERTIFICATES_KEYS_DIR = str(tmp_path / "theirs")  # the same society's name in their certificates
    forged = seal_document(pdf_with(signed_badge_of(sealed, ours, settings), words="Mallory"), society=NAMES[1])
    settings.CERTIFICATES_KEYS_DIR = ours
    told = answer(client, forged)
    assert (told["file"]["outcome"], told["registry"]["name"]) == (FOREIGN_PAGE, "Adaeze Obi")
    assert not all(proof["holds"] for proof in told["file"]["proofs"])


def signed_badge_of(certificate: Certificate, keys: str, settings: Any) -> bytes:
    """Its badge as it was signed by us, while somebody else's keys are in place."""
    theirs, settings.CERTIFICATES_KEYS_DIR = settings.CERTIFICATES_KEYS_DIR, keys
    badge = signed_badge(certificate)
    settings.CERTIFICATES_KEYS_DIR = theirs
    return badge


def test_locked_copy_is_not_the_document(client, sealed):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sealed.read())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="o", user=""))
    assert answer(client, out.getvalue())["file"]["outcome"] in {ALTERED, FOREIGN_PAGE}
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sealed.read())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert answer(client, out.getvalue())["file"]["outcome"] in {ALTERED, UNREADABLE}


# --- PDF: dear to look at -----------------------------------------------------------------------------------------


def packed(megabytes: int) -> bytes:
    """Zeros that take a thousandth of their room."""
    pack = zlib.compressobj(1)
    return b"".join([*(pack.compress(bytes(1024**2)) for _ in range(megabytes)), pack.flush()])


def bare_pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF written by hand; object 1 is its root."""
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
    return out + b"trailer\n<< /Root 1 0 R /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        start,
    )


def stream(keys: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n" % (keys, len(data)) + data + b"\nendstream"


ROOT = b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 3 0 R >> >>"
PAGES = b"<< /Type /Pages /Kids [] /Count 0 >>"
FLATE = b"/Filter /FlateDecode"


def one_file(data: bytes, keys: bytes) -> bytes:
    spec = b"<< /Type /Filespec /F (credential.json) /UF (credential.json) /EF << /F 5 0 R >> >>"
    return bare_pdf(ROOT, PAGES, b"<< /Names [(credential.json) 4 0 R] >>", spec, stream(keys, data))


def unpacking_table() -> bytes:
    """The table of objects itself is what unpacks to half a gigabyte."""
    data = packed(500)
    start = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    keys = b"/Type /XRef /Root 1 0 R /Size 100000000 /W [1 2 2] " + FLATE
    return start + b"2 0 obj\n" + stream(keys, data) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(start)


BOMBS = {
    "attachment": lambda: one_file(packed(900), FLATE),
    "attachment packed twice": lambda: one_file(zlib.compress(packed(2000)), b"/Filter [/FlateDecode /FlateDecode]"),
    "table of objects": unpacking_table,
    "object stream": lambda: bare_pdf(
        ROOT, PAGES, stream(b"/Type /ObjStm /N 100000000 /First 1 " + FLATE, packed(500))
    ),
    "names in a circle": lambda: bare_pdf(ROOT, PAGES, b"<< /Kids [3 0 R 3 0 R] /Limits [(a) (z)] >>"),
    "pages in a circle": lambda: bare_pdf(ROOT, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>", b"<< /Names [] >>"),
    "fields in a circle": lambda: bare_pdf(
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [3 0 R] >> >>",
        PAGES,
        b"<< /FT /Sig /T (a) /Kids [3 0 R] >>",
    ),
    "tables in a circle": lambda: bare_pdf(ROOT, PAGES, b"<< /Names [] >>", trailer=b"/Prev 9"),
    "deep": lambda: bare_pdf(ROOT, PAGES, b"<< /Names " + b"[" * 200_000 + b"]" * 200_000 + b" >>"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_document_that_unpacks_to_far_too_much_is_answered_and_costs_the_site_nothing(client, name):
    content = BOMBS[name]()
    assert len(content) < 5_000_000
    began = time.process_time()
    told = answer(client, content)
    assert told["file"]["outcome"] in {NOT_OURS, UNREADABLE}
    assert told["registry"] is None
    assert time.process_time() - began < CHEAP, "it is the other process that reads it"


# --- PNG ----------------------------------------------------------------------------------------------------------


def test_picture_with_two_credentials_is_not_chosen_from(client, sealed, other):
    mine, theirs = signed_badge(sealed), signed_badge(other)
    for first, second in ((itxt(mine), itxt(theirs)), (itxt(theirs), itxt(mine, compressed=True)), (itxt(mine),) * 2):
        told = answer(client, png(first, second))
        assert (told["file"]["outcome"], told["registry"]) == (UNREADABLE, None)
    assert answer(client, bake_png(baked_png(*NAMES, mine), theirs))["file"]["outcome"] == UNREADABLE


def test_picture_around_a_genuine_credential_must_be_ours_to_the_last_byte(client, sealed):
    badge = signed_badge(sealed)
    ours = baked_png(*NAMES, badge)
    assert answer(client, ours)["file"]["outcome"] == "genuine"
    pixels = ours.index(b"IDAT")
    strangers = {
        "another picture": bake_png(badge_png("Professor", "Mallory"), badge),
        "a word beside": ours.replace(ours[33:], chunk(b"tEXt", b"Title\0Mallory") + ours[33:]),
        "the credential of old": ours.replace(ours[33:], chunk(b"tEXt", KEYWORD + b"\0{}") + ours[33:]),
        "behind its end": ours + b"<html>Mallory</html>",
        "a film": ours.replace(ours[33:], chunk(b"acTL", bytes(8)) + ours[33:]),
        "pixels": ours[: pixels - 4] + chunk(b"IDAT", zlib.compress(b"\0" * 10)) + chunk(b"IEND", b""),
    }
    for how, content in strangers.items():
        assert answer(client, content)["file"]["outcome"] == FOREIGN_PAGE, how
    packed = bake_png(badge_png(*NAMES), b"")[:33] + itxt(badge, compressed=True) + badge_png(*NAMES)[33:]
    assert answer(client, packed)["file"]["outcome"] == "genuine"  # nothing else is in it, and it shows the same


# --- SVG ----------------------------------------------------------------------------------------------------------


def svg(*parts: str, root: str = "") -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {root}>{"".join(parts)}</svg>'.encode()


def element(badge: bytes, prefix: str = "o") -> str:
    text = badge.decode().replace("&", "&amp;").replace("<", "&lt;")
    return f'<{prefix}:credential xmlns:{prefix}="{NAMESPACE}">{text}</{prefix}:credential>'


def test_drawing_with_two_credentials_is_not_chosen_from(client, sealed, other):
    mine, theirs = element(signed_badge(sealed)), element(signed_badge(other), "p")
    nested = mine.replace("</o:credential>", f"{theirs}</o:credential>")
    for content in (
        svg(mine, theirs),
        svg(mine, f"<foreignObject>{theirs}</foreignObject>"),
        svg(nested),
        svg(f'<g xmlns:p="{NAMESPACE}">{mine}<p:credential/></g>'),
    ):
        told = answer(client, content)
        assert (told["file"]["outcome"], told["registry"]) == (UNREADABLE, None)


def test_drawing_around_a_genuine_credential_must_be_ours_to_the_last_byte(client, sealed):
    badge = signed_badge(sealed)
    ours = baked_svg(*NAMES, badge)
    assert answer(client, ours)["file"]["outcome"] == "genuine"
    for content in (
        ours.replace(b"</svg>", b"<script>alert(1)</script></svg>"),
        ours.replace(b"</svg>", b"<text>Mallory</text></svg>"),
        ours.replace(b"<svg ", b'<svg onload="x" ', 1),
        bake_svg(badge_svg("Professor", "Mallory"), badge),
        svg(element(badge)),
    ):
        assert answer(client, content)["file"]["outcome"] == FOREIGN_PAGE


def test_credential_in_a_place_of_another_meaning_is_none(client, sealed):
    badge = signed_badge(sealed).decode()
    escaped = badge.replace("&", "&amp;").replace("<", "&lt;")
    for content in (
        svg(f"<!-- {element(signed_badge(sealed))} -->"),
        svg(f'<o:credential xmlns:o="https://x.example/">{escaped}</o:credential>'),
        svg(f"<credential>{escaped}</credential>"),
        svg(f'<o:Credential xmlns:o="{NAMESPACE}">{escaped}</o:Credential>'),
        svg('<a:assertion xmlns:a="http://openbadges.org" verify="x"/>'),
        svg(f'<g xmlns:o="{NAMESPACE}"><o:credential xmlns:o="https://x.example/">{escaped}</o:credential></g>'),
    ):
        assert answer(client, content)["file"]["outcome"] == NOT_OURS


def test_prefix_that_nobody_declared_is_refused():
    for content in (svg("<o:credential>x</o:credential>"), svg("<a:b:c/>"), svg(f'<g xmlns:o="{NAMESPACE}"/><o:x/>')):
        assert examine(content).outcome == UNREADABLE


LONG = "u" * 1_000_000
COSTLY = {
    "png: thousands of credentials": (
        credential_in_png,
        lambda: png(*[itxt(b"0" * 199_000, compressed=True)] * 10_000),
    ),
    "png: one credential that never ends": (credential_in_png, lambda: png(itxt(b"0" * 50_000_000, compressed=True))),
    "svg: a long address before many elements": (
        credential_in_svg,
        lambda: svg("<a:b/>" * 40_000, root=f'xmlns:a="{LONG}"'),
    ),
    "svg: a long address before many attributes": (
        credential_in_svg,
        lambda: svg(root=f'xmlns:a="{LONG}" ' + " ".join(f'a:x{n}=""' for n in range(4_000))),
    ),
    "svg: many addresses, handed down": (
        credential_in_svg,
        lambda: svg('<g xmlns:q="q"/>' * 40_000, root=" ".join(f'xmlns:a{n}="a"' for n in range(60_000))),
    ),
    "svg: many elements": (credential_in_svg, lambda: svg("<g/>" * 1_000_000)),
    "svg: deep": (credential_in_svg, lambda: svg("<g>" * 500_000)),
    "svg: a million lines": (
        credential_in_svg,
        lambda: svg(f'<o:credential xmlns:o="{NAMESPACE}">', "\n" * 4_000_000, "</o:credential>"),
    ),
    "json: deep": (examine, lambda: b'{"@context": ' + b"[" * 190_000),
    "json: many fields": (
        examine,
        lambda: json.dumps({f"f{n}": n for n in range(15_000)}).encode(),
    ),
    "json: a number without an end": (examine, lambda: b'{"a": ' + b"9" * 199_000 + b"}"),
}


@pytest.mark.parametrize("name", COSTLY)
def test_no_file_is_dear_to_look_at(name):
    read, make = COSTLY[name]
    content = make()
    assert len(content) < 5_000_000
    began = time.process_time()
    try:
        found = read(content)
    except ValueError as refusal:
        found = refusal
    assert time.process_time() - began < CHEAP
    assert not isinstance(found, bytes), "none of them holds a credential"


# --- JSON ---------------------------------------------------------------------------------------------------------


def test_text_that_readers_may_read_differently_is_not_read(client, sealed):
    badge = signed_badge(sealed).decode()
    for content in (
        badge[:-1] + ',"credentialSubject":{"name":"Mallory"}}',
        badge[:-1] + ',"n\\u0061me":"Mallory"}',
        badge.replace('"licenseNumber"', '"name":"Mallory","licenseNumber"', 1),
        badge.replace('"proofValue"', '"proofValue":"z1","proofValue"', 1),
        badge + badge,
        badge + "x",
        f"[{badge}]",
        badge[:-1] + ',"x":NaN}',
        badge[:-1] + ',"x":"\\ud800"}',
    ):
        told = answer(client, content.encode())
        assert (told["file"]["outcome"], told["registry"]) == (UNREADABLE, None)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("credentialSubject.name", "Adаeze Obi"),  # the second letter is Cyrillic
        ("credentialSubject.name", "Adaeze Obi\u200b"),
        ("credentialSubject.name", {"@value": "Adaeze Obi"}),
        ("credentialSubject.Name", "Mallory"),
        ("credentialSubject.identifier.0.hashed", 0),
        ("credentialSubject.achievement.name", "Professor"),
        ("id", ["https://x.example/"]),
        ("id", {}),
        ("proof.0.proofValue", "z" + "1" * 86),
        ("proof.0.verificationMethod", "did:web:credentials.example.org#key-9"),
        ("issuer", {"id": "did:web:credentials.example.org", "type": ["Profile"], "name": "Mallory"}),
        ("credentialStatus", {}),
    ],
)
def test_changed_word_is_told_and_never_believed(client, sealed, path, value):
    told = answer(client, json.dumps(changed(badge_of(sealed), path, value)).encode())
    assert told["file"]["outcome"] in {ALTERED, NOT_OURS, UNREADABLE}
    if told["registry"]:
        assert told["registry"]["name"] == "Adaeze Obi"


def test_other_things_that_we_sign_are_no_certificate(client, sealed):
    from django.utils import timezone

    listed = status_list("revocation", 1, now=timezone.now())
    wrapped = {**badge_of(sealed), "type": ["VerifiablePresentation"], "verifiableCredential": [badge_of(sealed)]}
    presentation = {"@context": listed["@context"], "type": wrapped["type"], "verifiableCredential": [badge_of(sealed)]}
    assert answer(client, json.dumps(listed).encode())["file"]["outcome"] == NOT_OURS
    assert answer(client, json.dumps(presentation).encode())["file"]["outcome"] == NOT_OURS
    assert answer(client, json.dumps(wrapped).encode())["file"]["outcome"] == ALTERED


def test_of_ten_thousand_changes_some_are_told(client, sealed):
    badge = badge_of(sealed) | {f"{'x' * 100}{n}": n for n in range(1_500)}
    content = json.dumps(badge).encode()
    told = answer(client, content)
    assert len(told["file"]["differences"]) == MOST_DIFFERENCES
    assert len(page(client, content)) < 100_000
    long = json.dumps(badge_of(sealed) | {"y" * 150_000: 1}).encode()
    assert len(page(client, long)) < 100_000


def test_length_that_is_announced_wrongly_is_no_way_around_the_limit(client, sealed):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n{}\r\n--x--\r\n'
    for announced in ("", "0", "nine", "-5"):
        refused = client.generic(
            "POST", "/verify/file/", body, content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=announced
        )
        assert refused.status_code == 422


# --- anything -----------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), kind=st.sampled_from(["png", "svg", "json"]))
def test_no_edit_whatsoever_is_believed(sealed, data, kind):
    badge = signed_badge(sealed)
    content = {"png": baked_png(*NAMES, badge), "svg": baked_svg(*NAMES, badge), "json": badge}[kind]
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start, min(len(content), start + 20)))
    edit = content[:start] + data.draw(st.binary(max_size=20)) + content[end:]
    found = examine(edit)
    if found.outcome == "genuine":
        assert edit == content or (kind == "json" and json.loads(edit) == json.loads(content))
