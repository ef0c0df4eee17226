"""Offices that decide are given by two: an administrator proposes, a second officer confirms (docs/adr/0011)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.addresses import is_one_with
from credentialing.accounts.models import Appointment, Person, Role, Term
from credentialing.accounts.rules import BY_TWO
from credentialing.accounts.services import AlreadyInOffice, announce, must_administer
from credentialing.accounts.signals import person_changed
from credentialing.accounts.ties import NEAR, kinds_between

CONFIRMERS = BY_TWO - {Role.REVIEWER}


class AppointmentOver(Exception):
    """It has been confirmed, declined or withdrawn already."""


class NotTheSecond(Exception):
    """This person can't confirm or decline that appointment; the message says why (403)."""


class TwoOfficersExist(Exception):
    """The site itself can give the office now, so the command on the server refuses."""


@transaction.atomic
def propose_office(
    *,
    person: Person,
    role: str,
    actor: Person,
    starts_on: date,
    ends_on: date | None = None,
    now: datetime | None = None,
) -> Appointment:
    """Propose an office that decides; it counts for nothing until a second officer confirms it.

    Raises:
        PermissionError: the actor is no administrator, or would propose themself.
        AlreadyInOffice: the person holds it in that time, or it has been proposed already.
    """
    must_administer(actor, person)
    _must_be_free(person, role, starts_on, ends_on)
    if person.appointments.waiting().filter(role=role).exists():
        msg = f"This office has already been proposed for {person}; a second officer has to confirm it."
        raise AlreadyInOffice(msg)
    proposed = Appointment(
        person=person,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        proposed_by=actor,
        proposed_at=now or timezone.now(),
    )
    proposed.full_clean()
    proposed.save()
    _announce("proposed", proposed, actor)
    return proposed


@transaction.atomic
def confirm_office(*, appointment: Appointment, actor: Person, now: datetime | None = None) -> Term:
    """Confirm what somebody else has proposed: the term is in the books, and begins on no day before this one.

    Raises:
        NotTheSecond: proposed by the actor or for the actor, tied to the person, or no office that confirms.
        AppointmentOver: it has been answered already, or its time is over.
        AlreadyInOffice: the person has come to hold it meanwhile.
    """
    now = now or timezone.now()
    appointment = _open(appointment, actor, now)
    starts_on = max(appointment.starts_on, timezone.localdate(now))
    if appointment.ends_on is not None and appointment.ends_on < starts_on:
        msg = "The time of this office is over already, so there is nothing to confirm: decline it."
        raise AppointmentOver(msg)
    _must_be_free(appointment.person, appointment.role, starts_on, appointment.ends_on)
    term = Term(person=appointment.person, role=appointment.role, starts_on=starts_on, ends_on=appointment.ends_on)
    term.full_clean()
    term.save()
    appointment.term = term
    _answer(appointment, Appointment.Outcome.CONFIRMED, actor, now)
    details = {"role": term.role, "from": str(term.starts_on)}
    announce("accounts:role:granted", actor, term.person, details)
    return term


@transaction.atomic
def decline_office(*, appointment: Appointment, actor: Person, now: datetime | None = None) -> Appointment:
    """Decline what somebody else has proposed.

    Raises:
        NotTheSecond, AppointmentOver: as for confirming.
    """
    now = now or timezone.now()
    return _answer(_open(appointment, actor, now), Appointment.Outcome.DECLINED, actor, now)


@transaction.atomic
def withdraw_office(*, appointment: Appointment, actor: Person, now: datetime | None = None) -> Appointment:
    """Withdraw a proposal of one's own, or as another administrator.

    Raises:
        PermissionError: no administrator, or the proposal is for oneself.
        AppointmentOver: it has been answered already.
    """
    appointment = _locked(appointment)
    must_administer(actor, appointment.person)
    return _answer(appointment, Appointment.Outcome.WITHDRAWN, actor, now or timezone.now())


@transaction.atomic
def appoint_on_the_server(*, person: Person, role: str, reason: str, now: datetime | None = None) -> Term:
    """Give an office from a command on the server: only as long as no two officers exist who could do it by the site.

    Raises:
        TwoOfficersExist: an administrator and a second officer are there.
        AlreadyInOffice: the person holds it already.
        ValueError: no reason.
    """
    today = timezone.localdate(now)
    if not reason.strip():
        msg = "Say why."
        raise ValueError(msg)
    if two_can_give(person, today):
        msg = "An administrator and a second officer are there: they give this office on the site."
        raise TwoOfficersExist(msg)
    _must_be_free(person, role, today, None)
    term = Term(person=person, role=Role(role), starts_on=today)
    term.full_clean()
    term.save()
    system = Person.objects.system()
    announce("accounts:appointment:made_on_the_server", system, person, {"role": role, "reason": reason.strip()})
    announce("accounts:role:granted", system, person, {"role": role, "from": str(today)})
    return term


def two_can_give(person: Person, on: date) -> bool:
    """Whether one officer could propose an office for this person and another confirm it."""
    proposers = set(_others(person, {Role.ADMINISTRATOR}, on))
    confirmers = set(_others(person, CONFIRMERS, on))
    return bool(proposers) and len(proposers | confirmers) > 1


def objection_to_confirming(appointment: Appointment, person: Person, on: date) -> str:
    """Why this person can't confirm or decline it; "" when they can."""
    in_conflict = bool(kinds_between(person, appointment.person, NEAR))
    if person.pk != appointment.proposed_by_id and is_one_with(person, appointment.proposed_by_id):
        return "Whoever has proposed this has, or had, the same e-mail address as you, so somebody else confirms it."
    return objection_by(appointment, person, person.roles_on(on), in_conflict=in_conflict)


def objection_by(appointment: Appointment, person: Person, roles: frozenset[str], *, in_conflict: bool) -> str:
    """The same of what has been looked up already, so that a list asks once."""
    if person.pk == appointment.proposed_by_id:
        return "You have proposed this, so a second officer confirms it."
    if person.pk == appointment.person_id:
        return "This is about you, so others confirm it."
    if not roles & CONFIRMERS:
        return "Only officers confirm this."
    if in_conflict:
        return "You have a declared conflict of interest, or an e-mail address in common, so others confirm it."
    return ""


def confirmers_of(appointment: Appointment, on: date) -> list[Person]:
    """Those who can confirm it today."""
    officers = Person.objects.holding_any(CONFIRMERS, on).exclude(
        pk__in=[appointment.person_id, appointment.proposed_by_id]
    )
    return [officer for officer in officers if not objection_to_confirming(appointment, officer, on)]


def _others(person: Person, roles: Iterable[str], on: date) -> list[int]:
    return list(Person.objects.holding_any(roles, on).exclude(pk=person.pk).values_list("pk", flat=True))


def _must_be_free(person: Person, role: str, starts_on: date, ends_on: date | None) -> None:
    if person.terms.filter(role=Role(role)).overlapping(starts_on, ends_on).exists():
        msg = f"{person} already holds this office in that time."
        raise AlreadyInOffice(msg)


def _locked(appointment: Appointment) -> Appointment:
    appointment = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if appointment.outcome:
        msg = f"This has already been answered: {appointment.get_outcome_display().lower()}."
        raise AppointmentOver(msg)
    return appointment


def _open(appointment: Appointment, actor: Person, now: datetime) -> Appointment:
    if objection := objection_to_confirming(appointment, actor, timezone.localdate(now)):
        raise NotTheSecond(objection)
    return _locked(appointment)


def _answer(appointment: Appointment, outcome: str, actor: Person, now: datetime) -> Appointment:
    appointment.outcome, appointment.answered_by, appointment.answered_at = outcome, actor, now
    appointment.save()
    _announce(outcome, appointment, actor)
    return appointment


def _announce(what: str, appointment: Appointment, actor: Person) -> None:
    person_changed.send(
        sender=Appointment,
        name=f"accounts:appointment:{what}",
        actor=actor,
        subject_kind="person",
        subject_id=appointment.person.uuid,
        details={"role": appointment.role, "appointment": str(appointment.uuid)},
    )
