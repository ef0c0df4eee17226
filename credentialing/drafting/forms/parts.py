"""A form for each part of a pathway: the whole, a stage, a requirement. What a form leaves empty is left out."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from decimal import Decimal
from typing import Any

from django import forms

from credentialing.accounts.models import Role
from credentialing.drafting.forms.parameters import default_of, parameter_fields
from credentialing.pathways.groups import GROUPS
from credentialing.pathways.kinds import KINDS, kind
from credentialing.pathways.loading.checks import CASE_ROLES
from credentialing.pathways.loading.positions import Path
from credentialing.pathways.loading.reading import AUDIENCES, COUNTS_FROM
from credentialing.pathways.wording import CASE_ROLES as CASE_ROLES_IN_WORDS
from credentialing.pathways.wording import COUNTS_FROM as COUNTS_FROM_IN_WORDS
from credentialing.pathways.wording import GATES
from credentialing.pathways.writing import begin_table, change_values
from credentialing.ui.forms import SocietyForm

OFFICES = list(Role.choices)
WHOSE_TURN = [(role, CASE_ROLES_IN_WORDS[role]) for role in sorted(CASE_ROLES)] + OFFICES


def offices(label: str, help_text: str = "", choices: list[tuple[str, str]] = OFFICES) -> forms.MultipleChoiceField:
    """Any number of offices."""
    return forms.MultipleChoiceField(
        label=label, help_text=help_text, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class PartForm(SocietyForm):
    """A form over one table of the file; `revision` is the text that the page showed."""

    DEFAULTS: Mapping[str, Any] = {}
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Mapping[str, Any], revision: int, **kwargs: Any) -> None:
        self.row = row
        kwargs["initial"] = {**row, **self.from_row(row), "revision": revision}
        super().__init__(*args, **kwargs)

    def from_row(self, row: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - overridden
        """What is shown otherwise than it is written."""
        return {}

    @property
    def defaults(self) -> Mapping[str, Any]:
        """What holds when a key is left out."""
        return self.DEFAULTS

    def changed(self, source: str, path: Path = ()) -> str:
        """The text with what the form says of the table there."""
        return change_values(source, path, self.values())

    def values(self) -> dict[str, Any]:
        """What to write: None for what is to be left out, because it is empty or holds anyway."""
        return {name: self._written(name, self._as_it_was(name, value)) for name, value in self.written().items()}

    def written(self) -> dict[str, Any]:
        """The keys of the file and what the form says of them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}

    def _as_it_was(self, name: str, value: Any) -> Any:
        """A text as somebody wrote it, where only a browser has ended its lines otherwise or spared its last one."""
        if not isinstance(value, str):
            return value
        value, held = value.replace("\r\n", "\n"), self.row.get(name)
        return held if isinstance(held, str) and held.strip() == value else value

    def _written(self, name: str, value: Any) -> Any:
        if value in (None, "", [], {}):
            return None
        if name not in self.row and value == self.defaults.get(name, MISSING):
            return None
        return value


class GeneralForm(PartForm):
    """The whole: number, names, what is awarded."""

    version = forms.CharField(
        label="Version", max_length=40, help_text="A number that no published version has yet, for example 2027.1."
    )
    name = forms.CharField(label="Name", max_length=200)
    summary = forms.CharField(
        label="Summary", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    notice = forms.CharField(
        label="Notice",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Shown wherever the pathway is, for example that it is an unofficial example.",
    )
    designation = forms.CharField(label="Designation", max_length=200, help_text="What holders call themselves.")
    number_prefix = forms.CharField(label="Prefix of the numbers", max_length=20, help_text="ABS gives ABS-2027-0001.")
    consolation = forms.CharField(
        label="Consolation", max_length=200, required=False, help_text="What those may get who don't reach the award."
    )

    valid_months = forms.IntegerField(
        label="Valid for so many months",
        min_value=1,
        max_value=1200,
        required=False,
        help_text="Empty: for ever. Emptying it takes away whatever the text says of renewals.",
    )
    society = forms.CharField(label="Society", max_length=200)
    currency = forms.CharField(label="Currency of its fees", max_length=10, required=False, help_text="USD if empty.")

    def from_row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        award, society = (table if isinstance(table, dict) else {} for table in (row.get("award"), row.get("society")))
        renewal = award.get("renewal")
        months = renewal.get("valid_months") if isinstance(renewal, dict) else None
        return {
            **award, "valid_months": months, "society": society.get("name"), "currency": society.get("currency"),
        }  # fmt: skip

    def changed(self, source: str, path: Path = ()) -> str:
        """The text with what the form says, in the tables to which it belongs."""
        said, award = self.cleaned_data, self.row.get("award")
        for table in ("society", "award"):
            source = begin_table(source, table)
        source = super().changed(source, path)
        source = change_values(source, ("society",), {"name": said["society"], "currency": said["currency"] or None})
        source = change_values(source, ("award",), {name: said[name] or None for name in self.AWARD})
        months = said["valid_months"]
        if months and isinstance(award, dict) and isinstance(award.get("renewal"), dict):
            return change_values(source, ("award", "renewal"), {"valid_months": months})
        return change_values(source, ("award",), {"renewal": {"valid_months": months} if months else None})

    AWARD = ("designation", "number_prefix", "consolation")

    def written(self) -> dict[str, Any]:
        elsewhere = {*self.AWARD, "valid_months", "society", "currency"}
        return {name: value for name, value in super().written().items() if name not in elsewhere}


class StageForm(PartForm):
    """One stage."""

    DEFAULTS = {"quorum": 1}
    label = forms.CharField(label="Name", max_length=200)
    summary = forms.CharField(
        label="What it means", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    candidate = forms.CharField(label="Candidates call it", max_length=200, required=False)
    reviewer = forms.CharField(label="Reviewers call it", max_length=200, required=False)
    public = forms.CharField(label="Visitors call it", max_length=200, required=False)
    recommended_by = offices("Recommended by", "Each of these must have recommended before it can be signed.")
    signed_by = offices("Signed by", "Any of these. The first stage is reached by applying, the last by a decision.")
    quorum = forms.IntegerField(label="How many different people sign", min_value=1, max_value=100, initial=1)

    def from_row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        labels = row.get("labels")
        return dict(labels) if isinstance(labels, dict) else {}

    def labels(self) -> dict[str, Any]:
        """What belongs to the table [stages.labels]."""
        return {audience: self.cleaned_data[audience] for audience in AUDIENCES if self.cleaned_data[audience]}

    def written(self) -> dict[str, Any]:
        own = {name: value for name, value in super().written().items() if name not in AUDIENCES}
        return {**own, "labels": self.labels()}


class RequirementForm(PartForm):
    """One requirement: what every kind has, then the parameters of its own."""

    DEFAULTS = {"desirable": False, "takes_files": False, "done_by": "candidate"}
    label = forms.CharField(label="Name", max_length=200)
    help = forms.CharField(
        label="Words for the candidate", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    desirable = forms.BooleanField(label="Advice only: it never blocks", required=False)
    takes_files = forms.BooleanField(label="Files can be uploaded", required=False)
    gate = forms.ChoiceField(
        label="Gate", choices=[("", "None"), *GATES.items()], required=False, help_text="What is impossible without it."
    )
    done_by = forms.ChoiceField(label="Done by", choices=WHOSE_TURN, initial="candidate")
    signed_by = offices("Signed off by", "Each of these, once it is met.")
    waivable_by = offices("May be waived by")
    counts_from = forms.ChoiceField(
        label="Evidence counts",
        choices=[(slug, COUNTS_FROM_IN_WORDS.get(slug, "as is usual for its kind")) for slug in COUNTS_FROM],
        required=False,
    )
    source = forms.CharField(label="Where the rule is from", max_length=4000, required=False)

    def __init__(self, *args: Any, file: Mapping[str, Any], row: Mapping[str, Any], **kwargs: Any) -> None:
        self.file = file
        self.parameters = parameters_of_kind(str(row.get("kind", "")))
        super().__init__(*args, row=row, **kwargs)
        if self.parameters is not None:
            own = parameter_fields(self.parameters, named_in(file))
            self.parameter_names = tuple(own)
            rest = {name: self.fields.pop(name) for name in list(self.fields) if name not in {"label", "help"}}
            self.fields.update({**own, **rest})
            for name in own:
                if name in row:
                    self.initial[name] = row[name]
        for question in _rows(file, "profile"):
            self._ask(question)
        self._prepare_fields()

    def _ask(self, question: Mapping[str, Any]) -> None:
        slug = str(question.get("slug", ""))
        asked = self.row.get("applies_when")
        self.fields[f"asked_{slug}"] = forms.MultipleChoiceField(
            label=f"Only for those who answer to “{question.get('label', slug)}”",
            choices=[(str(row.get("slug")), str(row.get("label"))) for row in _rows(question, "choices")],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text="For everybody if nothing is chosen.",
            initial=asked.get(slug) if isinstance(asked, dict) else None,
        )

    @property
    def defaults(self) -> Mapping[str, Any]:
        if self.parameters is None:
            return self.DEFAULTS
        return {**self.DEFAULTS, **defaults_of(self.parameters)}

    def written(self) -> dict[str, Any]:
        found = super().written()
        asked = {name.removeprefix("asked_"): found.pop(name) for name in list(found) if name.startswith("asked_")}
        return {**found, "applies_when": {slug: answers for slug, answers in asked.items() if answers}}

    def _written(self, name: str, value: Any) -> Any:
        if name in self.row and isinstance(value, bool | int | Decimal):
            return value  # a false or a zero that stands there stays
        if isinstance(value, bool | Decimal | int) and not value and not self.defaults.get(name):
            return None
        return super()._written(name, value)


def defaults_of(parameters: type[Any]) -> dict[str, Any]:
    """What holds of a kind's parameters when their keys are left out, lists as a file has them."""
    own = {item.name: default_of(item) for item in fields(parameters)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in own.items()}


def parameters_of_kind(slug: str) -> type[Any] | None:
    """The parameters of a kind or group; None where there is no such kind."""
    if slug in GROUPS:
        return GROUPS[slug]
    return kind(slug).Parameters if slug in KINDS else None


def named_in(file: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Parameters that name something in the file, with what there is to name."""
    statements = file.get("statements")
    bodies = [(str(row.get("slug")), str(row.get("label"))) for row in _rows(file, "bodies")]
    texts = [(name, name.replace("_", " ")) for name in statements] if isinstance(statements, dict) else []
    return {name: choices for name, choices in (("body", bodies), ("statement", texts)) if choices}


def _rows(row: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = row.get(key)
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []
