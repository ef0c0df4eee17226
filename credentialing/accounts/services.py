"""Everything that changes people, terms, memberships and conflicts."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import ConflictOfInterest, Membership, Person, Role, Term
from credentialing.accounts.naming import is_vouched_for
from credentialing.accounts.rules import BY_TWO
from credentialing.accounts.signals import person_changed
from credentialing.accounts.ties import note_tie

VOUCHED_FOR = frozenset({"certificate_name", "post_nominals"})


class AlreadyInOffice(Exception):
    """The person already holds that office."""


class NeedsASecondOfficer(Exception):
    """This office isn't given by one administrator alone."""


class TermOver(Exception):
    """The term has already ended."""


class AccountUnchanged(Exception):
    """The account is already closed, or already open."""


@transaction.atomic
def grant_role(*, person: Person, role: str, actor: Person, starts_on: date, ends_on: date | None = None) -> Term:
    """Give a person an office for a term: one of those that one administrator gives alone.

    Raises:
        PermissionError: the actor is no administrator, or would give themself an office.
        AlreadyInOffice: the person holds it in that time already.
        NeedsASecondOfficer: the office is one of those that decide (`accounts.appointments`).
    """
    must_administer(actor, person)
    if role in BY_TWO:
        msg = "An office that decides is proposed, and a second officer confirms it."
        raise NeedsASecondOfficer(msg)
    if person.terms.filter(role=Role(role)).overlapping(starts_on, ends_on).exists():
        msg = f"{person} already holds this office in that time."
        raise AlreadyInOffice(msg)
    term = Term(person=person, role=role, starts_on=starts_on, ends_on=ends_on)
    term.full_clean()
    term.save()
    announce("accounts:role:granted", actor, person, {"role": role, "from": str(starts_on)})
    return term


@transaction.atomic
def end_term(*, term: Term, actor: Person, now: datetime | None = None) -> Term:
    """End a term of office today: from the next request on the office is gone.

    A term that has not run a whole day yet is taken out of the books; the audit events tell of it.

    Raises:
        PermissionError: the actor is no administrator, or it is their own office.
        TermOver: it has ended already.
    """
    today = timezone.localdate(now)
    term = Term.objects.select_for_update().get(pk=term.pk)
    must_administer(actor, term.person)
    if term.ends_on is not None and term.ends_on < today:
        msg = "This term has already ended."
        raise TermOver(msg)
    term.ends_on = today - timedelta(days=1)
    if term.starts_on < today:
        term.save(update_fields=["ends_on"])
    else:
        term.delete()
    announce("accounts:role:ended", actor, term.person, {"role": term.role})
    return term


@transaction.atomic
def close_account(*, person: Person, actor: Person) -> Person:
    """Keep a person from logging in, from their next request on; everything they did stays.

    Raises:
        PermissionError: the actor is no administrator, or it is their own account.
        AccountUnchanged: it is closed already.
    """
    return _set_active(person, actor, active=False)


@transaction.atomic
def reopen_account(*, person: Person, actor: Person) -> Person:
    """Let a person log in again.

    Raises:
        PermissionError: the actor is no administrator, or it is their own account.
        AccountUnchanged: it is open already.
    """
    return _set_active(person, actor, active=True)


@transaction.atomic
def record_membership(
    *,
    person: Person,
    actor: Person,
    starts_on: date,
    ends_on: date | None = None,
    number: str = "",
    now: datetime | None = None,
) -> Membership:
    """Record a membership; one that runs on in the books is closed first by giving it an end.

    Raises:
        PermissionError: neither coordinator nor registrar, or one's own membership.
    """
    if person.pk == actor.pk or not actor.roles_on(timezone.localdate(now)) & {"coordinator", "registrar"}:
        msg = "Only the coordinator or the registrar records memberships, and not their own."
        raise PermissionError(msg)
    running = person.memberships.filter(starts_on=starts_on).first()
    membership = running or Membership(person=person, starts_on=starts_on, recorded_at=now or timezone.now())
    membership.number, membership.ends_on, membership.recorded_by = number, ends_on, actor
    membership.full_clean()
    membership.save()
    announce("accounts:membership:recorded", actor, person, {"from": str(starts_on), "until": str(ends_on or "")})
    return membership


@transaction.atomic
def declare_conflict(*, person: Person, other: Person, relation: str, actor: Person) -> ConflictOfInterest:
    """Declare that `person` must not judge `other`; declaring it again changes nothing.

    Raises:
        PermissionError: the actor declares it for somebody else without being the coordinator.
        ValueError: with oneself.
    """
    if actor.pk != person.pk and "coordinator" not in actor.roles_on(timezone.localdate()):
        msg = "One declares one's own conflicts; the coordinator can do it for others."
        raise PermissionError(msg)
    if person.pk == other.pk:
        msg = "Nobody needs to declare a conflict with themselves: one's own case is always closed to one."
        raise ValueError(msg)
    conflict, created = ConflictOfInterest.objects.get_or_create(
        person=person, other=other, defaults={"relation": relation, "declared_by": actor}
    )
    if created:
        announce("accounts:conflict:declared", actor, other, {"by": str(person.uuid)})
        for one, two in ((person, other), (other, person)):
            note_tie(person=one, other=two, now=conflict.declared_at)
    return conflict


@transaction.atomic
def update_profile(*, person: Person, actor: Person, changed: Sequence[str]) -> Person:
    """Store what a person has changed about themselves (`changed` names the fields, already set on `person`).

    Of a holder the printed name and the degrees are vouched for, so only a request changes them (credentialing/names);
    what a holder is called in the service may change, and the printed name stays beside it as it was.

    Raises:
        PermissionError: somebody else's profile, or what the society vouches for.
        ValidationError: a text that nobody could read as it stands (`certificates.text`).
    """
    if person.pk != actor.pk:
        msg = "Everybody changes their own profile."
        raise PermissionError(msg)
    fields = set(changed)
    person.clean_fields(exclude=[f.name for f in Person._meta.fields if f.name not in fields])
    if is_vouched_for(person):
        if fields & VOUCHED_FOR:
            msg = "Your name on the certificate and your degrees are on record: ask for a change."
            raise PermissionError(msg)
        if "name" in fields:
            person.certificate_name = Person.objects.select_for_update().get(pk=person.pk).printed_name
            fields.add("certificate_name")
    person.save(update_fields=sorted(fields))
    announce("accounts:profile:changed", actor, person, {"fields": sorted(changed)})
    return person


def _set_active(person: Person, actor: Person, *, active: bool) -> Person:
    must_administer(actor, person)
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.is_active == active or not person.email:
        msg = "This account is open already." if active else "This account is closed already."
        raise AccountUnchanged(msg if person.email else "There is no account.")
    person.is_active = active
    person.save(update_fields=["is_active"])
    announce(f"accounts:account:{'reopened' if active else 'closed'}", actor, person, {})
    return person


def announce(name: str, actor: Person, person: Person, details: dict[str, Any]) -> None:
    """Say what happened to a person, so that it is recorded and written of in the same transaction."""
    person_changed.send(
        sender=Person, name=name, actor=actor, subject_kind="person", subject_id=person.uuid, details=details
    )


def must_administer(actor: Person, person: Person) -> None:
    """Refuse everybody but administrators in office, and them in their own matters.

    Raises:
        PermissionError: with the reason.
    """
    administers = "administrator" in actor.roles_on(timezone.localdate())
    if not administers or actor.pk == person.pk:
        msg = "Only an administrator gives and ends offices and closes accounts, and not their own."
        raise PermissionError(msg)
