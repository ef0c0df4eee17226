"""Asking, giving and taking back permission to judge in spite of a tie (DESIGN §5, docs/adr/0011)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.addresses import is_one_with
from credentialing.accounts.models import SYSTEM_PERSON_ID, Person
from credentialing.accounts.ties import kinds_between, note_tie, people_tying, tied_people, ties_between
from credentialing.applications.models import Application, Override
from credentialing.applications.permissions import barring_ties
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter

PERMITTERS = frozenset({"coordinator", "ccc_chair", "president", "registrar", "council"})
TOLD_FIRST = ("coordinator", "ccc_chair", "president")


class OverrideRefused(Exception):
    """This can't be asked or answered now; the message says why (409)."""


class MayNotPermit(Exception):
    """This person can't permit that; the message says why (403)."""


@transaction.atomic
def ask_override(
    *,
    candidate: Person,
    application: Application | None,
    actor: Person,
    reason: str,
    now: datetime | None = None,
) -> Override:
    """Ask to be permitted to judge a case (or, without one, what somebody holds) in spite of a tie.

    Raises:
        OverrideRefused: one's own case, no office, no tie, no reason, or it has been asked already.
    """
    now = now or timezone.now()
    if actor.pk == candidate.pk:
        msg = "In your own case nobody can permit you to judge."
        raise OverrideRefused(msg)
    if not actor.roles_on(timezone.localdate(now)):
        msg = "Only those who hold an office judge."
        raise OverrideRefused(msg)
    if not barring_ties(actor, candidate, application):
        msg = "Nothing keeps you from judging here, so there is nothing to permit."
        raise OverrideRefused(msg)
    if not reason.strip():
        msg = "Say why nobody else can do this."
        raise OverrideRefused(msg)
    Person.objects.select_for_update().get(pk=actor.pk)
    if Override.objects.waiting().filter(person=actor).about(candidate, application).exists():
        msg = "You have asked already. You get an e-mail with the answer."
        raise OverrideRefused(msg)
    asked = Override.objects.create(
        person=actor,
        candidate=candidate,
        application=application,
        kinds=Override.written(kinds_between(actor, candidate)),
        reason=reason.strip(),
        asked_at=now,
    )
    _record(Event.OVERRIDE_ASKED, asked, actor, now)
    for officer in _to_be_asked(asked, now):
        send_letter(
            template="override_asked",
            to=officer,
            context={
                "person": str(actor),
                "candidate": str(candidate),
                "ties": [tie.told for tie in ties_between(actor, candidate)],
                "path": f"/reviews/permissions/{asked.uuid}/",
            },
            now=now,
        )
    return asked


@transaction.atomic
def answer_override(
    *, override: Override, actor: Person, permit: bool, reason: str, now: datetime | None = None
) -> Override:
    """Permit or refuse, with the reason that the council reads; whoever asked is told.

    Raises:
        MayNotPermit: no office that permits, one's own request or case, or tied to the candidate oneself.
        OverrideRefused: no reason, or answered or taken back already.
    """
    now = now or timezone.now()
    override = Override.objects.select_for_update().get(pk=override.pk)
    if objection := objection_to_permitting(override, actor, now):
        raise MayNotPermit(objection)
    if override.outcome or override.taken_back_at:
        msg = "This has already been answered."
        raise OverrideRefused(msg)
    if not reason.strip():
        msg = "Say why: the council reads it."
        raise OverrideRefused(msg)
    override.outcome = Override.Outcome.PERMITTED if permit else Override.Outcome.REFUSED
    override.answered_by, override.answered_at, override.answer = actor, now, reason.strip()
    override.answered_as = min(actor.roles_on(timezone.localdate(now)) & PERMITTERS)
    override.save()
    _record(Event.OVERRIDE_ANSWERED, override, actor, now)
    send_letter(
        template="override_answered",
        to=override.person,
        context={
            "candidate": str(override.candidate),
            "permitted": permit,
            "ended": False,
            "reason": override.answer,
            "path": "/reviews/permissions/",
        },
        now=now,
    )
    return override


@transaction.atomic
def take_back_override(*, override: Override, actor: Person, now: datetime | None = None) -> Override:
    """Take a request or a permission back: from then on nothing counts that has not been decided by it.

    Raises:
        MayNotPermit: neither whoever asked nor somebody who could permit it.
        OverrideRefused: refused or taken back already.
    """
    now = now or timezone.now()
    override = Override.objects.select_for_update().get(pk=override.pk)
    by_itself = actor.uuid == SYSTEM_PERSON_ID or actor.pk == override.person_id
    if not by_itself and (objection := objection_to_permitting(override, actor, now)):
        raise MayNotPermit(objection)
    if override.outcome == Override.Outcome.REFUSED or override.taken_back_at:
        msg = "This is over already."
        raise OverrideRefused(msg)
    override.taken_back_at, override.taken_back_by = now, actor
    override.save()
    _record(Event.OVERRIDE_TAKEN_BACK, override, actor, now)
    if override.outcome:
        note_tie(person=override.person, other=override.candidate, now=now)
    return override


@transaction.atomic
def end_override(*, override: Override, reason: str, now: datetime) -> Override:
    """End a permission that must not have been given: by the system, and whoever had it can ask somebody else.

    Raises:
        OverrideRefused: it is over already.
    """
    override = take_back_override(override=override, actor=Person.objects.system(), now=now)
    send_letter(
        template="override_answered",
        to=override.person,
        context={
            "candidate": str(override.candidate),
            "permitted": False,
            "ended": True,
            "reason": reason,
            "path": "/reviews/permissions/",
        },
        now=now,
    )
    return override


def objection_to_permitting(override: Override, person: Person, now: datetime) -> str:
    """Why this person can't answer that request; "" when they can: a second officer whom nothing ties."""
    if is_one_with(person, override.person_id):
        return "Somebody else must answer what you have asked."
    if person.pk == override.candidate_id:
        return "This is about you, so others answer."
    if not person.roles_on(timezone.localdate(now)) & PERMITTERS:
        return "Coordinator, chair, president, registrar or a member of the council answer this."
    if kinds_between(person, override.candidate):
        return "You are tied to the candidate yourself, so others answer."
    return ""


def answerable_by(person: Person, now: datetime) -> list[Override]:
    """The requests that wait for an answer and that this person can give one to, the oldest first."""
    if not person.roles_on(timezone.localdate(now)) & PERMITTERS:
        return []
    waiting = Override.objects.waiting().exclude(person=person).exclude(candidate=person)
    waiting = waiting.exclude(candidate__in=Person.objects.order_by().filter(tied_people(person)).values("pk"))
    return list(waiting.select_related("person", "candidate", "application"))


def _to_be_asked(override: Override, now: datetime) -> list[Person]:
    for roles in (TOLD_FIRST, PERMITTERS):
        officers = Person.objects.holding_any(roles, timezone.localdate(now))
        officers = officers.exclude(pk__in=[override.person_id, override.candidate_id])
        found = list(officers.exclude(pk__in=_tying(override.candidate)))
        if found:
            return found
    return []


def _tying(candidate: Person) -> list[int]:
    return list(Person.objects.order_by().filter(people_tying(candidate)).values_list("pk", flat=True))


def _record(event: Event, override: Override, actor: Person, now: datetime) -> None:
    about = override.application
    record_event(
        event=event,
        actor=actor,
        subject_kind=about.subject_kind if about else "person",
        subject_id=about.uuid if about else override.candidate.uuid,
        details={
            "override": str(override.uuid),
            "for": str(override.person.uuid),
            "ties": override.known_kinds,
            "outcome": override.outcome,
        },
        now=now,
    )
