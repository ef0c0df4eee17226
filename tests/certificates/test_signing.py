"""The society's signature: others accept it, nothing can be changed unseen, and lost keys convince nobody."""

import asyncio
import io
import random
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pymupdf
import pytest
from asn1crypto import cms
from django.conf import settings as django_settings
from django.utils import timezone
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from certificates import keys
from certificates.keys.document import as_pem
from certificates.rendering import render_in_child
from certificates.signing.checking import trust_as_json
from certificates.signing.examining import (
    ADDED,
    BROKEN,
    CHANGED,
    NO_SIGNATURE,
    SAVED_ANEW,
    UNREADABLE,
    UNTRUSTED,
    examined,
    trust_of,
)
from certificates.signing.findings import ALTERED, FOREIGN, GENUINE, NOT_BELIEVED, DocumentFinding
from certificates.signing.sealing import SealingFailed, seal_document
from tests.certificates.factories import FACTS
from tests.certificates.signed import Authority, document_check, resaved

BADGE = b'{"name":"Adaeze Obi"}'


@pytest.fixture(autouse=True, scope="module")
def folder(tmp_path_factory):
    """One pair of keys for the module; those who turn them take a copy."""
    before = django_settings.CERTIFICATES_KEYS_DIR
    django_settings.CERTIFICATES_KEYS_DIR = str(tmp_path_factory.mktemp("keys"))
    yield django_settings.CERTIFICATES_KEYS_DIR
    django_settings.CERTIFICATES_KEYS_DIR = before


@pytest.fixture
def turning(folder, settings, tmp_path):
    settings.CERTIFICATES_KEYS_DIR = str(shutil.copytree(folder, tmp_path / "turning"))


@pytest.fixture(scope="module")
def plain():
    return render_in_child(FACTS, "abcDEF123", badge=BADGE)


@pytest.fixture(scope="module")
def signed(plain, folder):
    return seal_document(plain, society=FACTS.society)


def look(content: bytes) -> DocumentFinding:
    """The same look as `document_check`, without a process for each."""
    return examined(content, trust_of(trust_as_json()))


def tool(*command: str, **options) -> subprocess.CompletedProcess[bytes]:
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} on this machine")
    return subprocess.run(command, capture_output=True, check=False, **options)


def gap(content: bytes) -> tuple[int, int]:
    """Where the signature stands: before and after lies what it signs."""
    numbers = re.search(rb"/ByteRange\s*\[(\d+) (\d+) (\d+) (\d+)\s*\]", content)
    start, length, second, rest = (int(number) for number in numbers.groups())
    assert (start, second + rest) == (0, len(content)), "every byte but the signature's is signed"
    return length, second


def test_signed_document_is_genuine_and_says_by_which_key(signed):
    found = document_check(signed)
    assert (found.outcome, found.part, found.key, found.stamped) == (GENUINE, "", "document/key-1", False)
    assert found.signer == "American Balint Society Certificates"
    assert found.signed_at.endswith("+00:00")
    assert look(signed) == found


def test_what_was_drawn_stands_unchanged_at_its_beginning(plain, signed):
    assert signed.startswith(plain)


def test_signature_is_invisible_and_allows_no_change(signed):
    with pikepdf.open(io.BytesIO(signed)) as document:
        (field,) = document.Root.AcroForm.Fields
        assert [float(side) for side in field.Rect] == [0, 0, 0, 0]
        assert str(field.V.SubFilter) == "/ETSI.CAdES.detached"
        assert int(document.Root.Perms.DocMDP.Reference[0].TransformParams.P) == 1


def test_openssl_accepts_it(signed, tmp_path):
    first, second = gap(signed)
    (tmp_path / "root.pem").write_bytes(as_pem(keys.trusted_roots()))
    (tmp_path / "signed").write_bytes(signed[:first] + signed[second:])
    (tmp_path / "cms").write_bytes(bytes.fromhex(signed[first + 1 : second - 1].decode()))
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "cms", "-content", "signed"]
    command += ["-CAfile", "root.pem", "-purpose", "any", "-out", "out"]
    done = tool(*command, cwd=tmp_path)
    assert b"uccessful" in done.stderr, done.stderr
    (tmp_path / "signed").write_bytes(signed[:first] + signed[second:].replace(b"%%EOF", b"%%EOG"))
    assert tool(*command, cwd=tmp_path).returncode != 0


def test_pdfsig_accepts_it(signed, tmp_path):
    file = tmp_path / "signed.pdf"
    file.write_bytes(signed)
    said = tool("pdfsig", "-nocert", str(file)).stdout.decode()
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    file.write_bytes(signed.replace(b"/Type", b"/Typo", 1))
    assert "Signature is Valid" not in tool("pdfsig", "-nocert", str(file)).stdout.decode()


def test_flipped_byte_of_what_was_signed_is_told(signed):
    first, _ = gap(signed)
    stream = signed.index(b"stream\n") + 200
    assert stream < first
    found = look(flipped(signed, stream))
    assert (found.outcome, found.part, found.key) == (ALTERED, CHANGED, "document/key-1")


def flipped(content: bytes, place: int, mask: int = 1) -> bytes:
    changed = bytearray(content)
    changed[place] ^= mask
    return bytes(changed)


def test_saving_anew_is_told_from_changing(signed):
    found = look(resaved(signed))
    assert (found.outcome, found.part) == (ALTERED, SAVED_ANEW)


def test_edit_laid_behind_is_told_from_both(signed, tmp_path):
    file = tmp_path / "edited.pdf"
    file.write_bytes(signed)
    with pymupdf.open(file) as document:
        document[0].insert_text((100, 100), "with distinction")
        document.saveIncr()
    content = file.read_bytes()
    assert content.startswith(signed)
    found = look(content)
    assert (found.outcome, found.part) == (ALTERED, ADDED)


def overlaid(content: bytes, number: int, body: bytes) -> bytes:
    """An object written anew behind the end, by hand, as the format allows it."""
    with pikepdf.open(io.BytesIO(content)) as document:
        kept = b" ".join(f"/{name} {document.trailer[f'/{name}'].objgen[0]} 0 R".encode() for name in ("Root", "Info"))
        size = int(document.trailer.Size)
        ids = b"".join(b"<" + bytes(part).hex().encode() + b">" for part in document.trailer.ID)
    before = int(re.findall(rb"startxref\s+(\d+)", content)[-1])
    object_at = len(content)
    content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table_at = len(content)
    table = b"".join(b"\1" + place.to_bytes(4) + b"\0\0" for place in (object_at, table_at))
    keys = b"/Type /XRef /W [1 4 2] /Index [%d 1 %d 1] /Size %d /Prev %d %s /ID [%s] /Length %d" % (
        number,
        size,
        size + 1,
        before,
        kept,
        ids,
        len(table),
    )
    stream = b"%d 0 obj\n<< %s >>\nstream\n%s\nendstream\nendobj\n" % (size, keys, table)
    return content + stream + b"startxref\n%d\n%%%%EOF\n" % table_at


XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>
<rdf:li xml:lang="x-default">Mallory</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"""
MALLORY = {
    "Info": b"<< /Title (Mallory) >>",
    "Metadata": b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream" % (len(XMP), XMP),
}


@pytest.mark.parametrize("where", MALLORY)
def test_title_can_not_be_changed_either(signed, where):
    """The title stands above the window of every reader; pyHanko takes a change of it for upkeep of the signature."""
    with pikepdf.open(io.BytesIO(signed)) as document:
        held = document.trailer.Info if where == "Info" else document.Root.Metadata
        edited = overlaid(signed, held.objgen[0], MALLORY[where])
    with pikepdf.open(io.BytesIO(edited)) as document:
        shown = document.docinfo["/Title"] if where == "Info" else document.open_metadata()["dc:title"]
        assert str(shown) == "Mallory"
    found = look(edited)
    assert (found.outcome, found.part) == (ALTERED, ADDED)


def kept_up(content: bytes) -> bytes:
    """The document with what keeps a signature checkable for the long term."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    writer.root["/DSS"] = writer.add_object(
        generic.DictionaryObject({generic.pdf_name("/CRLs"): generic.ArrayObject()})
    )
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_upkeep_without_another_word_is_no_change(signed):
    """What keeps a signature checkable changes nothing; the file is not the one that was issued, though."""
    assert look(kept_up(signed)).outcome == GENUINE


def test_upkeep_of_a_document_that_has_no_metadata_is_no_change_either(plain):
    bare = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain)) as document:
        del document.Root.Metadata
        document.save(bare)
    assert look(kept_up(seal_document(bare.getvalue(), society=FACTS.society))).outcome == GENUINE


@pytest.mark.parametrize(
    "tail", [b"\n", b"\0", b"\n% and more\n", b"%PDF-1.7\n%%EOF\n"], ids=["line", "nul", "note", "eof"]
)
def test_bytes_behind_the_end_are_told(signed, tail):
    found = look(signed + tail)
    assert (found.outcome, found.part) in {(ALTERED, ADDED), (FOREIGN, UNREADABLE)}


def test_room_of_the_signature_holds_nothing_else(signed):
    first, second = gap(signed)
    last = second - 2
    assert signed[last : last + 1] == b"0"
    assert look(flipped(signed, last)).part == BROKEN
    letter = next(place for place in range(first + 1, second) if signed[place : place + 1] in b"ABCDEF")
    assert look(flipped(signed, letter, 0x20)).outcome == ALTERED  # the same bytes, written small


def test_nothing_of_the_message_around_what_the_signature_covers_can_be_changed_unseen(signed):
    first, second = gap(signed)
    written = signed[first + 1 : second - 1]
    content = cms.ContentInfo.load(bytes.fromhex(written.decode()))["content"]
    signer = written.index(content["signer_infos"][0].dump().hex().upper().encode())
    before = written.index(content["certificates"].dump().hex().upper().encode())
    places = [first + 1 + place for place in (*range(before), *range(signer, signer + 14))]
    assert [place for place in places if look(flipped(signed, place)).outcome == GENUINE] == []


def test_no_byte_can_be_flipped_unseen(signed):
    first, second = gap(signed)
    chance = random.Random(5)
    places = [chance.randrange(len(signed)) for _ in range(80)] + [chance.randrange(first, second) for _ in range(80)]
    unseen = [place for place in places if look(flipped(signed, place)).outcome == GENUINE]
    assert unseen == []


def test_cut_off_document_is_not_genuine(signed):
    chance = random.Random(7)
    assert [n for n in (chance.randrange(len(signed)) for _ in range(20)) if look(signed[:n]).outcome == GENUINE] == []


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 and nothing more", b"\0" * 1000, b"hello"], ids=len)
def test_what_is_no_document_is_foreign(content):
    assert look(content) == DocumentFinding(outcome=FOREIGN, part=UNREADABLE)
    assert document_check(content) == DocumentFinding(outcome=FOREIGN, part=UNREADABLE)


def test_document_without_a_signature_is_foreign(plain):
    assert look(plain) == DocumentFinding(outcome=FOREIGN, part=NO_SIGNATURE)


def test_document_signed_by_somebody_else_is_foreign_and_names_them(plain, settings, tmp_path):
    with_others = settings.CERTIFICATES_KEYS_DIR
    settings.CERTIFICATES_KEYS_DIR, settings.SOCIETY_NAME = str(tmp_path / "theirs"), "Diploma Mill"
    theirs = seal_document(plain, society=FACTS.society)
    settings.CERTIFICATES_KEYS_DIR = with_others
    found = look(theirs)
    assert (found.outcome, found.key) == (FOREIGN, "")
    assert "Diploma Mill" in found.part


def test_key_that_was_never_begun_here_convinces_nobody_though_our_root_vouches_for_it(
    plain, folder, turning, settings
):
    keys.rotate_keys("document")  # by somebody who has taken a copy of the root
    forged = seal_document(plain, society="S")
    settings.CERTIFICATES_KEYS_DIR = folder
    assert (look(forged).outcome, look(forged).key) == (FOREIGN, "")


def test_signature_that_leads_to_no_root_of_ours_is_foreign(signed):
    job = trust_as_json()
    other = keys.authority.made_root("Other", timezone.now())
    job["roots"] = keys.authority.public_part(other).decode()
    found = examined(signed, trust_of(job))
    assert (found.outcome, found.part) == (FOREIGN, UNTRUSTED)


def test_old_documents_stay_genuine_after_rotation(signed, turning, plain):
    assert keys.rotate_keys("document") == "key-2"
    assert look(signed).key == "document/key-1"
    assert look(signed).outcome == GENUINE
    assert look(seal_document(plain, society="S")).key == "document/key-2"


def test_documents_of_a_compromised_key_convince_nobody_whatever_date_they_bear(signed, turning, plain):
    keys.compromise_key("document", "key-1", reason="stolen")
    found = look(signed)
    assert (found.outcome, found.part, found.key) == (FOREIGN, NOT_BELIEVED, "document/key-1")
    assert look(seal_document(plain, society="S")).outcome == GENUINE


def test_list_of_revoked_keys_counts_by_itself(signed, turning):
    keys.compromise_key("document", "key-1", reason="stolen")
    job = trust_as_json()
    job["leaves"] = [[key, pem, False] for key, pem, _ in job["leaves"]]
    assert examined(signed, trust_of(job)).part == NOT_BELIEVED


def test_old_documents_stay_genuine_below_a_root_that_was_followed_by_another(signed, turning, plain):
    keys.rotate_root()
    assert (look(signed).outcome, look(signed).key) == (GENUINE, "document/key-1")
    again = look(seal_document(plain, society="S"))
    assert (again.outcome, again.key) == (GENUINE, "document/key-2")


def test_list_of_a_former_root_counts_by_itself(signed, turning):
    keys.rotate_root()
    keys.compromise_key("document", "key-1", reason="stolen")
    job = trust_as_json()
    job["leaves"] = [[key, pem, False] for key, pem, _ in job["leaves"]]
    assert examined(signed, trust_of(job)).part == NOT_BELIEVED


@pytest.fixture(scope="module")
def authority():
    return Authority()


def test_time_stamp_makes_the_time_more_than_a_claim(plain, settings, authority, tmp_path):
    with authority.answering() as settings.CERTIFICATES_TIMESTAMP_URL:
        stamped = seal_document(plain, society="S")
    found = look(stamped)
    assert (found.outcome, found.stamped) == (GENUINE, False)  # nobody has said that this authority is believed
    (tmp_path / "roots.pem").write_bytes(as_pem([authority.root]))
    settings.CERTIFICATES_TIMESTAMP_ROOTS = str(tmp_path / "roots.pem")
    found = look(stamped)
    assert (found.outcome, found.stamped) == (GENUINE, True)


def test_stamp_with_a_known_root_is_kept_for_the_long_term(plain, settings, authority, tmp_path):
    (tmp_path / "roots.pem").write_bytes(as_pem([authority.root]))
    settings.CERTIFICATES_TIMESTAMP_ROOTS = str(tmp_path / "roots.pem")
    with authority.answering() as settings.CERTIFICATES_TIMESTAMP_URL:
        stamped = seal_document(plain, society="S")
    with pikepdf.open(io.BytesIO(stamped)) as document:
        assert "/DSS" in document.Root
        assert len(document.Root.AcroForm.Fields) == 2
    assert (look(stamped).outcome, look(stamped).stamped) == (GENUINE, True)
    assert look(stamped + b"\n%").outcome == ALTERED


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"kind": "text/html"}, "answers with text/html"),
        ({"content": b"x" * 200_000}, "of 100001 bytes"),
        ({"content": b"nonsense"}, "could not be signed"),
    ],
    ids=["page", "long", "nonsense"],
)
def test_without_its_stamp_no_document_is_signed(plain, settings, authority, answer, words):
    with (
        authority.answering(**answer) as settings.CERTIFICATES_TIMESTAMP_URL,
        pytest.raises(SealingFailed, match=words),
    ):
        seal_document(plain, society="S")


def test_silent_authority_is_named(plain, settings):
    settings.CERTIFICATES_TIMESTAMP_URL = "http://127.0.0.1:1/"
    with pytest.raises(SealingFailed, match="does not answer"):
        seal_document(plain, society="S")
    settings.CERTIFICATES_TIMESTAMP_URL = "file:///etc/passwd"
    with pytest.raises(SealingFailed, match="no web address"):
        seal_document(plain, society="S")


def test_document_is_signed_within_an_event_loop_too(plain):
    async def sign() -> bytes:
        return seal_document(plain, society="S")

    async def looked(content: bytes) -> str:
        return look(content).outcome

    with ThreadPoolExecutor(1) as other:
        content = other.submit(asyncio.run, sign()).result()
        assert other.submit(asyncio.run, looked(content)).result() == GENUINE


def test_what_is_no_document_is_not_signed():
    with pytest.raises(SealingFailed):
        seal_document(b"no paper", society="S")


def test_time_stamp_authority_leads_nobody_elsewhere(plain, settings, authority):
    with authority.answering() as elsewhere, authority.answering(moved_to=elsewhere) as address:
        settings.CERTIFICATES_TIMESTAMP_URL = address
        with pytest.raises(SealingFailed, match="302"):
            seal_document(plain, society="S")
