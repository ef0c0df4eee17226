"""Uploading a file, taking it out of sight; signing a text."""

from typing import Any

from django import forms

from credentialing.ui.forms import SocietyForm


class UploadForm(SocietyForm):
    """A title and a file."""

    title = forms.CharField(label="What this is", max_length=200, help_text="For example: signed agreement.")
    file = forms.FileField(
        label="File",
        help_text="What may be uploaded stands above.",
        error_messages={"empty": "This file is empty.", "missing": "Choose a file.", "invalid": "Choose a file."},
    )


class QuarantineForm(SocietyForm):
    """Why a file must not be seen, and which state of it was seen."""

    reason = forms.CharField(
        label="What is wrong with it",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: names a patient on page 2. Don't repeat what is confidential: the candidate and those "
        "who may open the case read this.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    @property
    def facts(self) -> dict[str, Any]:
        """What was said, and of which version."""
        return {"reason": self.cleaned_data["reason"], "expected_version": self.cleaned_data["version"]}


class QuarantineEndForm(QuarantineForm):
    """Why a quarantine ends so."""

    reason = forms.CharField(
        label="Reason",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The candidate and those who may open the case read this. Don't repeat what is confidential.",
    )


class SignatureForm(SocietyForm):
    """The tick under a text."""

    agreed = forms.BooleanField(label="I have read this and I agree")
