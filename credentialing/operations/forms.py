"""The post room's search; seal, words and preview of certificates."""

from collections.abc import Sequence
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError

from certificates.designs import (
    MOST_OFFICES,
    SOCIETY_LENGTH,
    TITLE_LENGTH,
    CertificateSeal,
    CertificateWording,
    SigningOffice,
    WordingRefused,
    printable,
)
from certificates.fonts import objection_to_printing
from credentialing.accounts.models import Role
from credentialing.ui.forms import SocietyForm

DRAWN_SEAL, STANDARD_WORDING = "The drawn circle of twelve seats", "The standard wording"
SAMPLE = "Given Name Family Name"


class PostSearchForm(SocietyForm):
    """Whose post."""

    stores_text = False
    to = forms.CharField(label="Sent to", max_length=100, required=False, help_text="For example candidate1")


class SealForm(SocietyForm):
    """A seal of the society's own."""

    file = forms.FileField(
        label="Seal",
        help_text="A PNG picture, 300 to 2000 pixels on each side, at most 1 MB, best with a clear ground.",
    )


class PrintedField(forms.CharField):
    """A text that stands on certificates."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(max_length=longest, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        """Refuse what can't be printed, in words."""
        try:
            return printable(super().clean(value), self.longest)
        except WordingRefused as refusal:
            raise ValidationError(str(refusal), code="unprintable") from refusal


class WordingForm(SocietyForm):
    """The words of certificates: the society's name, and up to three offices with the title below the name."""

    mark_optional = False
    PLACES = ("First", "Second", "Third")[:MOST_OFFICES]

    society = PrintedField(
        label="Name of the society",
        longest=SOCIETY_LENGTH,
        help_text="As it stands on certificates. Leave it empty to print the name that the rules of the pathway say.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, place in enumerate(self.PLACES, start=1):
            self.fields[f"office_{number}"] = forms.ChoiceField(
                label=f"{place} office that signs", choices=[("", "None"), *Role.choices], required=False
            )
            self.fields[f"title_{number}"] = PrintedField(
                label=f"{place} title",
                longest=TITLE_LENGTH,
                help_text="What stands below the name, for example “President”.",
            )

    @classmethod
    def of(cls, society: str, offices: Sequence[SigningOffice]) -> Self:
        """The form filled with words to begin with."""
        initial = {"society": society}
        for number, one in enumerate(offices, start=1):
            initial |= {f"office_{number}": one.office, f"title_{number}": one.title}
        return cls(initial=initial)

    @property
    def offices(self) -> list[SigningOffice]:
        """The offices that were chosen, from left to right."""
        return [SigningOffice(office=office, title=title) for _, office, title in self._pairs() if office and title]

    def clean(self) -> None:
        """Each title needs its office and each office its title; an office signs once; somebody signs."""
        chosen: set[str] = set()
        for number, office, title in self._pairs():
            if title and not office and f"office_{number}" not in self.errors:
                self.add_error(f"office_{number}", "Choose the office whose holder signs with this title.")
            if office and not title and f"title_{number}" not in self.errors:
                self.add_error(f"title_{number}", "Write the title that stands below the name.")
            if office and office in chosen:
                self.add_error(f"office_{number}", "This office signs already. Choose another one.")
            chosen.add(office)
        if not self.errors and not self.offices:
            self.add_error("office_1", "Choose at least one office that signs.")

    def _pairs(self) -> list[tuple[int, str, str]]:
        """Number, office and title of each place; empty where it was refused."""
        said = self.cleaned_data
        numbers = range(1, len(self.PLACES) + 1)
        return [(one, said.get(f"office_{one}", ""), said.get(f"title_{one}", "")) for one in numbers]


class SealChoice(forms.ModelChoiceField):
    """A seal by the beginning of its digest; the pictures themselves stay in the database."""

    def __init__(self, **kwargs: Any) -> None:
        seals = CertificateSeal.objects.exclude(sha256="").order_by("-pk").defer("content")
        super().__init__(seals, to_field_name="uuid", empty_label=DRAWN_SEAL, required=False, **kwargs)

    def label_from_instance(self, obj: CertificateSeal) -> str:
        """As the list of seals names it."""
        return f"Seal {obj.sha256[:8]}"


class PreviewForm(SocietyForm):
    """Whose name the preview shows, with which seal and which words."""

    mark_optional = False

    name = forms.CharField(
        label="Name on the preview", max_length=200, required=False, help_text=f"Left empty, it is “{SAMPLE}”."
    )
    seal = SealChoice(label="Seal")
    wording = forms.ModelChoiceField(
        CertificateWording.objects.exclude(offices=[]).order_by("-pk"),
        label="Wording",
        to_field_name="uuid",
        empty_label=STANDARD_WORDING,
        required=False,
    )

    def clean_name(self) -> str:
        """Refuse a name that no font can set."""
        name: str = self.cleaned_data["name"]
        if objection := objection_to_printing(name):
            raise ValidationError(objection)
        return name
