"""The standing of a credential on a day: today's from the registry, an earlier one from the ledger's records."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from certificates.models import Credential
from workflows.models import LedgerRecord

NOT_AWARDED = "not_awarded"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What it was, since when, and whether the ledger was kept then or only states a date from before."""

    status: str
    since: date
    recorded: bool = True


def standing_on(credential: Credential, day: date) -> Standing:
    """The standing on a day: of today as the registry has it now, of an earlier day as it was recorded by its end.

    Of the years before the society kept its records here (earlier holders) there is only the date of the award.
    """
    if day >= timezone.localdate():
        return _standing(credential, str(credential.state), credential.state_since, day)
    if day < credential.awarded_on:
        return Standing(status=NOT_AWARDED, since=day)
    end_of_day = datetime.combine(day + timedelta(days=1), time.min, timezone.get_default_timezone())
    last = LedgerRecord.objects.of(credential).filter(recorded_at__lt=end_of_day).last()
    if last is None:
        told = _standing(credential, "active", end_of_day, day)
        return Standing(status=told.status, since=told.since, recorded=False)
    return _standing(credential, last.target, last.recorded_at, day)


def _standing(credential: Credential, recorded: str, changed_at: datetime, day: date) -> Standing:
    """A clock that was ahead has written days that are still to come: nothing is so “since” a day in the future."""
    since, last_day = min(timezone.localdate(changed_at), day), credential.valid_until
    if recorded == "active":
        if last_day is not None and last_day < day:
            return Standing(status="expired", since=last_day)
        return Standing(status=recorded, since=min(credential.awarded_on, day))
    if recorded == "expired" and last_day is not None:
        since = min(since, last_day)
    return Standing(status=recorded, since=since)
