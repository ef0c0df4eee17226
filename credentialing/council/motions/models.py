"""Motions about credentials, and the votes on them."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django_fsm import RETURN_VALUE, FSMField, transition

from certificates.models import Credential
from credentialing.accounts.addresses import is_one_with
from credentialing.accounts.models import SYSTEM_PERSON_ID, Person
from credentialing.applications.permissions import objection_to_deciding, people_closed_to
from credentialing.council.motions.guards import GUARDS
from credentialing.council.motions.lifecycle import (
    AT_ONCE,
    CARRIED,
    IN_EFFECT,
    LAPSED,
    LOST,
    MOTION,
    OPEN,
    OVERTAKEN,
    PROPOSED,
    VOTING,
    WITHDRAWN,
)
from workflows.canonical import content_digest
from workflows.definitions import Transition, WorkflowDefinition
from workflows.guards import Guard, TransitionContext
from workflows.models import Sealed, SealedQuerySet
from workflows.subjects import EvidenceReference, WorkflowSubject

OFFICERS = frozenset({"registrar", "council", "president", "coordinator", "ccc_chair"})  # who may move and second


class MotionQuerySet(SealedQuerySet["Motion"]):
    """Motions."""

    def open(self) -> "MotionQuerySet":
        """Neither in effect nor ended otherwise."""
        return self.filter(state__in=OPEN)

    def voting(self) -> "MotionQuerySet":
        """Those that are being voted on."""
        return self.filter(state__in=VOTING)

    def visible_to(self, person: Person) -> "MotionQuerySet":
        """Officers see those about everybody but themselves and whom they are tied to."""
        roles = person.roles_on(timezone.localdate())
        found = self if roles & (OFFICERS | {"administrator"}) else self.filter(voters__in=roles)
        return found.exclude(credential__holder__in=people_closed_to(person))

    def decided(self, credential: Credential, act: str, at: datetime) -> "MotionQuerySet":
        """Those by which this act on the credential is decided at that very moment.

        A suspension at once that isn't confirmed decides its own end.
        """
        by_motion = Q(act=act, state__in=(IN_EFFECT, AT_ONCE))
        if act == Motion.Act.REINSTATE:
            by_motion |= Q(act=Motion.Act.SUSPEND, state__in=(LOST, LAPSED), seconded_by__isnull=False)
        return self.filter(by_motion, credential=credential, state_since=at)


class Motion(Sealed, WorkflowSubject):
    """That a credential be suspended, revoked or reinstated: moved by one with a reason, decided by a body's votes.

    The body, its quorum and majority, and the times are those of the pathway on the day of the motion, frozen with it.
    """

    subject_kind: ClassVar[str] = "motion"

    class Act(models.TextChoices):
        """What is to be done."""

        SUSPEND = "suspend", "Suspend"
        REVOKE = "revoke", "Revoke"
        REINSTATE = "reinstate", "Reinstate"

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="motions")
    act = models.CharField(max_length=10, choices=Act.choices)
    state = FSMField(default=PROPOSED, protected=True, db_index=True)
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    reason = models.TextField(max_length=4000)
    in_danger = models.BooleanField("suspend at once", default=False)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now, editable=False)
    seconded_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    seconded_at = models.DateTimeField(null=True, editable=False)
    body = models.CharField(max_length=200)
    voters = models.CharField(max_length=20)
    quorum = models.PositiveSmallIntegerField()
    majority = models.CharField(max_length=10)
    appeal_days = models.PositiveSmallIntegerField(default=0)
    confirm_days = models.PositiveSmallIntegerField(default=30)
    minute_number = models.CharField(max_length=20, unique=True, null=True, editable=False)  # noqa: DJ001 - none while open

    objects = MotionQuerySet.as_manager()

    class Meta:
        ordering = ("-proposed_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["credential"],
                condition=Q(state__in=OPEN),
                name="motion_one_open_per_credential",
                violation_error_message="There is a motion about this credential already.",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="motion_with_a_reason"),
            models.CheckConstraint(
                condition=Q(seconded_by__isnull=True) | ~Q(seconded_by=F("proposed_by")),
                name="motion_seconded_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(in_danger=False) | Q(act="suspend"), name="motion_at_once_only_to_suspend"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.credential.number}"

    @property
    def state_label(self) -> str:
        """The state in words."""
        return MOTION.state(self.state).label

    @property
    def is_voted_on(self) -> bool:
        """Whether votes are still counted."""
        return self.state in VOTING

    @property
    def in_force_until(self) -> datetime | None:
        """When a suspension at once ends by itself unless it is confirmed."""
        return self.seconded_at + timedelta(days=self.confirm_days) if self.seconded_at else None

    @property
    def takes_effect_at(self) -> datetime | None:
        """When the time for an appeal is over."""
        return self.state_since + timedelta(days=self.appeal_days) if self.state == CARRIED else None

    @classmethod
    def known_definitions(cls) -> tuple[WorkflowDefinition, ...]:
        return (MOTION,)

    def workflow_definition(self) -> WorkflowDefinition:
        return MOTION

    def guards(self) -> Mapping[str, Guard]:
        return GUARDS

    def roles_of(self, actor: Person, on: date) -> frozenset[str]:
        """The holder has no say in a motion about themselves, whatever offices they hold."""
        if actor.uuid == SYSTEM_PERSON_ID:
            return frozenset({"system"})
        if actor.pk == self.credential.holder_id or not actor.is_active:
            return frozenset()
        offices = actor.roles_on(on)
        held = {"officer": bool(offices & OFFICERS), "voter": self.voters in offices}
        held["proposer"] = actor.pk == self.proposed_by_id and bool(offices)
        return frozenset(role for role, holds in held.items() if holds)

    def objection_to(self, actor: Person, transition: Transition) -> str:
        """Moved by one, decided by others; and by nobody who is tied to the holder."""
        if actor.uuid == SYSTEM_PERSON_ID or transition.name == "withdraw":
            return ""
        tie = objection_to_deciding(actor, self.credential.holder)
        if tie or transition.name == "overtake":
            return tie
        if is_one_with(actor, self.proposed_by_id):
            return "You have put this motion, so others decide."
        if is_one_with(actor, self.seconded_by_id):
            return "You have suspended this credential at once, so others decide whether that stands."
        return ""

    def evidence_snapshot(self, now: datetime) -> list[EvidenceReference]:
        """The votes that are counted."""
        from credentialing.council.motions.counting import counted  # noqa: PLC0415 - it counts these

        return [vote.as_reference() for vote in counted(self, timezone.localdate(now))]

    @transition(field=state, source=PROPOSED, target=AT_ONCE)
    def second(self, *, context: TransitionContext) -> None:
        self.state_since = self.seconded_at = context.now
        self.seconded_by = context.actor

    @transition(field=state, source=VOTING, target=RETURN_VALUE(IN_EFFECT, CARRIED))
    def carry(self, *, context: TransitionContext) -> str:
        self.state_since = context.now
        return CARRIED if self.act == self.Act.REVOKE and self.appeal_days else IN_EFFECT

    @transition(field=state, source=VOTING, target=LOST)
    def reject(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source=PROPOSED, target=WITHDRAWN)
    def withdraw(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source=CARRIED, target=IN_EFFECT)
    def take_effect(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source=AT_ONCE, target=LAPSED)
    def lapse(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source=OPEN, target=OVERTAKEN)
    def overtake(self, *, context: TransitionContext) -> None:
        self.state_since = context.now


class MotionVote(Sealed):
    """One member's vote on a motion; a member votes once. Whether it counts is asked when votes are counted."""

    class Choice(models.TextChoices):
        """How they vote."""

        FOR = "for", "For"
        AGAINST = "against", "Against"
        ABSTAIN = "abstain", "Abstain"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    motion = models.ForeignKey(Motion, on_delete=models.PROTECT, related_name="votes")
    member = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="motion_votes")
    choice = models.CharField(max_length=10, choices=Choice.choices)
    reason = models.TextField(max_length=4000, blank=True)
    cast_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ("cast_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["motion", "member"],
                name="motion_vote_one_per_member",
                violation_error_message="You have already voted.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.choice}"

    def as_reference(self) -> EvidenceReference:
        """The vote as a record of the ledger names it."""
        return EvidenceReference(
            kind="motion_vote", id=str(self.uuid), sha256=content_digest({"vote": str(self.uuid), "for": self.choice})
        )
