"""How offices that have been proposed are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from credentialing.accounts.appointments import objection_to_confirming
from credentialing.accounts.models import Appointment, Person


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """One proposal, why its reader can't confirm it ("" when they can), and whether they can withdraw it."""

    appointment: Appointment
    objection: str
    withdraws: bool


def proposed(appointments: Iterable[Appointment], reader: Person, roles: frozenset[str], on: date) -> list[Proposed]:
    """Several for one reader."""
    return [
        Proposed(
            appointment=one,
            objection=objection_to_confirming(one, reader, on),
            withdraws="administrator" in roles and one.person_id != reader.pk,
        )
        for one in appointments
    ]
