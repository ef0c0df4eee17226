"""Keys in hardware sign documents and badges, and never leave it (PKCS #11, by a real token in software)."""

import json
import sys
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from django.utils import timezone

from certificates import keys
from certificates.badge.attached import stored_badge
from certificates.badge.checking import check_badge
from certificates.keys import TokenAddress, authority
from certificates.keys.document import as_pem, document_folder, root_folder
from certificates.keys.tokens import public_key_in_token
from certificates.models import Certificate
from certificates.services import issue_certificate
from tests.certificates.factories import prepared
from tests.certificates.signed import document_check
from tests.certificates.softhsm import PIN, library, make_key, relabel_public

DOCUMENTS = TokenAddress(token="abs", object="documents", id=b"\x01")
BADGES = TokenAddress(token="abs", object="badges")


@pytest.fixture(scope="session", autouse=True)
def made(one_token):
    """Once, however the tests of several files are mixed."""
    make_key("documents", id=b"\x01")
    make_key("badges", kind="Ed25519")


@pytest.fixture(autouse=True)
def folder(token, settings, tmp_path):
    settings.CERTIFICATES_KEYS_DIR = str(tmp_path / "keys")
    return tmp_path / "keys"


def drawn() -> Certificate:
    certificate = prepared()
    issue_certificate(certificate)
    return Certificate.objects.get(pk=certificate.pk)


@pytest.mark.django_db
def test_certificate_and_its_badge_are_signed_in_the_token_and_convince_everybody(folder):
    assert keys.import_from_token(DOCUMENTS) == ("document", "key-1")
    assert keys.import_from_token(BADGES) == ("badge", "key-1")

    certificate = drawn()

    found = document_check(certificate.read())
    assert (found.outcome, found.part) == ("genuine", "")
    check_badge(json.loads(stored_badge(certificate)))
    laid_down = {kind: (folder / kind / "key-1.pem").read_bytes() for kind in ("document/leaf", "badge")}
    for address, content in zip((DOCUMENTS, BADGES), laid_down.values(), strict=True):
        assert content.startswith(f"{address}\n".encode())
        assert b"PRIVATE" not in content
        assert PIN.encode() not in content.splitlines()[0]


@pytest.mark.django_db
def test_older_certificates_stay_believed_when_hardware_takes_over_and_after_it():
    before = drawn()
    assert keys.import_from_token(DOCUMENTS) == ("document", "key-2")
    between = drawn()
    keys.compromise_key("document", "key-2", reason="The token was stolen")
    after = drawn()

    assert [document_check(one.read()).outcome for one in (before, after)] == ["genuine", "genuine"]
    assert document_check(between.read()).outcome != "genuine"
    assert [leaf.id for leaf in keys.document_leaves()] == ["key-3", "key-2", "key-1"]


@pytest.mark.django_db
def test_certificate_waits_while_the_token_is_away_and_is_issued_once_it_is_back(settings):
    keys.import_from_token(DOCUMENTS)
    certificate = prepared()
    settings.CERTIFICATES_PKCS11_MODULE = ""
    with pytest.raises(keys.TokenUnavailable, match="CREDENTIALING_PKCS11_MODULE"):
        issue_certificate(certificate)
    assert Certificate.objects.get(pk=certificate.pk).status != "issued"
    settings.CERTIFICATES_PKCS11_MODULE = library()
    issue_certificate(certificate)
    assert document_check(Certificate.objects.get(pk=certificate.pk).read()).outcome == "genuine"


def test_leaf_for_the_token_is_issued_by_our_root_and_listed_when_believed_no_longer():
    keys.import_from_token(DOCUMENTS)
    signer = keys.document_signer()
    assert signer.key == DOCUMENTS
    assert signer.leaf.public_key() == public_key_in_token(DOCUMENTS)
    assert isinstance(public_key_in_token(DOCUMENTS).curve, SECP256R1)
    (root,) = signer.above
    signer.leaf.verify_directly_issued_by(root)
    assert keys.trusted_roots() == [root]


def test_leaf_from_an_authority_is_taken_with_its_chain_whatever_their_order():
    private = authority.made_root("Authority from elsewhere", timezone.now())
    (root,) = authority.certificates_of(private)
    leaf = authority.issued_leaf("S", private, public_key_in_token(DOCUMENTS), timezone.now())
    own = authority.certificates_of(leaf)[0]
    keys.import_from_token(DOCUMENTS, as_pem([root, own]))
    signer = keys.document_signer()
    assert (signer.leaf, signer.above) == (own, (root,))
    assert not (root_folder().folder).exists()


def chains() -> dict[str, tuple[str, str]]:
    return {
        "not PEM": ("nothing", "can't be read as PEM"),
        "another key's": ("other", "None of these certificates belongs to the key"),
        "run out": ("old", "is valid from"),
        "no root": ("alone", "lacks the certificate of"),
    }


@pytest.mark.parametrize("case", sorted(chains()))
def test_chain_that_can_not_serve_is_refused_and_nothing_changes(case):
    kind, words = chains()[case]
    root, now = authority.made_root("Authority from elsewhere", timezone.now()), timezone.now()
    key = public_key_in_token(DOCUMENTS)
    given = {
        "nothing": b"nothing",
        "other": as_pem(authority.certificates_of(authority.made_leaf("S", root, now))),
        "old": authority.issued_leaf("S", root, key, now - authority.LEAF_LIFE - timedelta(days=1)),
        "alone": as_pem(authority.certificates_of(authority.issued_leaf("S", root, key, now))[:1]),
    }[kind]
    before = keys.document_signer().leaf
    with pytest.raises(keys.KeyRefused, match=words):
        keys.import_from_token(DOCUMENTS, given)
    assert keys.document_signer().leaf == before


def test_key_that_is_not_what_stands_beside_it_is_refused():
    make_key("mixed")
    make_key("stranger")
    relabel_public("mixed", "aside")
    relabel_public("stranger", "mixed")
    with pytest.raises(keys.KeyRefused, match="belongs to another key"):
        keys.import_from_token(TokenAddress(token="abs", object="mixed"))
    make_key("mixed badge", kind="Ed25519")
    make_key("stranger badge", kind="Ed25519")
    relabel_public("mixed badge", "aside")
    relabel_public("stranger badge", "mixed badge")
    with pytest.raises(keys.KeyRefused, match="belongs to another key"):
        keys.import_from_token(TokenAddress(token="abs", object="mixed badge"))


def test_key_of_another_kind_or_without_its_public_half_is_refused():
    make_key("rsa", kind="RSA")
    make_key("half", public=False)
    for label, words in (("rsa", "neither an elliptic-curve key"), ("half", "does not hold the public half")):
        with pytest.raises(keys.KeyRefused, match=words):
            keys.import_from_token(TokenAddress(token="abs", object=label))


def test_key_must_be_there_once():
    make_key("twice")
    make_key("twice")
    for address, words in (
        (TokenAddress(token="abs", object="twice"), "holds several keys for pkcs11:token=abs;object=twice"),
        (TokenAddress(token="abs", id=b"\x99"), "holds no key for pkcs11:token=abs;id=%99"),
        (TokenAddress(token="another", object="documents"), "The token another is not there"),
    ):
        with pytest.raises(keys.TokenUnavailable, match=words):
            keys.import_from_token(address)


def test_refused_pin_is_not_tried_again_until_the_service_starts_anew(settings, monkeypatch):
    """Tokens lock after a few wrong PINs."""
    settings.CERTIFICATES_PKCS11_PIN = "9999"
    with pytest.raises(keys.TokenUnavailable, match=r"refused the PIN \(CREDENTIALING_PKCS11_PIN"):
        keys.import_from_token(DOCUMENTS)
    with pytest.raises(keys.TokenUnavailable, match="once the service has been restarted"):
        keys.import_from_token(DOCUMENTS)
    settings.CERTIFICATES_PKCS11_PIN = PIN
    assert keys.import_from_token(DOCUMENTS)[0] == "document"


def test_other_failures_of_a_token_are_told(settings):
    settings.CERTIFICATES_PKCS11_MODULE = "/nowhere/libtoken.so"
    with pytest.raises(keys.TokenUnavailable, match=r"The token abs failed: .*libtoken\.so"):
        keys.import_from_token(DOCUMENTS)


def test_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(keys.TokenUnavailable, match=r"credentialing\[pkcs11\]"):
        keys.import_from_token(DOCUMENTS)


def test_rotation_never_goes_back_to_a_file_in_silence():
    keys.import_from_token(DOCUMENTS)
    with pytest.raises(keys.KeyRefused, match="Make another key in the token"):
        keys.rotate_keys("document")
    assert keys.document_signer().key == DOCUMENTS
    make_key("documents of next year")
    following = TokenAddress(token="abs", object="documents of next year")
    assert keys.import_from_token(following) == ("document", "key-2")
    assert keys.document_signer().key == following
    assert not (document_folder().folder / "key-1.pem").exists()


def test_key_that_is_gone_may_still_be_replaced_by_a_new_one():
    keys.document_signer()
    (document_folder().folder / "key-1.pem").unlink()
    assert keys.rotate_keys("document") == "key-2"


@pytest.mark.parametrize(
    "address",
    [
        TokenAddress(token="abs", object="documents"),
        TokenAddress(token="a b;c", object="ключ=1", id=b"\x00\xff"),
        TokenAddress(token="abs", id=b";"),
    ],
    ids=str,
)
def test_address_reads_as_it_was_written(address):
    assert TokenAddress.parsed(str(address)) == address
    assert TokenAddress.parsed(f"{address};type=private") == address


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("token=abs;object=x", "Write the address"),
        ("pkcs11:token=abs;object=x?pin-value=1234", "without a PIN"),
        ("pkcs11:token=abs;object=x;type=cert", "Write the address"),
        ("pkcs11:token=abs;object=x;slot-id=3", "Write the address"),
        ("pkcs11:object=x", "Name the token"),
        ("pkcs11:token=abs", "Name the token, and the key"),
    ],
)
def test_address_that_names_no_private_key_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        TokenAddress.parsed(text)
