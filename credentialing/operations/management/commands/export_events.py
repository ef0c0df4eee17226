"""`manage.py export_events --format xes|ocel2 [--output FILE] [--by E-MAIL]`: the ledger for process mining."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from workflows.exporters.ocel import write_ocel
from workflows.exporters.xes import write_xes
from workflows.models import LedgerRecord

FORMATS = {"xes": write_xes, "ocel2": write_ocel}


class Command(BaseCommand):
    """Write every step of every subject, under pseudonyms."""

    help = "Write the ledger as an event log (XES or OCEL 2.0). People are ids; no name and no reason is in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--format, --output, --by."""
        parser.add_argument("--format", choices=FORMATS, required=True)
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of the terminal")
        parser.add_argument("--by", default="", metavar="E-MAIL", help="the officer who asked for it (else the system)")

    def handle(self, *, output: Path | None, by: str, **options: Any) -> None:
        """Record that it is made, then write it; a file appears when it is complete."""
        write = FORMATS[options["format"]]
        self._record(by, options["format"])
        if output is None:
            self.stdout.ending = ""
            write(self.stdout)
            return
        unfinished = output.with_name(f"{output.name}.unfinished")
        try:
            with unfinished.open("w", encoding="utf-8") as file:
                write(file)
            unfinished.replace(output)
        except OSError as error:
            msg = f"{output} can't be written: {error}."
            raise CommandError(msg) from error
        finally:
            unfinished.unlink(missing_ok=True)
        self.stdout.write(f"{output} is written.")

    def _record(self, by: str, form: str) -> None:
        """Before anything leaves the house: one that breaks off is recorded too, never the other way round."""
        actor = Person.objects.reached_at(by) if by else Person.objects.system()
        if actor is None or (by and not actor.roles_on(timezone.localdate())):
            msg = f"{by} holds no office here."
            raise CommandError(msg)
        record_event(
            event=Event.EVENTS_EXPORTED,
            actor=actor,
            subject_kind="person",
            subject_id=actor.uuid,
            details={"format": form, "steps": LedgerRecord.objects.count()},
        )
