"""`manage.py ledger_key [--rotate]`: the key that signs the ledger's checkpoints."""

from argparse import ArgumentParser
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from credentialing.accounts.models import Person
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from workflows.signing import SigningKeyMissing, VerifierKey, known_keys, rotate_key, verifier_key


class Command(BaseCommand):
    """Show the public half of the key, or begin a new key."""

    help = "Print the verifier key; --rotate begins a new key and keeps the public half of the old one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--rotate."""
        parser.add_argument("--rotate", action="store_true")

    def handle(self, *, rotate: bool, **_: Any) -> None:
        """Print it, and the former ones."""
        try:
            present = self._rotate() if rotate else verifier_key()
        except (SigningKeyMissing, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(str(present))
        for key in known_keys().values():
            if key != present:
                self.stdout.write(f"former: {key}")

    def _rotate(self) -> VerifierKey:
        """A new key, and an entry of the ledger that says so."""
        with transaction.atomic():
            record_event(
                event=Event.LEDGER_KEY_ROTATED,
                actor=Person.objects.system(),
                subject_kind="ledger_key",
                subject_id=uuid5(NAMESPACE_URL, settings.LEDGER_ORIGIN),
            )
            return rotate_key()
