"""The badge says what the paper says, is signed for every word of it, and keeps the rules of its standards."""

import json
from datetime import date

import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certificates.badge import bundled as bundle
from certificates.badge.bundled import CREDENTIALS, EXTENSIONS, OPEN_BADGES, PINNED, SCHEMA, NotBundled, bundled, load
from certificates.badge.checking import NotACredential, check_badge, differences, read_credential
from certificates.badge.entries import status_entry_of
from certificates.badge.graph import MeaningUnclear, canonical_statements
from certificates.badge.integrity import MethodUnknown, ProofRefused, _data_to_sign, check_proof, signed
from certificates.badge.issuer import issuer, key_in_its_name, public_key_of, web_did
from certificates.badge.multibase import NotWellWritten, from_base58, from_multikey, to_base58, to_multikey
from certificates.badge.shape import open_badge
from certificates.badge.signing import signed_badge
from certificates.models import Certificate
from tests.certificates.badges import badge_of, changed, without
from tests.certificates.factories import awarded, prepared
from workflows.canonical import canonical

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate() -> Certificate:
    return prepared(name="Zoë O'Brien & <b>Łukasz</b>", valid_until=date(2030, 12, 31))


@pytest.fixture
def badge(certificate):
    return badge_of(certificate)


def test_badge_says_what_the_paper_says(certificate, badge):
    subject = badge["credentialSubject"]
    assert subject["name"] == "Zoë O'Brien & <b>Łukasz</b>"
    assert subject["licenseNumber"] == certificate.credential.number
    assert subject["achievement"]["name"] == badge["name"] == "Credentialed Balint Group Leader"
    assert subject["achievement"]["version"] == "2024.1"
    assert badge["id"] == f"https://credentials.example.org/credentials/{certificate.uuid}"
    assert badge["issuer"]["name"] == "American Balint Society"


def test_days_are_the_societys_own_as_instants(badge):
    assert badge["validFrom"] == badge["awardedDate"] == "2026-03-28T04:00:00Z"  # midnight in New York, summer time
    assert badge["validUntil"] == "2031-01-01T04:59:59Z"


def test_badge_of_an_unlimited_credential_has_no_last_day():
    assert "validUntil" not in badge_of(prepared())


def test_achievement_without_a_version_names_none():
    achievement = badge_of(prepared(pathway_version=""))["credentialSubject"]["achievement"]
    assert "version" not in achievement
    assert achievement["criteria"]["narrative"].endswith("for Credentialed Balint Group Leader.")


def test_shape_keeps_what_was_learned_of_the_standards(badge):
    assert badge["@context"] == [CREDENTIALS, OPEN_BADGES, EXTENSIONS]
    assert isinstance(badge["proof"], list)
    assert isinstance(badge["credentialStatus"], dict)
    assert {"endorsementJwt", "jti"} & set(json.dumps(badge).replace('"', " ").split()) == set()


def test_badge_is_valid_by_the_published_schema(badge):
    validator = jsonschema.Draft201909Validator(bundled(SCHEMA), format_checker=jsonschema.FormatChecker())
    assert [error.message for error in validator.iter_errors(badge)] == []
    assert not validator.is_valid(changed(badge, "proof", badge["proof"][0]))
    assert not validator.is_valid(changed(badge, "credentialStatus", [badge["credentialStatus"]]))


def test_the_same_certificate_gives_the_same_bytes(certificate):
    first = signed_badge(certificate)
    assert signed_badge(Certificate.objects.get(pk=certificate.pk)) == first
    assert signed_badge(prepared(awarded())) != first
    assert first == canonical(json.loads(first))


def test_signature_of_the_society_holds(certificate, badge):
    proof = check_badge(badge)
    assert proof.method == issuer().method
    assert proof.created == badge["proof"][0]["created"]


# Every leaf of a badge, so that no part of it can be changed unseen.
TEXTS = [
    "id",
    "name",
    "issuer.id",
    "issuer.name",
    "issuer.url",
    "validFrom",
    "validUntil",
    "awardedDate",
    "credentialSubject.name",
    "credentialSubject.licenseNumber",
    "credentialSubject.identifier.0.identityHash",
    "credentialSubject.identifier.0.identityType",
    "credentialSubject.achievement.id",
    "credentialSubject.achievement.name",
    "credentialSubject.achievement.description",
    "credentialSubject.achievement.version",
    "credentialSubject.achievement.achievementType",
    "credentialSubject.achievement.inLanguage",
    "credentialSubject.achievement.criteria.id",
    "credentialSubject.achievement.criteria.narrative",
    "credentialSubject.achievement.image.id",
    "credentialSubject.achievement.creator.id",
    "credentialSchema.0.id",
    "credentialStatus.id",
    "credentialStatus.statusPurpose",
    "credentialStatus.statusListIndex",
    "credentialStatus.statusListCredential",
    "proof.0.created",
]


@pytest.mark.parametrize("path", TEXTS)
def test_no_field_can_be_changed_or_left_out_unseen(badge, path):
    for other in (changed(badge, path, "https://other.example/x"), without(badge, path)):
        with pytest.raises(ProofRefused):
            check_badge(other)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("evil", "x"),
        ("evil", []),
        ("evil", None),
        ("evil", {"id": "https://x.example/"}),
        ("description", None),
        ("description", []),
        ("evidence", {}),
        ("@vocab", "https://x.example/"),
        ("@included", [{"id": "https://x.example/"}]),
        ("urn:undefined:name", "x"),
        ("_:b0", "x"),
        ("credentialSubject.evil", "x"),
        ("credentialSubject.@context", {"evil": "https://x.example/evil"}),
        ("credentialSubject.achievement.evil", True),
        ("credentialStatus.evil", "x"),
        ("type.2", "Evil"),
        ("type.2", "evil/relative"),
        ("type.2", "_:b0"),
        ("credentialSubject.type.1", "Evil"),
        ("credentialSubject.id", "relative"),
        ("credentialSubject.image", {"id": "not an address:", "type": "Image"}),
        ("proof.0.evil", "x"),
        ("proof.0.nonce", ["x"]),
        ("proof.1", {"type": "DataIntegrityProof"}),
        ("@context.3", "https://x.example/context.json"),
        ("@context.3", {"evil": "https://x.example/evil"}),
    ],
)
def test_what_an_attacker_adds_is_refused_although_the_signature_does_not_cover_it(badge, path, value):
    with pytest.raises(ProofRefused):
        check_badge(changed(badge, path, value))


def test_field_without_a_meaning_is_named(badge):
    with pytest.raises(ProofRefused, match="no signature covers: evil"):
        check_badge(changed(badge, "evil", "x"))


@pytest.mark.parametrize("contexts", [[], "https://www.w3.org/ns/credentials/v2", None, [CREDENTIALS], [{}]])
def test_words_by_other_lists_are_refused(badge, contexts):
    with pytest.raises(ProofRefused):
        check_badge(changed(badge, "@context", contexts))


def own_key():
    private = Ed25519PrivateKey.generate()
    return private, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def test_badge_signed_by_somebody_else_is_not_ours(certificate):
    private, public = own_key()
    multikey = to_multikey(public)
    unsigned = open_badge(certificate, status_entry_of(certificate), issuer())
    forged = signed(
        unsigned, sign=private.sign, method=f"did:key:{multikey}#{multikey}", created=certificate.prepared_at
    )
    with pytest.raises(MethodUnknown, match="none of ours"):
        check_badge(forged)
    # Even where the stranger's key is believed, it can't speak in the society's name.
    with pytest.raises(ProofRefused, match="somebody else as its issuer"):
        check_badge(forged, key_of=key_in_its_name)
    with pytest.raises(ProofRefused):
        check_badge(changed(forged, "proof.0.verificationMethod", issuer().method))


def test_issuer_may_stand_as_a_name_alone(certificate):
    unsigned = open_badge(certificate, status_entry_of(certificate), issuer())
    alone = signed(
        {**unsigned, "issuer": issuer().did}, sign=own_sign, method=issuer().method, created=certificate.prepared_at
    )
    assert check_badge(alone).method == issuer().method


def own_sign(data: bytes) -> bytes:
    from certificates.badge.issuer import sign

    return sign(data)


NOT_ONE = "It must carry one signature, and carries none or several."
TOO_MUCH = "The signature carries something that no signature of this kind has."
OTHER_KIND = "It is not signed in the way of eddsa-rdfc-2022."


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("proof", [], NOT_ONE),
        ("proof", None, NOT_ONE),
        ("proof", ["x"], NOT_ONE),
        ("proof", [{}, {}], NOT_ONE),
        ("proof.0.type", "Ed25519Signature2020", OTHER_KIND),
        ("proof.0.cryptosuite", "eddsa-jcs-2022", OTHER_KIND),
        ("proof.0.proofPurpose", "authentication", OTHER_KIND),
        ("proof.0.created", 5, TOO_MUCH),
        ("proof.0.expires", "2030-01-01T00:00:00Z", TOO_MUCH),
    ],
)
def test_signature_of_another_kind_is_refused_and_says_so(badge, path, value, words):
    with pytest.raises(ProofRefused) as refusal:
        check_proof(changed(badge, path, value), public_key_of)
    assert str(refusal.value) == words


@pytest.mark.parametrize("value", ["not base58", "z1"])
def test_value_that_can_be_none_is_refused(badge, value):
    with pytest.raises(ProofRefused):
        check_proof(changed(badge, "proof.0.proofValue", value), public_key_of)


def test_name_of_a_foreign_key_is_told_and_not_at_any_length(badge):
    with pytest.raises(MethodUnknown) as refusal:
        check_proof(changed(badge, "proof.0.verificationMethod", "did:web:evil#" + "k" * 500), public_key_of)
    assert str(refusal.value).endswith("believed no longer: did:web:evil#" + "k" * 107)


@pytest.mark.parametrize("field", ["verificationMethod", "proofValue"])
def test_signature_without_its_parts_is_refused(badge, field):
    with pytest.raises(ProofRefused, match="not signed in the way"):
        check_proof(without(badge, f"proof.0.{field}"), public_key_of)


def test_name_with_hidden_characters_is_not_signed():
    with pytest.raises(MeaningUnclear, match="can't be seen"):
        signed_badge(prepared(name="Ada\u0007"))


@pytest.mark.parametrize(
    "alike",
    [[{"type": "Profile", "parentOrg": [{"type": "Profile"}] * 9}] * 2, [{"type": "Profile"}] * 150],
    ids=["families", "siblings"],
)
def test_document_made_to_take_for_ever_is_given_up(alike):
    """Parts that all look alike: the algorithm would try every order of them."""
    document = {"@context": [CREDENTIALS, OPEN_BADGES], "type": "VerifiableCredential", "credentialSubject": alike}
    with pytest.raises(MeaningUnclear, match="look alike"):
        canonical_statements(document)


def test_part_by_a_name_of_its_own_making_is_refused():
    document = {"@context": [CREDENTIALS], "type": "VerifiableCredential", "credentialSubject": {"id": "_:b0"}}
    with pytest.raises(MeaningUnclear, match="no signature covers: _:b0"):
        canonical_statements(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [("id", "relative"), ("id", "//x.example"), ("id", "no address:<>"), ("type.1", "Relative"), ("type.1", "a/b")],
)
def test_reference_that_leads_nowhere_by_itself_is_neither_signed_nor_believed(path, value):
    document = {"@context": [CREDENTIALS], "id": "https://x.example/", "type": ["VerifiableCredential"]}
    assert canonical_statements({**document, "name": "x"})
    with pytest.raises(MeaningUnclear, match="no signature covers"):
        canonical_statements(changed({**document, "name": "x"}, path, value))


def test_signature_with_terms_that_nobody_would_heed_is_refused(certificate):
    """A proof may say until when it counts; ours never do, and a program that passes over it would believe for ever."""
    unsigned = open_badge(certificate, status_entry_of(certificate), issuer())
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-01-01T00:00:00Z",
        "expires": "2026-01-02T00:00:00Z",
        "verificationMethod": issuer().method,
        "proofPurpose": "assertionMethod",
    }
    value = to_base58(own_sign(_data_to_sign(unsigned, proof)))
    with pytest.raises(ProofRefused, match="no signature of this kind has"):
        check_badge({**unsigned, "proof": [{**proof, "proofValue": value}]})


def test_too_large_or_too_deep_a_document_is_not_read():
    wide = {"@context": [CREDENTIALS], "name": ["x"] * 500}
    deep: dict = {"@context": [CREDENTIALS]}
    place = deep
    for _ in range(40):
        place["issuer"] = {"id": "https://x.example/"}
        place = place["issuer"]
    for document in (wide, deep):
        with pytest.raises(MeaningUnclear, match="too large"):
            canonical_statements(document)


def test_number_that_is_none_is_not_signed():
    with pytest.raises(MeaningUnclear, match="holds nothing"):
        canonical_statements({"@context": [CREDENTIALS], "name": float("nan")})


def test_text_that_is_no_document_of_statements_is_refused():
    with pytest.raises(MeaningUnclear, match="can't be read"):
        canonical_statements({"@context": [CREDENTIALS], "id": 5})


@pytest.mark.parametrize("address", sorted(PINNED))
def test_documents_of_the_standards_are_the_pinned_ones(address):
    assert bundled(address)


def test_nothing_is_fetched():
    with pytest.raises(NotBundled, match="no document that this program knows"):
        load("https://www.w3.org/ns/credentials/v1")


def test_changed_copy_of_a_standard_is_found_out(monkeypatch, tmp_path):
    (tmp_path / "credentials-v2.json").write_text("{}")
    monkeypatch.setattr(bundle, "FOLDER", tmp_path)
    bundled.cache_clear()
    with pytest.raises(NotBundled, match="has been changed"):
        bundled(CREDENTIALS)
    bundled.cache_clear()


def test_base58_writes_and_reads_as_published():
    # From draft-msporny-base58-03.
    assert to_base58(b"Hello World!") == "z2NEpo7TZRRrLZSi2U"
    assert from_base58("z2NEpo7TZRRrLZSi2U") == b"Hello World!"
    assert to_base58(bytes.fromhex("0000287fb4cd")) == "z11233QC4"
    assert from_base58("z11233QC4") == bytes.fromhex("0000287fb4cd")


@pytest.mark.parametrize("text", ["", "2NEpo7", "z0", "zO", "zé", "z" + "1" * 300])
def test_what_is_not_base58_is_refused(text):
    with pytest.raises(NotWellWritten):
        from_base58(text)


@pytest.mark.parametrize("text", [to_base58(b"\xed\x01" + b"k" * 31), to_base58(b"\x12\x00" + b"k" * 32)])
def test_key_of_another_kind_is_refused(text):
    with pytest.raises(NotWellWritten, match="no Ed25519 key"):
        from_multikey(text)


def test_key_stands_in_its_own_name():
    _, public = own_key()
    multikey = to_multikey(public)
    assert key_in_its_name(f"did:key:{multikey}#{multikey}") == public
    assert key_in_its_name(f"did:web:example.org#{multikey}") is None
    assert key_in_its_name("did:key:zzz#zzz") is None


@pytest.mark.parametrize(
    ("address", "did"),
    [
        ("https://credentials.example.org", "did:web:credentials.example.org"),
        ("https://example.org:8443", "did:web:example.org%3A8443"),
        ("https://example.org/society/a", "did:web:example.org:society:a"),
    ],
)
def test_identifier_on_the_web_is_written_as_the_method_says(address, did):
    assert web_did(address) == did


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"5",
        b"{}",
        b'{"@context": ["https://www.w3.org/ns/credentials/v2"], "id": 5}',
        b'{"@context": ["https://x.example/"]}',
        b'{"@context": ["https://www.w3.org/ns/credentials/v2"], "name": "a", "name": "b"}',
        b'{"@context": ["https://www.w3.org/ns/credentials/v2"], "name": NaN}',
        b'{"@context": ["https://www.w3.org/ns/credentials/v2"], "name": "\\ud800"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b" " * 200_001,
    ],
    ids=["empty", "list", "number", "object", "id", "context", "twice", "nan", "surrogate", "bytes", "deep", "long"],
)
def test_text_that_is_no_credential_is_not_read(content):
    with pytest.raises(NotACredential):
        read_credential(content)


def test_differences_are_told_by_their_parts(badge):
    other = changed(changed(badge, "credentialSubject.name", "Mallory"), "evil", {"a": "x" * 200})
    del other["validUntil"]
    other["type"] = ["VerifiableCredential"]
    told = {one.part: (one.issued, one.found) for one in differences(badge, other)}
    assert told["name of the holder"] == ("Zoë O'Brien & <b>Łukasz</b>", "Mallory")
    assert told["last day"] == ("2031-01-01T04:59:59Z", "")
    assert told["evil"][1].endswith("…")
    assert told["type"][1] == '["VerifiableCredential"]'
    assert len(told) == 4
    assert list(differences(badge, json.loads(json.dumps(badge)))) == []
    assert [one.path for one in differences({"a": 1}, {"a": True})] == ["a"]
