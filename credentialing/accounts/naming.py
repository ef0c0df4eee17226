"""What somebody is called on paper: as the society vouches for it where it does, else as they say themselves.

A profile is the person's own. Once a credential has been awarded, name and degrees are those on record
(docs/adr/0009); a profile that says something else changes nothing.
"""

from dataclasses import dataclass

from certificates.models import Credential
from credentialing.accounts.models import Person


@dataclass(frozen=True, kw_only=True)
class PrintedName:
    """A name and the degrees behind it."""

    name: str
    post_nominals: str


def printed_name_of(person: Person) -> PrintedName:
    """What a document says of this person today: of a holder what was last vouched for, of others their profile."""
    held = Credential.objects.held_by(person).first()
    if held is None:
        return PrintedName(name=person.printed_name, post_nominals=person.post_nominals)
    return PrintedName(name=held.recorded_name, post_nominals=held.recorded_post_nominals)


def is_vouched_for(person: Person) -> bool:
    """Whether the society vouches for a name of this person, in force or not; of somebody not stored yet it doesn't."""
    return person.pk is not None and Credential.objects.held_by(person).exists()
