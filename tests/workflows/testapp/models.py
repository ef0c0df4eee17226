"""A library loan: small, and with every feature the engine offers."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, cast

from django.core.files.storage import storages
from django.db import models
from django_fsm import GET_STATE, RETURN_VALUE, FSMField, transition

from workflows.definitions import State, Transition, WorkflowDefinition
from workflows.guards import Guard, TransitionContext, Unmet
from workflows.models import Sealed, SealedQuerySet, StoredBytes
from workflows.subjects import EvidenceReference, WorkflowSubject

READER, CLERK, CHIEF = frozenset({"reader"}), frozenset({"clerk"}), frozenset({"chief"})

LOAN = WorkflowDefinition(
    name="loan",
    states=(
        State(slug="asked", label="Asked for", kind="initial"),
        State(slug="lent", label="Lent"),
        State(slug="paused", label="Paused"),
        State(slug="returned", label="Returned", kind="final"),
        State(slug="lost", label="Lost", kind="final"),
    ),
    transitions=(
        Transition(name="lend", source="asked", target="lent", roles=CLERK | CHIEF, guards=("paid",)),
        Transition(name="give_back", source="lent", target="returned", roles=READER | CLERK),
        Transition(name="write_off", source="lent", target="lost", roles=CHIEF, reason_required=True),
        Transition(name="find_again", source="lost", target="lent", roles=CHIEF),
        Transition(name="pause", source="asked", target="paused", roles=READER | CLERK),
        Transition(name="pause", source="lent", target="paused", roles=CLERK),
        Transition(name="resume", source="paused", target="asked", roles=READER | CLERK),
        Transition(name="resume", source="paused", target="lent", roles=CLERK),
        Transition(name="extend", source="lent", target="lent", roles=READER, guards=("in_time", "paid")),
        Transition(name="settle", source="paused", target="returned", roles=CHIEF),
        Transition(name="settle", source="paused", target="lost", roles=CLERK),
        Transition(name="inspect", source="lent", target="lent", roles=CHIEF),
    ),
    exits=frozenset({"find_again"}),
)
FAULTY = replace(
    LOAN,
    name="faulty loan",
    transitions=(
        *LOAN.transitions,
        Transition(name="bungle", source="asked", target="lent", roles=CHIEF),
        Transition(name="explode", source="asked", target="lent", roles=CHIEF, guards=("broken", "unknown")),
        Transition(name="vanish", source="asked", target="lent", roles=READER),
        Transition(name="testify", source="asked", target="lent", roles=CHIEF, guards=("witness",)),
        Transition(
            name="confess", source="asked", target="lent", roles=CHIEF, guards=("witness",), reason_required=True
        ),
        Transition(name="balk", source="asked", target="lent", roles=CHIEF),
        Transition(name="fork", source="asked", target="lent", roles=CHIEF),
        Transition(name="fork", source="asked", target="paused", roles=CHIEF),
        Transition(name="wander", source="paused", target="asked", roles=CHIEF),
        Transition(name="wander", source="paused", target="lent", roles=CHIEF),
        Transition(name="evaporate", source="asked", target="lent", roles=READER),
    ),
)
FICKLE = replace(
    LOAN,
    name="fickle loan",
    transitions=(
        *LOAN.transitions,
        Transition(name="testify", source="asked", target="lent", roles=CHIEF, guards=("witness",)),
        Transition(name="heed", source="asked", target="lent", roles=CHIEF),
        Transition(name="heed", source="asked", target="paused", roles=CHIEF),
        Transition(name="weigh", source="asked", target="lent", roles=CHIEF),
        Transition(name="weigh", source="asked", target="paused", roles=CHIEF),
        Transition(name="idle", source="asked", target="lent", roles=CHIEF),
        Transition(name="idle", source="asked", target="asked", roles=CHIEF),
    ),
)


def paid(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    if due := cast("Loan", subject).fee_due:
        yield Unmet(code="fee_due", message="The fee is due.", have="0", need=str(due))


def in_time(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    if cast("Loan", subject).overdue:
        yield Unmet(code="overdue", message="The loan is overdue.")


def broken(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    raise ZeroDivisionError


def witness(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    yield Unmet(code="witness", message=seen(context))


def seen(context: TransitionContext) -> str:
    return f"{context.actor.pk}|{context.reason}|{context.now:%Y-%m-%d %H:%M}|{context.transition.name}"


GUARDS: Mapping[str, Guard] = {"paid": paid, "in_time": in_time, "broken": broken, "witness": witness}


class Shelf(Sealed):
    name = models.CharField(max_length=20)
    width = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(80))
    built_at = models.DateTimeField(null=True)
    labels = models.JSONField(default=dict)
    picture = models.CharField(max_length=100, blank=True)
    picture_sha256 = models.CharField(max_length=64, blank=True)

    objects = SealedQuerySet.as_manager()

    def stored_bytes(self) -> StoredBytes | None:
        if not self.picture:
            return None
        return StoredBytes(storage=storages["default"], name=self.picture, sha256=self.picture_sha256)


class Loan(WorkflowSubject):
    subject_kind: ClassVar[str] = "loan"

    state = FSMField(default="asked", protected=True)
    title = models.CharField(max_length=40)
    note = models.TextField(blank=True)
    grants = models.JSONField(default=dict)
    granted_until = models.DateField(null=True)
    refuses = models.JSONField(default=list)
    evidence = models.JSONField(default=list)
    fee_due = models.PositiveIntegerField(default=0)
    overdue = models.BooleanField(default=False)
    closed = models.BooleanField(default=False)
    paused_from = models.CharField(max_length=20, blank=True)
    trail = models.JSONField(default=list)
    shelf = models.ForeignKey(Shelf, null=True, on_delete=models.PROTECT, related_name="loans")

    def workflow_definition(self) -> WorkflowDefinition:
        return LOAN

    def roles_of(self, actor: Any, on: date) -> frozenset[str]:
        if self.granted_until and on > self.granted_until:
            return frozenset()
        return frozenset(self.grants.get(str(actor.pk), []))

    def objection_to(self, actor: Any, transition: Transition) -> str:
        return "One doesn't lend to oneself." if actor.pk in self.refuses and transition.name == "lend" else ""

    def guards(self) -> Mapping[str, Guard]:
        return GUARDS

    def evidence_snapshot(self, now: datetime) -> list[EvidenceReference]:
        return [EvidenceReference(**item) for item in self.evidence]

    def where_to(self, *, context: TransitionContext) -> str:
        return context.transition.target

    def is_open(self) -> bool:
        return not self.closed

    @transition(field=state, source="asked", target="lent", conditions=[is_open])  # type: ignore[list-item]  # the library says Model
    def lend(self, *, context: TransitionContext) -> None:
        self.trail.append("lend")

    @transition(field=state, source="lent", target="returned")
    def give_back(self, *, context: TransitionContext) -> None:
        self.trail.append("give_back")

    @transition(field=state, source="lent", target="lost")
    def write_off(self, *, context: TransitionContext) -> None:
        self.trail.append("write_off")

    @transition(field=state, source="lost", target=GET_STATE(where_to))
    def find_again(self, *, context: TransitionContext) -> None:
        self.trail.append("find_again")

    @transition(field=state, source="*", target="paused")
    def pause(self, *, context: TransitionContext) -> None:
        self.paused_from = self.state
        self.trail.append("pause")

    @transition(field=state, source="paused", target=RETURN_VALUE())
    def resume(self, *, context: TransitionContext) -> str:
        self.trail.append("resume")
        target, self.paused_from = self.paused_from, ""
        return target

    @transition(field=state, source="lent", target="lent")
    def extend(self, *, context: TransitionContext) -> None:
        self.trail.append("extend")

    @transition(field=state, source="paused", target=GET_STATE(where_to, states=["returned", "lost"]))
    def settle(self, *, context: TransitionContext) -> None:
        self.trail.append("settle")

    @transition(field=state, source="lent", target=None)
    def inspect(self, *, context: TransitionContext) -> None:
        self.trail.append("inspect")


class FaultyLoan(Loan):
    """What a programmer can get wrong: the model and its definition disagree."""

    class Meta:
        proxy = True

    def workflow_definition(self) -> WorkflowDefinition:
        return FAULTY

    @transition(field="state", source="asked", target="lost")
    def bungle(self, *, context: TransitionContext) -> None:
        """Leads elsewhere than the definition says."""

    @transition(field="state", source="asked", target="lent")
    def explode(self, *, context: TransitionContext) -> None:
        """Its guard fails."""

    @transition(field="state", source="asked", target="lent")
    def testify(self, *, context: TransitionContext) -> None:
        """Its guard tells what it was told."""

    @transition(field="state", source="asked", target="lent")
    def confess(self, *, context: TransitionContext) -> None:
        """Needs a reason besides."""

    def vanish(self) -> None:
        """No django-fsm transition, although the definition names one."""

    @transition(field="state", source="lent", target="lent")
    def balk(self, *, context: TransitionContext) -> None:
        """The definition has it from asked, django-fsm from elsewhere."""

    @transition(field="state", source="asked", target="paused")
    def fork(self, *, context: TransitionContext) -> None:
        """The definition has two targets, django-fsm one of them."""

    @transition(field="state", source="paused", target=RETURN_VALUE("nowhere"))
    def wander(self, *, context: TransitionContext) -> str:
        return "elsewhere"


class FickleLoan(FaultyLoan):
    """No fault in it, but where its acts lead hangs on more than its own fields."""

    class Meta:
        proxy = True

    def workflow_definition(self) -> WorkflowDefinition:
        return FICKLE

    def rules_digest(self) -> str:
        return "f" * 64

    def evidence_snapshot(self, now: datetime) -> list[EvidenceReference]:
        return [EvidenceReference(kind="clock", id=now.isoformat(), sha256="0" * 64)]

    def if_as_noted(self, *, context: TransitionContext) -> str:
        return "lent" if seen(context) == self.note else "paused"

    @transition(field="state", source="asked", target=RETURN_VALUE("lent", "paused"))
    def heed(self, *, context: TransitionContext) -> str:
        """Where it leads hangs on who acts, why and when: its method says."""
        return self.if_as_noted(context=context)

    @transition(field="state", source="asked", target=GET_STATE(if_as_noted))
    def weigh(self, *, context: TransitionContext) -> None:
        """The same, said by django-fsm's other way."""

    @transition(field="state", source="asked", target=None)
    def idle(self, *, context: TransitionContext) -> None:
        """Of the two edges of its definition it takes the one that stays."""


class Receipt(models.Model):
    loan = models.OneToOneField(Loan, on_delete=models.CASCADE, related_name="receipt")
