"""`manage.py verify [--since CHECKPOINT]`: is what is stored still what was recorded?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from credentialing.operations.terminal import Bar
from workflows.checkpoints import latest_checkpoint
from workflows.sequencer import waiting_entries
from workflows.verification import examine


class Command(BaseCommand):
    """Examine everything; exit 1 naming the first fault, one line per finding."""

    help = (
        "Examine ledger, tree, checkpoints, states, sealed rows and files. Nothing is changed. "
        "Exit 1 with one line per finding, the first fault first."
    )
    requires_system_checks: list[str] = []  # what they would warn about is examined here

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--since, --at-most."""
        parser.add_argument(
            "--since", type=Path, metavar="CHECKPOINT", help="a checkpoint that you have kept, as a file"
        )
        parser.add_argument("--at-most", type=int, default=100, metavar="N", help="findings to print (100)")

    def handle(self, *, since: Path | None, at_most: int, **_: Any) -> None:
        """Print what is found."""
        bar = Bar(self.stderr) if self.stderr.isatty() else None
        count = 0
        try:
            for finding in examine(since=since, progress=bar.draw if bar else _nobody):
                count += 1
                if count <= at_most:
                    if bar:
                        bar.clear()
                    self.stdout.write(str(finding))
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{since} can't be read: {error}."
            raise CommandError(msg) from error
        finally:
            if bar:
                bar.clear()
        if count:
            more = f" ({count - at_most} more are not shown)" if count > at_most else ""
            msg = f"{count} findings{more}. Keep the database as it is, and compare it with the last backup."
            raise CommandError(msg if count > 1 else msg.replace("1 findings", "1 finding"))
        self._all_is_well()

    def _all_is_well(self) -> None:
        last = latest_checkpoint()
        signed = f"The last checkpoint signs {last.size} entries." if last else "No checkpoint has been signed yet."
        waiting = waiting_entries()
        rest = f" {waiting} entries wait for their place in the tree." if waiting else ""
        self.stdout.write(f"Everything is as it was recorded. {signed}{rest}")


def _nobody(what: str, done: int, total: int) -> None:
    """Without a terminal there is no bar."""
