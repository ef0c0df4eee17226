"""Uploading a file; signing a text."""

from django import forms

from credentialing.evidence.inspection import LIMITS
from credentialing.ui.forms import SocietyForm


class UploadForm(SocietyForm):
    """A title and a file."""

    title = forms.CharField(label="What this is", max_length=200, help_text="For example: signed agreement.")
    file = forms.FileField(
        label="File",
        help_text=LIMITS,
        error_messages={"empty": "This file is empty.", "missing": "Choose a file.", "invalid": "Choose a file."},
    )


class SignatureForm(SocietyForm):
    """The tick under a text."""

    agreed = forms.BooleanField(label="I have read this and I agree")
