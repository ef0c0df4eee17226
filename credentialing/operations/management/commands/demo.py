"""`manage.py demo`: bring the database up to date, fill a demo society once, and say who can log in."""

from argparse import ArgumentParser
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from credentialing.accounts.models import Person
from credentialing.operations.demo.society import fill_society
from workflows.checkpoints import laid_down
from workflows.triggers import lifted_triggers

DEFAULT_PASSWORD = "balint-demo"  # noqa: S105 - printed on the terminal; refused outside the demo


class Command(BaseCommand):
    """Fill the demo society."""

    help = "Fill a demo society with known people and cases in every state; a second run keeps what is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--reset, --candidates, --password."""
        parser.add_argument("--reset", action="store_true", help="remove everything first")
        parser.add_argument("--candidates", type=int, default=12)
        parser.add_argument("--password", default=DEFAULT_PASSWORD)

    def handle(self, *, reset: bool, candidates: int, password: str, **options: Any) -> None:
        """Fill, and list the log-ins."""
        if not settings.DEMO:
            msg = "This is no demo (CREDENTIALING_DEMO is not set): known passwords have no place here."
            raise CommandError(msg)
        if candidates < 0:
            msg = "The number of candidates can't be negative."
            raise CommandError(msg)
        call_command("migrate", verbosity=0)
        if reset:
            with lifted_triggers():
                call_command("flush", interactive=False, verbosity=0)
            for checkpoint in laid_down():  # they would rightly say that the past has gone
                checkpoint.unlink()
        if Person.objects.filter(email="admin1@example.org").exists():
            self.stdout.write("The demo society is as you left it (manage.py demo --reset begins anew).")
        else:
            for line in fill_society(candidates=candidates, password=password):
                if options["verbosity"] > 1:
                    self.stdout.write(f"  {line}")
        call_command("tick", stdout=StringIO())
        self._log_ins(password)

    def _log_ins(self, password: str) -> None:
        people = Person.objects.filter(email__endswith="@example.org", is_active=True).prefetch_related("terms")
        self.stdout.write(f"\nLog in as one of these, with the password {password}:\n")
        for person in people.order_by("pk"):
            offices = ", ".join(term.get_role_display() for term in person.terms.all())
            self.stdout.write(f"  {person.email:<26}{person.name}{': ' + offices if offices else ''}")
