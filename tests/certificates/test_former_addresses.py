"""The address of the service changes: what was issued under a former one stays the society's own."""

import io
import json

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client

from certificates.addresses import addresses_are_listed, every_address_is_known
from certificates.badge.bundled import CREDENTIALS
from certificates.badge.checking import check_badge
from certificates.badge.integrity import check_proof
from certificates.badge.issuer import believed_methods, web_did
from certificates.badge.multibase import from_multikey
from certificates.examination import examine
from certificates.examiner import examine_certificates
from credentialing.starting import former_addresses, host_of, path_of
from credentialing.ui.addresses import absolute
from tests.certificates.badges import badge_of, issued
from tests.decided import decided

pytestmark = pytest.mark.django_db
OLD, NEW = "https://old.example.org", "https://credentials.example.org"
BELOW = "https://example.org/credentialing"
BY_HAND = ("no award stands in the ledger", "it is called")


def moved(settings, before: str = OLD, after: str = NEW):
    """A certificate of the time before, and the service after it."""
    settings.BASE_URL = before
    certificate = issued(verify_base_url=before, sealed=True)
    settings.BASE_URL, settings.FORMER_BASE_URLS = after, [before]
    settings.BASE_PATH = path_of(after)
    return certificate


@pytest.fixture
def certificate(settings):
    return moved(settings)


@pytest.mark.parametrize(
    ("before", "after"),
    [(OLD, NEW), (OLD, BELOW), (BELOW, NEW), ("https://old.example.org:8443", NEW), ("http://127.0.0.1:8000", NEW)],
)
def test_badge_of_a_former_address_is_genuine_by_file_link_and_list(settings, before, after):
    certificate = moved(settings, before, after)
    badge = badge_of_old(certificate)
    check_badge(badge)
    # Tests award by hand and draw no page, which the checker tells; the move must not add anything to that.
    told = [finding.message for finding in examine_certificates()]
    assert [words for words in told if not words.startswith(BY_HAND)] == []
    assert examine(json.dumps(badge).encode()).outcome == "genuine"
    assert examine(certificate.read()).outcome == "genuine"
    assert list(every_address_is_known()) == []


def badge_of_old(certificate):
    from certificates.badge.attached import stored_badge

    return json.loads(stored_badge(certificate))


def test_without_being_listed_one_finding_says_what_to_do(settings, certificate):
    issued(verify_base_url=OLD)
    settings.FORMER_BASE_URLS = []
    (finding,) = every_address_is_known()
    assert f"CREDENTIALING_FORMER_BASE_URLS={OLD}" in finding.message
    (warning,) = addresses_are_listed(databases=["default"])
    assert OLD in warning.msg
    assert addresses_are_listed(databases=None) == []
    said = io.StringIO()
    call_command("tick", stderr=said, stdout=io.StringIO())
    assert said.getvalue().count(OLD) == 2  # once in words, once as the setting
    with pytest.raises(CommandError):
        call_command("verify", stdout=(told := io.StringIO()), stderr=told)
    assert told.getvalue().count("the address of the service") == 1


def test_whoever_comes_by_a_former_address_is_led_on(client, certificate):
    answer = client.get(f"/v/{certificate.token}?on=2026-04-01", headers={"host": "old.example.org"})
    assert (answer.status_code, answer.headers["Location"]) == (308, f"{NEW}/v/{certificate.token}?on=2026-04-01")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(f"/v/{certificate.token}", headers={"host": "credentials.example.org"}).status_code == 200
    assert client.get("/verify/", headers={"host": "other.example.org"}).status_code == 200


@pytest.mark.parametrize("path", ["//evil.example/", "/%0d%0aX-Evil:1", "/\\evil.example/"])
def test_leading_on_never_leaves_the_service(client, certificate, path):
    answer = client.get(path, headers={"host": "old.example.org"})
    assert answer.headers["Location"].startswith(f"{NEW}/")
    assert "X-Evil" not in answer.headers


def test_keys_and_lists_of_the_former_identifier_answer_under_the_former_address(certificate):
    before, now = (Client(headers={"host": host}) for host in ("old.example.org", "credentials.example.org"))
    document = before.get("/.well-known/did.json").json()
    assert document["id"] == "did:web:old.example.org"
    assert now.get("/.well-known/did.json").json()["id"] == "did:web:credentials.example.org"
    keys = {one["id"]: from_multikey(one["publicKeyMultibase"]) for one in document["verificationMethod"]}
    check_proof(badge_of_old(certificate), keys.get)  # by nothing but what a foreign verifier finds there
    decided(certificate.credential, "revoke")
    listed = before.get("/status/revocation/1").json()
    assert listed["id"] == badge_of_old(certificate)["credentialStatus"]["statusListCredential"]
    assert listed["issuer"] == document["id"]
    check_proof(listed, keys.get)
    assert listed["@context"] == [CREDENTIALS]
    assert now.get("/status/revocation/1").json()["issuer"] == "did:web:credentials.example.org"
    assert before.get("/pki/root.pem").status_code == 200


def test_former_address_below_a_path_is_taken_off(settings):
    certificate = moved(settings, BELOW, NEW)
    visitor = Client(headers={"host": "example.org"})
    assert visitor.get("/credentialing/did.json").json()["id"] == "did:web:example.org:credentialing"
    answer = visitor.get(f"/credentialing/v/{certificate.token}")
    assert answer.headers["Location"] == f"{NEW}/v/{certificate.token}"
    assert visitor.get("/credentialing").headers["Location"] == f"{NEW}/"
    assert visitor.get("/credentialingx/").status_code == 404  # another application's


def test_signed_bytes_stay_what_they_were(client, certificate):
    answer = client.get(f"/credentials/{certificate.uuid}", headers={"host": "credentials.example.org"})
    assert answer.json() == badge_of_old(certificate)
    bundle_status = badge_of_old(certificate)["credentialStatus"]["id"]
    assert bundle_status.startswith(OLD)


def test_page_that_checks_in_the_browser_knows_the_former_names_of_keys(certificate):
    methods = dict(believed_methods())
    assert badge_of_old(certificate)["proof"][0]["verificationMethod"] in methods


def test_new_badges_bear_the_new_identifier(settings, certificate):
    assert badge_of(issued(verify_base_url=NEW))["issuer"]["id"] == "did:web:credentials.example.org"


@pytest.mark.parametrize(("path", "link"), [("/my/", f"{BELOW}/my/"), ("/credentialing/my/", f"{BELOW}/my/")])
def test_links_in_letters_name_the_path_once(settings, path, link):
    settings.BASE_URL, settings.BASE_PATH = BELOW, "/credentialing"
    assert absolute(path) == link


def test_identifier_of_a_path_has_its_parts_after_colons():
    assert web_did(BELOW) == "did:web:example.org:credentialing"


@pytest.mark.parametrize(
    "address",
    ["example.org", "ftp://example.org", "https://", "https://a@example.org", "https://example.org/?x",
     "https://example.org/a b", "https://example.org/a//b", "https://example.org/../b", "https://example.org:x"],
)  # fmt: skip
def test_address_that_is_none_is_refused_in_words_at_the_start(address):
    with pytest.raises(ImproperlyConfigured, match=r"no address of a service|may hold"):
        path_of(address)


def test_former_addresses_are_each_sound_and_never_the_present_one():
    assert former_addresses([f"{OLD}/", "", NEW, OLD], NEW) == [OLD]
    assert host_of("https://old.example.org:8443/x") == "old.example.org"
    with pytest.raises(ImproperlyConfigured):
        former_addresses(["old.example.org"], NEW)
