"""Writing and delivering letters."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.correspondence.models import Letter
from credentialing.correspondence.tasks import deliver_letter


@transaction.atomic
def send_letter(
    *,
    template: str,
    to: Person | str,
    context: Mapping[str, Any],
    dedupe_key: str = "",
    even_if_closed: bool = False,
    now: datetime | None = None,
) -> Letter | None:
    """Write a letter and queue its delivery in the caller's transaction; the same key never writes twice.

    Answers None for a person without an e-mail address (an earlier holder), and for one whose account is closed:
    they are told nothing but what becomes of their own credential or account (`even_if_closed`).
    """
    if not isinstance(to, str) and not to.is_active and not even_if_closed:
        return None
    address = to if isinstance(to, str) else to.email
    if not address:
        return None
    if dedupe_key:
        written = Letter.objects.filter(dedupe_key=dedupe_key).first()
        if written is not None:
            return written
    person = None if isinstance(to, str) else to
    text = render_to_string(
        f"correspondence/{template}.txt",
        {
            **context,
            "name": person.name if person else "",
            "link": settings.BASE_URL + str(context.get("path", "/")),
            "society": settings.SOCIETY_NAME,
        },
    )
    head, _, body = text.partition("\n")
    letter = Letter.objects.create(
        recipient=person,
        to_address=address,
        template=template,
        context=dict(context),
        subject=" ".join(head.removeprefix("Subject:").split())[:250],
        body=body.strip() + "\n",
        dedupe_key=dedupe_key or None,
        created_at=now or timezone.now(),
    )
    deliver_letter.enqueue(str(letter.uuid))
    return letter


@transaction.atomic
def deliver_again(*, letter: Letter) -> bool:
    """Take up a letter that was given up, with every attempt left; answers whether there was anything to do.

    It goes to the address that its recipient has now.
    """
    now = timezone.now()
    address = (letter.recipient.email if letter.recipient else "") or letter.to_address
    again = Letter.objects.failed().filter(pk=letter.pk)
    if not again.update(state=Letter.State.QUEUED, to_address=address, attempts=0, due_at=now):
        return False
    deliver_letter.enqueue(str(letter.uuid))
    return True
