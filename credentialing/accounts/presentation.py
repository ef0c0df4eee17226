"""How offices that have been proposed are told."""

from collections.abc import Iterable
from dataclasses import dataclass

from credentialing.accounts.appointments import objection_by
from credentialing.accounts.models import Appointment, Person
from credentialing.accounts.ties import NEAR, tied_people


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """One proposal, why its reader can't confirm it ("" when they can), and whether they can withdraw it."""

    appointment: Appointment
    objection: str
    withdraws: bool


def proposed(appointments: Iterable[Appointment], reader: Person, roles: frozenset[str]) -> list[Proposed]:
    """Several for one reader, by as many queries as for one."""
    appointments = list(appointments)
    people = Person.objects.order_by().filter(pk__in=[one.person_id for one in appointments])
    tied = set(people.filter(tied_people(reader, NEAR)).values_list("pk", flat=True)) if appointments else set()
    return [
        Proposed(
            appointment=one,
            objection=objection_by(one, reader, roles, in_conflict=one.person_id in tied),
            withdraws="administrator" in roles and one.person_id != reader.pk,
        )
        for one in appointments
    ]
