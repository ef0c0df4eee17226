"""`manage.py backup_key FILE`: a key pair for encrypted backups."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from credentialing.operations.backups.sealing import new_identity


class Command(BaseCommand):
    """Write the private key into a new file, and print the public one."""

    help = (
        "Make a key pair for encrypted backups: the private key goes into FILE, the public one is printed. Keep FILE "
        "on paper and in a safe, never on the server. See docs/operations.md."
    )
    requires_system_checks: list[str] = []  # it needs neither database nor settings of this machine

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE."""
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *, file: Path, **_: Any) -> None:
        """Make it; an existing file is never overwritten."""
        private, public = new_identity()
        try:
            handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except OSError as refusal:
            msg = f"{file} can't be made ({refusal.strerror}). An existing key is never overwritten."
            raise CommandError(msg) from refusal
        with os.fdopen(handle, "w", encoding="ascii") as written:
            written.write(f"# public key: {public}\n{private}\n")
        self.stdout.write(f"The private key lies in {file}: keep it on paper and in a safe, never on the server.")
        self.stdout.write(f"On the server, set CREDENTIALING_BACKUP_KEYS={public}")
