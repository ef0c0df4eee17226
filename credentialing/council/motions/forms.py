"""What officers write about a motion."""

from typing import Any

from django import forms

from credentialing.council.motions.models import Motion, MotionVote
from credentialing.ui.forms import SocietyForm


class MotionForm(SocietyForm):
    """What is to be done with a credential, and why."""

    act = forms.ChoiceField(label="What should be done?", choices=(), widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Why?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Whoever votes reads it, and so does the holder. Nothing about patients or members of a group.",
    )
    in_danger = forms.BooleanField(
        label="Somebody is in danger: suspend at once",
        required=False,
        help_text="Only to suspend. It happens as soon as a second officer agrees, and ends by itself unless it is "
        "confirmed by the vote.",
    )

    def __init__(self, *args: Any, possible: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Motion.Act.choices)
        self.fields["act"].choices = [(act, labels[act]) for act in possible]  # type: ignore[attr-defined]  # a choice field
        if Motion.Act.SUSPEND not in possible:
            del self.fields["in_danger"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("in_danger") and data.get("act") != Motion.Act.SUSPEND:
            self.add_error("in_danger", "At once one can only suspend. Choose “Suspend”, or take the check out.")
        return data


class VoteForm(SocietyForm):
    """One member's vote on a motion."""

    choice = forms.ChoiceField(label="Your vote", choices=MotionVote.Choice.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Reason",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Your colleagues read it when the vote is over.",
    )
