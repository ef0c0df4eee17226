"""Forms for what stands beside stages and requirements: bodies, questions, texts, rubric, offices, variations."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from credentialing.accounts.models import Role
from credentialing.drafting.forms.acts import a_slug
from credentialing.drafting.forms.parameters import TextsField, parameter_fields
from credentialing.drafting.forms.parts import PartForm, defaults_of, named_in, offices, parameters_of_kind
from credentialing.pathways.loading.checks import READERS
from credentialing.pathways.loading.positions import Path
from credentialing.pathways.wording import MAJORITIES
from credentialing.pathways.writing import begin_table, change_values, same
from credentialing.ui.forms import DateField

BODY_OFFICES = [(role, label) for role, label in Role.choices if role in READERS]
HINT = " | "


class RowsField(forms.CharField):
    """Short names with their words, one on each line: “strong: Strong”; with `hint`, “frame: Keeps time | …”."""

    def __init__(self, *, hint: bool = False, **kwargs: Any) -> None:
        self.hint = hint
        super().__init__(widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """One line for each."""
        if not isinstance(value, list | tuple):
            return value
        return "\n".join(self._line(row) for row in value if isinstance(row, dict))

    def to_python(self, value: Any) -> Any:
        """The rows; a line that can't be read is named."""
        lines = [line.strip() for line in (value or "").splitlines()]
        return [self._row(number, line) for number, line in enumerate(lines, 1) if line]

    def _line(self, row: Mapping[str, Any]) -> str:
        label, hint = str(row.get("label", "")), str(row.get("hint", ""))
        line = f"{row.get('slug', '')}: {label}"
        return f"{line}{HINT}{hint}" if self.hint and (hint or "|" in label) else line

    def _row(self, number: int, line: str) -> dict[str, str]:
        slug, colon, words = (part.strip() for part in line.partition(":"))
        if not colon or not words:
            msg = f"Line {number} says “{line}”: write a short name, a colon and the words, as in “strong: Strong”."
            raise ValidationError(msg)
        try:
            a_slug(slug)
        except ValidationError as refusal:
            msg = f"Line {number}: “{slug}” is no short name. {refusal.message}"
            raise ValidationError(msg) from refusal
        label, hint = words, ""
        if self.hint and "|" in words:
            label, _, hint = (part.strip() for part in words.rpartition("|"))
        return {"slug": slug, "label": label, **({"hint": hint} if hint else {})}


class BodyForm(PartForm):
    """Who decides."""

    DEFAULTS = {"by": "ballot", "voters": "council", "quorum": 1, "majority": "simple"}
    label = forms.CharField(label="Name", max_length=200)
    by = forms.ChoiceField(
        label="How it decides",
        choices=[("ballot", "Its members vote"), ("sign_off", "The officers who sign the decision approve one by one")],
        initial="ballot",
    )
    voters = forms.ChoiceField(label="Who votes", choices=BODY_OFFICES, initial="council")
    quorum = forms.IntegerField(
        label="How many members must vote", help_text="Abstentions included.", min_value=1, max_value=100, initial=1
    )
    majority = forms.ChoiceField(
        label="Majority",
        help_text="Of the votes that are no abstentions.",
        choices=[(slug, words.capitalize()) for slug, words in MAJORITIES.items()],
        initial="simple",
    )
    recommended_by = offices("Recommended by", "Each of these must have put the case forward.", BODY_OFFICES)


class QuestionForm(PartForm):
    """A question to applicants whose answer decides what is asked for."""

    label = forms.CharField(label="Question", max_length=200)
    help = forms.CharField(
        label="Words for the applicant", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    choices = RowsField(
        label="Answers", help_text="One on each line: a short name, a colon, and the words, as in “yes: Yes”."
    )


class VariationForm(PartForm):
    """Other numbers for evidence of a stretch of time: what says the same as the rule itself is left out."""

    reason = forms.CharField(label="Reason", max_length=200, help_text="Shown with the rule.")

    def __init__(
        self, *args: Any, row: Mapping[str, Any], requirement: Mapping[str, Any], file: Mapping[str, Any], **kwargs: Any
    ) -> None:
        self.requirement = requirement
        parameters = parameters_of_kind(str(requirement.get("kind", "")))
        own = parameter_fields(parameters, named_in(file)) if parameters else {}
        self.rule = {
            **(defaults_of(parameters) if parameters else {}),
            **{n: requirement[n] for n in own if n in requirement},
        }
        super().__init__(*args, row=row, **kwargs)
        self.fields = {
            "from": DateField(label="First day"),
            "to": DateField(label="Last day", help_text="It belongs to the time."),
            **self.fields,
            **own,
        }
        self.initial |= {name: row.get(name, self.rule[name]) for name in own if name in self.rule}
        self._prepare_fields()

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("from"), data.get("to")
        if first and last and last < first:
            self.add_error("to", "This lies before the first day. Exchange the two, or correct one of them.")
        return data

    def _written(self, name: str, value: Any) -> Any:
        if name in {"from", "to", "reason"}:
            return value
        if value is None:
            value = ""
        if name in self.row and same(self.row[name], value):
            return self.row[name]
        rule = self.rule.get(name)
        return None if same(rule, value) or (not rule and not value) else value


class TableForm(PartForm):
    """One of the tables that a file has once, under `KEY`, if at all: it begins with its first key."""

    KEY: str

    def changed(self, source: str, path: Path = ()) -> str:
        values = self.values()
        if all(value is None for value in {**self.row, **values}.values()):
            return change_values(source, path, {self.KEY: None})
        return change_values(begin_table(source, self.KEY), (*path, self.KEY), values)


class RubricForm(TableForm):
    """What evaluators rate by."""

    KEY = "rubric"
    version = forms.CharField(label="Version of the rubric", max_length=200, help_text="Another one for other words.")
    scale = RowsField(
        label="Scale",
        help_text="From the worst to the best, one on each line: “not_yet: Not yet”. Those outside it come last.",
    )
    items = RowsField(
        hint=True,
        label="What is rated",
        help_text="One on each line: “frame: Keeps the frame”, and after a | a hint, if there is one.",
    )
    text_required_for = TextsField(
        label="Ratings that need words", required=False, help_text="Their short names, one on each line."
    )
    unrated = TextsField(
        label="Ratings outside the scale", required=False, help_text="Their short names, one on each line."
    )


class TextsForm(TableForm):
    """A table of names and texts; what is emptied is taken away, and what is no text left alone.

    Any name may stand in a file, so the fields of the texts have names apart from the form's own.
    """

    OF_A_TEXT = "text_"

    def text_fields(self) -> dict[str, forms.Field]:
        """The field of each text, by its key."""
        raise NotImplementedError

    def __init__(self, *args: Any, row: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        texts = {name: field for name, field in self.text_fields().items() if isinstance(row.get(name, ""), str)}
        self.fields = {**{f"{self.OF_A_TEXT}{name}": field for name, field in texts.items()}, **self.fields}
        shown = {f"{self.OF_A_TEXT}{name}": row.get(name) for name in texts}
        self.initial = {**shown, "revision": self.initial["revision"]}
        self._prepare_fields()

    def written(self) -> dict[str, Any]:
        found = super().written().items()
        return {name.removeprefix(self.OF_A_TEXT): text for name, text in found if name.startswith(self.OF_A_TEXT)}


class StatementsForm(TextsForm):
    """The texts that people sign or state."""

    KEY = "statements"
    new_name = forms.CharField(
        label="Name of another text",
        validators=[a_slug],
        required=False,
        help_text="Small letters, as in recording_consent.",
    )
    new_text = forms.CharField(
        label="Another text", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def text_fields(self) -> dict[str, forms.Field]:
        return {
            name: forms.CharField(
                label=name.replace("_", " ").capitalize(),
                max_length=4000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 4}),
                help_text="If you empty it, it is taken away.",
            )
            for name in self.row
        }

    def clean(self) -> dict[str, Any]:
        """A name and its text come together, and no name twice."""
        data = super().clean() or self.cleaned_data
        name, text = data.get("new_name"), data.get("new_text")
        if name and name in self.row:
            self.add_error("new_name", "There is a text of this name. Choose another name, or change that text.")
        if name and not text:
            self.add_error("new_text", "Enter the text as well.")
        if text and not name and "new_name" not in self.errors:
            self.add_error("new_name", "Give it a name.")
        return data

    def written(self) -> dict[str, Any]:
        name, text = self.cleaned_data["new_name"], self.cleaned_data["new_text"]
        return super().written() | ({name: text} if name else {})


class OfficesForm(TextsForm):
    """What the society calls its offices."""

    KEY = "roles"

    def text_fields(self) -> dict[str, forms.Field]:
        return {
            role: forms.CharField(label=label, max_length=200, required=False, help_text="Empty: it is called so.")
            for role, label in Role.choices
        }
