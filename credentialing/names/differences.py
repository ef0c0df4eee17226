"""Where a holder's profile says something else than what is on record. Nothing follows from it by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from certificates.models import Credential
from certificates.querysets import CredentialQuerySet
from credentialing.accounts.models import Person
from credentialing.audit.events import Event
from credentialing.audit.models import AuditEvent
from credentialing.names.models import NameChange

PRINTED = frozenset({"name", "certificate_name", "post_nominals"})


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One credential, what its holder's profile says, and since when as far as it is known."""

    credential: Credential
    profile: str
    differs: bool
    since: datetime | None


def differing_names() -> CredentialQuerySet:
    """Credentials whose holder's profile says another name or other degrees than what is on record.

    With them those whose entry was taken over from a profile that its holder had changed, until somebody has looked
    (`Credential.name_to_check`); without those for which a change is under way.
    """
    on_profile = Case(
        When(holder__certificate_name=Value(""), then=F("holder__name")), default=F("holder__certificate_name")
    )
    differs = ~Q(recorded_name=F("on_profile")) | ~Q(recorded_post_nominals=F("holder__post_nominals"))
    under_way = NameChange.objects.open().filter(credential=OuterRef("pk"))
    found = Credential.objects.awarded().alias(on_profile=on_profile).filter(differs | Q(name_to_check=True))
    return found.exclude(Exists(under_way)).order_by("name_order", "pk")


def in_words(credentials: Iterable[Credential]) -> list[Difference]:
    """Those differences for a page: two queries, however many they are."""
    credentials = list(credentials)
    since = _last_changes([credential.holder.uuid for credential in credentials])
    return [
        Difference(
            credential=credential,
            profile=profile_of(credential.holder),
            differs=profile_of(credential.holder) != credential.recorded_as,
            since=since.get(credential.holder.uuid),
        )
        for credential in credentials
    ]


def profile_of(person: Person) -> str:
    """Name and degrees as the person's profile has them."""
    return ", ".join(filter(None, (person.printed_name, person.post_nominals)))


def _last_changes(people: list[UUID]) -> dict[UUID, datetime]:
    """When each of them last changed what would be printed; of the time before changes were recorded nothing."""
    events = AuditEvent.objects.filter(event=Event.PROFILE_CHANGED, subject_kind="person", subject_id__in=people)
    return {
        event.subject_id: event.recorded_at
        for event in events.order_by("pk")
        if PRINTED & set(event.details.get("fields", ()))
    }
