"""Keys are made once, stay secret, turn without losing what is public, and are believed no longer once lost."""

import multiprocessing
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from django.conf import settings as django_settings
from django.utils import timezone

from certificates import keys
from certificates.keys import authority, folders
from certificates.keys.badge import badge_folder
from certificates.keys.document import document_folder, root_folder

EC_ROOT = authority.made_root("Authority from elsewhere", timezone.now())


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.CERTIFICATES_KEYS_DIR = str(tmp_path / "keys")
    return tmp_path / "keys"


def believed(signature: bytes, key: keys.BadgeKey) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, b"text")
    except InvalidSignature:
        return False
    return True


def test_first_use_makes_the_keys_and_later_ones_take_them(folder):
    first = keys.badge_keys()
    assert [(key.id, len(key.public), key.compromised) for key in first] == [("key-1", 32, False)]
    assert keys.badge_keys() == first
    assert believed(keys.sign_with_badge_key(b"text"), first[0])
    signer = keys.document_signer()
    assert keys.document_signer().leaf == signer.leaf
    assert signer.key.public_key() == signer.leaf.public_key()


def test_every_file_is_its_owners_alone(folder):
    keys.badge_keys()
    keys.document_leaves()
    keys.revocation_list()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 7
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_dir()} <= {0o700, 0o755}


def test_leaf_is_issued_by_the_root_and_may_do_nothing_but_sign():
    signer = keys.document_signer()
    (root,) = keys.trusted_roots()
    assert signer.above == (root,)
    signer.leaf.verify_directly_issued_by(root)
    assert signer.leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    usage = signer.leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    ruled = root.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (ruled.ca, ruled.path_length) == (True, 0)
    assert signer.leaf.not_valid_after_utc <= root.not_valid_after_utc
    assert signer.key.curve.name == "secp256r1"


@pytest.mark.parametrize("society", ["Ö" * 200, "B", "Société « Balint » <b>"])
def test_any_society_gets_a_root(settings, society):
    settings.SOCIETY_NAME = society
    assert keys.document_signer().above[0].subject.rfc4514_string()


def test_address_of_the_list_stands_in_the_leaf_where_others_can_reach_it(settings):
    with pytest.raises(x509.ExtensionNotFound):
        keys.document_signer().leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    settings.BASE_URL = "https://credentials.example.org"
    keys.rotate_keys("document")
    (point,) = keys.document_signer().leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name[0].value == "https://credentials.example.org/pki/root/key-1.crl"


def test_rotation_keeps_what_is_public_and_destroys_the_old_private_half(folder):
    old_badge, old_leaf = keys.badge_keys()[0], keys.document_signer()
    signature = keys.sign_with_badge_key(b"text")
    assert keys.rotate_keys("badge") == "key-2"
    assert keys.rotate_keys("document") == "key-2"
    present, former = keys.badge_keys()
    assert (present.id, former) == ("key-2", old_badge)
    assert believed(signature, former)
    assert believed(keys.sign_with_badge_key(b"text"), present)
    assert [leaf.leaf for leaf in keys.document_leaves()] == [keys.document_signer().leaf, old_leaf.leaf]
    assert keys.document_signer().leaf != old_leaf.leaf
    assert len(keys.trusted_roots()) == 1
    assert not list(folder.rglob("key-1.pem")) or list(folder.rglob("key-1.pem")) == [
        folder / "document" / "root" / "key-1.pem"
    ]


def test_rotation_before_the_first_use_makes_the_first_key():
    assert keys.rotate_keys("badge") == "key-1"


def test_rotation_keeps_the_public_half_that_a_crash_had_not_written(folder):
    old = keys.badge_keys()[0]
    (folder / "badge" / "key-1.pub").unlink()
    keys.rotate_keys("badge")
    assert keys.badge_keys()[1] == old


def test_crash_before_the_public_half_was_written_is_mended(folder):
    key = keys.badge_keys()
    (folder / "badge" / "key-1.pub").unlink()
    assert keys.badge_keys() == key
    (folder / "badge" / "key-1.pub").unlink()
    assert list(badge_folder().public()) == ["key-1"]


def test_key_that_is_gone_is_not_made_anew_in_silence(folder):
    keys.badge_keys()
    (folder / "badge" / "key-1.pem").unlink()
    with pytest.raises(keys.KeyMissing, match=r"is missing\. Restore its backup"):
        keys.sign_with_badge_key(b"text")
    assert keys.rotate_keys("badge") == "key-2"
    assert [key.id for key in keys.badge_keys()] == ["key-2", "key-1"]


@pytest.mark.parametrize("content", [b"", b"no key", EC_ROOT], ids=["empty", "no key", "another kind"])
def test_damaged_key_is_named(folder, content):
    keys.badge_keys()
    (folder / "badge" / "key-1.pem").write_bytes(content)
    with pytest.raises(keys.KeyMissing, match=r"holds no usable key|can't|no Ed25519") as refusal:
        keys.sign_with_badge_key(b"text")
    assert "key-1.pem" in str(refusal.value)


def test_damaged_document_key_is_named(folder):
    place = folder / "document" / "leaf" / "key-1.pem"
    signer = keys.document_signer()
    locked = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"words"))
    certificates = authority.public_part(place.read_bytes())
    for content, why in {
        b"no key": "Unable to load PEM",
        leaf_of_another(): "key",
        badge_folder().make() + certificates: "no elliptic-curve key",
        locked + certificates: "Password was not given",
    }.items():
        place.write_bytes(content)
        with pytest.raises(keys.KeyMissing, match=why) as refusal:
            keys.document_signer()
        assert "key-1.pem" in str(refusal.value)


def leaf_of_another() -> bytes:
    one, other = (authority.made_leaf("S", EC_ROOT, timezone.now()) for _ in range(2))
    return authority.private_pem(authority.private_of(one)) + authority.public_part(other)


def test_reader_that_looks_while_a_key_turns_takes_the_new_one(monkeypatch):
    keys.badge_keys()
    listed = folders.KeyFolder._numbers
    calls = []

    def late(self):
        calls.append(1)
        found = listed(self)
        if len(calls) == 1:
            keys.rotate_keys("badge")  # between looking and reading
        return found

    monkeypatch.setattr(folders.KeyFolder, "_numbers", late)
    assert badge_folder().current()[0] == "key-2"


def test_compromised_badge_key_is_marked_and_another_takes_its_place():
    keys.badge_keys()
    assert keys.compromise_key("badge", "key-1", reason="laptop stolen") == "key-2"
    assert [(key.id, key.compromised) for key in keys.badge_keys()] == [("key-2", False), ("key-1", True)]
    assert keys.compromise_key("badge", "key-1", reason="again") == ""
    with pytest.raises(KeyError):
        keys.compromise_key("badge", "key-7", reason="there is none")


def test_crash_between_the_mark_and_the_new_key_is_mended_by_the_next_use():
    keys.badge_keys()
    badge_folder().mark_compromised("key-1", at=timezone.now(), reason="stolen")
    assert [key.id for key in keys.badge_keys()] == ["key-2", "key-1"]


def test_compromised_leaf_stands_in_the_list_at_once():
    before = x509.load_pem_x509_crl(keys.revocation_list())
    assert len(before) == 0
    lost = keys.document_signer().leaf
    since = timezone.now() - timedelta(days=3)
    assert keys.compromise_key("document", "key-1", reason="stolen", at=since) == "key-2"
    listed = x509.load_pem_x509_crl(keys.revocation_list())
    entry = listed.get_revoked_certificate_by_serial_number(lost.serial_number)
    assert entry.revocation_date_utc == since.replace(microsecond=0)
    assert listed.is_signature_valid(keys.trusted_roots()[0].public_key())
    assert listed.get_revoked_certificate_by_serial_number(keys.document_signer().leaf.serial_number) is None
    former = keys.document_leaves()[1]
    assert (former.compromise.reason, former.compromise.at) == ("stolen", since)


def test_list_is_signed_anew_once_a_day_and_numbers_grow():
    now = timezone.now()
    first = keys.revocation_list(now=now)
    assert keys.revocation_list(now=now + timedelta(hours=23)) == first
    second = keys.revocation_list(now=now + timedelta(hours=25))
    numbers = [
        x509.load_pem_x509_crl(pem).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        for pem in (first, second)
    ]
    assert numbers[0] < numbers[1]


def test_list_outlives_a_root_kept_elsewhere(folder):
    now = timezone.now()
    first = keys.revocation_list(now=now)
    root = folder / "document" / "root" / "key-1.pem"
    taken = root.read_bytes()
    root.unlink()
    assert keys.revocation_list(now=now + timedelta(days=2)) == first
    (folder / "document" / "revoked-key-1.pem").write_text("damaged")
    assert keys.revocation_list(now=now) == b"damaged"
    (folder / "document" / "revoked-key-1.pem").unlink()
    with pytest.raises(keys.KeyMissing):
        keys.revocation_list()
    root.write_bytes(taken)
    assert keys.revocation_list() != first


def bundle(private: bytes, above: list[x509.Certificate], passphrase: bytes = b"") -> bytes:
    leaf = authority.certificates_of(private)[0]
    locked = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return serialize_key_and_certificates(b"k", authority.private_of(private), leaf, above, locked)


def test_key_from_elsewhere_signs_with_its_whole_chain_and_its_root_is_published():
    keys.document_signer()
    private = authority.made_leaf("S", EC_ROOT, timezone.now())
    root = authority.certificates_of(EC_ROOT)[0]
    other = authority.certificates_of(authority.made_root("Nobody's", timezone.now()))[0]
    rsa_root = _rsa_certificate()
    assert keys.import_pkcs12(bundle(private, [rsa_root, other, root], b"words"), b"words") == "key-2"
    signer = keys.document_signer()
    assert (signer.leaf, signer.above) == (authority.certificates_of(private)[0], (root,))
    assert keys.trusted_roots()[0] == root
    assert len(keys.trusted_roots()) == 2
    # Its authority revokes it, not ours.
    keys.compromise_key("document", "key-2", reason="stolen")
    assert len(x509.load_pem_x509_crl(keys.revocation_list())) == 0


def test_key_from_elsewhere_may_be_the_first(folder):
    private = authority.made_leaf("S", EC_ROOT, timezone.now())
    assert keys.import_pkcs12(bundle(private, authority.certificates_of(EC_ROOT)), None) == "key-1"
    assert not (folder / "document" / "root").exists()


def _rsa_certificate() -> x509.Certificate:
    key = generate_rsa(65537, 2048)
    name = authority.certificates_of(EC_ROOT)[0].subject  # says it is the same one
    builder = authority._dated(x509.CertificateBuilder(), timezone.now(), timedelta(days=9))
    signed = builder.subject_name(name).issuer_name(name).public_key(key.public_key())
    from cryptography.hazmat.primitives.hashes import SHA256

    return signed.sign(key, SHA256())


def refused_bundles() -> dict[str, tuple[bytes, str]]:
    now = timezone.now()
    private = authority.made_leaf("S", EC_ROOT, now)
    above = authority.certificates_of(EC_ROOT)
    rsa = generate_rsa(65537, 2048)
    old = authority.made_leaf("S", EC_ROOT, now - authority.LEAF_LIFE - timedelta(days=1))
    return {
        "not PKCS 12": (b"nothing", "can't be opened"),
        "other passphrase": (bundle(private, above, b"words"), "can't be opened"),
        "RSA": (serialize_key_and_certificates(b"k", rsa, None, None, NoEncryption()), "elliptic-curve"),
        "no certificate": (
            serialize_key_and_certificates(b"k", authority.private_of(private), None, None, NoEncryption()),
            "with its certificate",
        ),
        "no chain": (bundle(private, []), "lacks the certificate of CN=Authority from elsewhere"),
        "run out": (bundle(old, above), "is valid from"),
    }


@pytest.mark.parametrize("case", sorted(refused_bundles()))
def test_file_that_can_not_serve_is_refused_and_nothing_changes(case):
    content, words = refused_bundles()[case]
    before = keys.document_signer().leaf
    with pytest.raises(keys.KeyRefused, match=words):
        keys.import_pkcs12(content, None)
    assert keys.document_signer().leaf == before


def test_import_beside_another_rotation_is_told(monkeypatch):
    keys.document_signer()
    private = authority.made_leaf("S", EC_ROOT, timezone.now())
    monkeypatch.setattr(folders, "lay_down", lambda *_: False)
    with pytest.raises(keys.KeyMissing, match="at the same moment"):
        keys.import_pkcs12(bundle(private, authority.certificates_of(EC_ROOT)), None)
    assert document_folder().current()[0] == "key-1"


def _first_use(folder: str, told: multiprocessing.Queue) -> None:
    django_settings.CERTIFICATES_KEYS_DIR = folder
    told.put((badge_folder().current(), document_folder().current()))


def test_of_processes_that_start_together_one_makes_the_keys(folder):
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    crew = [context.Process(target=_first_use, args=(str(folder), told)) for _ in range(4)]
    for worker in crew:
        worker.start()
    seen = {told.get(timeout=60) for _ in crew}
    for worker in crew:
        worker.join()
    assert len(seen) == 1
    assert list(Path(folder).rglob(".writing-*")) == []
    assert len(root_folder().public()) == 1


def test_lost_root_is_followed_by_another_and_what_stood_below_it_is_believed(folder):
    old, first_list = keys.document_signer(), keys.revocation_list()
    for lost in folder.glob("document/*/key-1.pem"):
        lost.unlink()
    with pytest.raises(keys.KeyMissing, match=r"root/key-1\.pem is missing"):
        keys.rotate_keys("document")
    assert keys.rotate_root() == ["root/key-2", "document/key-2"]
    signer = keys.document_signer()
    signer.leaf.verify_directly_issued_by(signer.above[0])
    assert signer.above != old.above
    assert keys.trusted_roots() == [*signer.above, *old.above]
    new_list, last_list = keys.revocation_lists()
    assert last_list == first_list
    assert x509.load_pem_x509_crl(new_list).is_signature_valid(signer.above[0].public_key())
    assert x509.load_pem_x509_crl(new_list).issuer != x509.load_pem_x509_crl(last_list).issuer


def test_root_that_was_lost_before_its_first_list_has_none(folder):
    keys.document_signer()
    (folder / "document" / "root" / "key-1.pem").unlink()
    keys.rotate_root()
    assert len(keys.revocation_lists()) == 1
    with pytest.raises(keys.KeyMissing):
        keys.revocation_list("key-1")


def test_former_root_goes_on_signing_its_own_list(settings):
    settings.BASE_URL = "https://credentials.example.org"
    old = keys.document_signer().leaf
    keys.rotate_root()
    (point,) = keys.document_signer().leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name[0].value == "https://credentials.example.org/pki/root/key-2.crl"
    assert keys.compromise_key("document", "key-1", reason="stolen") == ""
    by_root = {key: x509.load_pem_x509_crl(keys.revocation_list(key)) for key in ("key-1", "key-2")}
    assert by_root["key-1"].get_revoked_certificate_by_serial_number(old.serial_number)
    assert len(by_root["key-2"]) == 0
    assert by_root["key-1"].is_signature_valid(keys.trusted_roots()[-1].public_key())


def test_key_that_another_root_vouches_for_stays_when_ours_is_turned():
    private = authority.made_leaf("S", EC_ROOT, timezone.now())
    keys.import_pkcs12(bundle(private, authority.certificates_of(EC_ROOT)), None)
    assert keys.rotate_root() == ["root/key-1"]
    assert keys.rotate_root() == ["root/key-2"]
    assert keys.document_signer().id == "key-1"


def test_root_in_other_hands_is_given_up_with_every_key_below_it():
    first = keys.document_signer()
    keys.rotate_keys("document")

    turned = keys.compromise_root("key-1", reason="The safe was opened")

    assert turned == [("root/key-1", "root/key-2"), ("document/key-2", "document/key-3"), ("document/key-1", "")]
    signer = keys.document_signer()
    assert signer.id == "key-3"
    assert signer.above != first.above
    assert [(leaf.id, leaf.compromise is None) for leaf in keys.document_leaves()] == [
        ("key-3", True),
        ("key-2", False),
        ("key-1", False),
    ]
    new_list, old_list = map(x509.load_pem_x509_crl, keys.revocation_lists())
    assert (len(new_list), len(old_list)) == (0, 2)
    assert keys.unlisted_leaves() == []
    again = keys.compromise_root("key-1", reason="again")
    assert again == [("root/key-1", ""), ("document/key-2", ""), ("document/key-1", "")]
    assert root_folder().compromise_of("key-1").reason == "The safe was opened"


def test_giving_up_a_former_root_leaves_those_below_the_present_one_alone():
    keys.document_signer()
    keys.rotate_root()

    assert keys.compromise_root("key-1", reason="The safe was opened") == [("root/key-1", ""), ("document/key-1", "")]
    assert keys.document_signer().id == "key-2"
    with pytest.raises(KeyError):
        keys.compromise_root("key-9", reason="The safe was opened")


def test_leaf_whose_root_is_kept_elsewhere_is_named_until_its_list_says_so(folder):
    keys.document_signer()
    keys.revocation_list()
    keys.rotate_root()
    kept = {key: folder / "document" / "root" / f"{key}.pem" for key in ("key-1", "key-2")}
    elsewhere = {key: path.read_bytes() for key, path in kept.items()}
    for path in kept.values():
        path.unlink()

    assert keys.compromise_root("key-1", reason="The safe was opened") == [("root/key-1", ""), ("document/key-1", "")]
    assert keys.unlisted_leaves() == ["document/key-1, below root/key-1"]

    kept["key-1"].write_bytes(elsewhere["key-1"])
    assert keys.unlisted_leaves() == []


def test_key_of_another_authority_outlives_our_root():
    private = authority.made_leaf("S", EC_ROOT, timezone.now())
    keys.import_pkcs12(bundle(private, authority.certificates_of(EC_ROOT)), None)
    keys.rotate_root()

    assert keys.compromise_root("key-1", reason="The safe was opened") == [("root/key-1", "root/key-2")]
    assert keys.document_signer().id == "key-1"


@pytest.mark.django_db
def test_nobody_is_given_a_root_that_is_in_other_hands(client):
    old = keys.document_signer().above[-1]

    keys.compromise_root("key-1", reason="The safe was opened")

    published = x509.load_pem_x509_certificates(client.get("/pki/root.pem").content)
    assert published == [keys.document_signer().above[-1]]
    assert old not in published
    listed = x509.load_der_x509_crl(client.get("/pki/root/key-1.crl").content)
    assert len(listed) == 1


def test_stolen_key_is_marked_where_its_private_half_is_gone_too(folder):
    keys.badge_keys()
    (folder / "badge" / "key-1.pem").unlink()
    assert keys.compromise_key("badge", "key-1", reason="The machine was stolen") == "key-2"
    assert keys.compromise_key("badge", "key-1", reason="again") == ""
    assert [(key.id, key.compromised) for key in keys.badge_keys()] == [("key-2", False), ("key-1", True)]


@pytest.mark.django_db
def test_everybody_can_fetch_roots_and_list(client):
    answer = client.get("/pki/root.pem")
    assert x509.load_pem_x509_certificates(answer.content) == keys.trusted_roots()
    answer = client.get("/pki/root/key-1.crl")
    assert answer["Content-Type"] == "application/pkix-crl"
    assert x509.load_der_x509_crl(answer.content).issuer == keys.trusted_roots()[0].subject
    assert client.get("/pki/root/key-2.crl").status_code == 404
    keys.rotate_root()
    assert client.get("/pki/root/key-1.crl").content == answer.content
    listed = x509.load_der_x509_crl(client.get("/pki/root/key-2.crl").content)
    assert listed.issuer == keys.trusted_roots()[0].subject
