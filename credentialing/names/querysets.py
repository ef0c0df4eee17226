"""How changes of names, and names that differ, are looked up."""

from typing import TYPE_CHECKING

from django.db.models import Q

from credentialing.accounts.models import Person, Role
from credentialing.applications.permissions import people_closed_to
from credentialing.names.lifecycle import APPROVED, ASKED, CONFIRMERS, OPEN
from workflows.models import SealedQuerySet

if TYPE_CHECKING:
    from credentialing.names.models import NameChange  # noqa: F401 - named in strings


class NameChangeQuerySet(SealedQuerySet["NameChange"]):
    """Changes of names."""

    def open(self) -> "NameChangeQuerySet":
        """Neither on record nor ended otherwise."""
        return self.filter(state__in=OPEN)

    def ended(self) -> "NameChangeQuerySet":
        """On record, refused or withdrawn."""
        return self.exclude(state__in=OPEN)

    def asked_about(self, holder: Person) -> "NameChangeQuerySet":
        """Those about one holder's own name."""
        return self.filter(credential__holder=holder).select_related("credential")

    def visible_to(self, officer: Person) -> "NameChangeQuerySet":
        """What an officer may see: neither what is about themselves nor about somebody they are tied to."""
        others = self.exclude(credential__holder__in=people_closed_to(officer))
        return others.select_related("credential__holder", "asked_by", "approved_by")

    def awaiting(self, officer: Person, roles: frozenset[str]) -> "NameChangeQuerySet":
        """Those that wait for this officer's own word."""
        approves = Role.REGISTRAR in roles or Role.ADMINISTRATOR in roles
        to_approve = Q(state=ASKED) if approves else Q(pk__in=[])
        second = Q(state=APPROVED) & ~Q(approved_by=officer) & ~Q(asked_by=officer)
        to_confirm = second if roles & CONFIRMERS else Q(pk__in=[])
        return self.visible_to(officer).open().filter(to_approve | to_confirm)
