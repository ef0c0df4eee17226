"""The ballot, and acts on a credential."""

from typing import Any, cast

from django import forms
from django.utils import timezone

from credentialing.applications.forms import ReasonForm
from credentialing.council.models import Ballot
from credentialing.pathways.definitions import PathwayDefinition, Requirement
from credentialing.ui.forms import DateField, SocietyForm

AGAINST = frozenset({Ballot.Choice.DEFER, Ballot.Choice.DECLINE})


class BallotForm(SocietyForm):
    """One member's vote."""

    choice = forms.ChoiceField(label="Your vote", choices=Ballot.Choice.choices, widget=forms.RadioSelect)
    consolation = forms.BooleanField(required=False)
    reason = forms.CharField(
        label="Reason",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Needed to defer or decline; the candidate reads it once the council has decided.",
    )
    defer_until = DateField(
        label="Deferred until", required=False, help_text="Only when you defer: when the council should look again."
    )

    def __init__(self, *args: Any, definition: PathwayDefinition, requirement: Requirement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        title = definition.award.consolation
        if requirement.stage == definition.stages[-1].slug:
            if title:
                self.fields["consolation"].label = f"If you decline: grant the {title}"
        else:
            choices = [(slug, label) for slug, label in Ballot.Choice.choices if slug != Ballot.Choice.DEFER]
            cast("forms.ChoiceField", self.fields["choice"]).choices = choices
            del self.fields["defer_until"]
        if not title or requirement.stage != definition.stages[-1].slug:
            del self.fields["consolation"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        choice, until = data.get("choice"), data.get("defer_until")
        if choice in AGAINST and not (data.get("reason") or "").strip():
            self.add_error("reason", "Say why: the candidate must know what to do.")
        if choice != Ballot.Choice.DEFER:
            data["defer_until"] = None
        elif until and until <= timezone.localdate():
            self.add_error("defer_until", "Choose a date to come.")
        return data


class RenewalForm(ReasonForm):
    """Until when a credential is in force again, and why."""

    valid_until = DateField(label="New last day")
    field_order = ("valid_until", "reason")


class LeaderSearchForm(SocietyForm):
    """Find a holder."""

    stores_text = False
    q = forms.CharField(label="Name or number", max_length=100, required=False)
