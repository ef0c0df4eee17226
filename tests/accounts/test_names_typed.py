"""Names as people type them: wherever one is asked for, what nobody sees in it is refused beside its field."""

import pytest
from django import forms

from credentialing.accounts.forms import ProfileForm, SearchForm, SignupForm
from credentialing.accounts.models import Person
from credentialing.evidence.forms.credentials import RefereeForm
from credentialing.evidence.forms.log import LogEntryForm
from credentialing.ui.forms import SocietyForm
from tests.factories import PASSWORD, PersonFactory

PERSONS = [
    (SignupForm, "name"),
    (ProfileForm, "name"),
    (ProfileForm, "certificate_name"),
    (RefereeForm, "referee_name"),
    (LogEntryForm, "co_leader_name"),
]
TURNED = (
    "This holds a mark that turns the direction of writing. Delete it, or type the text again instead of pasting it."
)


class LetterForm(SocietyForm):
    line = forms.CharField()
    lines = forms.CharField(widget=forms.Textarea)
    secret = forms.CharField(widget=forms.PasswordInput)


@pytest.mark.parametrize(("form", "field"), PERSONS)
@pytest.mark.django_db
def test_name_of_a_person_shows_what_it_is(form, field):
    assert form({field: "Jane \u202eelpmaxE"}).errors[field] == [TURNED]
    assert form({field: "\u00b7 007 \u00b7"}).errors[field] == ["A name has at least one letter."]
    assert field not in form({field: "Zoë 王"}).errors


@pytest.mark.parametrize("field", ["post_nominals", "profession", "city", "country"])
@pytest.mark.django_db
def test_nothing_that_the_public_reads_holds_what_nobody_sees(field):
    form = ProfileForm({"name": "Jane", field: "MD\u200b"})
    assert "an invisible character (zero width space)" in form.errors[field][0]


@pytest.mark.django_db
def test_profile_keeps_its_name_when_another_is_refused(client):
    person = PersonFactory(name="Jane Example")
    client.force_login(person)
    answer = client.post("/my/profile/", {"name": "Jane\u202e\u2028Example"})
    assert "turns the direction of writing" in answer.text
    assert Person.objects.get(pk=person.pk).name == "Jane Example"


@pytest.mark.django_db
def test_nobody_signs_up_under_a_name_that_nobody_can_read(client):
    answer = client.post("/accounts/signup/", {"name": "\u3164\u3164", "email": "a@example.org", "password1": PASSWORD})
    assert "A name has at least one letter." in answer.text
    assert not Person.objects.filter(email="a@example.org").exists()


def test_text_of_several_lines_keeps_them_however_they_were_broken():
    form = LetterForm({"line": "one", "lines": "one\u2028two\r\nthree\x0bfour", "secret": "x"})
    assert form.is_valid()
    assert form.cleaned_data["lines"] == "one\ntwo\nthree\nfour"


def test_text_of_several_lines_turns_no_direction():
    assert LetterForm({"line": "one", "lines": "one\u202etwo", "secret": "x"}).errors["lines"] == [TURNED]


def test_password_is_taken_as_it_was_typed():
    form = LetterForm({"line": "one", "lines": "two", "secret": "\u202e\u200b spaces and all"})
    assert form.is_valid(), form.errors


def test_words_to_search_for_are_looked_for_as_they_are():
    assert SearchForm({"q": "Jane\u200b"}).is_valid()
