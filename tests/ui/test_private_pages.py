"""What is private is kept by no cache, and no cookie says more than it must."""

import re

import pytest
from django.test import Client

from tests.architecture.test_house import addresses
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
VALUES = {"uuid": "00000000-0000-4000-8000-00000000000f", "int": "1", "slug": "abc", "str": "abc"}
OFFICES = ["administrator", "coordinator", "registrar", "council", "treasurer", "organiser"]


def test_no_page_behind_the_log_in_is_kept():
    client = Client()
    client.force_login(PersonFactory(offices=OFFICES))
    kept = []
    for path, entry in addresses():
        if entry.callback.access == "public":
            continue
        answer = client.get("/" + re.sub(r"<(\w+):\w+>", lambda found: VALUES[found.group(1)], path))
        if answer.headers.get("Cache-Control") != "no-store":
            kept.append((path, answer.headers.get("Cache-Control")))
    assert kept == []


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/password/change/", "/accounts/logout/"])
def test_no_page_of_the_account_is_kept(client, path):
    client.force_login(PersonFactory())
    assert "no-store" in client.get(path).headers["Cache-Control"]


def test_public_page_that_names_somebody_logged_in_is_not_kept(client):
    assert "Cache-Control" not in client.get("/registry/").headers
    client.force_login(PersonFactory())
    assert client.get("/registry/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/confirm/abc/", "/accounts/confirm-email/abc/"])
def test_page_with_a_key_in_its_address_is_not_kept(client, path):
    assert "no-store" in client.get(path).headers["Cache-Control"]


def test_what_is_public_says_how_long_it_may_be_kept(client):
    client.force_login(PersonFactory())
    assert client.get("/.well-known/did.json").headers["Cache-Control"].startswith("public")


def test_log_out_empties_the_browsers_cache(client):
    client.force_login(PersonFactory())
    assert "Clear-Site-Data" not in client.get("/my/profile/").headers
    assert client.post("/accounts/logout/").headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get("/").headers


def test_notice_of_what_was_done_stands_in_no_cookie(client):
    client.force_login(PersonFactory(name="Jane Example"))
    answer = client.post("/my/profile/", {"name": "Jane Other"})
    assert set(answer.cookies) <= {"session", "csrf"}
    assert "Your profile is saved." in client.get("/my/profile/").text
