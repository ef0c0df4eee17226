"""`manage.py import_holders FILE`: bring earlier holders into the registry, after a look at what was guessed."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.pathways.models import PathwayVersion
from credentialing.registry.importing.holders import HoldersRefused, Reading
from credentialing.registry.importing.lists import read_list
from credentialing.registry.services import import_holders


class Command(BaseCommand):
    """Import earlier holders: all of the list, or nothing when one line is wrong."""

    help = (
        "Bring earlier holders into the registry from a CSV file or a spreadsheet. Headings are guessed: Name (or "
        "First name and Last name), Number, Awarded, Valid until, Status, Degrees, Profession, City, Country, E-mail, "
        "Listed. Every guess is told and can be changed (--choose); what two readings fit is asked. "
        "Running it again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE, --by, --pathway, --choose, --dry-run, --yes."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, metavar="E-MAIL", help="the registrar in whose name it is done")
        parser.add_argument("--pathway", default="abs-leader", help="the pathway whose designation they hold")
        parser.add_argument(
            "--choose", action="append", default=[], metavar="KEY=VALUE", help="answer or change a guess"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument("--yes", action="store_true", help="don't ask; refused while anything is undecided")

    def handle(
        self, *, file: Path, by: str, pathway: str, choose: list[str], dry_run: bool, yes: bool, **_: Any
    ) -> None:
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
        reading = read_list(content, today=timezone.localdate(), choices=_chosen(choose))
        self._tell(reading)
        try:
            holders = reading.settled()
            with transaction.atomic():
                result = import_holders(holders=holders, pathway=version.definition, actor=actor)
                for credential in result.added:
                    self.stdout.write(f"{credential.number}  {credential.awarded_on}  {credential.recorded_name}")
                agreed = dry_run or yes or self._agrees(len(result.added))
                transaction.set_rollback(dry_run or not agreed)
        except (HoldersRefused, PermissionError) as refusal:
            msg = f"Nothing was imported.\n{refusal}"
            raise CommandError(msg) from refusal
        if not agreed:
            msg = "Nothing was imported. Look at the guesses above, and run it again with --yes."
            raise CommandError(msg)
        verb = "would be added" if dry_run else "added"
        self.stdout.write(f"{len(result.added)} {verb}, {result.known} stood already.")

    def _tell(self, reading: Reading) -> None:
        for guess in reading.guesses:
            if not guess.asked:
                self.stdout.write(f"{guess}  [{guess.key}]" if guess.options else str(guess))
        for row in reading.holders:
            if row.printed != row.name:
                self.stdout.write(f"line {row.line}: “{row.printed}” → {row.name}; {row.post_nominals}")

    def _agrees(self, count: int) -> bool:
        """Whether whoever sits before it says yes; a script has nobody to ask."""
        if not sys.stdin.isatty():
            return False
        return input(f"Import these {count}? [y/N] ").strip().lower() in {"y", "yes"}


def _chosen(pairs: list[str]) -> dict[str, str]:
    chosen = dict(pair.partition("=")[::2] for pair in pairs)
    if not all(chosen.values()):
        msg = "Write each choice as KEY=VALUE, as the questions tell them."
        raise CommandError(msg)
    return chosen
