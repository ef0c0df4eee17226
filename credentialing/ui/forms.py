"""The forms' common ground: one renderer, one field template, words that say what to do."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import django.forms
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.forms.renderers import DjangoTemplates
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property

from certificates.text import (
    has_a_letter,
    turns_direction,
    unfit_in_a_line,
    unfit_in_lines,
    with_one_kind_of_break,
    without_unseen,
)

# NUL and lone surrogates cannot be stored; U+FFFD is what a decoder leaves where a request carried such bytes.
UNSTORABLE = re.compile("[\x00\ud800-\udfff\ufffd]")
REPLACEMENT = "\ufffd"
EARLIEST = date(1900, 1, 1)


class SocietyFormRenderer(DjangoTemplates):
    """Renders every form of the site through templates/ui/forms, and Django's widgets as they are."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"

    @cached_property
    def engine(self) -> Any:
        """Look in the project's templates first, then in Django's own for widgets."""
        dirs = [*settings.TEMPLATES[0]["DIRS"], Path(django.forms.__file__).parent / "templates"]
        return self.backend({"APP_DIRS": True, "DIRS": dirs, "NAME": "society_forms", "OPTIONS": {}})


def say_in_words(field: forms.Field) -> None:
    """Replace Django's general refusals by ones that say what to do; the error summary puts the label before them."""
    if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        field.error_messages["required"] = _required_message(field)
    for code, words in {
        "max_length": "Use at most %(limit_value)d characters; this has %(show_value)d.",
        "min_length": "Use at least %(limit_value)d characters; this has %(show_value)d.",
        "min_value": "Enter %(limit_value)s or more.",
        "max_value": "Enter %(limit_value)s or less.",
    }.items():
        field.error_messages.setdefault(code, words)


def take_limits(field: forms.IntegerField, column: models.Field) -> None:
    """Ask of the typed number what the model asks: Django's form would name a positive column's 0 as the limit."""
    for kind, attribute, strictest in ((MinValueValidator, "min_value", max), (MaxValueValidator, "max_value", min)):
        limits = [v.limit_value for v in column.validators if isinstance(v, kind)]
        if not limits:
            continue
        limit = strictest(limits)
        setattr(field, attribute, limit)
        field.validators = [v for v in field.validators if not isinstance(v, kind)]
        field.validators.append(kind(limit))
    field.widget.attrs.update(field.widget_attrs(field.widget))


def _required_message(field: forms.Field) -> str:
    for kind, words in (
        (forms.FileField, "Choose a file."),
        ((forms.MultipleChoiceField, forms.ModelMultipleChoiceField), "Choose at least one."),
        ((forms.ChoiceField, forms.ModelChoiceField), "Choose one."),
        (forms.BooleanField, "Check this box to go on."),
        (forms.DateField, "Enter a date."),
    ):
        if isinstance(field, kind):
            return words
    return "Fill this in."


def replace_unstorable(data: Mapping[str, Any]) -> tuple[Mapping[str, Any], frozenset[str]]:
    """Return `data` with each unstorable character shown as U+FFFD, and the names of the values that had one."""
    refused: set[str] = set()

    def shown(name: str, value: object) -> object:
        if isinstance(value, str) and UNSTORABLE.search(value):
            refused.add(name)
            return UNSTORABLE.sub(REPLACEMENT, value)
        return value

    if isinstance(data, MultiValueDict):
        values = {name: [shown(name, value) for value in data.getlist(name)] for name in data}
        if not refused:
            return data, frozenset()
        copy = QueryDict(mutable=True) if isinstance(data, QueryDict) else MultiValueDict()
        for name, items in values.items():
            copy.setlist(name, items)
        return copy, frozenset(refused)
    plain = {name: shown(name, value) for name, value in data.items()}
    return (plain, frozenset(refused)) if refused else (data, frozenset())


class PersonNameField(forms.CharField):
    """The name of a person, in any script: it shows at least one letter."""

    default_error_messages = {"no_letter": "A name has at least one letter."}

    def validate(self, value: str) -> None:
        """Refuse a name of which nobody could read anything."""
        super().validate(value)
        if value and not has_a_letter(value):
            raise ValidationError(self.error_messages["no_letter"], code="no_letter")


class CleanTextMixin:
    """Refuses text that no database or document can hold, and keeps what was typed for another try.

    In a line (a name, a title) that is whatever nobody can see in it; in several lines what would break a page.
    """

    mark_optional = True
    UNSTORABLE_MESSAGE = (
        f"This holds a character that cannot be stored, shown as \u201c{REPLACEMENT}\u201d. Delete it or type it again."
    )
    unstorable: frozenset[str] = frozenset()
    stores_text = True  # words to search for are stored nowhere: what is invisible in them finds nothing, and no more

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self._prepare_fields()
        if self.is_bound:
            self.data, self.unstorable = replace_unstorable(self.data)

    def _prepare_fields(self) -> None:
        for field in self.fields.values():
            say_in_words(field)
            field.widget.attrs.pop("placeholder", None)  # it would vanish while typing; hints stay
            if type(field.widget) is forms.ClearableFileInput:
                # Stored files are immutable and have no public address: nothing to clear, nothing to link to.
                field.widget = forms.FileInput(attrs=field.widget.attrs)
                field.widget.is_required = field.required

    def full_clean(self) -> None:
        """Clean with words for the fields that a subclass added after its `super().__init__()`, too."""
        self._prepare_fields()
        super().full_clean()

    def _clean_fields(self) -> None:
        super()._clean_fields()
        for name in self.fields:
            if self._is_unstorable(name):
                self._errors.pop(name, None)  # one reason is enough
                self.add_error(name, ValidationError(self.UNSTORABLE_MESSAGE, code="unstorable"))
            elif self.stores_text and name not in self._errors and isinstance(self.cleaned_data.get(name), str):
                self._look_at_text(name)

    def _look_at_text(self, name: str) -> None:
        """What people typed themselves, other than passwords; choices are the page's own."""
        text, widget = self.cleaned_data[name], self.fields[name].widget
        if isinstance(widget, forms.Textarea):
            text = self.cleaned_data[name] = with_one_kind_of_break(text)
            unfit = unfit_in_lines(text)
        elif isinstance(widget, forms.TextInput) and not isinstance(widget, forms.PasswordInput):
            unfit = unfit_in_a_line(text)
        else:
            return
        if unfit:
            message = f"This holds {unfit}. Delete it, or type the text again instead of pasting it."
            cleaned = without_unseen(text)
            if not isinstance(widget, forms.Textarea) and has_a_letter(cleaned) and not turns_direction(text):
                message += f" Without it, it reads \u201c{cleaned}\u201d: you can copy that."
            self.add_error(name, ValidationError(message, code="unfit"))

    def _is_unstorable(self, name: str) -> bool:
        html_name = self.add_prefix(name)
        parts = isinstance(self.fields[name].widget, (forms.MultiWidget, forms.SelectDateWidget))
        return any(key == html_name or (parts and key.startswith(f"{html_name}_")) for key in self.unstorable)

    @property
    def error_count(self) -> int:
        """How many refusals the error summary lists."""
        return sum(len(errors) for errors in self.errors.values())


class SocietyForm(CleanTextMixin, forms.Form):
    """The base of every form that is not about one model."""


class SocietyModelForm(CleanTextMixin, forms.ModelForm):
    """The base of every form that fills one model."""

    def _prepare_fields(self) -> None:
        super()._prepare_fields()
        for name, field in self.fields.items():
            if name in self._meta.fields and isinstance(field, forms.IntegerField):
                take_limits(field, self._meta.model._meta.get_field(name))


class DayInput(forms.DateInput):
    """The browser's own picker; a refused day that it could not show stays readable as text."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")

    def get_context(self, name: str, value: object, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Fall back to a text box where the value is no day."""
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        try:
            date.fromisoformat(shown or "2000-01-01")
        except ValueError:
            context["widget"]["type"] = "text"
        return context


class DateField(forms.DateField):
    """A calendar day in the browser's own picker; refuses impossible days, and coming ones when asked to."""

    widget = DayInput
    input_formats = ("%Y-%m-%d", "%m/%d/%Y")

    def __init__(self, *, not_future: bool = False, earliest: date = EARLIEST, **kwargs: Any) -> None:
        self.not_future = not_future
        self.earliest = earliest
        messages = {
            "invalid": "Enter a date that exists, as year-month-day, for example 2026-03-31.",
            "future": "This date is still to come. Enter today or an earlier day.",
            "too_early": f"Enter a date from {earliest:%B} {earliest.day}, {earliest.year} on.",
        }
        kwargs["error_messages"] = messages | kwargs.get("error_messages", {})
        kwargs.setdefault("input_formats", self.input_formats)
        super().__init__(**kwargs)

    def validate(self, value: date | None) -> None:
        """Refuse a day before `earliest`, and one to come when `not_future`."""
        super().validate(value)
        if value is None:
            return
        if value < self.earliest:
            raise ValidationError(self.error_messages["too_early"], code="too_early")
        if self.not_future and value > timezone.localdate():
            raise ValidationError(self.error_messages["future"], code="future")
