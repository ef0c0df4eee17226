"""`manage.py pathway check|publish FILE.toml`: a society's rules, checked and frozen."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from credentialing.accounts.models import Person
from credentialing.pathways.loader import PathwayFileInvalid
from credentialing.pathways.services import check_pathway, publish_pathway


class Command(BaseCommand):
    """Check or publish a pathway file."""

    help = "Check a pathway file, or publish it as a version in force from a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Check FILE, publish FILE --by --from."""
        acts = parser.add_subparsers(dest="act", required=True)
        check = acts.add_parser("check", help="say whether the file can be published")
        publish = acts.add_parser("publish", help="freeze it as a version")
        for act in (check, publish):
            act.add_argument("file", type=Path)
        publish.add_argument("--by", required=True, metavar="E-MAIL", help="the administrator who publishes")
        publish.add_argument("--from", dest="starts", metavar="YYYY-MM-DD", help="in force from (else today)")

    def handle(self, *, act: str, file: Path, **options: Any) -> None:
        """Do it, or say in words why not."""
        try:
            source = file.read_text(encoding="utf-8")
            definition = check_pathway(source)
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{file} can't be read as text: {error}."
            raise CommandError(msg) from error
        except PathwayFileInvalid as refusal:
            msg = f"{file} can't be used.\n{refusal}"
            raise CommandError(msg) from refusal
        count = len(definition.requirements)
        if act == "check":
            stages = len(definition.stages)
            self.stdout.write(f"{definition.name} {definition.version}: {stages} stages, {count} requirements.")
            return
        self._publish(source, **options)

    def _publish(self, source: str, *, by: str, starts: str | None, **_: Any) -> None:
        actor = Person.objects.filter(email=by.lower()).first()
        if actor is None or "administrator" not in actor.roles_on(timezone.localdate()):
            msg = f"{by} is no administrator here."
            raise CommandError(msg)
        try:
            day = parse_date(starts) if starts else timezone.localdate()
        except ValueError:
            day = None
        if day is None:
            msg = f"“{starts}” is no date. Write it as 2027-01-01."
            raise CommandError(msg)
        try:
            version = publish_pathway(source=source, actor=actor, in_force_from=day)
        except ValueError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{version} is in force from {version.in_force_from}, digest {version.digest}.")
