"""Every address that the pages for strangers name is there, and entries are found by the number that people read."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve
from django.utils import timezone

from certificates.models import Credential
from certificates.standing import standing_on
from tests.certificates.badges import issued
from workflows.checkpoints import make_checkpoint
from workflows.models import TreeLeaf

DOCS = Path(__file__).resolve().parents[2] / "docs"
STANDS_FOR = {
    "NUMBER": "7", "<uuid>": "00000000-0000-4000-8000-000000000000", "<slug>": "abs-leader", "<n>": "1", "N": "1",
    "M": "1", "…": "x",
}  # fmt: skip
VC_API = frozenset({"/credentials/issue", "/credentials/verify", "/presentations/verify"})  # of the tests alone


def addresses_in(page: str) -> set[str]:
    """What stands in code in a table or a sentence and looks like an address of the service."""
    text = re.sub(r"```.*?```", "", (DOCS / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    found = set(
        re.findall(
            r"`(/(?:transparency|verify|v|credentials|status|achievements|pki|proofs|\\.well-known)[^` ]*)`", text
        )
    )
    return found - VC_API


@pytest.mark.parametrize("page", ["verifying.md", "ledger.md", "keys.md"])
def test_every_address_that_is_written_down_is_there(page):
    found = addresses_in(page)
    assert found
    for address in found:
        path = address.partition("?")[0]
        for word, example in STANDS_FOR.items():
            path = re.sub(rf"(?<=/){re.escape(word)}(?=/|$)", example, path)
        tried = (path, f"{path}x" if path.endswith("/") else f"{path}/")
        assert any(_is_there(one) for one in tried), f"{page} names {address}"


def _is_there(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


@pytest.mark.django_db
def test_entry_is_found_by_its_number_as_by_its_name(client):
    issued()
    make_checkpoint()
    first = TreeLeaf.objects.get(position=0)
    by_number = client.get("/transparency/entries/1/proof").json()
    assert by_number == client.get(f"/transparency/entries/{first.entry_id}/proof").json()
    assert by_number["leaf_index"] == 0
    assert client.get("/transparency/entries/1/").headers["Location"] == f"/transparency/entries/{first.entry_id}/"
    for missing in (0, 10**6):
        assert client.get(f"/transparency/entries/{missing}/proof").status_code == 404


@pytest.mark.django_db
def test_clock_that_was_ahead_leaves_nothing_since_a_day_to_come(client):
    certificate = issued()
    ahead = timezone.now() + timedelta(days=400)
    Credential.objects.filter(pk=certificate.credential_id).update(state_since=ahead, awarded_on=ahead.date())
    credential = Credential.objects.get(pk=certificate.credential_id)
    today = timezone.localdate()
    for state in ("active", "suspended", "revoked"):
        credential.state_since, credential.awarded_on = ahead, ahead.date()
        credential.__dict__["state"] = state
        assert standing_on(credential, today).since == today


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [0, 14])
def test_today_of_the_easternmost_is_no_future_and_tomorrow_everywhere_is(client, hours):
    number = issued().credential.number
    there = (timezone.now() + timedelta(hours=hours)).astimezone(timezone.get_fixed_timezone(0)).date()
    page = client.get("/verify/", {"number": number, "on": there.isoformat()})
    assert "Choose today or an earlier day" not in page.text
    later = there + timedelta(days=2)
    assert "Choose today or an earlier day" in client.get("/verify/", {"number": number, "on": later.isoformat()}).text
