"""The forms' promises: words that help, wiring for screen readers, and nothing typed is lost."""

import re
from datetime import date

import pytest
import time_machine
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.template import Context
from django.template.loader import get_template

from credentialing.ui.forms import REPLACEMENT, DateField, SocietyForm


class SessionForm(SocietyForm):
    title = forms.CharField(max_length=5, help_text="Short.")
    held_on = DateField(required=False, not_future=True)
    part = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, required=False)
    agreed = forms.BooleanField(required=False)
    email = forms.EmailField(required=False)
    file = forms.FileField(required=False)


def summary(form: forms.Form) -> str:
    return get_template("components/error_summary.html").template.render(Context({"form": form}))


def test_field_refused_is_wired_to_its_hint_and_its_error():
    html = SessionForm({"title": "too long"})["title"].as_field_group()

    widget = re.search(r"<input[^>]*>", html)[0]
    assert 'aria-describedby="id_title_helptext id_title_error"' in widget
    assert 'aria-invalid="true"' in widget
    assert 'id="id_title_helptext">Short.</div>' in html
    assert 'id="id_title_error"><p>Error: Use at most 5 characters; this has 8.</p>' in html


def test_field_untouched_shows_no_error():
    html = SessionForm()["title"].as_field_group()

    assert "Error:" not in html
    assert "aria-invalid" not in html


def test_group_of_choices_is_a_fieldset_whose_legend_is_the_question():
    html = SessionForm()["part"].as_field_group()

    assert html.startswith("<fieldset")
    assert '<legend>Part <span class="hint">(optional)</span></legend>' in html


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (forms.CharField(), "Fill this in."),
        (forms.ChoiceField(choices=[("a", "A")]), "Choose one."),
        (forms.MultipleChoiceField(choices=[("a", "A")]), "Choose at least one."),
        (forms.BooleanField(), "Check this box to go on."),
        (forms.FileField(), "Choose a file."),
        (DateField(), "Enter a date."),
        (forms.CharField(error_messages={"required": "Enter your name."}), "Enter your name."),
    ],
)
def test_missing_value_is_refused_in_words_that_say_what_to_do(field, words):
    form = type("OneField", (SocietyForm,), {"thing": field})({})

    assert form.errors["thing"] == [words]


@pytest.mark.parametrize("character", ["\x00", chr(0xD800), chr(0xDFFF), "\ufffd"])
@pytest.mark.parametrize("kind", [dict, QueryDict])
def test_unstorable_character_is_refused_once_and_the_text_is_kept(kind, character):
    data = {"title": f"ab{character}c", "email": "kept@example.org"}
    if kind is QueryDict:
        data, plain = QueryDict(mutable=True), data
        data.update(plain)

    form = SessionForm(data)

    assert form.errors == {"title": [SessionForm.UNSTORABLE_MESSAGE]}
    html = str(form)
    assert f'value="ab{REPLACEMENT}c"' in html
    assert 'value="kept@example.org"' in html
    html.encode()  # a lone surrogate would make the answer itself fail


def test_unstorable_character_in_an_address_gives_one_reason_only():
    form = SessionForm({"title": "a", "email": "\x00"})

    assert form.errors == {"email": [SessionForm.UNSTORABLE_MESSAGE]}


def test_unstorable_character_in_a_prefixed_form_is_found():
    form = SessionForm({"second-title": "\x00"}, prefix="second")

    assert form.errors == {"title": [SessionForm.UNSTORABLE_MESSAGE]}


def test_caller_keeps_its_own_data_untouched():
    data = {"title": "\x00"}
    SessionForm(data).is_valid()

    assert data == {"title": "\x00"}


def test_any_storable_text_is_accepted_as_typed():
    text = "Łš王\n"

    form = SessionForm({"title": text.strip()})

    assert form.is_valid()
    assert form.cleaned_data["title"] == "Łš王"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-02-31", "Enter a date that exists, as year-month-day, for example 2026-03-31."),
        ("soon", "Enter a date that exists, as year-month-day, for example 2026-03-31."),
        ("2026-03-11", "This date is still to come. Enter today or an earlier day."),
        ("1899-12-31", "Enter a date from January 1, 1900 on."),
    ],
)
def test_impossible_day_is_refused_in_words_and_stays_readable(typed, words):
    with time_machine.travel("2026-03-10 12:00Z"):
        form = SessionForm({"title": "a", "held_on": typed})
        assert form.errors == {"held_on": [words]}

    assert f'value="{typed}"' in str(form["held_on"])


def test_day_that_a_picker_cannot_show_is_shown_as_text():
    assert 'type="text"' in str(SessionForm({"held_on": "2026-02-31"})["held_on"])
    assert 'type="date"' in str(SessionForm({"held_on": "2026-02-28"})["held_on"])


@pytest.mark.parametrize("typed", ["2026-03-10", "03/10/2026"])
def test_day_is_taken_in_both_usual_ways(typed):
    with time_machine.travel("2026-03-10 12:00Z"):
        form = SessionForm({"title": "a", "held_on": typed})
        assert form.is_valid()

    assert form.cleaned_data["held_on"] == date(2026, 3, 10)


def test_today_is_the_day_at_the_society_not_in_greenwich():
    with time_machine.travel("2026-03-11 02:00Z"):  # still the evening of the 10th in New York
        assert not SessionForm({"title": "a", "held_on": "2026-03-11"}).is_valid()


def test_file_field_never_links_to_a_stored_file():
    assert type(SessionForm().fields["file"].widget) is forms.FileInput


def test_error_count_counts_every_refusal():
    form = SessionForm({"title": "too long", "email": "x"}, {"file": SimpleUploadedFile("a.pdf", b"")})

    assert form.error_count == 3


def test_error_summary_links_each_refusal_to_its_field_and_takes_focus():
    html = summary(SessionForm({"title": "too long", "part": "z"}))

    assert 'tabindex="-1" autofocus' in html
    assert 'href="#id_title">Title: Use at most 5 characters; this has 8.</a>' in html
    assert 'href="#id_part_0">Part: ' in html


def test_error_summary_lists_what_belongs_to_no_field():
    form = SessionForm({"title": "a"})
    form.add_error(None, "You have logged this session already.")

    assert "<li>You have logged this session already.</li>" in summary(form)


def test_error_summary_is_absent_without_refusals():
    assert summary(SessionForm()).strip() == ""


def test_typed_markup_is_shown_as_text():
    html = str(SessionForm({"title": "<b>"}))

    assert "<b>" not in html
    assert "&lt;b&gt;" in html
