"""`manage.py tick`: what time alone changes. Run it daily; running it again changes nothing."""

import logging
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from certificates.addresses import every_address_is_known
from credentialing.accounts.limits import forget_counts
from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.progress import refresh_progress
from credentialing.council.witness import send_checkpoint
from credentialing.drafting.migrating import migrate_what_is_due
from credentialing.operations.effective_settings import record_changed_settings
from credentialing.operations.services import tell_administrators
from credentialing.operations.upkeep import take_up_what_lies, tidy_queue
from credentialing.reviews.taking_out import take_out_what_ties_undo
from credentialing.ui.troubles import trouble_of
from workflows.checkpoints import LedgerForked, make_checkpoint
from workflows.deadlines import meet_deadlines
from workflows.signing import SigningKeyMissing

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Meet deadlines, bring cases up to date with the calendar, and take up what has been left lying."""

    help = "Do what time alone changes: credentials that run out, durations that are complete, fees that are due."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to change anything, and which cases to look at."""
        parser.add_argument("--dry-run", action="store_true", help="say which deadlines are due and change nothing")
        parser.add_argument(
            "--all",
            action="store_true",
            dest="everything",
            help="bring every case up to date, as after another release, not only those that time changes today",
        )

    def handle(self, *, dry_run: bool, everything: bool, **_: Any) -> None:
        """Each deadline and each case in its own transaction, so that a fault in one stops no other."""
        now = timezone.now()
        system = Person.objects.system()
        for met in meet_deadlines(actor=system, now=now, dry_run=dry_run):
            said = f"not done: {met.refusal}" if met.refusal else "would be done" if dry_run else "done"
            self.stdout.write(f"{met.deadline.act}, {met.subject or met.deadline.subject_id}: {said}")
        if dry_run:
            return
        for migration in migrate_what_is_due(now=now):
            self.stdout.write(f"{migration.version}: {migration.moved} cases moved to it.")
            for line in migration.refused:
                self.stdout.write(f"  not moved: {line}")
        under_way = Application.objects.under_way()
        looked_at = under_way if everything else under_way.changing_by(timezone.localdate(now))
        cases = list(looked_at.values_list("pk", flat=True))
        failed = sum(not self._brought_up_to_date(pk, now) for pk in cases)
        taken_out = take_out_what_ties_undo(now)
        if taken_out:
            self.stdout.write(f"{taken_out} words of people tied to the candidate count no more.")
        changed = record_changed_settings(actor=system, now=now)
        if changed:
            self.stdout.write(f"Settings that are new or have changed: {', '.join(changed)}.")
        self.stdout.write(
            f"{len(cases) - failed} cases brought up to date, {take_up_what_lies(now).tasks} tasks taken up again."
        )
        for finding in every_address_is_known():
            self.stderr.write(f"{finding.about}: {finding.message}")
        tidy_queue(now)
        forget_counts(now)
        self._sign(timezone.localdate(now))  # last: a missing key or a full disk keeps nothing else from being done

    def _brought_up_to_date(self, pk: int, now: datetime) -> bool:
        """One case, whatever is wrong with another; what can't be done is said and told."""
        try:
            with transaction.atomic():
                refresh_progress(Application.objects.select_for_update().get(pk=pk), now)
        except Exception as error:
            trouble = trouble_of(error)
            reference = Application.objects.values_list("reference", flat=True).get(pk=pk)
            logger.log(logging.WARNING if trouble else logging.ERROR, "Case %s", reference, exc_info=True)
            self.stdout.write(f"{reference}: not brought up to date. {error}")
            told = trouble.told if trouble else f"Case {reference} could not be brought up to date: {error}"
            tell_administrators(what=told, key=trouble.key if trouble else f"case:{reference}", now=now)
            return False
        return True

    def _sign(self, today: date) -> None:
        """A checkpoint of everything up to here, and the council's letters."""
        try:
            checkpoint = make_checkpoint()
        except (SigningKeyMissing, LedgerForked, OSError) as refusal:
            msg = f"No checkpoint was made: {refusal}"
            raise CommandError(msg) from refusal
        if checkpoint is not None:
            send_checkpoint(checkpoint=checkpoint, on=today)
