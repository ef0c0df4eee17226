"""Who gets what at every address: the expected answers stand in addresses.csv, written by hand, one column an identity.

`in`: the page opens, or the act is answered there (done, refused with a reason, to be corrected). `403`, `404`: as they
say. `login`: sent to the log-in. `public`: the same for everybody, whoever asks. A new address fails here until it has
its rows.
"""

import csv
import logging
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from credentialing.accounts.models import Role
from tests.access.society import found_society

with (Path(__file__).parent / "addresses.csv").open(encoding="utf-8") as lines:
    TABLE = list(csv.DictReader(lines))
IDENTITIES = [name for name in TABLE[0] if name not in {"address", "method"}]
OFFICES = [name for name in IDENTITIES if name in Role.values]
DRAWN = {"certificates:credential_png", "certificates:credential_svg", "certificates:achievement_picture"}
# Who gets what is the same on both engines; on the other one a few try that the same questions can be asked there.
ON_POSTGRESQL = {"visitor", "candidate", "coordinator", "council", "administrator", "tied_council"}
WALKED = [name for name in IDENTITIES if "CREDENTIALING_DATABASE_URL" not in os.environ or name in ON_POSTGRESQL]
SLOW = DRAWN | {"registry:certificate_card", "operations:design-preview", "drafting:simulate", "ui:styleguide"}
READERS_OF_PUBLIC_PAGES = {"visitor", "candidate", "administrator"}  # whoever asks, the very same view answers
YESTERDAY = {"ends_on": timezone.localdate() - timedelta(days=1)}


def named(resolver: URLResolver | None = None, prefix: str = "", path: str = "") -> list[str]:
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLPattern):
            found.append(f"{prefix}{entry.name}")
        elif not here.startswith("accounts/"):  # allauth's own
            found += named(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix, here)
    return found


@pytest.fixture(scope="module")
def society(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield found_society()
        transaction.set_rollback(True)


@pytest.fixture
def ask(society, db, settings, caplog):
    """One request by somebody, undone afterwards; answers what the table says of such an answer."""
    caplog.set_level(logging.CRITICAL, "django.request")

    def asked(client: Client, row: dict[str, str]) -> str:
        address = reverse(row["address"], kwargs=society.addresses.get(row["address"], {}))
        with transaction.atomic():
            response = getattr(client, row["method"].lower())(address)
            transaction.set_rollback(True)
        if response.status_code == 302 and response.url.startswith("/accounts/login/"):
            return "login"
        return str(response.status_code) if response.status_code in {403, 404, 405} else "in"

    return asked


def logged_in(society, identity: str) -> Client:
    client = Client()
    if identity != "visitor":
        client.force_login(society.people[identity])
    return client


def differing(expected: str, answer: str) -> bool:
    return answer in {"403", "405", "login"} if expected == "public" else answer != expected


def test_every_address_stands_in_the_table():
    assert set(named()) - {row["address"] for row in TABLE} == set()
    assert len({(row["address"], row["method"]) for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("identity", WALKED)
def test_everybody_gets_what_the_table_says(society, ask, identity):
    client = logged_in(society, identity)
    asked = [row for row in TABLE if row["address"] not in SLOW or row[identity] not in {"in", "public"}]
    if identity not in READERS_OF_PUBLIC_PAGES:
        asked = [row for row in asked if row[identity] != "public"]
    if identity.startswith("tied_"):  # a tie opens nothing, so only what the same office opens is asked
        asked = [row for row in asked if row[identity.removeprefix("tied_")] == "in" or row[identity] == "in"]
    wrong = [
        f"{row['address']} {row['method']}: {answer}, not {row[identity]}"
        for row in asked
        if differing(row[identity], answer := ask(client, row))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("office", OFFICES)
def test_term_that_ended_yesterday_leaves_what_a_stranger_gets(society, ask, office):
    society.people[office].terms.update(**YESTERDAY)
    client = logged_in(society, office)
    lost = [row for row in TABLE if row[office] != row["stranger"]]
    assert [f"{row['address']} {row['method']}" for row in lost if ask(client, row) != row["stranger"]] == []
    assert len(lost) > 2


@pytest.mark.parametrize("identity", ["candidate", "holder", "supervisor", "council", "administrator"])
def test_closed_account_is_a_visitor_at_the_next_request(society, ask, identity):
    client = logged_in(society, identity)
    person = society.people[identity]
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    lost = [row for row in TABLE if row[identity] != row["stranger"]]
    assert [f"{row['address']} {row['method']}" for row in lost if ask(client, row) != "login"] == []


def test_supervision_that_ended_leaves_the_supervisor_with_no_part_in_the_case(society, ask):
    society.supervision.ended_at = timezone.now()
    society.supervision.save()
    client = logged_in(society, "supervisor")
    still_open = [
        f"{row['address']} {row['method']}"
        for row in TABLE
        if row["supervisor"] != row["stranger"] and ask(client, row) == "in"
    ]
    assert still_open == [
        "evidence:supervision GET",
        "evidence:supervision-answer POST",  # “this has been answered already”
        "evidence:sessions-answer POST",  # “choose at least one session”
    ]


def test_methods_without_a_row_are_answered_to_nobody(society, ask):
    rows = {(row["address"], row["method"]) for row in TABLE}
    missing = [
        {"address": address, "method": method}
        for address in sorted({row["address"] for row in TABLE})
        for method in ("GET", "POST")
        if (address, method) not in rows
    ]
    for identity in ("visitor", "coordinator", "administrator", "candidate"):
        client = logged_in(society, identity)
        assert [row for row in missing if ask(client, row) == "in"] == [], identity
