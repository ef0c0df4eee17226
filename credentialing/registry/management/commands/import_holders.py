"""`manage.py import_holders FILE.csv`: bring earlier holders into the registry."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.pathways.models import PathwayVersion
from credentialing.registry.holders import HoldersRefused
from credentialing.registry.lists import read_holders
from credentialing.registry.services import import_holders


class Command(BaseCommand):
    """Import earlier holders: all of the list, or nothing when one line is wrong."""

    help = (
        "Bring earlier holders into the registry from a CSV file. Headings are guessed: Name (or First name and Last "
        "name), Number, Awarded, Valid until, Status, Degrees, Profession, City, Country, E-mail, Listed. "
        "Running it again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE, --by, --pathway, --dry-run."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, metavar="E-MAIL", help="the registrar in whose name it is done")
        parser.add_argument("--pathway", default="abs-leader", help="the pathway whose designation they hold")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")

    def handle(self, *, file: Path, by: str, pathway: str, dry_run: bool, **_: Any) -> None:
        """Read, check, import."""
        actor = Person.objects.reached_at(by)
        if actor is None:
            msg = f"Nobody here has the address {by}."
            raise CommandError(msg)
        version = PathwayVersion.objects.in_force(timezone.localdate()).filter(pathway__slug=pathway).first()
        if version is None:
            msg = f"No version of the pathway {pathway} is in force: publish it first (manage.py pathway publish)."
            raise CommandError(msg)
        try:
            content = file.read_bytes()
        except OSError as error:
            msg = f"{file} can't be read: {error.strerror}."
            raise CommandError(msg) from error
        try:
            holders = read_holders(content, today=timezone.localdate())
            with transaction.atomic():
                result = import_holders(holders=holders, pathway=version.definition, actor=actor)
                for credential in result.added:
                    self.stdout.write(f"{credential.number}  {credential.awarded_on}  {credential.recorded_name}")
                transaction.set_rollback(dry_run)
        except (HoldersRefused, PermissionError) as refusal:
            msg = f"Nothing was imported.\n{refusal}"
            raise CommandError(msg) from refusal
        verb = "would be added" if dry_run else "added"
        self.stdout.write(f"{len(result.added)} {verb}, {result.known} stood already.")
