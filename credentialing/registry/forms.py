"""The public search."""

from django import forms

from credentialing.ui.forms import SocietyForm


class LeaderSearchForm(SocietyForm):
    """Find a certified leader."""

    stores_text = False
    q = forms.CharField(label="Name, number, city or country", max_length=100, required=False)
