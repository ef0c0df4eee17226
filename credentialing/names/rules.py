"""Who decides about the name of somebody: never they themselves, nobody tied to them, and the registrar first."""

from datetime import date
from typing import TYPE_CHECKING

from credentialing.accounts.addresses import accounts_of_one
from credentialing.accounts.models import Person, Role
from credentialing.applications.permissions import free_to_decide, objection_to_deciding
from credentialing.names.lifecycle import CONFIRMERS

if TYPE_CHECKING:
    from credentialing.names.models import NameChange


def objection_to_approving(actor: Person, holder: Person, on: date) -> str:
    """Why this registrar or administrator must not decide about this holder's name; "" if nothing is against it."""
    if objection := objection_to_deciding(actor, holder):
        return objection
    if Role.REGISTRAR in actor.roles_on(on) or not free_to_decide(Person.objects.holding(Role.REGISTRAR, on), holder):
        return ""
    return "The registrar decides about this. An administrator does so only where no registrar may."


def approvers_for(holder: Person, on: date) -> list[Person]:
    """The registrars who may decide about this holder's name; where there is none, the administrators who may."""
    registrars = free_to_decide(Person.objects.holding(Role.REGISTRAR, on), holder)
    return registrars or free_to_decide(Person.objects.holding(Role.ADMINISTRATOR, on), holder)


def confirmers_of(change: "NameChange", on: date) -> list[Person]:
    """The officers who may be the second person of a change: neither who asked for it nor who approved it."""
    officers = {
        person.pk: person
        for role in sorted(CONFIRMERS)
        for person in free_to_decide(Person.objects.holding(role, on), change.credential.holder)
    }
    barred = accounts_of_one(change.asked_by_id, change.approved_by_id)
    return [person for key, person in officers.items() if key not in barred]
