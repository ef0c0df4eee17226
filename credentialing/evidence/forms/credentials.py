"""Qualifications, references, results of exams."""

from typing import Any

from django import forms

from credentialing.evidence.models import ExamResult, Qualification, Reference
from credentialing.evidence.services.cases import EARLIEST
from credentialing.ui.amounts import NumberField
from credentialing.ui.forms import DateField, PersonNameField, SocietyForm, SocietyModelForm


class QualificationForm(SocietyModelForm):
    """What one holds, from whom, and for how long."""

    what = forms.ChoiceField(label="What you hold", widget=forms.RadioSelect)
    held_since = DateField(label="Held since", not_future=True)
    valid_until = DateField(label="Valid until", required=False, help_text="Leave it empty where it has no end.")

    class Meta:
        model = Qualification
        fields = ("what", "title", "issuer", "held_since", "valid_until")

    def __init__(self, *args: Any, choices: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [  # type: ignore[attr-defined]  # a choice field
            (name, name.replace("_", " ").capitalize()) for name in choices
        ]


class RefereeForm(SocietyModelForm):
    """Whom to ask."""

    class Meta:
        model = Reference
        fields = ("referee_name", "referee_email")
        field_classes = {"referee_name": PersonNameField}


class ReferenceForm(SocietyForm):
    """What the referee says; nothing about patients or members of a group."""

    relation = forms.ChoiceField(
        label="How do you know the candidate?", choices=Reference.Relation.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label="What can you say of their work with groups?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="The candidate can read this. Nothing about patients or members of a group, please.",
    )
    recommended = forms.BooleanField(label="I recommend the candidate", required=False)


class ExamResultForm(SocietyModelForm):
    """The day and the result."""

    taken_on = DateField(label="Day of the exam", not_future=True, earliest=EARLIEST)

    class Meta:
        model = ExamResult
        fields = ("taken_on", "score")
        field_classes = {"score": NumberField}


class AnnulForm(SocietyForm):
    """Which entry was a mistake, and why."""

    result = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label="Why the entry is wrong", max_length=300)
