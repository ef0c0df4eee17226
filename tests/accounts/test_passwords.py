"""Which new passwords are refused, and that nobody is locked out by a new rule."""

import pytest
from django.contrib.auth.password_validation import get_password_validators, validate_password
from django.core.exceptions import ValidationError

from credentialing.accounts.passwords import breached_passwords
from tests.factories import PersonFactory

GOOD = ["a long and quiet evening", "Tractor-Lemon-Quarry", "balint kept seven geese", "zq8vK2mPx0rT"]
REFUSED = {
    "elevenchars": "password_too_short",
    "qwertyqwerty": "password_breached",
    "1Q2W3E4R5T6Y": "password_breached",  # in any case
    "balintbalint": "password_of_the_society",
    "americanbalint": "password_of_the_society",
    "AmericanBalintSociety2026": "password_of_the_society",
    "B4l1ntB4l1nt!!": "password_of_the_society",
    "Council-Council-7": "password_of_the_society",
    "credentials2026!": "password_of_the_society",
}


@pytest.fixture
def _rules(settings):
    """The rules of production, whatever else the tests' settings ease."""
    assert len(get_password_validators(settings.AUTH_PASSWORD_VALIDATORS)) == 5


@pytest.mark.usefixtures("_rules")
@pytest.mark.parametrize("password", GOOD)
def test_password_of_ones_own_is_taken(password):
    validate_password(password)


@pytest.mark.usefixtures("_rules")
@pytest.mark.parametrize("password", REFUSED)
def test_password_that_others_guess_first_is_refused(password):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password)
    assert REFUSED[password] in {error.code for error in refusal.value.error_list}


def test_words_of_the_society_are_those_of_its_own_name(settings):
    settings.SOCIETY_NAME = "Zephyr Union"
    with pytest.raises(ValidationError, match="words of the society"):
        validate_password("zephyrzephyr-union")


def test_password_without_letters_is_judged_by_the_other_rules():
    validate_password("7391 4460 2285 1107")


def test_list_of_breached_passwords_is_whole():
    assert len(breached_passwords()) == 43_940
    assert all(len(password) >= 12 for password in breached_passwords())


@pytest.mark.django_db
def test_password_that_is_set_already_stays(client):
    person = PersonFactory(password="balint-demo")
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    answer = client.post("/accounts/login/", {"login": person.email, "password": "balint-demo"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/home/")
