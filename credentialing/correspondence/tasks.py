"""Delivering letters: once, tried again with growing pauses, and kept with the reason when it fails."""

import logging
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from credentialing.correspondence.models import Letter, LetterSecret
from credentialing.correspondence.signals import letter_failed
from workflows.machine import has_no_place

logger = logging.getLogger(__name__)

ATTEMPTS = 5
LEASE = timedelta(minutes=5)  # after that, a worker that has not answered is taken for dead


@task()
def deliver_letter(letter_uuid: str) -> None:
    """Send a letter that waits, unless somebody else is at it; a sent one is left alone.

    The mail server is spoken to outside any transaction, so that a slow one holds no lock. A worker that dies between
    the server's yes and ours sends twice: the same Message-ID lets the reader's program show it once.
    """
    now = timezone.now()
    free = Letter.objects.filter(uuid=letter_uuid, state=Letter.State.QUEUED).unclaimed(now)
    if not free.update(claimed_until=now + LEASE):
        return
    letter = Letter.objects.get(uuid=letter_uuid)
    try:
        _post(letter)
    except Exception as error:
        logger.warning("Letter %s was not delivered", letter.uuid, exc_info=True)
        _put_off(letter, f"{type(error).__name__}: {error}", now, counted=not has_no_place(error))
    else:
        LetterSecret.objects.filter(letter=letter).delete()
        Letter.objects.filter(pk=letter.pk).update(  # sent is sent, whoever holds the lease by now
            state=Letter.State.SENT,
            sent_at=timezone.now(),
            attempts=letter.attempts + 1,
            last_error="",
            claimed_until=None,
        )


@transaction.atomic
def take_up_letters(*, before: datetime) -> int:
    """Queue again what should have been delivered by then (a worker died with it); answers how many.

    It is due from now on: a letter that merely waits behind many others isn't queued again at every look.
    """
    forgotten = Letter.objects.waiting().filter(due_at__lt=before).unclaimed(before)
    uuids = list(forgotten.select_for_update(skip_locked=True).values_list("uuid", flat=True))
    for uuid in uuids:
        Letter.objects.filter(uuid=uuid).update(due_at=timezone.now())
        deliver_letter.enqueue(str(uuid))
    return len(uuids)


def _post(letter: Letter) -> None:
    message_id = f"<{letter.uuid}@{urlsplit(settings.BASE_URL).hostname}>"
    EmailMessage(
        subject=letter.subject, body=letter.words, to=[letter.to_address], headers={"Message-ID": message_id}
    ).send()


@transaction.atomic
def _put_off(letter: Letter, reason: str, now: datetime, *, counted: bool) -> None:
    """Try again later. A full disk isn't counted: the letter goes when there is room, however long that takes."""
    attempts = letter.attempts + counted
    pause = timedelta(minutes=2 ** max(attempts, 1))
    given_up = attempts >= ATTEMPTS
    put_off = Letter.objects.filter(pk=letter.pk, claimed_until=letter.claimed_until).update(
        attempts=attempts,
        last_error=reason,
        due_at=now + pause,
        state=Letter.State.FAILED if given_up else Letter.State.QUEUED,
        claimed_until=None,
    )
    if not put_off:
        return
    if given_up:
        letter.refresh_from_db()
        letter_failed.send(sender=Letter, letter=letter)
    else:
        deliver_letter.using(run_after=now + pause).enqueue(str(letter.uuid))
