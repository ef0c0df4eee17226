"""`manage.py restore BACKUP [--identity FILE]`: a backup put back onto an empty machine."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from credentialing.operations.backups.manifest import BackupRefused
from credentialing.operations.backups.restoring import restore_backup
from credentialing.operations.backups.sealing import opened
from credentialing.operations.terminal import Bar


class Command(BaseCommand):
    """Put everything back, then examine it."""

    help = (
        "Put a backup back: BACKUP is a folder or an encrypted file that manage.py backup has made. The database and "
        "the stores of this machine must be empty. What was put back is examined afterwards (manage.py verify). See "
        "docs/operations.md."
    )
    requires_system_checks: list[str] = []  # some look at the database, which isn't there yet
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """BACKUP, --identity."""
        parser.add_argument("backup", type=Path, metavar="BACKUP")
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the private key of an encrypted backup")

    def handle(self, *, backup: Path, identity: Path | None, **_: Any) -> None:
        """Put it back, examine it, and say what is still to be done."""
        bar = Bar(self.stderr) if self.stderr.isatty() else None
        try:
            with opened(backup, identity) as folder:
                manifest = restore_backup(folder, progress=bar.draw if bar else _nobody)
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as trouble:
            msg = f"The backup could not be put back: {trouble}. Mend that, and start again."
            raise CommandError(msg) from trouble
        finally:
            if bar:
                bar.clear()
        self.stdout.write(f"The backup of {manifest.society}, made at {manifest.made_at:%F %T %Z}, is back.")
        if not manifest.with_keys:
            self.stdout.write(
                f"It held no private key. Put yours back into {settings.LEDGER_KEYS_DIR}. Where they are lost, begin "
                "new ones: manage.py ledger_key --rotate, certificate_keys --rotate badge and --rotate root "
                "(docs/keys.md)."
            )
        call_command("verify", stdout=self.stdout, stderr=self.stderr)


def _nobody(what: str, done: int, total: int) -> None:
    """Without a terminal there is no bar."""
