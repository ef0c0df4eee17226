"""Forms of the candidate's case."""

from typing import Any, cast

from django import forms

from credentialing.accounts.models import Person
from credentialing.accounts.querysets import PersonQuerySet
from credentialing.applications.models import Application
from credentialing.ui.forms import SocietyForm, SocietyModelForm

NO_PATIENTS = "Write about yourself and your leading. Never write about a patient or a group member."


class ApplicationForm(SocietyModelForm):
    """The application form; a draft may be incomplete."""

    class Meta:
        model = Application
        fields = ("practice", "prior_experience", "motivation")
        help_texts = {
            "practice": f"What you do, and with whom you would lead a group. {NO_PATIENTS}",
            "prior_experience": "Groups you have been a member of, intensives, roughly how many sessions.",
            "motivation": NO_PATIENTS,
        }
        widgets = {
            "practice": forms.Textarea(attrs={"rows": 4}),
            "prior_experience": forms.Textarea(attrs={"rows": 6}),
            "motivation": forms.Textarea(attrs={"rows": 6}),
        }


class SubmissionForm(SocietyForm):
    """The last question before an application is handed in."""

    truthful = forms.BooleanField(label="What I have written is true, and it names no patient and no group member")


class SupervisorChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own can't be subscripted
    """People with their degrees and place, so that namesakes can be told apart."""

    def label_from_instance(self, obj: Person) -> str:
        """Name, degrees, place."""
        return ", ".join(part for part in (obj.printed_name, obj.post_nominals, obj.city, obj.country) if part)


class SupervisorForm(SocietyForm):
    """Ask somebody on the list of supervisors."""

    supervisor = SupervisorChoice(
        label="Supervisor",
        queryset=Person.objects.none(),
        to_field_name="uuid",
        widget=forms.RadioSelect,
        empty_label=None,
    )
    note = forms.CharField(
        label="A few words to them",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Where you work, when you could meet. Nothing about patients.",
    )

    def __init__(self, *args: Any, people: PersonQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("SupervisorChoice", self.fields["supervisor"]).queryset = people


class ReasonForm(SocietyForm):
    """Why something is done."""

    reason = forms.CharField(label="Reason", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
