"""Forms of events, evaluations and fees."""

from typing import Any, cast

from django import forms

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.evidence.models import Event, FeePayment, Observation
from credentialing.evidence.services.cases import EARLIEST
from credentialing.pathways.definitions import Rubric
from credentialing.ui.amounts import NumberField
from credentialing.ui.forms import DateField, SocietyForm, SocietyModelForm


class EventForm(SocietyModelForm):
    """Announce or correct an event."""

    starts_on = DateField(label="First day", earliest=EARLIEST)
    ends_on = DateField(label="Last day", earliest=EARLIEST)

    class Meta:
        model = Event
        fields = ("name", "kind", "place", "starts_on", "ends_on")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "An event can't end before it starts.")
        return data


class RosterForm(SocietyForm):
    """Put somebody on the roster."""

    email = forms.EmailField(label="E-mail address of the participant")

    def clean_email(self) -> Person:
        """The person with that address; an organizer sees no list of people."""
        person = Person.objects.filter(is_active=True).reached_at(self.cleaned_data["email"])
        if person is None:
            msg = "Nobody with this address has an account. Ask them to create one."
            raise forms.ValidationError(msg)
        return person


class MarkForm(SocietyForm):
    """One row of the roster."""

    status = forms.ChoiceField(label="Was there", choices=[("attended", "Yes"), ("absent", "No")])
    days_attended = forms.IntegerField(label="Days", min_value=0, max_value=14, required=False)
    assessed = forms.BooleanField(label="Evaluated here", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("status") == "attended" and not data.get("days_attended"):
            self.add_error("days_attended", "Enter the number of days.")
        return data


class ClaimForm(SocietyForm):
    """I was there."""

    event = forms.ModelChoiceField(
        label="Intensive", queryset=Event.objects.none(), to_field_name="uuid", empty_label="Choose one"
    )

    def __init__(self, *args: Any, events: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["event"]
        field.queryset = events  # type: ignore[attr-defined]  # a ModelChoiceField
        field.label_from_instance = (  # type: ignore[attr-defined]  # a ModelChoiceField
            lambda event: (
                f"{event.name}, {event.place}, {event.starts_on:%B} {event.starts_on.day}, {event.starts_on.year}"
            )
        )


class EvaluatorsForm(SocietyForm):
    """Ask an evaluator for a candidate at an event."""

    event = forms.ModelChoiceField(label="Intensive", queryset=Event.objects.none(), to_field_name="uuid")
    evaluator = forms.ModelChoiceField(label="Evaluator", queryset=Person.objects.none(), to_field_name="uuid")

    def __init__(self, *args: Any, application: Application, observers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events = Event.objects.filter(attendances__person=application.candidate).exclude(attendances__status="absent")
        self.fields["event"].queryset = events.distinct()  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["evaluator"].queryset = observers  # type: ignore[attr-defined]  # a ModelChoiceField


class ObservationForm(SocietyForm):
    """The rubric of the candidate's pathway version: a rating and words for each item, and the overall word."""

    outcome = forms.ChoiceField(
        label="Overall", choices=Observation.Outcome.choices, widget=forms.RadioSelect, required=False
    )
    comments = forms.CharField(
        label="What you saw of the candidate's leading",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Behavior of the candidate only. Nothing about the case or the group members.",
    )

    def __init__(self, *args: Any, rubric: Rubric, observation: Observation, **kwargs: Any) -> None:
        given = {rating.item: rating for rating in observation.ratings.all()}
        initial = {"outcome": observation.outcome, "comments": observation.comments}
        super().__init__(*args, initial=initial, **kwargs)
        self.rubric = rubric
        last = {name: self.fields.pop(name) for name in ("outcome", "comments")}
        for item in rubric.items:
            rating = given.get(item.slug)
            self.fields[item.slug] = forms.ChoiceField(
                label=item.label,
                choices=rubric.scale,
                widget=forms.RadioSelect,
                required=False,
                initial=rating.value if rating else "",
            )
            self.fields[f"{item.slug}_text"] = forms.CharField(
                label=f"Words on “{item.label}”",
                max_length=2000,
                required=False,
                initial=rating.text if rating else "",
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text="Needed for “Not yet”.",
            )
        self.fields.update(last)
        self._prepare_fields()

    def ratings(self) -> dict[str, tuple[str, str]]:
        """Item → (value, words)."""
        data = self.cleaned_data
        return {item.slug: (data[item.slug], data[f"{item.slug}_text"]) for item in self.rubric.items}


class FeeForm(SocietyModelForm):
    """What the Treasurer marks."""

    received_on = DateField(label="On", not_future=True, earliest=EARLIEST)

    class Meta:
        model = FeePayment
        fields = ("kind", "amount", "received_on", "reference", "reason")
        field_classes = {"amount": NumberField}
        widgets = {"kind": forms.RadioSelect}
        labels = {"kind": "What happened"}
        help_texts = {
            "amount": "What was received. Leave 0 for a waiver or a reversal.",
            "reason": "Needed for a waiver or a reversal.",
        }

    def __init__(self, *args: Any, currency: str = "USD", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount = cast("NumberField", self.fields["amount"])
        amount.currency, amount.label = currency, f"Amount in {currency}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") in {"waived", "reversed"} and not data.get("reason"):
            self.add_error("reason", "Say why.")
        if data.get("kind") == "paid" and not data.get("amount"):
            self.add_error("amount", "Enter the amount that was received.")
        return data
