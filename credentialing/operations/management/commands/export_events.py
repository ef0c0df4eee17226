"""`manage.py export_events --format xes|ocel2 [--output FILE]`: the ledger as an event log for process mining."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows.exporters.ocel import write_ocel
from workflows.exporters.xes import write_xes

FORMATS = {"xes": write_xes, "ocel2": write_ocel}


class Command(BaseCommand):
    """Write every step of every subject, under pseudonyms."""

    help = "Write the ledger as an event log (XES or OCEL 2.0). People are ids; no name and no reason is in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--format, --output."""
        parser.add_argument("--format", choices=FORMATS, required=True)
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of the terminal")

    def handle(self, *, output: Path | None, **options: Any) -> None:
        """Write it; a file appears when it is complete."""
        write = FORMATS[options["format"]]
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
