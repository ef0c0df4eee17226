"""Signing up, logging in, one's own profile, and the way home."""

import re

import pytest
from django.utils import timezone

from credentialing.accounts.access import roles_today
from credentialing.accounts.adapter import AccountAdapter
from credentialing.accounts.forms import LoginForm, SignupForm
from credentialing.accounts.models import Person, Role
from credentialing.applications.services.drafts import start_application
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from tests.factories import PASSWORD, PersonFactory, abs_version

pytestmark = pytest.mark.django_db

SIGN_UP = {"name": "Ada Applicant", "email": "Ada@Example.org", "password1": PASSWORD}


def links_of_masthead(html: str) -> list[str]:
    return re.findall(r'href="(/[^"]*)"', html.split("<body")[1].split("<main", maxsplit=1)[0])


def test_account_begins_with_a_confirmed_address_and_a_name(client):
    client.post("/accounts/signup/", SIGN_UP | {"email": "Begin@Example.org"})
    ada = Person.objects.get(email="begin@example.org")
    assert (ada.name, ada.check_password(PASSWORD), ada.roles_on(timezone.localdate())) == (
        "Ada Applicant", True, frozenset(),
    )  # fmt: skip
    assert client.get("/home/").status_code == 302  # not yet let in

    link = re.search(r"/accounts/confirm-email/\S+", Letter.objects.get().words)[0]
    client.post(link)
    answer = client.post("/accounts/login/", {"login": "begin@example.org", "password": PASSWORD})

    assert answer.headers["Location"] == "/home/"


def test_letters_about_the_account_come_from_the_society_and_lead_to_its_address(client, settings):
    settings.BASE_URL = "https://credentials.example.org"
    PersonFactory(email="known@example.org")
    for address in ("letters@example.org", "known@example.org"):
        client.post("/accounts/signup/", SIGN_UP | {"email": address})
    PersonFactory(email="grace@example.org")
    client.post("/accounts/password/reset/", {"email": "grace@example.org"})
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})

    letters = list(Letter.objects.order_by("pk"))
    assert [letter.subject for letter in letters] == [
        "Confirm your e-mail address",
        "You already have an account",
        "Choose a new password",
        "There is no account with this address",
    ]
    for letter in letters:
        assert settings.SOCIETY_NAME in letter.words
        assert "https://credentials.example.org/accounts/" in letter.words
        assert "testserver" not in letter.words


def test_new_password_is_chosen_by_the_link_in_the_letter(client):
    grace = PersonFactory(email="hopper@example.org")
    client.post("/accounts/password/reset/", {"email": "hopper@example.org"})
    link = re.search(r"/accounts/password/reset/key/\S+", Letter.objects.get().words)[0]

    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "another horse 8", "password2": "another horse 8"})

    grace.refresh_from_db()
    assert grace.check_password("another horse 8")


def test_sign_up_does_not_tell_whether_an_address_is_known(client):
    known = PersonFactory(email="ada@example.org", name="Ada")

    answer = client.post("/accounts/signup/", SIGN_UP)

    assert answer.headers["Location"] == "/accounts/confirm-email/"
    assert Person.objects.get(email="ada@example.org") == known
    known.refresh_from_db()
    assert known.name == "Ada"


def test_adapter_can_fill_an_account_without_storing_it(rf):
    form = SignupForm(SIGN_UP)
    assert form.is_valid()

    person = AccountAdapter().save_user(rf.post("/"), Person(), form, commit=False)

    assert (person.pk, person.email) == (None, "ada@example.org")
    assert AccountAdapter().get_signup_redirect_url(rf.get("/")) == "/home/"


def test_account_forms_speak_of_e_mail_addresses():
    assert SignupForm().fields["email"].label == LoginForm().fields["login"].label == "E-mail address"


def test_log_in_form_offers_to_stay_logged_in_only_where_that_is_offered(settings):
    assert LoginForm().fields["remember"].label == "Stay logged in on this device"

    settings.ACCOUNT_SESSION_REMEMBER = True

    assert "remember" not in LoginForm().fields


@pytest.mark.parametrize("role", [None, *Role.values])
def test_everybody_comes_home_to_a_page_that_opens_and_is_led_only_to_open_ones(client, role):
    abs_version()
    client.force_login(PersonFactory(offices=[role] if role else []))

    home = client.get("/home/", follow=True)

    assert home.status_code == 200
    assert not [link for link in links_of_masthead(home.text) if client.get(link).status_code == 403]


def test_visitors_are_led_to_the_public_places_alone(client):
    abs_version()

    links = links_of_masthead(client.get("/").text)

    assert "/my/" not in links
    assert {client.get(link).status_code for link in links} == {200}


def test_candidate_comes_home_to_their_path(client):
    client.force_login(PersonFactory())

    assert client.get("/home/").headers["Location"] == "/my/"


def test_officer_who_applies_finds_their_own_path_too(client):
    officer = PersonFactory(offices=[Role.TREASURER])
    client.force_login(officer)
    assert "/my/" not in links_of_masthead(client.get("/my/profile/").text)

    abs_version()
    start_application(actor=officer)

    assert "/my/" in links_of_masthead(client.get("/my/profile/").text)


def test_demo_shows_its_post_and_production_does_not(client, settings):
    client.force_login(PersonFactory())
    assert "/mail/" in links_of_masthead(client.get("/my/profile/").text)

    settings.DEMO = False

    assert "/mail/" not in links_of_masthead(client.get("/my/profile/").text)


def test_visitors_hold_no_office_and_offices_are_read_once_a_request(rf, django_assert_num_queries):
    from django.contrib.auth.models import AnonymousUser

    request = rf.get("/")
    request.user = AnonymousUser()
    assert roles_today(request) == frozenset()

    request = rf.get("/")
    request.user = PersonFactory(offices=[Role.COUNCIL])
    with django_assert_num_queries(1):
        assert roles_today(request) == roles_today(request) == {Role.COUNCIL}


def profile(**changed):
    return {"name": "Ada", "certificate_name": "", "post_nominals": "", "profession": "", "city": "", "country": ""} | (
        changed
    )


def test_profile_is_saved_and_only_what_was_changed_is_recorded(client):
    ada = PersonFactory(name="Ada", listed=True)
    client.force_login(ada)

    answer = client.post("/my/profile/", profile(city="Boston", listed="on"), follow=True)

    assert "Your profile is saved." in answer.text
    ada.refresh_from_db()
    assert (ada.city, ada.listed) == ("Boston", True)
    assert AuditEvent.objects.get(event="accounts:profile:changed").details == {"fields": ["city"]}


def test_profile_saved_without_a_change_is_not_recorded(client):
    client.force_login(PersonFactory(name="Ada", listed=True))

    client.post("/my/profile/", profile(listed="on"))

    assert not AuditEvent.objects.filter(event="accounts:profile:changed").exists()


def test_profile_needs_a_name_and_changes_nothing_without(client):
    ada = PersonFactory(name="Ada")
    client.force_login(ada)

    answer = client.post("/my/profile/", profile(name="", city="Boston"))

    assert "error-summary" in answer.text
    ada.refresh_from_db()
    assert (ada.name, ada.city) == ("Ada", "")


def test_name_that_no_certificate_can_print_is_saved_with_a_warning(client):
    ada = PersonFactory(name="Ada")
    client.force_login(ada)

    answer = client.post("/my/profile/", profile(certificate_name="Ada 𓀀"), follow=True)

    assert "be printed like this: its fonts have no" in answer.text
    ada.refresh_from_db()
    assert ada.certificate_name == "Ada 𓀀"
