"""Other people's programs come to the same answers about our badges: Digital Bazaar's, DCC's, and Ajv with the schema.

They are JavaScript; `bin/test` brings them by `npm ci` in `tests/certificates/others`, where a lock pins them.
"""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from certificates.badge.bundled import PINNED, SCHEMA, bundled
from certificates.badge.checking import check_badge
from certificates.badge.entries import status_entry_of
from certificates.badge.integrity import ProofRefused
from certificates.badge.issuer import did_document
from certificates.badge.shape import status_reference
from certificates.badge.status import status_list
from certificates.examination import examine
from certificates.models import Certificate
from tests.certificates.badges import badge_of, changed, issued
from tests.certificates.factories import awarded
from tests.factories import PersonFactory
from workflows.services import perform

OTHERS = Path(__file__).with_name("others")
NODE = shutil.which("node")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        NODE is None or not (OTHERS / "node_modules" / "@digitalbazaar" / "vc").exists(),
        reason="needs Node.js and `npm ci` in tests/certificates/others",
    ),
]
BAZAAR, DCC, AJV = "digitalbazaar vc", "dcc verifier-core", "ajv"
BASES = {"did:key": "http://127.0.0.1:8000", "did:web": "https://credentials.example.org"}


@pytest.fixture(params=sorted(BASES))
def certificate(request, settings) -> Certificate:
    """Once as the demo signs and once as an installation with a public address does."""
    settings.BASE_URL = BASES[request.param]
    return issued(verify_base_url=settings.BASE_URL)


def ask(*jobs: dict[str, Any]) -> list[dict[str, Any]]:
    """What they say. They get every document that they would fetch, and nothing else."""
    did = did_document()
    lists = [status_list(purpose, 1, now=timezone.now()) for purpose in ("revocation", "suspension")]
    documents = {address: bundled(address) for address in PINNED} | {listed["id"]: listed for listed in lists}
    documents |= {did["id"]: did, "https://credentials.example.org/.well-known/did.json": did}
    done = subprocess.run(
        [NODE, str(OTHERS / "check.mjs")],
        input=json.dumps({"documents": documents, "jobs": [{"schema": SCHEMA, **job} for job in jobs]}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def test_all_accept_a_genuine_badge(certificate):
    badge = badge_of(certificate)
    bazaar, dcc, ajv = ask(*({"verifier": one, "credential": badge} for one in (BAZAAR, DCC, AJV)))
    assert bazaar == {"verified": True, "status": [False], "error": ""}
    assert (dcc["errors"], dcc["log"]["valid_signature"], dcc["log"]["revocation_status"]) == ([], True, True)
    assert [one["result"]["valid"] for one in dcc["schema"]] == [True]
    assert ajv == {"valid": True, "errors": []}
    assert check_badge(badge)


@pytest.mark.parametrize("act", ["revoke", "resign"])
def test_all_tell_a_revoked_one(certificate, act):
    perform(certificate.credential, act, actor=PersonFactory(offices=["council", "registrar"]), reason="x")
    badge = badge_of(certificate)
    bazaar, dcc = ask({"verifier": BAZAAR, "credential": badge}, {"verifier": DCC, "credential": badge})
    assert (bazaar["verified"], bazaar["status"]) == (True, [True])  # the signatures hold, and the bit is set
    assert (dcc["log"]["valid_signature"], dcc["log"]["revocation_status"]) == (True, False)


def test_suspension_stands_in_its_own_list_and_in_the_registry(certificate):
    """The schema lets a badge name one list only; that of suspensions is asked at the same place."""
    perform(certificate.credential, "suspend", actor=PersonFactory(offices=["council"]), reason="x")
    badge = badge_of(certificate)
    entry = status_entry_of(certificate)
    base = certificate.facts["verify_base_url"]
    (bazaar, status) = ask(
        {"verifier": BAZAAR, "credential": badge},
        {"verifier": "status", "credentialStatus": status_reference(base, "suspension", entry)},
    )
    assert (bazaar["verified"], bazaar["status"]) == (True, [False])
    assert status == {"verified": True, "status": [True]}


def test_all_tell_one_that_has_run_out(settings):
    settings.BASE_URL = BASES["did:web"]
    credential = awarded(valid_until=date(2026, 4, 30))
    badge = badge_of(issued(credential, verify_base_url=settings.BASE_URL, valid_until=date(2026, 4, 30)))
    before, after, dcc = ask(
        {"verifier": BAZAAR, "credential": badge, "now": "2026-04-30T12:00:00Z"},
        {"verifier": BAZAAR, "credential": badge, "now": "2026-05-01T12:00:00Z"},
        {"verifier": DCC, "credential": badge},
    )
    assert before["verified"] is True
    assert (after["verified"], 'after "validUntil"' in after["error"]) == (False, True)
    if timezone.localdate() > date(2026, 5, 1):
        assert (dcc["log"]["valid_signature"], dcc["log"]["expiration"]) == (True, False)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("credentialSubject.name", "Mallory"),
        ("credentialSubject.licenseNumber", "ABS-1999-0001"),
        ("credentialStatus.statusListIndex", "5"),
        ("evil", "x"),
        ("credentialSubject.evil", "x"),
        ("type.2", "Evil"),
    ],
)
def test_all_refuse_a_changed_one(certificate, path, value):
    badge = changed(badge_of(certificate), path, value)
    bazaar, dcc = ask({"verifier": BAZAAR, "credential": badge}, {"verifier": DCC, "credential": badge})
    assert bazaar["verified"] is False
    assert dcc["errors"] != []
    assert examine(json.dumps(badge).encode()).outcome == "altered"
    with pytest.raises(ProofRefused):
        check_badge(badge)


def test_schema_refuses_what_it_must(certificate):
    badge = badge_of(certificate)
    (ajv,) = ask({"verifier": AJV, "credential": changed(badge, "credentialStatus", [badge["credentialStatus"]])})
    assert ajv["valid"] is False
