"""Letters that lower layers ask for: those about accounts, and about offices.

Of an office to those who confirm it, to whom it is about, and to those who decide with them.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils import timezone

from credentialing.accounts.appointments import confirmers_of
from credentialing.accounts.models import Appointment, Person, Role
from credentialing.accounts.rules import BY_TWO
from credentialing.accounts.signals import letter_wanted, person_changed
from credentialing.correspondence.services import send_letter

PROPOSED = "accounts:appointment:proposed"
ANSWERED = frozenset(
    {"accounts:appointment:confirmed", "accounts:appointment:declined", "accounts:appointment:withdrawn"}
)


@receiver(letter_wanted)
def write_letter(*, template: str, address: str, context: Mapping[str, Any], secret: str, **_: Any) -> None:
    """Write it like any other: a row now, the post later, so that no request waits for a mail server."""
    send_letter(template=template, to=address, context=context, secret=secret)


@receiver(person_changed)
def write_of_an_appointment(*, name: str, details: dict[str, Any], **_: Any) -> None:
    """A proposal to those who can confirm it; its answer to the proposer, the person and the council."""
    if name != PROPOSED and name not in ANSWERED:
        return
    appointment = Appointment.objects.select_related("person", "proposed_by", "answered_by").get(
        uuid=details["appointment"]
    )
    today = timezone.localdate()
    context = {
        "person": str(appointment.person),
        "office": appointment.get_role_display(),
        "starts_on": _in_words(appointment.starts_on),
        "proposer": str(appointment.proposed_by),
        "path": "/people/offices/",
    }
    if name == PROPOSED:
        for officer in confirmers_of(appointment, today):
            send_letter(template="office_proposed", to=officer, context=context)
        return
    confirmed = appointment.outcome == Appointment.Outcome.CONFIRMED
    told = {appointment.proposed_by, appointment.person} if confirmed else {appointment.proposed_by}
    told |= set(Person.objects.holding(Role.COUNCIL, today)) if confirmed else set()
    answer = {
        "outcome": appointment.get_outcome_display().lower(),
        "confirmed": confirmed,
        "answered_by": str(appointment.answered_by),
        "path": "/home/",
    }
    for person in sorted(told - {appointment.answered_by}, key=lambda one: one.pk):
        send_letter(template="office_answered", to=person, context={**context, **answer})


@receiver(person_changed)
def write_of_an_end(*, name: str, actor: Person, subject_id: UUID, details: dict[str, Any], **_: Any) -> None:
    """An administrator alone can end an office that decides, or close its holder's account: those who decide hear."""
    today = timezone.localdate()
    person = Person.objects.filter(uuid=subject_id).first()
    if person is None:
        return
    if name == "accounts:role:ended" and details["role"] in BY_TWO:
        what = f"no longer {Role(details['role']).label}"
    elif name == "accounts:account:closed" and person.offices_held_on(today) & BY_TWO:
        what = "the account is closed"
    else:
        return
    told = set(Person.objects.holding_any((Role.COUNCIL, Role.PRESIDENT, Role.REGISTRAR, Role.COORDINATOR), today))
    for officer in sorted((told | {person}) - {actor}, key=lambda one: one.pk):
        send_letter(
            template="office_ended",
            to=officer,
            context={"person": str(person), "what": what, "actor": str(actor), "path": "/home/"},
            even_if_closed=officer == person,
        )


def _in_words(day: date) -> str:
    return f"{day:%B %-d, %Y}"
