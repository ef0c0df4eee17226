"""What a holder may send from the page of the certificate."""

from django import forms

from credentialing.ui.forms import SocietyForm


class SendLinkForm(SocietyForm):
    """To whom the society shall write where the certificate can be checked."""

    address = forms.EmailField(
        label="E-mail address",
        help_text="They get a short letter of the society with your name and the link to check your certificate.",
    )


class CorrectionForm(SocietyForm):
    """What is wrong on the certificate."""

    wish = forms.CharField(
        label="What should be corrected?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For example the spelling of your name. What was issued is never changed: a correction is a new "
        "edition under the same number, and the old one says that it has been replaced.",
    )
