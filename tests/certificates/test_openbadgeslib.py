"""openbadgeslib, which shares no code of ours but PyLD, comes to the same answers about our badges.

It is LGPL, so it is no library of the tests: `bin/test` gives it an environment of its own (requirements/others.txt).
"""

import base64
import json
import os
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from certificates.badge.issuer import did_document
from certificates.badge.picture import baked_png, baked_svg
from certificates.badge.signing import signed_badge
from certificates.badge.status import status_list
from certificates.models import Certificate
from tests.certificates.badges import badge_of, changed, issued, without
from tests.certificates.factories import awarded
from tests.factories import PersonFactory
from workflows.services import perform

pytestmark = pytest.mark.django_db
ASKS = Path(__file__).with_name("others") / "openbadges.py"
PYTHON = Path(__file__).resolve().parents[2] / "var" / "others" / "bin" / "python"
NAMES = ("Credentialed Balint Group Leader", "American Balint Society")
BASES = {"did:key": "http://127.0.0.1:8000", "did:web": "https://credentials.example.org"}


@pytest.fixture(autouse=True)
def there() -> None:
    if not PYTHON.exists():
        assert not os.environ.get("CI"), "CI must ask: bin/test installs requirements/others.txt"
        pytest.skip("openbadgeslib is not there: bin/test installs it")


@pytest.fixture(params=sorted(BASES))
def certificate(request, settings) -> Certificate:
    settings.BASE_URL = BASES[request.param]
    return issued(verify_base_url=settings.BASE_URL)


def ask(*jobs: dict[str, Any]) -> list[dict[str, Any]]:
    did = did_document()
    lists = [status_list(purpose, 1, now=timezone.now()) for purpose in ("revocation", "suspension")]
    documents = {listed["id"]: listed for listed in lists}
    if did["id"].startswith("did:web:"):
        documents[f"https://{did['id'].removeprefix('did:web:')}/.well-known/did.json"] = did
    done = subprocess.run(
        [str(PYTHON), "-I", str(ASKS)],
        input=json.dumps({"documents": documents, "jobs": [{"verify_list": False, **job} for job in jobs]}).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    said: list[dict[str, Any]] = json.loads(done.stdout)
    return said


def of(badge: dict[str, Any]) -> dict[str, Any]:
    return {"credential": json.dumps(badge), "issuer": did_document()["id"]}


def test_it_accepts_our_badge_as_text_and_in_both_pictures(certificate):
    badge = signed_badge(certificate)
    pictures = [{"picture": base64.b64encode(bake(*NAMES, badge)).decode()} for bake in (baked_png, baked_svg)]
    text, *pictured = ask(of(badge_of(certificate)), *pictures)
    assert text == {"valid": True, "trusted": True, "reason": ""}
    on_the_web = did_document()["id"].startswith("did:web:")  # a `did:key` alone convinces it of nobody, and rightly so
    assert [(one["valid"], one["trusted"]) for one in pictured] == [(True, on_the_web)] * 2


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("credentialSubject.name", "Mallory"),
        ("credentialSubject.licenseNumber", "ABS-1999-0001"),
        ("credentialStatus.statusListIndex", "5"),
        ("issuer.name", "Mallory"),
        ("evil", "x"),
        ("credentialSubject.evil", "x"),
        ("type.2", "Evil"),
    ],
)
def test_it_refuses_what_we_refuse(certificate, path, value):
    (found,) = ask(of(changed(badge_of(certificate), path, value)))
    assert (found["valid"], found["reason"] != "") == (False, True)


def test_it_refuses_a_badge_that_lost_its_signature_or_its_last_day(settings):
    settings.BASE_URL = BASES["did:web"]
    credential = awarded(valid_until=date(2999, 4, 30))
    badge = badge_of(issued(credential, verify_base_url=settings.BASE_URL, valid_until=date(2999, 4, 30)))
    whole, unsigned, endless = ask(of(badge), of(without(badge, "proof")), of(without(badge, "validUntil")))
    assert (whole["valid"], unsigned["valid"], endless["valid"]) == (True, False, False)


def test_it_tells_a_revoked_one(certificate):
    perform(certificate.credential, "revoke", actor=PersonFactory(offices=["council"]), reason="x")
    (found,) = ask(of(badge_of(certificate)))
    assert found["valid"] is False
    assert "revo" in found["reason"]


def test_it_tells_one_that_has_run_out(settings):
    settings.BASE_URL = BASES["did:web"]
    last = date(2026, 4, 30)
    certificate = issued(awarded(valid_until=last), verify_base_url=settings.BASE_URL, valid_until=last)
    (found,) = ask(of(badge_of(certificate)))
    assert (found["valid"], "expired" in found["reason"]) == (False, True)


def test_it_can_not_check_the_signature_of_a_list_in_our_form(certificate):
    """Its lists are tokens (VC-JWT); ours carry their proof inside, as W3C's also allow (docs/verifying.md)."""
    (found,) = ask({**of(badge_of(certificate)), "verify_list": True})
    assert (found["valid"], "is not a signed JWT-VC" in found["reason"]) == (False, True)
