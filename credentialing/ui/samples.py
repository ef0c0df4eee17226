"""Invented content for the style guide: each component in each of its states."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.paginator import Paginator

from credentialing.ui.forms import DateField, SocietyForm

TONES = ("neutral", "info", "good", "warning", "danger")


class SampleForm(SocietyForm):
    """Each kind of field once."""

    title = forms.CharField(max_length=60, help_text="For example: Spring group 2026.")
    held_on = DateField(label="Date of the session", not_future=True)
    minutes = forms.IntegerField(label="Length in minutes", min_value=15, max_value=240)
    role = forms.ChoiceField(
        label="Your part in the session",
        widget=forms.RadioSelect,
        choices=[("leader", "Leader"), ("co_leader", "Co-leader"), ("member", "Group member")],
    )
    formats = forms.MultipleChoiceField(
        label="How the group met",
        widget=forms.CheckboxSelectMultiple,
        choices=[("room", "In one room"), ("online", "Online")],
        help_text="Check all that apply.",
    )
    supervisor = forms.ChoiceField(choices=[("", "Choose a person"), ("1", "Maria Okafor"), ("2", "James Lindqvist")])
    note = forms.CharField(
        label="Note to your supervisor",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text="Nothing about patients or cases, please: only about the group and the leading.",
    )
    file = forms.FileField(label="Signed agreement", help_text="PDF, PNG or JPEG, at most 10 MB.")
    confirmed = forms.BooleanField(label="I have removed everything that could identify a patient")

    def clean(self) -> dict[str, Any]:
        """Show one refusal that belongs to no single field."""
        cleaned = super().clean() or {}
        if self.data.get("title") == "A session logged twice":
            self.add_error(None, "You have logged a session on this day already.")
        return cleaned


def _refused_form() -> SampleForm:
    data = {"title": "A session logged twice", "held_on": "2026-02-31", "minutes": "-5", "note": "Typed text stays."}
    return SampleForm(data, {"file": SimpleUploadedFile("empty.pdf", b"")}, auto_id="refused_%s")


def context() -> dict[str, Any]:
    """Return everything that templates/ui/styleguide.html shows."""
    return {
        "tones": TONES,
        "fresh_form": SampleForm(),
        "refused_form": _refused_form(),
        "crumbs": [{"label": "Your application", "url": "#"}, {"label": "Co-leading log"}],
        "steps": [
            {"label": "Applied", "status": "done"},
            {"label": "Co-leading logged", "status": "done"},
            {"label": "Observed", "status": "current"},
            {"label": "Workshop attended", "status": "todo"},
            {"label": "Certified", "status": "todo"},
        ],
        "tasks": _tasks(),
        "rows": [
            {"key": "Name", "value": "Wei Zhang", "action_url": "#", "action_label": "Change name"},
            {"key": "Pathway", "value": "Credentialed Balint Group Leader, version of 2024"},
            {"key": "Admitted", "value": "March 3, 2026"},
        ],
        "entries": [
            {
                "at": datetime(2026, 3, 9, 14, 30, tzinfo=UTC),
                "title": "Observation signed off",
                "by": "James Lindqvist, credentialing evaluator",
                "text": "A steady frame, and room for silence.",
                "tone": "good",
            },
            {
                "at": datetime(2026, 3, 3, 9, 0, tzinfo=UTC),
                "title": "Returned to the candidate",
                "by": "Maria Okafor",
                "text": "The date on the agreement is missing.",
                "tone": "warning",
            },
            {"at": datetime(2026, 2, 20, 9, 0, tzinfo=UTC), "title": "Applied", "by": "Wei Zhang"},
        ],
        "page": Paginator(range(130), 20).page(3),
        "inbox": [
            ("Maria Okafor", "Co-leading log", 3),
            ("James Lindqvist", "Observation", 9),
            ("Wei Zhang", "Workshop", 12),
        ],
    }


def _tasks() -> list[dict[str, str]]:
    return [
        {
            "title": "Co-leading log",
            "url": "#",
            "hint": "12 of 24 sessions recorded",
            "status": "In progress",
            "tone": "info",
        },
        {"title": "Observations", "url": "#", "hint": "2 of 2 signed off", "status": "Complete", "tone": "good"},
        {
            "title": "Supervisor\u2019s report",
            "url": "#",
            "hint": "Asked on March 3, 2026",
            "status": "Waiting for others",
            "tone": "neutral",
        },
        {
            "title": "Intensive",
            "hint": "Opens when your membership is current",
            "status": "Cannot start yet",
            "tone": "neutral",
        },
        {
            "title": "Membership",
            "url": "#",
            "hint": "Lapsed on March 1, 2026",
            "status": "Action needed",
            "tone": "warning",
        },
    ]
