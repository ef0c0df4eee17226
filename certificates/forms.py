"""The form with which anybody looks a certificate up."""

from django import forms


class VerificationForm(forms.Form):
    """A certificate number or the code of its address."""

    number = forms.CharField(
        label="Certificate number or code",
        max_length=80,
        help_text="For example ABS-2026-0045, or the letters after /v/ in the printed address.",
        error_messages={
            "required": "Enter the number that stands on the certificate.",
            "max_length": "That is too long for a certificate number.",
        },
    )

    def clean_number(self) -> str:
        """People type spaces and paste whole addresses."""
        text: str = self.cleaned_data["number"]
        return text.strip().rstrip("/").rsplit("/", 1)[-1].strip()
