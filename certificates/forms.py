"""The forms with which anybody looks a certificate up."""

from datetime import UTC, timedelta
from typing import Any
from urllib.parse import unquote

from django import forms
from django.utils import timezone

from certificates.same_number import token

EASTERNMOST = timedelta(hours=14)  # ahead of UTC: Kiribati; nowhere on earth is it later


class VerificationForm(forms.Form):
    """A certificate number or the code of its address, and the day that is meant."""

    number = forms.CharField(
        label="Certificate number or code",
        max_length=80,
        help_text="For example ABS-2026-0045, or the letters after /v/ in the printed address.",
        error_messages={
            "required": "Enter the number that stands on the certificate.",
            "max_length": "That is too long for a certificate number.",
        },
    )
    on = forms.DateField(
        label="On which day? (optional)",
        required=False,
        help_text="For an earlier day, such as that of an event. Empty means today.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean_number(self) -> str:
        """Of a whole address that was pasted, the code; a number stays as it was typed, and is compared so."""
        text: str = self.cleaned_data["number"]
        text = text.partition("number=")[2] or text
        return token(text) if "/v/" in text.lower() else unquote(text).strip()

    def clean_on(self) -> Any:
        """Nobody knows what will be; but where the day has begun already, “today” is no future."""
        on = self.cleaned_data["on"]
        if on is not None and on > (timezone.now().astimezone(UTC) + EASTERNMOST).date():
            msg = "Choose today or an earlier day."
            raise forms.ValidationError(msg)
        return on and min(on, timezone.localdate())


class DayForm(forms.Form):
    """The day in an address; one that is none means today."""

    on = forms.DateField(required=False)


class FileForm(forms.Form):
    """A file to be looked at; its bytes are read by `certificates.uploads`, so this only draws the field."""

    file = forms.FileField(
        label="Certificate or badge",
        help_text="PDF, PNG, SVG or JSON, up to 5 MB. It is looked at in memory and not kept.",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.svg,.json,.jsonld"}),
    )
