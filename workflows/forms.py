"""What the transparency pages ask."""

from django import forms


class EntryForm(forms.Form):
    """The number of an entry."""

    entry = forms.UUIDField(
        label="Number of the entry",
        help_text="For example 3f0c6e9a-5f7e-4d53-9a57-6d1f7f3f2b10. It stands on the page of a credential.",
        error_messages={"invalid": "Enter the number as it is written there: five groups of letters and digits."},
    )


class ConsistencyForm(forms.Form):
    """Two sizes of the tree."""

    first = forms.IntegerField(min_value=1)
    second = forms.IntegerField(min_value=1)
