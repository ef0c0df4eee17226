"""`manage.py ledger_key [--rotate]`: the key that signs the ledger's checkpoints."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows.signing import SigningKeyMissing, known_keys, rotate_key, verifier_key


class Command(BaseCommand):
    """Show the public half of the key, or begin a new key."""

    help = "Print the verifier key; --rotate begins a new key and keeps the public half of the old one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--rotate."""
        parser.add_argument("--rotate", action="store_true")

    def handle(self, *, rotate: bool, **_: Any) -> None:
        """Print it, and the former ones."""
        try:
            present = rotate_key() if rotate else verifier_key()
        except SigningKeyMissing as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(str(present))
        for key in known_keys().values():
            if key != present:
                self.stdout.write(f"former: {key}")
