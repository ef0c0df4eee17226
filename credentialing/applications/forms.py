"""Forms of the candidate's case."""

from typing import Any, cast

from django import forms

from credentialing.accounts.models import Person
from credentialing.accounts.querysets import PersonQuerySet
from credentialing.applications.models import Application
from credentialing.ui.forms import SocietyForm, SocietyModelForm

NO_PATIENTS = "Write about yourself and your leading. Never write about a patient or a group member."


ASKED = "asked_"


def question_fields(application: Application, *, required: bool) -> dict[str, forms.Field]:
    """A field for each question of the pathway whose answer decides what is asked for."""
    return {
        f"{ASKED}{question.slug}": forms.ChoiceField(
            label=question.label,
            help_text=question.help or "What is asked of you depends on it.",
            choices=question.choices,
            required=required,
            initial=application.profile.get(question.slug),
            widget=forms.RadioSelect,
        )
        for question in application.definition.profile
    }


def given_answers(form: forms.BaseForm) -> dict[str, str]:
    """The answers by question."""
    data = form.cleaned_data
    return {name.removeprefix(ASKED): data[name] for name in data if name.startswith(ASKED) and data[name]}


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {**question_fields(self.instance, required=False), **self.fields}
        self._prepare_fields()

    @property
    def facts(self) -> dict[str, Any]:
        """What to keep."""
        return {**{name: self.cleaned_data[name] for name in self._meta.fields}, "profile": given_answers(self)}


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


class AnswersForm(ReasonForm):
    """Answers that decide what is asked for, corrected with a reason."""

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {**question_fields(application, required=True), **self.fields}
        self._prepare_fields()

    @property
    def answers(self) -> dict[str, str]:
        """The answers by question."""
        return given_answers(self)
