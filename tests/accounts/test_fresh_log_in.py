"""An open session alone doesn't sign, vote, revoke, give offices, carry lists away, or take an account over."""

from datetime import timedelta
from urllib.parse import unquote

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from credentialing.accounts.freshness import LOGGED_IN_AT
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from tests.factories import PASSWORD, PersonFactory, make_walk

pytestmark = pytest.mark.django_db

# Written by hand: what can't be taken back quietly, speaks for the society, or carries many people's data away.
SENSITIVE = {
    "accounts:term-grant", "accounts:term-end", "accounts:account-close", "accounts:account-reopen",
    "reviews:sign-off", "reviews:sign-off-take-back", "reviews:waive", "reviews:stage", "reviews:recommend",
    "reviews:endorsement-take-back", "reviews:lifecycle",
    "council:case", "council:standing", "council:motion", "council:motion-put",
    "council:motion-second", "council:motion-withdraw", "council:motion-close",
    "names:approve", "names:confirm", "names:refuse", "names:for-holder",
    "drafting:approve", "drafting:publish", "drafting:move", "drafting:move-cohort", "drafting:cases-csv",
    "operations:design-adopt", "operations:design-adopt-drawn", "operations:design-adopt-wording",
    "operations:design-adopt-standard-wording",
    "evidence:quarantine-end", "registry:import-confirm",
}  # fmt: skip


def named_views(resolver: URLResolver, space: str = ""):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from named_views(entry, f"{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and entry.name:
            yield space + entry.name, entry.callback


def test_sensitive_acts_and_no_others_ask_for_a_fresh_log_in():
    assert {name for name, view in named_views(get_resolver()) if getattr(view, "fresh_login", False)} == SENSITIVE


def left_open(person) -> Client:
    """A browser in which somebody logged in 31 minutes ago."""
    client = Client()
    client.force_login(person)
    session = client.session
    session[LOGGED_IN_AT] -= 31 * 60
    session.save()
    return client


@pytest.fixture
def admin():
    person = PersonFactory(email="admin@fresh.example.org", offices=["administrator"])
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    return person


def offices(person) -> str:
    return reverse("accounts:term-grant", args=[person.uuid])


GRANT = {"term-role": "treasurer", "term-starts_on": "2026-01-01", "term-ends_on": ""}


def test_fresh_log_in_is_asked_for_nothing(client, admin):
    somebody = PersonFactory()
    client.force_login(admin)

    assert client.post(offices(somebody), GRANT).url == f"/people/{somebody.uuid}/"
    assert somebody.terms.count() == 1


def test_stale_log_in_is_asked_for_the_password_and_then_the_act_is_done_as_it_was_filled_in(admin):
    somebody = PersonFactory()
    client = left_open(admin)

    asked = client.post(offices(somebody), GRANT)

    assert unquote(asked.url) == f"/accounts/reauthenticate/?next={offices(somebody)}"
    assert not somebody.terms.exists()
    page = client.get(asked.url)
    assert "enter your password again" in page.text
    wrong = client.post(asked.url, {"password": "wrong", "next": offices(somebody)})
    assert wrong.status_code == 200
    assert not somebody.terms.exists()
    done = client.post(asked.url, {"password": PASSWORD, "next": offices(somebody)})
    assert done.url == f"/people/{somebody.uuid}/"
    assert somebody.terms.get().role == "treasurer"
    assert client.post(offices(PersonFactory()), GRANT).status_code == 302  # fresh again


def test_what_waits_for_the_password_is_not_done_by_anything_else(admin):
    """Going elsewhere and showing the password there does not set off what was left behind."""
    somebody = PersonFactory()
    client = left_open(admin)
    client.post(offices(somebody), GRANT)

    client.post("/accounts/reauthenticate/?next=/people/", {"password": PASSWORD, "next": "/people/"})

    assert not somebody.terms.exists()


def test_pages_of_sensitive_acts_open_without_and_lists_of_people_do_not(admin):
    chair = PersonFactory(offices=["ccc_chair", "coordinator"])
    walk = make_walk().submit()
    client = left_open(chair)

    assert client.get(reverse("reviews:lifecycle", args=[walk.application.uuid, "hold"])).status_code == 200
    carried_away = client.get(reverse("drafting:cases-csv"))

    assert unquote(carried_away.url) == "/accounts/reauthenticate/?next=/pathways/cases.csv"


def test_whoever_may_not_act_is_told_so_before_any_password(admin):
    assert left_open(PersonFactory()).post(offices(admin), GRANT).status_code == 403


def test_number_of_minutes_is_a_setting(client, admin, settings):
    settings.FRESH_LOGIN_MINUTES = 5
    client.force_login(admin)
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1)):
        assert "reauthenticate" in client.post(offices(PersonFactory()), GRANT).url


# The account itself --------------------------------------------------------------------------------------------------


def letters(template: str) -> list[str]:
    return list(Letter.objects.filter(template=template).order_by("pk").values_list("to_address", flat=True))


def test_address_is_changed_only_with_the_password_and_the_old_one_is_told(client, admin):
    client.force_login(admin)
    new, page = "attacker@fresh.example.org", "/accounts/email/"

    asked = client.post(page, {"email": new, "action_add": ""})

    assert asked.url.startswith("/accounts/reauthenticate/")
    assert not AuditEvent.objects.filter(event="accounts:email:added").exists()
    client.post(asked.url, {"password": PASSWORD, "next": page})
    assert letters("address_added") == [admin.email]
    admin.emailaddress_set.filter(email=new).update(verified=True)
    old = admin.email
    client.post(page, {"email": new, "action_primary": ""})
    assert letters("main_address_changed") == [old]
    client.post(page, {"email": old, "action_remove": ""})
    assert sorted(letters("address_removed")) == sorted([old, new])
    for letter in Letter.objects.filter(template__in=["address_added", "main_address_changed", "address_removed"]):
        assert "If it was not you" in letter.words


def test_address_that_was_never_confirmed_is_removed_without_a_letter_to_it(client, admin):
    client.force_login(admin)
    admin.emailaddress_set.create(email="stranger@fresh.example.org")

    asked = client.post("/accounts/email/", {"email": "stranger@fresh.example.org", "action_remove": ""})
    client.post(asked.url, {"password": PASSWORD, "next": "/accounts/email/"})

    assert letters("address_removed") == [admin.email]


def test_password_is_changed_only_with_the_old_one_and_the_address_is_told(client, admin):
    client.force_login(admin)
    new = "another quiet evening"
    client.post("/accounts/password/change/", {"oldpassword": "wrong", "password1": new, "password2": new})
    assert letters("password_changed") == []

    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert letters("password_changed") == [admin.email]


def test_every_page_of_accounts_is_a_page_of_ours_or_leads_to_one(client, admin):
    pages = ["login", "logout", "inactive", "signup", "reauthenticate", "email", "confirm-email", "password/change",
             "password/set", "password/reset", "password/reset/done", "password/reset/key/done", "login/code/confirm",
             "confirm-email/x", "password/reset/key/1-x"]  # fmt: skip
    for person in (None, admin):
        if person:
            client.force_login(person)
        for page in pages:
            answer = client.get(f"/accounts/{page}/", follow=True)
            assert answer.status_code == 200, page
            assert '<main id="main"' in answer.text, page
