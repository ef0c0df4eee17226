"""Bringing earlier holders into the registry, honestly labelled as such."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from certificates.models import Credential
from certificates.querysets import CredentialQuerySet
from certificates.same_text import is_same
from certificates.searching import matching
from certificates.services import award_credential
from credentialing.accounts.models import Person
from credentialing.accounts.naming import is_vouched_for, printed_name_of
from credentialing.applications.progress import refresh_cases_of
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.names.lifecycle import RECORDED
from credentialing.pathways.definitions import PathwayDefinition
from credentialing.registry.importing.holders import Holder, HoldersRefused, Problem
from workflows.services import perform

NOTE = "As it stood in the society's own records."
STEPS = {"suspended": "suspend", "expired": "expire", "resigned": "resign"}


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """What an import did."""

    added: tuple[Credential, ...]
    known: int


@transaction.atomic
def import_holders(
    *, holders: Sequence[Holder], pathway: PathwayDefinition, actor: Person, now: datetime | None = None
) -> ImportResult:
    """Award each earlier holder's credential with the number and date they have; whoever stands already is left alone.

    All or nothing. The list's own word for each standing is kept with the record.
    Holders without a number get the next one of the year of their award.

    Raises:
        PermissionError: the actor isn't the registrar.
        HoldersRefused: a number or an e-mail address belongs to somebody else.
    """
    now = now or timezone.now()
    if "registrar" not in actor.roles_on(timezone.localdate(now)):
        msg = "Earlier holders are brought in by the registrar."
        raise PermissionError(msg)
    added: list[Credential] = []
    problems: list[Problem] = []
    printed: dict[str, str] = {}
    for holder in holders:
        standing, problem = _standing(holder, pathway)
        if problem:
            problems.append(Problem(line=holder.line, column="", message=problem))
        elif standing is None and not problems:
            credential = _award(holder, pathway, actor, now)
            added.append(credential)
            if holder.printed_status:
                printed[str(credential.uuid)] = holder.printed_status
    if problems:
        raise HoldersRefused(problems)
    for credential in added:
        refresh_cases_of(credential.holder, now)
    if added:
        record_event(
            event=Event.HOLDERS_IMPORTED,
            actor=actor,
            subject_kind="person",
            subject_id=actor.uuid,
            details={"credentials": [str(credential.uuid) for credential in added], "printed_statuses": printed},
            now=now,
        )
    return ImportResult(added=tuple(added), known=len(holders) - len(added))


def prospects(*, holders: Sequence[Holder], pathway: PathwayDefinition) -> list[tuple[Holder, Credential | None, str]]:
    """For each line the entry that stands already, or why it contradicts one; neither for a new one. Writes nothing."""
    return [(holder, *_standing(holder, pathway)) for holder in holders]


def _standing(holder: Holder, pathway: PathwayDefinition) -> tuple[Credential | None, str]:
    """The credential that this line describes and that stands already, or why the line contradicts what stands.

    The list may have the name on record, or one from before a recorded change.
    """
    credentials = Credential.objects.filter(scheme=pathway.slug)
    if holder.number:
        same = credentials.numbered(holder.number)
        if same is not None and not (same.awarded_on == holder.awarded_on and _is_or_was_called(same, holder.name)):
            return None, f"The number {holder.number} belongs to {same.recorded_name}, awarded on {same.awarded_on}."
        if same is not None:
            return same, ""
    else:
        that_day = credentials.filter(awarded_on=holder.awarded_on, basis="import").order_by("pk")
        same = next((one for one in _named_alike(that_day, holder.name) if _is_or_was_called(one, holder.name)), None)
        if same is not None:
            return same, ""
    person = Person.objects.reached_at(holder.email)
    if person is not None and not any(is_same(holder.name, name) for name in _names_of(person)):
        return None, f"The address {holder.email} belongs to {person}."
    if person is not None and credentials.filter(holder=person, state__in=["pending", "active", "suspended"]).exists():
        return None, f"{person} already holds this credential under another number."
    return None, ""


def _names_of(person: Person) -> set[str]:
    """What somebody is called; of a holder what the society vouches for, whatever they call themselves here."""
    printed = printed_name_of(person).name
    return {printed} if is_vouched_for(person) else {printed, person.name}


def _named_alike(credentials: CredentialQuerySet, name: str) -> CredentialQuerySet:
    """Those that have this name on record, or had it before a recorded change: few, to be compared one by one."""
    before = Q(name_changes__state=RECORDED)
    return credentials.filter(matching(name, "name_key") | before).distinct().prefetch_related("name_changes")


def _is_or_was_called(credential: Credential, name: str) -> bool:
    """Whether a name is that on record, or that before a recorded change."""
    changes = (change.name_before for change in credential.name_changes.all() if change.state == RECORDED)
    return any(is_same(name, known) for known in (credential.recorded_name, *changes))


def _award(holder: Holder, pathway: PathwayDefinition, actor: Person, now: datetime) -> Credential:
    person = Person.objects.reached_at(holder.email)
    if person is None:
        person = Person.objects.create_user(
            holder.email or None,
            name=holder.name,
            post_nominals=holder.post_nominals,
            profession=holder.profession,
            city=holder.city,
            country=holder.country,
            listed=holder.listed,
        )
    credential = award_credential(
        holder=person,
        name=holder.name,
        post_nominals=holder.post_nominals,
        designation=pathway.designation,
        scheme=pathway.slug,
        scheme_version="",
        number_prefix=pathway.number_prefix,
        number=holder.number,
        awarded_on=holder.awarded_on,
        valid_until=holder.valid_until,
        basis=Credential.Basis.IMPORT,
        actor=actor,
        now=now,
    )
    if holder.status in STEPS:
        perform(credential, STEPS[holder.status], actor=actor, reason=NOTE, now=now)
    return credential
