"""The post room's search."""

from django import forms

from credentialing.ui.forms import SocietyForm


class PostSearchForm(SocietyForm):
    """Whose post."""

    to = forms.CharField(label="Sent to", max_length=100, required=False, help_text="For example candidate1")
