"""Awarding credentials and issuing certificates."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from certificates.issuing import (
    DRAWING,
    issue_certificate,
    prepare_certificate,
    retry_certificate,
    supersede_certificate,
    take_up_waiting,
)
from certificates.models import Credential, NumberSeries
from certificates.recording import record_name
from certificates.rendering import RenderingFailed
from certificates.renewing import LastDayRefused, expire_after, renew_credential
from workflows.services import perform


class AlreadyHeld(Exception):
    """The person already holds this credential."""


class NumberTaken(Exception):
    """The number has been given to somebody else."""


@transaction.atomic
def next_number(*, prefix: str, year: int) -> str:
    """Take the next number of a series; a number once taken is never given again, whatever becomes of it.

    Numbers of earlier holders that were brought along are stepped over.
    """
    NumberSeries.objects.get_or_create(prefix=prefix, year=year)
    series = NumberSeries.objects.select_for_update().get(prefix=prefix, year=year)
    while True:
        series.last += 1
        number = str(series)
        if not Credential.objects.is_taken(number):
            series.save(update_fields=["last"])
            return number


@transaction.atomic
def award_credential(
    *,
    holder: Any,
    designation: str,
    scheme: str,
    scheme_version: str,
    awarded_on: date,
    basis: str,
    actor: Any,
    name: str,
    post_nominals: str = "",
    number_prefix: str = "",
    number: str = "",
    valid_until: date | None = None,
    now: datetime | None = None,
) -> Credential:
    """Award a credential, with the next number of its series or (earlier holders) with the number they have.

    `name` and `post_nominals` are what the society vouches for from now on, whatever the holder's profile says later.

    Raises:
        AlreadyHeld: the person holds a live credential of this scheme.
        NumberTaken: the number is another holder's.
        TransitionError: the actor may not award.
    """
    now = now or timezone.now()
    type(holder)._default_manager.select_for_update().get(pk=holder.pk)
    if Credential.objects.live(holder, scheme).exists():
        msg = f"{holder} already holds this credential."
        raise AlreadyHeld(msg)
    if number and Credential.objects.is_taken(number):
        msg = f"The number {number} has already been given."
        raise NumberTaken(msg)
    credential = Credential.objects.create(
        holder=holder,
        designation=designation,
        scheme=scheme,
        scheme_version=scheme_version,
        recorded_name=name,
        recorded_post_nominals=post_nominals,
        number=number or next_number(prefix=number_prefix, year=awarded_on.year),
        awarded_on=awarded_on,
        valid_until=valid_until,
        basis=basis,
        state_since=now,
    )
    perform(credential, "award", actor=actor, now=now)
    if valid_until is not None:
        expire_after(credential, valid_until, now=now)
    return credential


__all__ = [
    "DRAWING",
    "AlreadyHeld",
    "LastDayRefused",
    "NumberTaken",
    "RenderingFailed",
    "award_credential",
    "issue_certificate",
    "next_number",
    "prepare_certificate",
    "record_name",
    "renew_credential",
    "retry_certificate",
    "supersede_certificate",
    "take_up_waiting",
]
