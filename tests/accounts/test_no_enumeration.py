"""Nobody learns by asking whether an address has an account: same status, same words, same work."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth import hashers
from django.core import mail
from django.test import Client

from credentialing.accounts.models import Person
from credentialing.correspondence.models import Letter
from tests.factories import PASSWORD, PersonFactory

pytestmark = pytest.mark.django_db

DOMAIN = "@enumeration.example.org"


@pytest.fixture
def kinds() -> list[str]:
    """Addresses of every standing that an account may have; the last one has none."""
    for name, verified in (("known", True), ("closed", True), ("unconfirmed", False)):
        person = PersonFactory(email=name + DOMAIN, is_active=name != "closed")
        person.emailaddress_set.create(email=person.email, verified=verified, primary=True)
    return [name + DOMAIN for name in ("known", "closed", "unconfirmed", "unknown")]


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """Every time a password is hashed."""
    done: list[str] = []
    encode = hashers.MD5PasswordHasher.encode

    def counted(hasher, password, salt):
        done.append(password)
        return encode(hasher, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counted)
    return done


def what_is_seen(ask: Callable[[Client, str], object], address: str, hashed: list[str]) -> dict[str, object]:
    client, letters, before = Client(), Letter.objects.count(), len(hashed)
    answer = ask(client, address)
    page = client.get(answer.url).text if answer.status_code == 302 else answer.text
    return {
        "status": answer.status_code,
        "leads to": answer.headers.get("Location"),
        "headers": sorted(answer.headers),
        "cookies": sorted(answer.cookies),
        "page": re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.replace(address, "")),
        "letters": Letter.objects.count() - letters,
        "hashed": len(hashed) - before,
        "posted": len(mail.outbox),
    }


def sign_up(client: Client, address: str):
    return client.post("/accounts/signup/", {"name": "N", "email": address, "password1": PASSWORD})


def ask_for_a_password(client: Client, address: str):
    return client.post("/accounts/password/reset/", {"email": address})


def log_in_wrongly(client: Client, address: str):
    return client.post("/accounts/login/", {"login": address, "password": "wrong" + PASSWORD})


@pytest.mark.parametrize(("ask", "letters"), [(sign_up, 1), (ask_for_a_password, 1), (log_in_wrongly, 0)])
def test_every_address_is_answered_alike(kinds, hashed, ask, letters):
    seen = [what_is_seen(ask, address, hashed) for address in kinds]

    assert seen[0]["letters"] == letters
    assert seen[0]["posted"] == 0
    assert seen[0]["hashed"] == (0 if ask is ask_for_a_password else 1)
    for other in seen[1:]:
        assert other == seen[0]


def test_account_that_is_known_already_is_left_as_it_is(kinds):
    before = Person.objects.get(email=kinds[0]).password
    sign_up(Client(), kinds[0].upper())
    assert Person.objects.get(email=kinds[0]).password == before
    assert Letter.objects.get().template == "account_exists"


def test_letters_about_accounts_repeat_no_words_that_somebody_typed(kinds):
    """A stranger's address and a baited name make no letter of ours that says what the bait says."""
    Client().post("/accounts/signup/", {"name": "You won! evil.example", "email": kinds[-1], "password1": PASSWORD})

    letter = Letter.objects.get()
    assert "evil" not in letter.subject + letter.words
    assert letter.body.startswith("Hello,\n")


def test_links_of_accounts_work_for_an_hour_and_for_a_day_and_are_forgotten_once_sent(kinds, settings):
    assert (settings.PASSWORD_RESET_TIMEOUT, settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS) == (3600, 1)
    sign_up(Client(), kinds[-1])
    ask_for_a_password(Client(), kinds[0])

    for letter in Letter.objects.all():
        assert letter.secret
        assert letter.secret in letter.words
        assert letter.secret not in f"{letter.body}{letter.context}{letter.subject}"
