"""`manage.py appoint E-MAIL OFFICE --reason …`: gives an office while no two officers exist to do it on the site."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from credentialing.accounts.appointments import TwoOfficersExist, appoint_on_the_server
from credentialing.accounts.models import Person, Role
from credentialing.accounts.services import AlreadyInOffice


class Command(BaseCommand):
    """Give an office from today on; recorded with its reason, by nobody but whoever runs the server."""

    help = "Give an office while no administrator and second officer exist who could give it on the site."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whom, which office, why."""
        parser.add_argument("email", metavar="E-MAIL", help="the address with which the person logs in")
        parser.add_argument("role", metavar="OFFICE", choices=Role.values, help=", ".join(Role.values))
        parser.add_argument("--reason", required=True, help="kept with the record")

    def handle(self, *, email: str, role: str, reason: str, **_: Any) -> None:
        """Give it, or say why not."""
        person = Person.objects.filter(is_active=True).reached_at(email)
        if person is None:
            msg = f"Nobody with an open account has the address {email}."
            raise CommandError(msg)
        try:
            term = appoint_on_the_server(person=person, role=role, reason=reason)
        except (TwoOfficersExist, AlreadyInOffice, ValueError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{term} from {term.starts_on} on. It is recorded with your reason.")
