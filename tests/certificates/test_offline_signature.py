"""The page that checks without sending tells of the signature inside a PDF what we tell, or that it can't."""

import base64
import io
import json
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from asn1crypto.cms import CertificateChoices, CMSAttributes, ContentInfo
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings as django_settings
from django.utils import timezone
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from certificates import keys
from certificates.keys import DocumentSigner, authority
from certificates.proofs import document_keys
from certificates.signing import sealing
from certificates.signing.examining import asn1
from certificates.signing.sealing import seal_document
from tests.certificates.badges import pdf_with
from tests.certificates.signed import Authority, resaved

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="needs Node.js")
SCRIPTS = Path(django_settings.BASE_DIR, "certificates/static/certificates/offline")
DRIVER = Path(__file__).with_name("offline.mjs")
SOCIETY = "American Balint Society"
SECONDS = 60
Trust = dict[str, list[str]]


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
    return pdf_with(b'{"name":"Adaeze Obi"}', words="Certificate")


@pytest.fixture(scope="module")
def signed(plain, folder):
    return seal_document(plain, society=SOCIETY)


@pytest.fixture(scope="module")
def script(tmp_path_factory) -> Path:
    """The scripts where Node.js takes them for modules, as a browser does."""
    copied = shutil.copytree(SCRIPTS, tmp_path_factory.mktemp("scripts") / "offline")
    (copied / "package.json").write_text('{"type": "module"}')
    return copied / "pdf.js"


@pytest.fixture
def look(script, tmp_path):
    """What the script says of these documents: outcome and words."""

    def looked(*contents: bytes, trust: Trust | None = None, now: str = "") -> list[dict[str, Any]]:
        (tmp_path / "trust.json").write_text(json.dumps(trust or document_keys()))
        files = [tmp_path / f"{number}.pdf" for number in range(len(contents))]
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
        command = [NODE, str(DRIVER), str(script), str(tmp_path / "trust.json"), now, *map(str, files)]
        done = subprocess.run(command, capture_output=True, check=True, timeout=SECONDS)
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    return looked


@pytest.fixture
def told(look):
    """The same for one document, as a pair."""

    def one(content: bytes, **options: Any) -> tuple[str, str]:
        (found,) = look(content, **options)
        return found["outcome"], found["words"]

    return one


def room(content: bytes) -> tuple[int, int]:
    """From where to where the signature stands, its brackets included."""
    numbers = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", content)
    return int(numbers[2]), int(numbers[3])


def with_range(content: bytes, *numbers: int) -> bytes:
    """Another range of bytes in the place of the old one."""
    old = re.search(rb"/ByteRange \[[\d ]+\] *", content)[0]
    return content.replace(old, (b"/ByteRange [%d %d %d %d]" % numbers).ljust(len(old)))


def with_message(content: bytes, message: bytes) -> bytes:
    """Another message in the room of the signature."""
    first, second = room(content)
    return content[: first + 1] + message.hex().upper().encode().ljust(second - first - 2, b"0") + content[second - 1 :]


def message_in(content: bytes) -> bytes:
    first, second = room(content)
    padded = bytes.fromhex(content[first + 1 : second - 1].decode())
    return padded[: 4 + int.from_bytes(padded[2:4])]


def flipped(content: bytes, place: int, mask: int = 1) -> bytes:
    changed = bytearray(content)
    changed[place] ^= mask
    return bytes(changed)


def appended(content: bytes, tmp_path: Path) -> bytes:
    """An edit laid behind what was signed, by another program."""
    file = tmp_path / "edited.pdf"
    file.write_bytes(content)
    with pymupdf.open(file) as document:
        document[0].insert_text((100, 100), "with distinction")
        document.saveIncr()
    return file.read_bytes()


def signed_by(plain: bytes, pem: bytes, monkeypatch) -> bytes:
    """Signed with a key and its certificates that lie in no folder."""
    leaf, *above = authority.certificates_of(pem)
    who = DocumentSigner(id="x", key=authority.private_of(pem), leaf=leaf, above=tuple(above))
    with monkeypatch.context() as patched:
        patched.setattr(sealing, "document_signer", lambda: who)
        return seal_document(plain, society=SOCIETY)


def trusting(pem: bytes) -> Trust:
    """What a page shows when it shows this leaf and the root above it."""
    leaf, root = authority.certificates_of(pem)
    return {"roots": [in_base64(root)], "signers": [in_base64(leaf)], "revoked": []}


def in_base64(one: x509.Certificate | x509.CertificateRevocationList) -> str:
    return base64.b64encode(one.public_bytes(Encoding.DER)).decode()


def test_own_document_is_genuine_and_tells_when_it_was_signed_and_of_which_day_the_list_is(signed, told):
    outcome, words = told(signed)
    today = f"{timezone.now():%B %-d, %Y}"
    assert outcome == "genuine"
    assert words == f"It says that it was signed on {today}. By the list of {today}, its key is not revoked."


def test_missing_list_of_revoked_keys_is_told(signed, told):
    outcome, words = told(signed, trust={**document_keys(), "revoked": []})
    assert (outcome, "no list is at hand" in words) == ("genuine", True)
    damaged = {**document_keys(), "revoked": ["AAAA", "MAA="]}
    assert "no list is at hand" in told(signed, trust=damaged)[1]


def test_list_that_the_root_has_not_signed_tells_nothing(signed, turning, told):
    trust = document_keys()
    other = authority.made_root(SOCIETY, timezone.now())
    forged = authority.made_list(other, [(keys.document_leaves()[0].leaf, timezone.now())], timezone.now())
    trust["revoked"] = [in_base64(x509.load_pem_x509_crl(forged))]
    outcome, words = told(signed, trust=trust)
    assert (outcome, "no list is at hand" in words) == ("genuine", True)


# Altered, each in its own words


def test_changes_are_told_apart(signed, look, tmp_path):
    first, second = room(signed)
    size = len(signed)
    wrong = {
        "flipped": (flipped(signed, 300), "Bytes that the signature covers were changed"),
        "saved anew": (resaved(signed), "saved anew by another program"),
        "edited": (appended(signed, tmp_path), "Something was added behind the signature"),
        "one more line": (signed + b"\n", "Something was added behind the signature"),
        "cut": (signed[:-9], "The end of what was signed is missing"),
        "not from the start": (with_range(signed, 1, first, second, size - second), "makes no sense"),
        "backwards": (with_range(signed, 0, second, first, size - first), "makes no sense"),
        "nothing": (with_range(signed, 0, 0, 0, 0), "makes no sense"),
        "more left out": (with_range(signed, 0, first - 9, second, size - second), "leaves out more than itself"),
        "brackets": (with_range(signed, 0, first + 1, second - 1, size - second + 1), "saved anew by another program"),
        "short": (with_range(signed, 0, first, second, size - second - 9), "Something was added behind the signature"),
        "two": (signed + signed[first - 20 :], "more than one signature"),
        "small letters": (
            signed[:first] + signed[first:second].lower() + signed[second:],
            "signature itself was changed",
        ),
        "in the room": (flipped(signed, second - 2), "The signature itself was changed"),
    }
    found = look(*(content for content, _ in wrong.values()))
    for (name, (_, words)), one in zip(wrong.items(), found, strict=True):
        assert (name, one["outcome"], words in one["words"]) == (name, "altered", True), one
        assert one["words"].startswith("It was altered after it was signed."), one


def test_signature_of_somebody_else_added_by_their_program_is_told(plain, told):
    """Both sign the same, one after the other; neither forbids it."""
    content = plain
    with sealing._signer(keys.document_signer()) as signer:
        for name in ("First", "Second"):
            about = PdfSignatureMetadata(field_name=name, md_algorithm="sha256")
            out = PdfSigner(about, signer, new_field_spec=SigFieldSpec(name)).sign_pdf(
                IncrementalPdfFileWriter(io.BytesIO(content))
            )
            content = out.getvalue()
    outcome, words = told(content)
    assert (outcome, "more than one signature" in words) == ("altered", True)


def test_message_that_is_cut_or_no_message_is_told(signed, look):
    message = message_in(signed)
    wrong = [message[:place] for place in (0, 1, 20, 400)]
    wrong += [b"\x30\x80" + message[4:], b"\x30\x84\xff\xff\xff\xff" + message[4:], b"\x30" * 900, b"\xff" * 900]
    for one in look(*(with_message(signed, other) for other in wrong)):
        assert (one["outcome"], "can't be read" in one["words"]) == ("broken", True), one


def test_message_holds_nothing_that_is_not_checked(signed, look):
    wrong = [ContentInfo.load(message_in(signed)) for _ in range(2)]
    stranger = authority.certificates_of(authority.made_root("Mallory", timezone.now()))[0]
    wrong[0]["content"]["certificates"].append(CertificateChoices("certificate", asn1(stranger)))
    loose = CMSAttributes([{"type": "1.2.3", "values": []}])
    wrong[1]["content"]["signer_infos"][0]["unsigned_attrs"] = loose
    for one in look(*(with_message(signed, other.dump(force=True)) for other in wrong)):
        assert (one["outcome"], "signature itself was changed" in one["words"]) == ("altered", True), one


def test_message_can_be_written_in_one_way_only(signed, look):
    message = message_in(signed)
    longer = b"\x30\x83\0" + message[2:]  # the length of the whole, with a zero before it
    padded = ContentInfo.load(message)
    signer = padded["content"]["signer_infos"][0]
    r, s = decode_dss_signature(signer["signature"].native)
    numbers = b"".join(b"\x02\x22" + number.to_bytes(34) for number in (r, s))
    signer["signature"] = b"\x30" + bytes([len(numbers)]) + numbers
    found = look(with_message(signed, longer), with_message(signed, padded.dump(force=True)))
    assert [one["outcome"] for one in found] == ["broken", "broken"]


def test_every_signed_attribute_must_be_there_once_and_fit(signed, told):
    def signed_anew(change: Callable[[dict[str, Any], CMSAttributes], object]) -> bytes:
        message = ContentInfo.load(message_in(signed))
        signer = message["content"]["signer_infos"][0]
        attributes = signer["signed_attrs"]
        change({one["type"].native: one["values"] for one in attributes}, attributes)
        data = b"\x31" + attributes.dump(force=True)[1:]
        signer["signature"] = keys.document_signer().key.sign(data, ECDSA(SHA256()))
        return with_message(signed, message.dump(force=True))

    def other_certificate(values: dict[str, Any], _: CMSAttributes) -> None:
        values["signing_certificate_v2"][0]["certs"][0]["cert_hash"] = b"x" * 32

    def other_kind(values: dict[str, Any], _: CMSAttributes) -> None:
        values["content_type"][0] = "signed_data"

    def other_digest(values: dict[str, Any], _: CMSAttributes) -> None:
        values["message_digest"][0] = b"x" * 32

    def twice(_: dict[str, Any], attributes: CMSAttributes) -> None:
        attributes.append(attributes[0].copy())

    def left_out(_: dict[str, Any], attributes: CMSAttributes) -> None:
        del attributes[0]

    assert told(signed_anew(lambda *_: None))[0] == "genuine"
    assert "signature itself was changed" in told(signed_anew(other_certificate))[1]
    assert "signature itself was changed" in told(signed_anew(other_kind))[1]
    assert "Bytes that the signature covers were changed" in told(signed_anew(other_digest))[1]
    assert told(signed_anew(twice))[0] == told(signed_anew(left_out))[0] == "broken"


def test_document_without_a_signature_says_so(plain, told):
    outcome, words = told(plain)
    assert (outcome, "carries no signature" in words) == ("unsigned", True)


# Signed by others


def test_document_of_somebody_else_names_them(plain, told, settings, tmp_path):
    trust = document_keys()
    settings.CERTIFICATES_KEYS_DIR, settings.SOCIETY_NAME = str(tmp_path / "theirs"), "Diploma <b>Mill\u202e"
    outcome, words = told(seal_document(plain, society=SOCIETY), trust=trust)
    assert (outcome, words) == ("foreign", "It was signed by somebody else: Diploma <b>Mill Certificates.")


def test_root_that_only_bears_the_name_of_ours_convinces_nobody(plain, told, settings, tmp_path):
    trust = document_keys()
    settings.CERTIFICATES_KEYS_DIR = str(tmp_path / "theirs")
    outcome, words = told(seal_document(plain, society=SOCIETY), trust=trust)
    assert (outcome, "has not vouched for it" in words) == ("foreign", True)


def test_key_that_was_never_begun_here_convinces_nobody_though_our_root_vouches_for_it(plain, told, turning):
    trust = document_keys()
    keys.rotate_keys("document")  # by somebody who has taken a copy of the root
    outcome, words = told(seal_document(plain, society=SOCIETY), trust=trust)
    assert (outcome, "none of those on this page" in words) == ("foreign", True)


def test_key_that_may_sign_no_documents_convinces_nobody(plain, told, monkeypatch):
    root = authority.made_root(SOCIETY, timezone.now())
    pem = leaf_without_use(root)
    outcome, words = told(signed_by(plain, pem, monkeypatch), trust=trusting(pem))
    assert (outcome, "somebody else" in words) == ("foreign", True)


def leaf_without_use(root: bytes) -> bytes:
    """A leaf for logging in, below this root."""
    key = authority.generate_private_key(authority.SECP256R1())
    issuer = authority.certificates_of(root)[0]
    leaf = (
        authority._dated(x509.CertificateBuilder(), timezone.now(), timedelta(days=9))
        .subject_name(authority._name(SOCIETY, "Certificates"))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .add_extension(x509.KeyUsage(**{**authority.NO_USE, "digital_signature": True}), critical=True)
        .sign(authority.private_of(root), SHA256())
    )
    return authority.private_pem(key) + leaf.public_bytes(Encoding.PEM) + issuer.public_bytes(Encoding.PEM)


def test_key_for_which_an_authority_vouches_in_a_longer_chain_is_left_open(plain, told, monkeypatch):
    above = authority.made_root("Authority", timezone.now())
    pem = authority.made_leaf(SOCIETY, authority.made_root("Between", timezone.now()), timezone.now())
    trust = {**trusting(pem), "roots": trusting(authority.made_leaf("x", above, timezone.now()))["roots"]}
    outcome, words = told(signed_by(plain, pem, monkeypatch), trust=trust)
    assert (outcome, "another authority vouches" in words) == ("unknown", True)


# Keys that turn, are lost, or run out


def test_old_and_new_documents_are_genuine_after_every_rotation(plain, signed, look, turning):
    keys.rotate_keys("document")
    second = seal_document(plain, society=SOCIETY)
    keys.rotate_root()
    third = seal_document(plain, society=SOCIETY)
    assert len(document_keys()["roots"]) == 2
    assert [one["outcome"] for one in look(signed, second, third)] == ["genuine"] * 3
    old_root = {**document_keys(), "roots": document_keys()["roots"][:1]}
    assert [one["outcome"] for one in look(signed, third, trust=old_root)] == ["unknown", "genuine"]


@pytest.mark.parametrize("followed", [False, True], ids=["root in force", "former root"])
def test_documents_of_a_compromised_key_convince_nobody(plain, signed, told, turning, followed):
    if followed:
        keys.rotate_root()
    trusted_before = document_keys()["signers"]
    keys.compromise_key("document", "key-1", reason="stolen")
    outcome, words = told(signed)
    assert (outcome, "believed no longer" in words) == ("foreign", True)
    assert told(signed, trust={**document_keys(), "signers": trusted_before})[1] == words, "the list counts by itself"
    assert told(signed, trust={**document_keys(), "revoked": []})[0] == "foreign", "and what the page shows does too"
    assert told(seal_document(plain, society=SOCIETY))[0] == "genuine"


def test_key_counts_only_while_its_certificate_does(plain, signed, told, monkeypatch):
    outcome, words = told(signed, now="2090-01-01")
    assert (outcome, "has run out" in words) == ("unknown", True)
    root = authority.made_root(SOCIETY, timezone.now())
    monkeypatch.setattr(authority, "LEAF_LIFE", timedelta(minutes=30))
    pem = authority.made_leaf(SOCIETY, root, timezone.now())
    outcome, words = told(signed_by(plain, pem, monkeypatch), trust=trusting(pem))
    assert (outcome, "not valid at the time" in words) == ("foreign", True)


def test_time_stamp_is_let_be_and_upkeep_for_the_long_term_is_left_open(plain, told, settings, tmp_path):
    stamps = Authority()
    (tmp_path / "stamps.pem").write_bytes(authority.public_part(stamps.root_pem))
    with stamps.answering() as address:
        settings.CERTIFICATES_TIMESTAMP_URL = address
        stamped = seal_document(plain, society=SOCIETY)
        settings.CERTIFICATES_TIMESTAMP_ROOTS = str(tmp_path / "stamps.pem")
        kept_up = seal_document(plain, society=SOCIETY)
    assert told(stamped)[0] == "genuine"
    outcome, words = told(kept_up)
    assert (outcome, "kept up with time stamps" in words) == ("unknown", True)


# Made to hurt


def test_no_change_of_the_message_passes_or_hangs(signed, look):
    chance, message = random.Random(11), message_in(signed)
    wrong = {message[: chance.randrange(len(message))] for _ in range(100)}
    wrong |= {flipped(message, place, 1 << chance.randrange(8)) for place in range(len(message))}
    wrong |= {message[:place] + chance.randbytes(4) + message[place + 4 :] for place in range(0, len(message), 9)}
    found = look(*(with_message(signed, other) for other in sorted(wrong)))
    assert {one["outcome"] for one in found} <= {"altered", "foreign", "broken", "unknown"}
    assert max(one["ms"] for one in found) < 2_000


def test_no_change_of_the_file_passes_or_hangs(signed, look):
    chance = random.Random(12)
    wrong = [flipped(signed, chance.randrange(len(signed)), 1 << chance.randrange(8)) for _ in range(300)]
    wrong += [signed[: chance.randrange(len(signed))] for _ in range(50)]
    wrong += [b"/ByteRange" * 100_000, b"1 0 obj /ByteRange [0 1 2 3] /Contents <" + b"0" * 3_000_000 + b">"]
    wrong += [b"1 0 obj /ByteRange [" + b" " * 3_000_000, b"/ByteRange " + b"/Contents <00 " * 200_000]
    wrong += [b"", b"%PDF-1.7", b"\0" * 21_000_000]
    found = look(*wrong)
    assert "genuine" not in {one["outcome"] for one in found}
    assert max(one["ms"] for one in found) < 2_000
