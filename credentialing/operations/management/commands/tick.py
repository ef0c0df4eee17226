"""`manage.py tick`: what time alone changes. Run it daily; running it again changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from certificates.models import Credential
from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.progress import refresh_progress
from workflows.services import perform


class Command(BaseCommand):
    """Bring cases up to date with the calendar, and let credentials expire that have run out."""

    help = "Do what time alone changes: durations that are complete, fees that are due, credentials that have run out."

    def handle(self, **_: Any) -> None:
        """Each case and each credential in its own transaction, so that a fault in one stops no other."""
        now = timezone.now()
        cases = list(Application.objects.under_way().values_list("pk", flat=True))
        for pk in cases:
            with transaction.atomic():
                refresh_progress(Application.objects.select_for_update().get(pk=pk), now)
        run_out = list(Credential.objects.run_out(timezone.localdate(now)))
        for credential in run_out:
            perform(credential, "expire", actor=Person.objects.system(), now=now)
        self.stdout.write(f"{len(cases)} cases brought up to date, {len(run_out)} credentials expired.")
