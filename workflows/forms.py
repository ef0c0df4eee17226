"""What the transparency pages ask."""

import re
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

NUMBER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class EntryForm(forms.Form):
    """The number of an entry, or the address of its page."""

    entry = forms.CharField(
        label="Number of the entry",
        max_length=200,
        help_text="For example 3f0c6e9a-5f7e-4d53-9a57-6d1f7f3f2b10. The page of a credential leads to its entry.",
        error_messages={
            "required": "Enter the number of the entry.",
            "max_length": "That is too long for the number of an entry.",
        },
    )

    def clean_entry(self) -> UUID:
        """People paste whole addresses."""
        found = NUMBER.findall(self.cleaned_data["entry"])
        if len(found) != 1:
            msg = "Enter the number as it is written there: five groups of letters and digits."
            raise ValidationError(msg, code="invalid")
        return UUID(found[0])


class ConsistencyForm(forms.Form):
    """Two sizes of the tree, the smaller one first."""

    first = forms.IntegerField(min_value=1)
    second = forms.IntegerField(min_value=1)
