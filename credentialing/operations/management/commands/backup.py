"""`manage.py backup DIR [--with-private-keys] [--keep N]`: a consistent copy while the service runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from credentialing.operations.backups.making import make_backup
from credentialing.operations.backups.manifest import BackupRefused
from credentialing.operations.terminal import Bar


class Command(BaseCommand):
    """Copy database, files, checkpoints and public keys; private keys only when asked to."""

    help = (
        "Copy database, files, checkpoints and the public halves of the keys into a new folder below DIR, while the "
        "service runs. Private keys are left out unless --with-private-keys is given. See docs/operations.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """DIR, --with-private-keys, --keep."""
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--with-private-keys",
            action="store_true",
            help="also what signs ledger, documents and badges: whoever has this backup can make certificates",
        )
        parser.add_argument("--keep", type=int, default=0, metavar="N", help="remove all but the newest N backups")

    def handle(self, *, folder: Path, with_private_keys: bool, keep: int, **_: Any) -> None:
        """Make it, and say what it holds."""
        if keep < 0:
            msg = "--keep can't be negative."
            raise CommandError(msg)
        bar = Bar(self.stderr) if self.stderr.isatty() else None
        try:
            made = make_backup(folder, with_keys=with_private_keys, keep=keep, progress=bar.draw if bar else None)
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as trouble:
            msg = f"The backup could not be made: {trouble}. Nothing is left behind."
            raise CommandError(msg) from trouble
        finally:
            if bar:
                bar.clear()
        size = sum(one.bytes for one in made.manifest.files)
        self.stdout.write(f"{made.folder}: {len(made.manifest.files)} files, {size:,} bytes.")
        self.stdout.write(
            "It holds private keys: whoever has it can make certificates. Lock it away."
            if with_private_keys
            else "It holds no private key: keep those apart (docs/keys.md)."
        )
        for fault in made.faults:
            self.stdout.write(fault)
        if made.faults:
            msg = f"{len(made.faults)} files are not what was stored. Run manage.py verify and look at older backups."
            raise CommandError(msg)
