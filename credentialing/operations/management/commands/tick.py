"""`manage.py tick`: what time alone changes. Run it daily; running it again changes nothing."""

from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from certificates.models import Certificate, Credential
from certificates.tasks import issue_certificate_task
from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.progress import refresh_progress
from credentialing.correspondence.models import Letter
from credentialing.correspondence.tasks import deliver_letter
from workflows.services import perform

PATIENCE = timedelta(minutes=10)


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
        forgotten = self._take_up_again(now - PATIENCE)
        done = f"{len(cases)} cases brought up to date, {len(run_out)} credentials expired"
        self.stdout.write(f"{done}, {forgotten} tasks taken up again.")

    def _take_up_again(self, before: datetime) -> int:
        """What a worker that died has left lying: certificates and letters; doing one twice does no harm."""
        certificates = list(Certificate.objects.waiting().filter(prepared_at__lt=before))
        letters = list(Letter.objects.filter(state=Letter.State.QUEUED, attempts=0, created_at__lt=before))
        for certificate in certificates:
            issue_certificate_task.enqueue(str(certificate.uuid))
        for letter in letters:
            deliver_letter.enqueue(str(letter.uuid))
        return len(certificates) + len(letters)
