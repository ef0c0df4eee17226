"""The log of group sessions: add, edit, remove, confirm, deny."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from certificates.same_text import address
from credentialing.accounts.addresses import is_address_of, shares_an_address
from credentialing.accounts.models import Person
from credentialing.accounts.ties import note_tie
from credentialing.applications.models import Application
from credentialing.applications.permissions import supervises
from credentialing.applications.progress import refreshed_once
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter, send_to_stranger
from credentialing.evidence.links import LinkState
from credentialing.evidence.models import LogEntry
from credentialing.evidence.services.cases import (
    EvidenceRefused,
    lock_case,
    must_be_candidate,
    must_be_past,
    note_change,
)
from credentialing.evidence.services.earlier_links import hand_over_links, keep_link

FIELDS = (
    "held_on",
    "minutes",
    "role",
    "format",
    "setting",
    "present",
    "cases",
    "client",
    "recorded",
    "debriefed",
    "co_leader_name",
    "co_leader_email",
)
SAME = ("held_on", "role", "setting", "client")


@transaction.atomic
def add_log_entry(*, application: Application, actor: Person, now: datetime | None = None, **fields: Any) -> LogEntry:
    """Add a session to the candidate's log and ask the co-leader, if they gave an address, to confirm it.

    Raises:
        PermissionError: not the candidate.
        EvidenceRefused: closed case, impossible date, or the same session is logged already.
        TooOften: as many co-leaders have been written to as may (also of the next).
        ValidationError: the co-leader's address is the candidate's own, or a field can't be stored.
    """
    now = now or timezone.now()
    application = lock_case(application)
    must_be_candidate(application, actor)
    must_be_past(fields["held_on"], now)
    _refuse_own_address(application, fields)
    _refuse_repetition(application, fields, None)
    entry = LogEntry(application=application, created_at=now, **fields)
    entry.full_clean(exclude=["application"])
    _store_and_ask(entry, actor, now)
    note_change(
        application, event=Event.ITEM_ADDED, actor=actor, now=now, details={"item": str(entry.uuid), "kind": "log"}
    )
    return entry


@transaction.atomic
def edit_log_entry(*, entry: LogEntry, actor: Person, now: datetime | None = None, **fields: Any) -> LogEntry:
    """Change a logged session; a confirmation (or denial) of it is lost, and the co-leader is asked again.

    What stood there is kept beside it: the log of any day is what it was on that day. A co-leader who has a link and
    hasn't answered gets no other letter: the same link asks about what the session is now.

    Raises:
        PermissionError: not the candidate.
        EvidenceRefused: closed case, removed entry, impossible date or repetition.
        ValidationError: as for a new one.
    """
    now = now or timezone.now()
    application = lock_case(entry.application)
    must_be_candidate(application, actor)
    entry = _fresh(entry)
    must_be_past(fields["held_on"], now)
    _refuse_own_address(application, fields)
    _refuse_repetition(application, fields, entry)
    if all(getattr(entry, name) == value for name, value in fields.items()):
        return entry
    kept = {name: getattr(entry, name) for name in ("client", *fields)}
    edited = LogEntry(application=application, created_at=now, edited_at=now, **kept | fields)
    edited.full_clean(exclude=["application"])
    if _is_still_asked(entry, edited, now):
        hand_over_links(entry, edited)
    else:
        _store_and_ask(edited, actor, now)
    entry.removed_at, entry.replaced_by = now, edited
    entry.save(update_fields=["removed_at", "replaced_by"])
    note_change(
        application,
        event=Event.ITEM_EDITED,
        actor=actor,
        now=now,
        details={"item": str(edited.uuid), "instead_of": str(entry.uuid), "kind": "log"},
    )
    return edited


@transaction.atomic
def ask_co_leader_again(
    *, entry: LogEntry, actor: Person, end_earlier: bool = False, now: datetime | None = None
) -> LogEntry:
    """Send the co-leader a new link; earlier ones work as well, unless somebody else may have one (`end_earlier`).

    Raises:
        PermissionError: not the candidate.
        EvidenceRefused: closed case, removed entry, answered already, or no address to write to.
        TooOften: as many letters have gone out as may.
    """
    now = now or timezone.now()
    application = lock_case(entry.application)
    must_be_candidate(application, actor)
    entry = _fresh(entry)
    if entry.is_answered or not entry.co_leader_email:
        msg = "There is nobody to ask: the session has been answered, or has no co-leader's address."
        raise EvidenceRefused(msg)
    keep_link(entry, now, ended=end_earlier)
    _store_and_ask(entry, actor, now)
    record_event(
        event=Event.ASKED_AGAIN,
        actor=actor,
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
        details={"item": str(entry.uuid), "kind": "log"},
        now=now,
    )
    return entry


@transaction.atomic
def remove_log_entry(*, entry: LogEntry, actor: Person, restore: bool = False, now: datetime | None = None) -> LogEntry:
    """Take a session out of the log (it is kept and can be restored).

    Raises:
        PermissionError: not the candidate.
        EvidenceRefused: closed case, or it is removed (or restored) already.
    """
    now = now or timezone.now()
    application = lock_case(entry.application)
    must_be_candidate(application, actor)
    entry = LogEntry.objects.get(pk=entry.pk)
    if (entry.removed_at is None) == restore or entry.replaced_by_id:
        msg = "This has already been done."
        raise EvidenceRefused(msg)
    if restore:
        _refuse_repetition(application, {name: getattr(entry, name) for name in SAME}, entry)
    entry.removed_at = None if restore else now
    entry.save(update_fields=["removed_at"])
    note_change(
        application,
        event=Event.ITEM_ADDED if restore else Event.ITEM_REMOVED,
        actor=actor,
        now=now,
        details={"item": str(entry.uuid), "kind": "log"},
    )
    return entry


@transaction.atomic
def confirm_log_entry(
    *, entry: LogEntry, role: str, actor: Person | None = None, now: datetime | None = None
) -> LogEntry:
    """Confirm a session, as its supervisor (logged in) or as its co-leader (who got the e-mail).

    Raises:
        PermissionError: the candidate themself, or a supervisor of somebody else.
        EvidenceRefused: removed, or answered already.
    """
    now = now or timezone.now()
    application = lock_case(entry.application)
    entry = _answerable(entry, application, role, actor, now)
    by = actor or Person.objects.reached_at(entry.co_leader_email)
    entry.confirmed_at, entry.confirmed_by, entry.confirmed_as = now, by, role
    entry.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_as"])
    note_change(
        application,
        event=Event.SESSION_CONFIRMED,
        actor=actor,
        now=now,
        details={"item": str(entry.uuid), "kind": "log", "as": role},
    )
    if by is not None and role == "co_leader":
        note_tie(person=by, other=application.candidate, now=now)
    return entry


@transaction.atomic
def confirm_log_entries(*, entries: Iterable[LogEntry], actor: Person, now: datetime | None = None) -> list[LogEntry]:
    """Confirm several sessions at once as their supervisor: all of them or none.

    Raises:
        PermissionError, EvidenceRefused: as for one.
    """
    with refreshed_once():
        return [confirm_log_entry(entry=entry, role="supervisor", actor=actor, now=now) for entry in entries]


@transaction.atomic
def deny_log_entry(
    *, entry: LogEntry, role: str, reason: str, actor: Person | None = None, now: datetime | None = None
) -> LogEntry:
    """Say that a session was not as logged; the candidate is told and can correct it.

    Raises:
        PermissionError: as for a confirmation.
        EvidenceRefused: no reason, removed, or answered already.
    """
    now = now or timezone.now()
    application = lock_case(entry.application)
    entry = _answerable(entry, application, role, actor, now)
    if not reason.strip():
        msg = "Say what is not right."
        raise EvidenceRefused(msg)
    entry.denied_at, entry.denial_reason, entry.confirmed_as = now, reason.strip(), role
    entry.save(update_fields=["denied_at", "denial_reason", "confirmed_as"])
    note_change(
        application,
        event=Event.SESSION_DENIED,
        actor=actor,
        now=now,
        details={"item": str(entry.uuid), "kind": "log", "as": role},
    )
    send_letter(
        template="session_denied",
        to=application.candidate,
        context={"date": f"{entry.held_on:%B} {entry.held_on.day}, {entry.held_on.year}", "path": "/my/log/"},
    )
    return entry


def _fresh(entry: LogEntry) -> LogEntry:
    entry = LogEntry.objects.get(pk=entry.pk)
    if entry.removed_at is not None:
        msg = "This session has been removed from the log."
        raise EvidenceRefused(msg)
    return entry


def _answerable(entry: LogEntry, application: Application, role: str, actor: Person | None, now: datetime) -> LogEntry:
    asked_at = entry.co_leader_email if role == "co_leader" else ""
    own = is_address_of(application.candidate, asked_at)  # asked today: it may have been added since
    if actor is not None:
        own = own or actor.pk == application.candidate_id or shares_an_address(actor, application.candidate)
    if own:
        msg = "Nobody confirms their own sessions, whatever address they were asked at."
        raise PermissionError(msg)
    if role == "supervisor" and not (actor is not None and supervises(actor, application, now)):
        msg = "Only the candidate's supervisor confirms this."
        raise PermissionError(msg)
    entry = _fresh(entry)
    if entry.confirmed_at or entry.denied_at:
        msg = "This session has already been answered."
        raise EvidenceRefused(msg)
    return entry


def _refuse_repetition(application: Application, fields: Mapping[str, Any], but: LogEntry | None) -> None:
    client = fields.get("client", but.client if but else "")
    same = application.log_entries.standing().filter(
        held_on=fields["held_on"], role=fields["role"], setting=fields["setting"], client=client
    )
    if but is not None:
        same = same.exclude(pk=but.pk)
    if same.exists():
        with_whom = " with this client" if client else ""
        msg = f"A session on this date with the same role and setting{with_whom} is in your log already."
        raise EvidenceRefused(msg)


def _refuse_own_address(application: Application, fields: Mapping[str, Any]) -> None:
    if is_address_of(application.candidate, fields.get("co_leader_email", "")):
        raise ValidationError({"co_leader_email": "This is, or was, your own address. Give your co-leader's."})


def _is_still_asked(entry: LogEntry, edited: LogEntry, now: datetime) -> bool:
    """Whether the same person has a link that works and hasn't used it."""
    same = address(edited.co_leader_email) == address(entry.co_leader_email)
    return same and entry.link_state(now) in {LinkState.OPEN, LinkState.PAUSED}


def _store_and_ask(entry: LogEntry, actor: Person, now: datetime) -> None:
    """Store the session; where its co-leader has an address, they get a link that only they know."""
    token = entry.new_link(now) if entry.co_leader_email else ""
    entry.save()
    if token:
        send_to_stranger(
            template="session_to_confirm",
            address=entry.co_leader_email,
            actor=actor,
            context={
                "date": f"{entry.held_on:%B} {entry.held_on.day}, {entry.held_on.year}",
                "days": settings.LINK_DAYS,
                "path": f"/confirm/{token}/",
            },
            secret=token,
            now=now,
        )
