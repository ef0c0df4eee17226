"""The same address registered twice at once: the second is answered like any address that is known."""

import pytest
from django.core import mail
from django.db import IntegrityError

from credentialing.accounts.adapter import AccountAdapter
from credentialing.accounts.forms import SignupForm
from credentialing.accounts.models import Person
from credentialing.correspondence.models import Letter
from tests.factories import PASSWORD, PersonFactory

pytestmark = pytest.mark.django_db
SENT = {"name": "Jane Example", "email": "twice@example.org", "password1": PASSWORD}


def test_second_of_two_at_once_gets_the_answer_of_a_known_address(client, monkeypatch):
    try_save = SignupForm.try_save

    def overtaken(form, request):
        PersonFactory(email="twice@example.org")
        return try_save(form, request)

    with monkeypatch.context() as race:
        race.setattr(SignupForm, "try_save", overtaken)
        answer = client.post("/accounts/signup/", SENT)
    assert answer.status_code == 302
    assert answer.url == client.post("/accounts/signup/", SENT | {"email": "new@example.org"}).url
    assert Person.objects.filter(email="twice@example.org").count() == 1
    assert Letter.objects.get(to_address="twice@example.org").template == "account_exists"
    assert mail.outbox == []


def test_another_broken_rule_of_the_database_is_not_taken_for_a_known_address(client, monkeypatch):
    def refused(*_, **__):
        msg = "CHECK constraint failed: something else"
        raise IntegrityError(msg)

    monkeypatch.setattr(AccountAdapter, "save_user", refused)
    with pytest.raises(IntegrityError):
        client.post("/accounts/signup/", SENT)


def test_sign_up_and_reset_write_their_letters_as_rows_while_the_mail_server_is_down(client, settings):
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1, "timeout": 1},
        }
    }
    known = PersonFactory(email="known@example.org")
    known.emailaddress_set.create(email=known.email, verified=True, primary=True)
    for path, sent in (
        ("/accounts/signup/", SENT),
        ("/accounts/signup/", SENT | {"email": "known@example.org"}),
        ("/accounts/password/reset/", {"email": "known@example.org"}),
        ("/accounts/password/reset/", {"email": "nobody@example.org"}),
    ):
        assert client.post(path, sent).status_code == 302
    written = set(Letter.objects.values_list("template", "state"))
    assert written == {
        (template, "queued")
        for template in ("address_to_confirm", "account_exists", "password_to_choose", "no_account")
    }
