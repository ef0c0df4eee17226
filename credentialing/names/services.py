"""Asking for, deciding and recording a change of what the society vouches for."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from certificates.fonts import objection_to_printing
from certificates.models import Credential
from certificates.services import record_name
from credentialing.accounts.models import Person
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.models import Letter
from credentialing.names.letters import ask_holder, tell_of_asking, tell_of_step
from credentialing.names.lifecycle import RECORDED
from credentialing.names.models import NameChange
from credentialing.names.rules import objection_to_approving
from workflows.models import LedgerRecord
from workflows.services import perform


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be on record, what kind of change that is, and why."""

    name: str
    post_nominals: str
    kind: str
    explanation: str = ""


class ChangeRefused(Exception):
    """This change can't be asked for; the message says why (409)."""


@transaction.atomic
def ask_for_change(*, credential: Credential, actor: Person, wish: Wish, now: datetime | None = None) -> NameChange:
    """The holder asks that another name or other degrees be vouched for; the registrar is told. Nothing changes yet.

    Raises:
        PermissionError: the credential is somebody else's.
        ChangeRefused: a change is under way, nothing would change, or no font has its letters.
    """
    if credential.holder_id != actor.pk:
        msg = "Only the holder can ask for this."
        raise PermissionError(msg)
    change = _begin(credential, actor, wish, now or timezone.now())
    tell_of_asking(change)
    return change


@transaction.atomic
def change_for_holder(
    *,
    credential: Credential,
    actor: Person,
    wish: Wish,
    proof: str,
    proof_seen_on: date,
    now: datetime | None = None,
) -> NameChange:
    """Ask on behalf of a holder who wrote or called, and approve it on the proof seen; the holder is told.

    Another name then still waits for a second person; other degrees are on record at once.

    Raises:
        ChangeRefused: a change is under way, nothing would change, or no font has its letters.
        TransitionError: the refusals of the engine; among them that it is one's own name, or that of a tie.
    """
    now = now or timezone.now()
    change = _begin(credential, actor, wish, now)
    approve_change(change=change, actor=actor, proof=proof, proof_seen_on=proof_seen_on, now=now)
    return change


@transaction.atomic
def approve_change(
    *,
    change: NameChange,
    actor: Person,
    proof: str,
    proof_seen_on: date | None,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> LedgerRecord:
    """Approve a change on a proof that was seen; degrees alone are on record with it, a name waits for a second person.

    Raises:
        TransitionError: the refusals of the engine; among them that no proof is named.
        ValueError: no font has its letters (any more).
    """
    now = now or timezone.now()
    NameChange.objects.select_for_update().get(pk=change.pk)
    change.proof, change.proof_seen_on = " ".join(proof.split()), proof_seen_on
    change.save(update_fields=["proof", "proof_seen_on"])
    record = perform(change, "approve", actor=actor, expected_version=expected_version, now=now)
    _follow(change, record)
    return record


@transaction.atomic
def confirm_change(
    *, change: NameChange, actor: Person, expected_version: int | None = None, now: datetime | None = None
) -> LedgerRecord:
    """Confirm a change of a name as the second person: it is on record, and the document gets a new edition.

    Raises:
        TransitionError: the refusals of the engine.
        ValueError: no font has its letters (any more).
    """
    record = perform(change, "confirm", actor=actor, expected_version=expected_version, now=now)
    _follow(change, record)
    return record


@transaction.atomic
def refuse_change(
    *, change: NameChange, actor: Person, reason: str, expected_version: int | None = None, now: datetime | None = None
) -> LedgerRecord:
    """Refuse a change; the holder reads why, and what is on record stays.

    Raises:
        TransitionError: the refusals of the engine.
    """
    record = perform(change, "refuse", actor=actor, reason=reason, expected_version=expected_version, now=now)
    _follow(change, record)
    return record


@transaction.atomic
def withdraw_change(
    *, change: NameChange, actor: Person, expected_version: int | None = None, now: datetime | None = None
) -> LedgerRecord:
    """The holder takes the wish back, also one that somebody else has asked for; those who were to decide are told.

    Raises:
        TransitionError: the refusals of the engine.
    """
    record = perform(change, "withdraw", actor=actor, expected_version=expected_version, now=now)
    _follow(change, record)
    return record


@transaction.atomic
def keep_what_stands(*, credential: Credential, actor: Person, now: datetime | None = None) -> None:
    """Say that what is on record is right: the profile takes it over.

    An entry that was taken over from a changed profile counts as looked at only when an officer says so.

    Raises:
        PermissionError: neither the holder nor somebody who may decide about this holder's name.
    """
    now = now or timezone.now()
    own = credential.holder_id == actor.pk
    if not own:
        must_decide(actor, credential.holder, timezone.localdate(now))
        Credential.objects.filter(pk=credential.pk).update(name_to_check=False)
    _let_profile_follow(credential)
    record_event(
        event=Event.NAME_KEPT,
        actor=actor,
        subject_kind=credential.subject_kind,
        subject_id=credential.uuid,
        details={"by": "holder" if own else "officer"},
        now=now,
    )


@transaction.atomic
def write_about_difference(*, credential: Credential, actor: Person, now: datetime | None = None) -> Letter | None:
    """Ask the holder by letter which is right, the profile or what is on record; once a day. None without an address.

    Raises:
        PermissionError: the actor may not decide about this holder's name.
    """
    now = now or timezone.now()
    must_decide(actor, credential.holder, timezone.localdate(now))
    letter = ask_holder(credential, timezone.localdate(now))
    if letter is not None:
        record_event(
            event=Event.NAME_DIFFERENCE_TOLD,
            actor=actor,
            subject_kind=credential.subject_kind,
            subject_id=credential.uuid,
            now=now,
        )
    return letter


def must_decide(actor: Person, holder: Person, on: date) -> None:
    """Refuse whoever may not decide about this holder's name.

    Raises:
        PermissionError: with the reason.
    """
    if not actor.roles_on(on) & {"registrar", "administrator"}:
        msg = "The registrar decides about this."
        raise PermissionError(msg)
    if objection := objection_to_approving(actor, holder, on):
        raise PermissionError(objection)


def _begin(credential: Credential, actor: Person, wish: Wish, now: datetime) -> NameChange:
    credential = Credential.objects.select_for_update(of=("self",)).select_related("holder").get(pk=credential.pk)
    name, post_nominals = " ".join(wish.name.split()), " ".join(wish.post_nominals.split())
    objection = objection_to_printing(name) or objection_to_printing(post_nominals)
    if NameChange.objects.open().filter(credential=credential).exists():
        msg = "A change is under way already."
    elif (name, post_nominals) == (credential.recorded_name, credential.recorded_post_nominals):
        msg = "This says the same as what is on record."
    elif objection:
        msg = objection
    else:
        change = NameChange.objects.create(
            credential=credential,
            kind=wish.kind,
            name_before=credential.recorded_name,
            post_nominals_before=credential.recorded_post_nominals,
            name=name,
            post_nominals=post_nominals,
            explanation=wish.explanation.strip(),
            asked_by=actor,
            asked_at=now,
            state_since=now,
        )
        _record(Event.NAME_CHANGE_ASKED, change, actor, now)
        return change
    raise ChangeRefused(msg)


def _follow(change: NameChange, record: LedgerRecord) -> None:
    """What a step brings with it: the record and its document, the profile, the letters."""
    if change.state == RECORDED:
        certificate = record_name(
            credential=change.credential, name=change.name, post_nominals=change.post_nominals, actor=record.actor
        )
        edition = certificate.edition if certificate else None
        _record(Event.NAME_RECORDED, change, record.actor, record.recorded_at, edition=edition)
    if not change.is_open:
        _let_profile_follow(change.credential)
    tell_of_step(change, record)


def _let_profile_follow(credential: Credential) -> None:
    """The printed name of a holder's profile is what is on record, once somebody has decided."""
    Person.objects.filter(pk=credential.holder_id).update(
        certificate_name=credential.recorded_name, post_nominals=credential.recorded_post_nominals
    )


def _record(event: Event, change: NameChange, actor: Person, now: datetime, **details: int | None) -> None:
    record_event(
        event=event,
        actor=actor,
        subject_kind=change.subject_kind,
        subject_id=change.uuid,
        details={"credential": str(change.credential.uuid), "kind": change.kind, **details},
        now=now,
    )
