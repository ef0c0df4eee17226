"""Badges outlive the keys that signed them, and a key in other hands convinces nobody."""

import json

import pytest

from certificates.badge.checking import check_badge
from certificates.badge.integrity import MethodUnknown
from certificates.badge.issuer import believed_methods, did_document, issuer
from certificates.badge.signing import signed_badge
from certificates.examination import examine
from certificates.keys import badge_keys, compromise_key, rotate_keys
from tests.certificates.badges import issued
from tests.certificates.factories import prepared

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, params=["http://127.0.0.1:8000", "https://credentials.example.org"])
def _own_keys(request, settings, tmp_path):
    settings.CERTIFICATES_KEYS_DIR = str(tmp_path / "keys")
    settings.BASE_URL = request.param


def test_badge_holds_after_its_key_was_replaced():
    certificate = issued()
    badge = json.loads(signed_badge(certificate))
    before = issuer().method
    rotate_keys("badge")
    assert check_badge(badge).method == before != issuer().method
    assert examine(json.dumps(badge).encode()).outcome == "genuine"
    assert check_badge(json.loads(signed_badge(prepared()))).method == issuer().method
    names = [method for method, _ in believed_methods()]
    assert names[0] == issuer().method
    assert before in names[1:]


def test_former_keys_stay_published_on_the_web(settings):
    rotate_keys("badge")
    rotate_keys("badge")
    published = did_document()["assertionMethod"]
    expected = len(badge_keys()) if settings.BASE_URL.startswith("https") else 1  # did:key holds one key by its nature
    assert (published[0], len(published)) == (issuer().method, expected)


def test_key_in_other_hands_convinces_nobody_and_the_registry_still_knows_the_file():
    certificate = issued()
    badge = json.loads(signed_badge(certificate))
    stolen = badge_keys()[0].id
    compromise_key("badge", stolen, reason="A disk was lost")
    with pytest.raises(MethodUnknown, match="believed no longer"):
        check_badge(badge)
    assert badge["proof"][0]["verificationMethod"] not in did_document()["assertionMethod"]
    assert badge["proof"][0]["verificationMethod"] not in dict(believed_methods())
    found = examine(json.dumps(badge).encode())
    assert (found.outcome, found.proofs[0][1]) == ("genuine", False)
    assert check_badge(json.loads(signed_badge(prepared()))).method == issuer().method
