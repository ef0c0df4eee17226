"""`manage.py pathway check|simulate|publish FILE.toml`: a society's rules, checked, tried on all cases, frozen."""

from argparse import ArgumentParser
from datetime import date
from functools import partial
from json import dumps
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from credentialing.accounts.models import Person
from credentialing.drafting.simulation import cases_concerned, quietly, simulate, told
from credentialing.operations.terminal import Bar
from credentialing.pathways.loader import PathwayFileInvalid
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.services import check_pathway, publish_pathway
from credentialing.pathways.texts import TextRefused, take_in


class Command(BaseCommand):
    """Check or publish a pathway file."""

    help = "Check a pathway file, try it on all cases, or publish it as a version in force from a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Check FILE, simulate FILE --on --json, publish FILE --by --from --migrate."""
        acts = parser.add_subparsers(dest="act", required=True)
        check = acts.add_parser("check", help="say whether the file can be published")
        simulate = acts.add_parser("simulate", help="say what it would change for the cases under way; changes nothing")
        simulate.add_argument("--on", metavar="YYYY-MM-DD", help="as of that day (else today)")
        simulate.add_argument("--json", action="store_true", help="a JSON object for other programs")
        publish = acts.add_parser("publish", help="freeze it as a version")
        publish.add_argument(
            "--migrate", action="store_true", help="all cases under way go on by it from that day (else they stay)"
        )
        for act in (check, simulate, publish):
            act.add_argument("file", type=Path)
        publish.add_argument("--by", required=True, metavar="E-MAIL", help="the administrator who publishes")
        publish.add_argument("--from", dest="starts", metavar="YYYY-MM-DD", help="in force from (else today)")

    def handle(self, *, act: str, file: Path, **options: Any) -> None:
        """Do it, or say in words why not."""
        try:
            source = file.read_text(encoding="utf-8")
            take_in(source, client="command")
            definition = check_pathway(source)
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{file} can't be read as text: {error}."
            raise CommandError(msg) from error
        except (PathwayFileInvalid, TextRefused) as refusal:
            msg = f"{file} can't be used.\n{refusal}"
            raise CommandError(msg) from refusal
        count = len(definition.requirements)
        if act == "check":
            stages = len(definition.stages)
            self.stdout.write(f"{definition.name} {definition.version}: {stages} stages, {count} requirements.")
            return
        if act == "simulate":
            self._simulate(source, **options)
        else:
            self._publish(source, **options)

    def _simulate(self, source: str, *, on: str | None, json: bool, **_: Any) -> None:
        version = PathwayVersion.unsaved(source)
        cases = cases_concerned(version.pathway.slug)
        bar = Bar(self.stderr) if self.stderr.isatty() else None
        counted = partial(bar.draw, "cases") if bar else quietly
        found = list(simulate(cases, version, _day(on), counted))
        if bar:
            bar.clear()
        if json:
            report = {"version": version.version, "digest": version.digest, "cases": cases.count()}
            self.stdout.write(dumps({**report, "findings": [finding.as_dict() for finding in found]}, indent=2))
            return
        names = dict(cases.values_list("uuid", "reference"))
        for line in told(found, {str(uuid): reference for uuid, reference in names.items()}, cases.count()):
            self.stdout.write(line)

    def _publish(self, source: str, *, by: str, starts: str | None, migrate: bool, **_: Any) -> None:
        actor = Person.objects.reached_at(by)
        if actor is None or "administrator" not in actor.roles_on(timezone.localdate()):
            msg = f"{by} is no administrator here."
            raise CommandError(msg)
        policy = PathwayVersion.Policy.MIGRATE if migrate else PathwayVersion.Policy.PIN
        try:
            version = publish_pathway(source=source, actor=actor, in_force_from=_day(starts), policy=policy)
        except ValueError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{version} is in force from {version.in_force_from}, digest {version.digest}.")


def _day(text: str | None) -> date:
    try:
        day = parse_date(text) if text else timezone.localdate()
    except ValueError:
        day = None
    if day is None:
        msg = f"“{text}” is no date. Write it as 2027-01-01."
        raise CommandError(msg)
    return day
