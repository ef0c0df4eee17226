"""Forms of an import: the file, and one control for each guess about it."""

from collections.abc import Sequence
from typing import Any

from django import forms

from credentialing.pathways.models import PathwayVersion
from credentialing.registry.importing.guesses import Guess
from credentialing.registry.importing.holders import MAX_BYTES
from credentialing.ui.forms import SocietyForm


class ListForm(SocietyForm):
    """A list of earlier holders."""

    file = forms.FileField(
        label="The list",
        help_text="CSV or a spreadsheet (.xlsx, .xlsm, .xls, .ods), up to 5 MB. One row for each holder, with at least "
        "a name and the date of the award. Nothing is imported before you have seen it row by row.",
    )
    pathway = forms.ChoiceField(label="What they hold")

    def __init__(self, *args: Any, versions: Sequence[PathwayVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pathway"].choices = [(one.pathway.slug, one.definition.designation) for one in versions]

    def clean_file(self) -> bytes:
        """Its bytes."""
        content: bytes = self.cleaned_data["file"].read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            msg = "The file is larger than 5 MB. Divide the list, and import one part after the other."
            raise forms.ValidationError(msg)
        return content


class GuessesForm(SocietyForm):
    """Every guess that can be changed; what is asked stands first, and has nothing chosen."""

    stores_text = False

    def __init__(self, *args: Any, guesses: Sequence[Guess], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        changeable = [guess for guess in guesses if guess.options]
        for guess in sorted(changeable, key=lambda guess: not guess.asked):
            empty = [("", "Choose …")] if guess.asked else []
            self.fields[guess.key] = forms.ChoiceField(
                label=guess.label,
                choices=[*empty, *guess.options],
                initial="" if guess.asked else guess.chosen,
                required=not self.is_bound,  # all have an answer in the end; some may be given now
            )

    @property
    def choices(self) -> dict[str, str]:
        """What was chosen, by key of the guess."""
        return {key: value for key, value in self.cleaned_data.items() if value}
