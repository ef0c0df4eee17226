"""Who must keep out of whose case."""

from datetime import date

from django.db.models import Q

from credentialing.accounts.models import SYSTEM_PERSON_ID, ConflictOfInterest, Person


def is_in_conflict(person: Person, other: Person) -> str:
    """Why `person` must not judge `other`, in words to `person`; "" when nothing is declared.

    A declaration counts both ways: whoever declared it.
    """
    if person.pk == other.pk:
        return "This is your own case."
    declared = ConflictOfInterest.objects.filter(Q(person=person, other=other) | Q(person=other, other=person)).first()
    return f"You have a declared conflict of interest with this person ({declared.relation})." if declared else ""


def offices_of(person: Person, on: date) -> frozenset[str]:
    """The offices a person holds on that day; the system's own actor is `system`."""
    return frozenset({"system"}) if person.uuid == SYSTEM_PERSON_ID else person.roles_on(on)
