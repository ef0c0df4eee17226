"""Writing and delivering letters.

Two kinds go to people who have no account here, or may have none: letters about accounts, whose pages have limits of
their own (`receivers`), and letters that one person has sent to a stranger, whose only door is `send_to_stranger`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from certificates.same_text import address as compared
from credentialing.accounts.limits import count
from credentialing.accounts.models import Person
from credentialing.accounts.naming import printed_name_of
from credentialing.correspondence.models import HIDDEN, Letter, LetterSecret
from credentialing.correspondence.strangers import plain_name
from credentialing.correspondence.tasks import deliver_letter
from credentialing.ui.addresses import absolute


@transaction.atomic
def send_letter(
    *,
    template: str,
    to: Person | str,
    context: Mapping[str, Any],
    secret: str = "",
    dedupe_key: str = "",
    even_if_closed: bool = False,
    now: datetime | None = None,
) -> Letter | None:
    """Write a letter and queue its delivery in the caller's transaction; the same key never writes twice.

    What opens something is named as `secret`: the part of the path that is kept apart and forgotten when the letter is
    sent. Answers None for a person without an e-mail address (an earlier holder), and for one whose account is closed:
    they are told nothing but what becomes of their own credential or account (`even_if_closed`).

    Raises:
        ValueError: the secret isn't in the path, so it would stay where it must not.
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
    context = _without_secret(context, secret)
    text = render_to_string(
        f"correspondence/{template}.txt",
        {
            **context,
            "name": person.name if person else "",
            "link": absolute(str(context.get("path", "/"))),
            "help": getattr(settings, "HELP_EMAIL", settings.DEFAULT_FROM_EMAIL),
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
    if secret:
        LetterSecret.objects.create(letter=letter, text=secret)
    deliver_letter.enqueue(str(letter.uuid))
    return letter


@transaction.atomic
def send_to_stranger(
    *,
    template: str,
    address: str,
    actor: Person,
    context: Mapping[str, Any],
    secret: str = "",
    now: datetime | None = None,
) -> Letter:
    """Have the society write to somebody without an account because `actor` asks for it.

    The words are the society's own: of what people type only the actor's name gets in, in letters alone (`plain_name`),
    so that nobody baits strangers in our name (OWASP ASVS 5.0, 2.4.1).

    Raises:
        TooOften: the actor has had as many letters sent as one may, or the address has got as many as it should.
    """
    count("letter_to_stranger", key=str(actor.uuid))
    count("letters_to_address", key=compared(address))
    sender = plain_name(printed_name_of(actor).name)
    letter = send_letter(template=template, to=address, context={**context, "sender": sender}, secret=secret, now=now)
    assert letter is not None  # noqa: S101 - only people may lack an address
    return letter


def _without_secret(context: Mapping[str, Any], secret: str) -> Mapping[str, Any]:
    if not secret:
        return context
    before, found, after = str(context["path"]).partition(secret)
    if not found:
        msg = "The secret must be a part of the path, so that it can be hidden there."
        raise ValueError(msg)
    return {**context, "path": f"{before}{HIDDEN}{after}"}


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
