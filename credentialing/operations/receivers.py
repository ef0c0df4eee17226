"""What administrators are told: that an effect or a letter was given up, and what keeps pages from being answered."""

from typing import Any

from django.dispatch import receiver

from credentialing.correspondence.models import Letter
from credentialing.correspondence.signals import letter_failed
from credentialing.operations.services import ATTENTION, tell_administrators
from credentialing.ui.middleware import write_while_reading
from credentialing.ui.troubles import Trouble, trouble_met
from workflows.effects import effect_given_up
from workflows.models import EffectRun


@receiver(effect_given_up)
def tell_of_effect(*, run: EffectRun, **_: Any) -> None:
    """Something that should have followed a step was not done."""
    tell_administrators(what=f"After {run.attempts} attempts this was given up: {run.effect.replace('_', ' ')}.")


@receiver(letter_failed)
def tell_of_letter(*, letter: Letter, **_: Any) -> None:
    """A letter could not be delivered; about a failure of this very news nobody is told by the same post."""
    if letter.template != ATTENTION:
        tell_administrators(what=f"After {letter.attempts} attempts a letter could not be delivered.")


@receiver(trouble_met)
def tell_of_trouble(*, trouble: Trouble, **_: Any) -> None:
    """A page could not be answered; where nothing can be written, the log alone tells it, and the upkeep later."""
    if trouble.told:
        with write_while_reading():
            tell_administrators(what=trouble.told, key=trouble.key)
