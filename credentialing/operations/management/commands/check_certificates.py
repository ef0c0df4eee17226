"""`manage.py check_certificates [--since DATE]`: had every certificate the right to be issued, and is it as it was?"""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from certificates.examiner import examine_certificates
from certificates.models import Certificate
from credentialing.operations.management.commands.verify import Bar
from workflows.verification.findings import silent


class Command(BaseCommand):
    """Examine every issued certificate; exit 1 with one line per finding."""

    help = (
        "Derive again from the ledger each certificate's right to exist, and look again at its bytes, signature, "
        "title, badge, number and published status. Nothing is changed. Exit 1 with one line per finding."
    )
    requires_system_checks: list[str] = []  # what they would warn about is examined here

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--since."""
        parser.add_argument("--since", type=_day, metavar="YYYY-MM-DD", help="only those issued on that day or later")

    def handle(self, *, since: datetime | None, **_: Any) -> None:
        """Print what is found."""
        bar = Bar(self.stderr) if self.stderr.isatty() else None
        count = 0
        for finding in examine_certificates(since=since, progress=bar.draw if bar else silent):
            count += 1
            if bar:
                bar.clear()
            self.stdout.write(str(finding))
        if bar:
            bar.clear()
        if count:
            msg = f"{count} {'finding' if count == 1 else 'findings'}. Keep everything as it is, and look who could."
            raise CommandError(msg)
        issued = Certificate.objects.issued()
        looked_at = (issued.filter(issued_at__gte=since) if since else issued).count()
        words = "certificate" if looked_at == 1 else "certificates"
        self.stdout.write(f"{looked_at} {words}: each had the right to be issued and is as it was.")


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
