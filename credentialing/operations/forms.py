"""The post room's search."""

from django import forms

from credentialing.ui.forms import SocietyForm


class PostSearchForm(SocietyForm):
    """Whose post."""

    to = forms.CharField(label="Sent to", max_length=100, required=False, help_text="For example candidate1")


class SealForm(SocietyForm):
    """A seal of the society's own."""

    file = forms.FileField(
        label="Seal",
        help_text="A PNG picture, 300 to 2000 pixels on each side, at most 1 MB, best with a clear ground.",
    )


class PreviewForm(SocietyForm):
    """Whose name the preview shows."""

    name = forms.CharField(label="Name on the preview", max_length=200, required=False)
