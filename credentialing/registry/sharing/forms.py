"""What a holder may send from the page of the certificate."""

from django import forms

from credentialing.ui.forms import SocietyForm


class SendLinkForm(SocietyForm):
    """To whom the society shall write where the certificate can be checked."""

    address = forms.EmailField(
        label="E-mail address",
        help_text="They get a short letter of the society with your name and the link to check your certificate.",
    )
