"""What models ask of a person's text, so that `full_clean` refuses what a form would refuse (`certificates.text`)."""

from django.core.exceptions import ValidationError

from certificates.text import unfit_as_a_name, unfit_in_a_line


def a_name(text: str) -> None:
    """Refuse what is nobody's name.

    Raises:
        ValidationError: it shows no letter, or holds what nobody sees.
    """
    if unfit := unfit_as_a_name(text):
        raise ValidationError(unfit, code="unfit")


def a_line(text: str) -> None:
    """Refuse what nobody sees in a title, a place or degrees.

    Raises:
        ValidationError: it holds such a character.
    """
    if unfit := unfit_in_a_line(text):
        msg = f"This holds {unfit}."
        raise ValidationError(msg, code="unfit")
