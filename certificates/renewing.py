"""Renewing: an expired credential is in force again, until a last day that is still to come."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from certificates.issuing import newest_edition, retry_certificate, supersede_certificate
from certificates.models import Certificate, Credential
from workflows.deadlines import set_deadline
from workflows.models import LedgerRecord
from workflows.services import perform


class LastDayRefused(ValueError):
    """The credential would not be in force with that last day."""


@transaction.atomic
def renew_credential(
    *,
    credential: Credential,
    valid_until: date | None,
    actor: Any,
    reason: str,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> LedgerRecord:
    """Put it in force again until its new last day (None: for ever); a document of ours follows in a new edition.

    Raises:
        LastDayRefused: the last day is over, or lies before the one that it had.
        ValueError: the new edition could not be printed; then nothing changes.
        TransitionError: the refusals of the engine.
    """
    now = now or timezone.now()
    locked = Credential.objects.select_for_update().get(pk=credential.pk)
    former = locked.valid_until
    if valid_until is not None and valid_until < max(timezone.localdate(now), former or date.min):
        msg = "Choose a last day that is still to come, and not before the one that it had."
        raise LastDayRefused(msg)
    locked.valid_until = valid_until
    locked.save(update_fields=["valid_until"])
    record = perform(locked, "renew", actor=actor, reason=reason, expected_version=expected_version, now=now)
    if valid_until is not None:
        expire_after(locked, valid_until, now=now)
    document = newest_edition(locked)
    if document is not None and valid_until != former:
        facts = replace(document.printed, valid_until=valid_until)
        write = supersede_certificate if document.status == Certificate.Status.ISSUED else retry_certificate
        write(certificate=document, facts=facts, actor=actor)
    credential.refresh_from_db()
    return record


def expire_after(credential: Credential, last_day: date, *, now: datetime) -> None:
    """Let the credential expire by itself when its last day is over."""
    due_at = datetime.combine(last_day + timedelta(days=1), time.min, timezone.get_default_timezone())
    set_deadline(credential, "expire", due_at=due_at, now=now)
