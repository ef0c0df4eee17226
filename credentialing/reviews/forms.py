"""Forms of those who judge."""

from datetime import date

from django import forms
from django.utils import timezone

from credentialing.ui.forms import DateField, SocietyForm


class ReturnForm(SocietyForm):
    """Send a requirement back."""

    reason = forms.CharField(
        label="What should be changed",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The candidate reads this. Say what to do, and how it will be enough.",
    )
    seen_digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class WaiverForm(SocietyForm):
    """Waive a requirement."""

    reason = forms.CharField(
        label="Why it is waived",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For example: prior learning that is recognized, and how it was shown. The candidate reads this.",
    )
    expires_on = DateField(label="Until", required=False, help_text="Leave it empty where it is waived for good.")


class NotYetForm(SocietyForm):
    """Say "not yet" before the case goes to the council."""

    conditions = forms.CharField(
        label="What is still needed",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="For example: another intensive, or six more supervised sessions. The candidate reads this.",
    )
    until = DateField(label="Deferred until", required=False, help_text="On that day the case comes back by itself.")
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_until(self) -> date | None:
        """A day to come."""
        until: date | None = self.cleaned_data["until"]
        if until and until <= timezone.localdate():
            raise forms.ValidationError("Choose a date to come.")  # noqa: EM101, TRY003 - as Django's own forms do
        return until


class OverrideForm(SocietyForm):
    """Ask for permission to judge in spite of a tie."""

    reason = forms.CharField(
        label="Why nobody else can do this",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="A second officer, and then the council, read this.",
    )


class OverrideAnswerForm(SocietyForm):
    """Permit or refuse."""

    reason = forms.CharField(
        label="Your reason",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Whoever asked reads this; when you permit it, the council too.",
    )


class RecusalForm(SocietyForm):
    """Step aside."""

    relation = forms.CharField(
        label="How you are connected to this person",
        max_length=120,
        help_text="For example: colleague in the same department, relative, former supervisor.",
    )


class CaseSearchForm(SocietyForm):
    """Find a case."""

    stores_text = False
    q = forms.CharField(label="Name or case reference", max_length=100, required=False)
    state = forms.ChoiceField(label="Where it stands", required=False)

    def __init__(self, *args: object, states: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", "Anywhere"), *states]
