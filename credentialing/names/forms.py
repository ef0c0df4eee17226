"""What is asked of a holder, and of those who decide."""

from typing import Any

from django import forms

from certificates.fonts import objection_to_printing
from certificates.models import Credential
from credentialing.names.models import NameChange
from credentialing.names.services import Wish
from credentialing.ui.forms import DateField, PersonNameField, SocietyForm

PROOF_HINT = "For example: marriage certificate, shown by video call. Name the document; keep no copy of it."


class NameChangeForm(SocietyForm):
    """Another name or other degrees on record."""

    name = PersonNameField(label="Name as it should be on record", max_length=200)
    post_nominals = forms.CharField(
        label="Degrees", max_length=60, required=False, help_text="For example MD, LMFT. They stand behind the name."
    )
    kind = forms.ChoiceField(label="What changes?", choices=NameChange.Kind.choices, widget=forms.RadioSelect)
    explanation = forms.CharField(
        label="Anything the registrar should know?",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example which document you can show. Don't send it before the registrar asks for it.",
    )

    def __init__(self, *args: Any, credential: Credential, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.credential = credential

    def clean_name(self) -> str:
        return self._printable("name")

    def clean_post_nominals(self) -> str:
        return self._printable("post_nominals")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        other_name = data["name"] != self.credential.recorded_name
        if not other_name and data["post_nominals"] == self.credential.recorded_post_nominals:
            self.add_error("name", "This is what is on record already. Write what should stand there instead.")
        elif other_name and data["kind"] == NameChange.Kind.DEGREES:
            self.add_error("kind", "The name above differs from the one on record. Say which kind of change it is.")
        elif not other_name and data["kind"] != NameChange.Kind.DEGREES:
            self.add_error("kind", "Only the degrees differ from what is on record. Choose that, or change the name.")
        return data

    @property
    def wish(self) -> Wish:
        """What is asked for, once the form is valid."""
        return Wish(**{field: self.cleaned_data[field] for field in ("name", "post_nominals", "kind", "explanation")})

    def _printable(self, field: str) -> str:
        text = " ".join(self.cleaned_data[field].split())
        if objection := objection_to_printing(text):
            raise forms.ValidationError(objection)
        return text


class ProofForm(SocietyForm):
    """Which proof was seen, and when."""

    prefix = "approve"
    proof = forms.CharField(label="What was shown as proof", max_length=300, help_text=PROOF_HINT)
    proof_seen_on = DateField(label="Seen on", not_future=True)


class ChangeForHolderForm(NameChangeForm):
    """A change that the registrar enters for a holder who wrote or called."""

    proof = forms.CharField(label="What was shown as proof", max_length=300, help_text=PROOF_HINT)
    proof_seen_on = DateField(label="Seen on", not_future=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["explanation"].label = "Why"
        self.fields["explanation"].help_text = "How the holder asked for it, or what was printed wrongly."
        self.fields["explanation"].required = True


class RefusalForm(SocietyForm):
    """Why a change is refused."""

    prefix = "refuse"
    reason = forms.CharField(
        label="Reason",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The holder reads it.",
    )
