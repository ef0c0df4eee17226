"""Delivering letters: once, tried again with growing pauses, and kept with the reason when it fails."""

from datetime import timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from credentialing.correspondence.models import Letter

ATTEMPTS = 5


@task()
def deliver_letter(letter_uuid: str) -> None:
    """Send a queued letter; a sent one is left alone."""
    with transaction.atomic():
        letter = Letter.objects.select_for_update().get(uuid=letter_uuid)
        if letter.state == Letter.State.SENT:
            return
        letter.attempts += 1
        try:
            EmailMessage(subject=letter.subject, body=letter.body, to=[letter.to_address]).send()
        except OSError as error:
            letter.last_error = f"{type(error).__name__}: {error}"
            if letter.attempts >= ATTEMPTS:
                letter.state = Letter.State.FAILED
            else:
                pause = timedelta(minutes=2**letter.attempts)
                deliver_letter.using(run_after=timezone.now() + pause).enqueue(letter_uuid)
        else:
            letter.state, letter.sent_at, letter.last_error = Letter.State.SENT, timezone.now(), ""
        letter.save()
