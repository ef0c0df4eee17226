"""Instants of the calendar days a test speaks of, whatever the hour at which it runs."""

from datetime import datetime, time, timedelta

from django.utils import timezone


def noon_of(days_ago: int) -> datetime:
    """Midday of that day where the society is. An instant *n* times 24 hours ago may lie on
    another day: a clock change lies between, and the tests may run an hour before midnight."""
    return timezone.make_aware(datetime.combine(timezone.localdate() - timedelta(days=days_ago), time(12)))
