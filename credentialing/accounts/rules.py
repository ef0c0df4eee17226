"""Which offices are given by two, and how other packages ask for offices."""

from datetime import date

from django.db.models import Q

from credentialing.accounts.models import SYSTEM_PERSON_ID, ConflictOfInterest, Person, Role

# Who votes, signs, permits or confirms. Whoever could give one of these offices alone could make a majority.
BY_TWO = frozenset({
    Role.COUNCIL,
    Role.PRESIDENT,
    Role.CCC_CHAIR,
    Role.REVIEWER,
    Role.COORDINATOR,
    Role.REGISTRAR,
    Role.ADMINISTRATOR,
})  # fmt: skip


def conflicts_of(person: Person) -> list[tuple[Person, str]]:
    """With whom this person has a declared conflict, whoever declared it, and how they are related."""
    both = ConflictOfInterest.objects.filter(Q(person=person) | Q(other=person)).select_related("person", "other")
    return [(one.other if one.person_id == person.pk else one.person, one.relation) for one in both]


def offices_of(person: Person, on: date) -> frozenset[str]:
    """The offices a person holds on that day; the system's own actor is `system`."""
    return frozenset({"system"}) if person.uuid == SYSTEM_PERSON_ID else person.roles_on(on)
