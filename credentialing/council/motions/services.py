"""Putting motions about credentials, voting on them, and carrying out what was decided.

Whoever moves gives a reason; another body decides (docs/pathways.md, `[award.standing]`). In danger two officers
suspend at once, which ends by itself unless the body confirms it. A revocation waits for the time of an appeal (DOMAIN
§5, after ACPE: not effective or published until then).
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from certificates.lifecycle import is_over
from certificates.models import Credential
from credentialing.accounts.addresses import accounts_of_one
from credentialing.accounts.models import Person
from credentialing.applications.permissions import free_to_decide
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter
from credentialing.council.motions.counting import is_carried, is_lost, tally_of, voters_of
from credentialing.council.motions.lifecycle import AT_ONCE, CARRIED, IN_EFFECT
from credentialing.council.motions.models import OFFICERS, Motion, MotionVote
from credentialing.council.motions.rules import objection_to_moving, objection_to_voting, rules_for
from credentialing.council.services import change_standing
from workflows.deadlines import call_off_deadline, hold_deadlines, set_deadline
from workflows.services import perform


class MotionRefused(Exception):
    """This can't be moved or voted on now; the message says why (409)."""


class MayNotJudge(Exception):
    """This person may not move, second or vote here; the message says why (403)."""


@transaction.atomic
def put_motion(
    *,
    credential: Credential,
    act: str,
    actor: Person,
    reason: str,
    in_danger: bool = False,
    now: datetime | None = None,
) -> Motion:
    """Move that a credential be suspended, revoked or reinstated, and write to whoever decides.

    Raises:
        MayNotJudge: the actor holds no office for it, is the holder, or is tied to them.
        MotionRefused: there is no reason, a motion is open already, or the standing doesn't allow the act.
    """
    now = now or timezone.now()
    credential = Credential.objects.select_for_update().get(pk=credential.pk)
    objection = objection_to_moving(credential, actor, now)
    if objection:
        raise MayNotJudge(objection)
    if not reason.strip():
        msg = "Say why."
        raise MotionRefused(msg)
    if not any(credential.workflow_definition().edges(act, credential.state)):
        msg = f"The credential is {credential.status_label.lower()}: that is not possible now."
        raise MotionRefused(msg)
    if act == Motion.Act.REINSTATE and is_over(credential, timezone.localdate(now)):
        msg = "Its last day is over. Mark it as expired; then it can be renewed, with a new last day."
        raise MotionRefused(msg)
    if credential.motions.open().exists():
        msg = "There is an open motion about this credential already."
        raise MotionRefused(msg)
    body, standing = rules_for(credential, now)
    motion = Motion.objects.create(
        credential=credential,
        act=act,
        reason=reason.strip(),
        in_danger=in_danger and act == Motion.Act.SUSPEND,
        proposed_by=actor,
        proposed_at=now,
        state_since=now,
        body=body.label,
        voters=body.voters,
        quorum=body.quorum,
        majority=body.majority,
        appeal_days=standing.appeal_days,
        confirm_days=standing.confirm_days,
    )
    record_event(
        event=Event.MOTION_PUT,
        actor=actor,
        subject_kind=motion.subject_kind,
        subject_id=motion.uuid,
        details={"act": act, "credential": str(credential.uuid), "in_danger": motion.in_danger},
        now=now,
    )
    _ask_for_votes(motion, now)
    if motion.in_danger:
        for officer in _who_may_second(motion, now):
            _write(motion, "motion_to_second", officer, now)
    else:
        _write(motion, "motion_about_you", credential.holder, now, path="/my/")
    return motion


@transaction.atomic
def second_motion(*, motion: Motion, actor: Person, now: datetime | None = None) -> Motion:
    """Suspend at once, as the second officer: it ends by itself unless the body confirms it in time.

    Raises:
        TransitionError: the refusals of the engine.
    """
    now = now or timezone.now()
    perform(motion, "second", actor=actor, now=now)
    _change(motion, "suspend", actor, now)
    set_deadline(motion, "lapse", due_at=now + timedelta(days=motion.confirm_days), now=now)
    _ask_for_votes(motion, now)
    return motion


@transaction.atomic
def cast_vote(
    *, motion: Motion, actor: Person, choice: str, reason: str = "", now: datetime | None = None
) -> MotionVote:
    """Cast one member's vote; when the quorum is reached and the majority is there, decide and carry it out.

    Raises:
        MayNotJudge: not a member of the body today, the mover or seconder, or tied to the holder.
        MotionRefused: it is decided, or the member has voted.
        TransitionError: the refusals of the engine.
    """
    now = now or timezone.now()
    hold_deadlines(motion)
    motion = Motion.objects.select_for_update().get(pk=motion.pk)
    objection = objection_to_voting(motion, actor, now)
    if objection:
        raise MayNotJudge(objection)
    if not motion.is_voted_on:
        msg = "This motion has been decided."
        raise MotionRefused(msg)
    if motion.votes.filter(member=actor).exists():
        msg = "You have already voted."
        raise MotionRefused(msg)
    vote = MotionVote.objects.create(motion=motion, member=actor, choice=choice, reason=reason.strip(), cast_at=now)
    record_event(
        event=Event.MOTION_VOTED,
        actor=actor,
        subject_kind=motion.subject_kind,
        subject_id=motion.uuid,
        details={},
        now=now,
    )
    tally = tally_of(motion, timezone.localdate(now))
    if is_carried(tally, motion.majority):
        _carry(motion, actor, now)
    elif is_lost(tally, motion.majority):
        _reject(motion, actor, now)
    return vote


@transaction.atomic
def withdraw_motion(*, motion: Motion, actor: Person, reason: str, now: datetime | None = None) -> Motion:
    """Take one's own motion back while it is voted on and nothing has been done.

    Raises:
        TransitionError: the refusals of the engine.
    """
    now = now or timezone.now()
    perform(motion, "withdraw", actor=actor, reason=reason, now=now)
    if not motion.in_danger:
        _write(motion, "motion_ended", motion.credential.holder, now, path="/my/")
    return motion


@transaction.atomic
def close_overtaken(*, motion: Motion, actor: Person, now: datetime | None = None) -> Motion:
    """Close a motion that can't be carried out any more, because the credential has changed meanwhile.

    Raises:
        TransitionError: the refusals of the engine.
    """
    now = now or timezone.now()
    hold_deadlines(motion)
    perform(motion, "overtake", actor=actor, now=now)
    for act in ("lapse", "take_effect"):
        call_off_deadline(motion, act, now=now)
    return motion


def follow_deadline(motion: Motion, name: str, now: datetime) -> None:
    """Carry out what time has decided: a suspension that nobody confirmed ends, a revocation takes effect."""
    system = Person.objects.system()
    if name == "lapse":
        _end_suspension(motion, system, now)
    else:
        _change(motion, motion.act, system, now)


def _carry(motion: Motion, actor: Person, now: datetime) -> None:
    was_at_once = motion.state == AT_ONCE
    _enter_in_minutes(motion, now)
    perform(motion, "carry", actor=actor, now=now)
    if was_at_once:
        call_off_deadline(motion, "lapse", now=now)
        _write(motion, "suspension_confirmed", motion.credential.holder, now, path="/my/")
    elif motion.state == CARRIED:
        set_deadline(motion, "take_effect", due_at=now + timedelta(days=motion.appeal_days), now=now)
        _write(motion, "revocation_decided", motion.credential.holder, now, path="/my/")
    elif motion.state == IN_EFFECT:
        _change(motion, motion.act, actor, now)


def _reject(motion: Motion, actor: Person, now: datetime) -> None:
    was_at_once = motion.state == AT_ONCE
    _enter_in_minutes(motion, now)
    perform(motion, "reject", actor=actor, now=now)
    if was_at_once:
        call_off_deadline(motion, "lapse", now=now)
        _end_suspension(motion, actor, now)
    elif not motion.in_danger:
        _write(motion, "motion_ended", motion.credential.holder, now, path="/my/")


def _end_suspension(motion: Motion, actor: Person, now: datetime) -> None:
    motion.credential.refresh_from_db()
    if motion.credential.state == "suspended":
        over = is_over(motion.credential, timezone.localdate(now))  # its last day came first: then it has run out
        _change(motion, "expire" if over else "reinstate", actor, now, reason="The suspension was not confirmed.")


def _change(motion: Motion, act: str, actor: Person, now: datetime, *, reason: str = "") -> None:
    """Carry it out in the name of whoever decided, where their office may do so; else in the system's."""
    credential = motion.credential
    credential.refresh_from_db()
    roles = credential.roles_of(actor, timezone.localdate(now))
    may = any(edge.roles & roles for edge in credential.workflow_definition().edges(act, credential.state))
    change_standing(
        credential=credential,
        name=act,
        actor=actor if may else Person.objects.system(),
        reason=reason or motion.reason,
        now=now,
    )


def _enter_in_minutes(motion: Motion, now: datetime) -> None:
    """The decision's number in the minutes of the year: 2026-M07; two at once wait for each other at the index."""
    year = timezone.localdate(now).year
    taken = Motion.objects.filter(minute_number__startswith=f"{year}-M").values_list("minute_number", flat=True)
    last = max((int(number.partition("-M")[2]) for number in taken if number), default=0)
    motion.minute_number = f"{year}-M{last + 1:02}"
    motion.save(update_fields=["minute_number"])


def _who_may_second(motion: Motion, now: datetime) -> list[Person]:
    day = timezone.localdate(now)
    found = {person.pk: person for role in sorted(OFFICERS) for person in Person.objects.holding(role, day)}
    barred = accounts_of_one(motion.proposed_by_id)
    return [p for p in free_to_decide(found.values(), motion.credential.holder) if p.pk not in barred]


def _ask_for_votes(motion: Motion, now: datetime) -> None:
    voted = set(motion.votes.values_list("member", flat=True))
    for member in voters_of(motion, timezone.localdate(now)):
        if member.pk not in voted:
            _write(motion, "motion_to_vote", member, now)


def _write(motion: Motion, template: str, to: Person, now: datetime, *, path: str = "") -> None:
    send_letter(
        template=template,
        to=to,
        context={
            "act": motion.get_act_display().lower(),
            "whose": motion.credential.recorded_name,
            "number": motion.credential.number,
            "designation": motion.credential.designation,
            "reason": motion.reason,
            "mover": str(motion.proposed_by),
            "body": motion.body,
            "appeal_days": motion.appeal_days,
            "confirm_days": motion.confirm_days,
            "at_once": motion.state == AT_ONCE,
            "path": path or f"/council/motions/{motion.uuid}/",
        },
        dedupe_key=f"{template}:{motion.uuid}:{to.pk}:{motion.state}",
        even_if_closed=to.pk == motion.credential.holder_id,
        now=now,
    )
