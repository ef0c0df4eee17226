"""The addresses for W3C's suites answer as the suites expect, and only under the settings made for them."""

import json

import pytest
from django.test import Client

from certificates.badge import integrity
from certificates.badge.bundled import CREDENTIALS
from certificates.badge.integrity import _data_to_sign
from certificates.badge.issuer import issuer, sign
from certificates.badge.multibase import to_base58
from tests.certificates.badges import badge_of, changed, issued, without
from tests.decided import decided
from tests.vc_api import allowed, model

pytestmark = pytest.mark.django_db
CREDENTIAL = {
    "@context": [CREDENTIALS],
    "type": ["VerifiableCredential"],
    "issuer": "did:example:anybody",
    "validFrom": "2020-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:alice"},
}


@pytest.fixture
def vc_api(settings):
    settings.ROOT_URLCONF = "tests.vc_api.urls"


def post(path: str, **asked):
    return Client(enforce_csrf_checks=True).post(path, json.dumps(asked), content_type="application/json")


def test_site_itself_has_no_such_addresses(client):
    for path in ("/credentials/issue", "/credentials/verify", "/presentations/verify"):
        assert client.post(path, "{}", content_type="application/json").status_code == 404


def test_what_is_issued_is_verified(vc_api):
    answer = post("/credentials/issue", credential=CREDENTIAL)
    assert answer.status_code == 201
    credential = answer.json()["verifiableCredential"]
    assert credential["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    assert post("/credentials/verify", verifiableCredential=credential).json() == {"verified": True, "errors": []}
    presentation = {
        "@context": [CREDENTIALS],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [credential, credential],
    }
    assert post("/presentations/verify", verifiablePresentation=presentation).status_code == 200
    spoiled = changed(presentation, "verifiableCredential.0", changed(credential, "validFrom", "2019-01-01T00:00:00Z"))
    assert post("/presentations/verify", verifiablePresentation=spoiled).status_code == 400


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("@context", ["https://www.w3.org/2018/credentials/v1"]),
        ("@context", CREDENTIALS),
        ("@context", [{}, CREDENTIALS]),
        ("type", []),
        ("type", ["Other"]),
        ("type", "Other"),
        ("id", ["https://a.example/"]),
        ("id", "not an address"),
        ("issuer", None),
        ("issuer", ["did:example:a"]),
        ("credentialSubject", None),
        ("credentialSubject", {}),
        ("credentialSubject", []),
        ("credentialSubject", "did:example:alice"),
        ("credentialSubject", {"id": "alice"}),
        ("validFrom", "2020-01-01"),
        ("issuer", "nobody"),
        ("issuer", {"id": None}),
        ("relatedResource", ["https://a.example/"]),
        ("relatedResource", [{"digestSRI": "sha256-x"}]),
        ("relatedResource", [{"id": "https://a.example/"}]),
        ("relatedResource", [{"id": "https://a.example/", "digestSRI": "sha256-x"}] * 2),
        ("validUntil", "2019-01-02T00:00:00Z"),
        ("validUntil", 5),
        ("credentialStatus", {"id": "https://a.example/1"}),
        ("credentialStatus", {"id": "alice", "type": "X"}),
        ("credentialSchema", {"type": "JsonSchema"}),
        ("evidence", "x"),
        ("name", 5),
        ("evil", "x"),
    ],
)
def test_what_the_model_does_not_allow_is_not_signed(vc_api, path, value):
    assert post("/credentials/issue", credential=changed(CREDENTIAL, path, value)).status_code == 400


@pytest.mark.parametrize("days", [{"validFrom": "2999-01-01T00:00:00Z"}, {"validUntil": "2020-01-02T00:00:00Z"}])
def test_what_is_not_valid_on_this_day_is_signed_and_not_verified(vc_api, days):
    credential = post("/credentials/issue", credential={**CREDENTIAL, **days}).json()["verifiableCredential"]
    refused = post("/credentials/verify", verifiableCredential=credential)
    assert refused.status_code == 400
    assert "valid" in refused.json()["errors"][0] or "run out" in refused.json()["errors"][0]


def signed_again(document: dict, purpose: str, **more: str) -> dict:
    """A proof of our own over a document, as holders and second signers make it."""
    who = issuer()
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-01-01T00:00:00Z",
        "verificationMethod": who.method,
        "proofPurpose": purpose,
        **more,
    }
    return {**proof, "proofValue": to_base58(sign(_data_to_sign(document, proof)))}


def test_presentation_is_verified_with_its_challenge(vc_api):
    presentation = {"@context": [CREDENTIALS], "type": ["VerifiablePresentation"], "holder": "did:example:alice"}
    proof = signed_again(presentation, "authentication", challenge="abc", domain="example.org")
    assert post("/presentations/verify", verifiablePresentation={**presentation, "proof": proof}).status_code == 200
    for wrong in ({**proof, "challenge": "xyz"}, {**proof, "proofPurpose": "assertionMethod"}, {**proof, "created": 5}):
        assert post("/presentations/verify", verifiablePresentation={**presentation, "proof": wrong}).status_code == 400


def test_of_several_signatures_each_must_hold(vc_api):
    credential = post("/credentials/issue", credential=CREDENTIAL).json()["verifiableCredential"]
    unsigned = without(credential, "proof")
    first = signed_again(unsigned, "assertionMethod", id="urn:uuid:11111111-1111-4111-8111-111111111111")
    chained = {**unsigned, "proof": [first]}
    second = signed_again(chained, "assertionMethod", previousProof=first["id"])
    assert post("/credentials/verify", verifiableCredential={**unsigned, "proof": [first, second]}).status_code == 200
    for proofs in ([], [second], [first, {**second, "previousProof": "urn:uuid:2"}], [first, "x"]):
        assert post("/credentials/verify", verifiableCredential={**unsigned, "proof": proofs}).status_code == 400


def test_badges_are_verified_with_dates_and_status(vc_api, settings):
    certificate = issued()
    badge = badge_of(certificate)
    assert post("/credentials/verify", verifiableCredential=badge).status_code == 200
    for wrong in (changed(badge, "name", "Other"), changed(badge, "evil", "x"), without(badge, "proof")):
        assert post("/credentials/verify", verifiableCredential=wrong).status_code == 400
    decided(certificate.credential, "revoke")
    refused = post("/credentials/verify", verifiableCredential=badge)
    assert (refused.status_code, refused.json()["errors"]) == (400, ["its bit for revocation is set"])


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"verifiableCredential": 5}', b"\xff"])
@pytest.mark.parametrize("path", ["/credentials/issue", "/credentials/verify", "/presentations/verify"])
def test_nonsense_is_refused(vc_api, client, path, body):
    assert client.post(path, body, content_type="application/json").status_code == 400


def test_status_in_no_list_of_ours_is_not_believed(vc_api):
    entry = {
        "id": "https://x.example/9#5",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "5",
        "statusListCredential": "https://x.example/status/revocation/9",
    }
    credential = post("/credentials/issue", credential={**CREDENTIAL, "credentialStatus": entry}).json()
    refused = post("/credentials/verify", verifiableCredential=credential["verifiableCredential"])
    assert (refused.status_code, refused.json()["errors"]) == (400, ["its status can't be found out"])


EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
SAID_BY_THE_SUITES = {  # what may be signed and verified once W3C's own contexts are allowed (data model 2.0)
    "4.3 further contexts": {"@context": [CREDENTIALS, EXAMPLES], "type": ["VerifiableCredential", "Example"]},
    "4.3 contexts as objects": {"@context": [CREDENTIALS, {"level": "https://a.example/level"}], "level": "one"},
    "4.5 a type of its own": {
        "@context": [CREDENTIALS, {"Own": "https://a.example/Own"}], "type": ["VerifiableCredential", "Own"]},
    "4.6 a name with a language": {"name": {"@value": "Example", "@language": "en", "@direction": "ltr"}},
    "4.6 names in two languages": {
        "description": [{"@value": "Example", "@language": "en"}, {"@value": "Beispiel", "@language": "de"}]},
    "data model 1.1": {"@context": ["https://www.w3.org/2018/credentials/v1"], "issuanceDate": "2020-01-01T00:00:00Z"},
    "4.8 several subjects": {"credentialSubject": [{"id": "did:example:a"}, {"id": "did:example:b"}]},
}  # fmt: skip
REFUSED_BY_THE_SUITES = {
    "a context that is no address": {"@context": [CREDENTIALS, "https ://not-a-url/"]},
    "a context that is a number": {"@context": [CREDENTIALS, 7]},
    "a meaning that is no address": {
        "@context": [CREDENTIALS, {"Own": "https ://not-a-url#Own"}], "type": ["VerifiableCredential", "Own"]},
    "a language with more beside it": {"name": {"@value": "Example", "@language": "en", "url": "did:example:x"}},
    "a word without a meaning": {"@context": [CREDENTIALS, {"level": "https://a.example/level"}], "other": "x"},
}  # fmt: skip


@pytest.fixture
def suites(vc_api, monkeypatch):
    """The contexts of W3C's suites, as `python -m tests.vc_api` allows them."""
    monkeypatch.setattr(integrity, "canonical_statements", integrity.canonical_statements)
    monkeypatch.setattr(model, "FIRST", list(model.FIRST))
    allowed.allow()


@pytest.mark.parametrize("name", SAID_BY_THE_SUITES)
def test_statement_of_the_suites_is_signed_and_verified_and_a_change_is_told(suites, name):
    asked = CREDENTIAL | SAID_BY_THE_SUITES[name]
    if "issuanceDate" in asked:
        del asked["validFrom"]  # a word of data model 2.0
    answer = post("/credentials/issue", credential=asked)
    assert answer.status_code == 201, answer.json()
    credential = answer.json()["verifiableCredential"]
    assert post("/credentials/verify", verifiableCredential=credential).json()["errors"] == []
    presentation = {"@context": [CREDENTIALS], "type": ["VerifiablePresentation"], "verifiableCredential": [credential]}
    assert post("/presentations/verify", verifiablePresentation=presentation).status_code == 200
    spoiled = changed(credential, "type", [*credential["type"], "VerifiablePresentation"])
    assert post("/credentials/verify", verifiableCredential=spoiled).status_code == 400


@pytest.mark.parametrize("name", REFUSED_BY_THE_SUITES)
def test_what_the_suites_want_refused_is_not_signed(suites, name):
    assert post("/credentials/issue", credential=CREDENTIAL | REFUSED_BY_THE_SUITES[name]).status_code == 400


@pytest.mark.parametrize("name", ["4.3 further contexts", "4.3 contexts as objects", "4.6 a name with a language"])
def test_without_that_the_program_takes_no_contexts_of_others(vc_api, name):
    assert post("/credentials/issue", credential=CREDENTIAL | SAID_BY_THE_SUITES[name]).status_code == 400
