"""Letters that lower layers ask for: those about accounts."""

from collections.abc import Mapping
from typing import Any

from django.dispatch import receiver

from credentialing.accounts.signals import letter_wanted
from credentialing.correspondence.services import send_letter


@receiver(letter_wanted)
def write_letter(*, template: str, address: str, context: Mapping[str, Any], secret: str, **_: Any) -> None:
    """Write it like any other: a row now, the post later, so that no request waits for a mail server."""
    send_letter(template=template, to=address, context=context, secret=secret)
