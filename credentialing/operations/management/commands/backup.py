"""`manage.py backup DIR`: a consistent copy while the service runs, encrypted to a public key."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from credentialing.operations.backups.making import make_backup
from credentialing.operations.backups.manifest import BackupRefused
from credentialing.operations.terminal import Bar


class Command(BaseCommand):
    """Copy database, files, checkpoints and public keys; private keys only when asked to."""

    help = (
        "Copy database, files, checkpoints and the public halves of the keys into a new folder below DIR, while the "
        "service runs; or, encrypted to a public key, into one file. Sessions and one-time keys are left out, private "
        "keys unless --with-private-keys is given. See docs/operations.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """DIR, --encrypt-to, --in-the-clear, --with-private-keys, --keep."""
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--encrypt-to",
            action="append",
            default=[],
            metavar="KEY",
            help="a public key (age1…, made by manage.py backup_key); may be given several times; else those of the "
            "setting CREDENTIALING_BACKUP_KEYS",
        )
        parser.add_argument("--in-the-clear", action="store_true", help="encrypt to nobody, whatever the setting says")
        parser.add_argument(
            "--with-private-keys",
            action="store_true",
            help="also what signs ledger, documents and badges: whoever has this backup can make certificates",
        )
        parser.add_argument("--keep", type=int, default=0, metavar="N", help="remove all but the newest N backups")

    def handle(
        self,
        *,
        folder: Path,
        encrypt_to: list[str],
        in_the_clear: bool,
        with_private_keys: bool,
        keep: int,
        **_: Any,
    ) -> None:
        """Make it, and say what it holds."""
        if keep < 0:
            msg = "--keep can't be negative."
            raise CommandError(msg)
        recipients = [] if in_the_clear else encrypt_to or settings.BACKUP_KEYS
        bar = Bar(self.stderr) if self.stderr.isatty() else None
        try:
            made = make_backup(
                folder,
                with_keys=with_private_keys,
                keep=keep,
                recipients=recipients,
                progress=bar.draw if bar else None,
            )
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as trouble:
            msg = f"The backup could not be made: {trouble}. Nothing is left behind."
            raise CommandError(msg) from trouble
        finally:
            if bar:
                bar.clear()
        size = sum(one.bytes for one in made.manifest.files)
        self.stdout.write(f"{made.path}: {len(made.manifest.files)} files, {size:,} bytes.")
        self.stdout.write(
            "It holds private keys: whoever has it can make certificates. Lock it away."
            if with_private_keys
            else "It holds no private key: keep those apart (docs/keys.md)."
        )
        self.stdout.write(
            "It is encrypted: without the private key nobody can read it, you neither."
            if recipients
            else "It is readable by whoever finds it, and holds everything about people: better make a key for backups "
            "(manage.py backup_key) and encrypt."
        )
        for fault in made.faults:
            self.stdout.write(fault)
        if made.faults:
            msg = f"{len(made.faults)} files are not what was stored. Run manage.py verify and look at older backups."
            raise CommandError(msg)
