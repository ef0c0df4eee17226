"""Forms of what is done with a draft as a whole, and with cases."""

from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone

from credentialing.drafting.services import LONGEST_TEXT
from credentialing.pathways.groups import GROUPS
from credentialing.pathways.kinds import KINDS
from credentialing.pathways.loader import SHIPPED
from credentialing.pathways.models import PathwayVersion
from credentialing.ui.forms import DateField, SocietyForm

a_slug = RegexValidator(r"\A[a-z0-9][a-z0-9_-]{0,49}\Z", "Use small letters, digits, - and _, at most 50 of them.")
KIND_WORDS = {
    "standing": "Standing: membership, or an accepted supervisor",
    "document": "Document: the application form, or a paper",
    "agreement": "Agreement: a text that all parties sign",
    "attendance": "Attendance: events attended",
    "attestation": "Attestation: a statement of the candidate",
    "cadence": "Cadence: sessions in each of so many months",
    "count": "Count: so many sessions, cases or hours",
    "duration": "Duration: so many months since the start",
    "exam": "Exam: with a pass mark",
    "fee": "Fee: received or waived by the Treasurer",
    "holding": "Holding: a qualification from elsewhere",
    "observation": "Observation: evaluations at one event",
    "reference": "Reference: words of people who know the work",
    "report": "Report: by somebody who knows the work",
    "decision": "Decision: by a body",
    "any_of": "Any of: some of several options",
    "all_of": "All of: every one of several options",
}


class RevisionForm(SocietyForm):
    """Knows which text the page showed."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class TextForm(RevisionForm):
    """The whole text."""

    source = forms.CharField(
        label="The text",
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false", "class": "code"}),
    )


class UploadForm(SocietyForm):
    """A file from somewhere else."""

    file = forms.FileField(label="A pathway file (.toml)")

    def clean_file(self) -> str:
        """Its text."""
        content = self.cleaned_data["file"].read(LONGEST_TEXT * 4 + 1)
        try:
            return str(content.decode("utf-8"))
        except UnicodeDecodeError as error:
            msg = "This is no text in UTF-8. Choose the .toml file."
            raise forms.ValidationError(msg) from error


class BeginForm(SocietyForm):
    """From what to begin."""

    start = forms.ChoiceField(label="Begin with", widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = PathwayVersion.objects.select_related("pathway").order_by("pathway__name", "-in_force_from", "-pk")
        choices = [(f"version:{version.uuid}", f"{version} as published") for version in newest]
        choices += [(f"shipped:{path.stem}", f"The example “{path.stem}”") for path in sorted(SHIPPED.glob("*.toml"))]
        cast("forms.ChoiceField", self.fields["start"]).choices = choices


class NewStageForm(RevisionForm):
    """Another stage."""

    label = forms.CharField(label="Name", max_length=200)
    slug = forms.CharField(
        label="Short name", validators=[a_slug], help_text="In addresses and records; it stays for ever the same."
    )


class NewRequirementForm(NewStageForm):
    """Another requirement."""

    kind = forms.ChoiceField(
        label="Kind",
        choices=[(slug, KIND_WORDS.get(slug, slug)) for slug in [*KINDS, *GROUPS]],
        widget=forms.RadioSelect,
    )


class ProposalForm(SocietyForm):
    """What the council reads."""

    purpose = forms.CharField(
        label="What it changes, and why", max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    in_force_from = DateField(label="In force from", help_text="Today or a day to come.")
    policy = forms.ChoiceField(
        label="Applications under way", choices=PathwayVersion.Policy.choices, widget=forms.RadioSelect, initial="pin"
    )

    def clean_in_force_from(self) -> Any:
        """Nobody is bound backwards."""
        day = self.cleaned_data["in_force_from"]
        if day < timezone.localdate():
            msg = "This day has passed. Enter today or a later day."
            raise forms.ValidationError(msg)
        return day


class MoveForm(SocietyForm):
    """Why a case moves."""

    reason = forms.CharField(
        label="Reason",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The candidate reads it, and it is kept in the ledger.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
