"""A parcel that is sent and called back: a machine as small as can be, with everything a step does."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django_fsm import FSMField, transition

from workflows.definitions import State, Transition, WorkflowDefinition
from workflows.guards import Guard, TransitionContext, Unmet
from workflows.subjects import WorkflowSubject

CLERK = frozenset({"clerk"})

PARCEL = WorkflowDefinition(
    name="parcel",
    states=(
        State(slug="packed", label="Packed", kind="initial"),
        State(slug="sent", label="Sent"),
        State(slug="delivered", label="Delivered", kind="final"),
    ),
    transitions=(
        Transition(name="send", source="packed", target="sent", roles=CLERK, guards=("stamped",)),
        Transition(name="call_back", source="sent", target="packed", roles=CLERK, guards=("stamped",)),
        Transition(name="deliver", source="sent", target="delivered", roles=CLERK),
    ),
)


def stamped(subject: WorkflowSubject, _context: TransitionContext) -> Iterable[Unmet]:
    """A guard that asks the database."""
    if not Stamp.objects.filter(parcel=subject).exists():
        yield Unmet(code="stamp", message="A stamp is missing.")


class Parcel(WorkflowSubject):
    """What is sent."""

    subject_kind: ClassVar[str] = "parcel"

    state = FSMField(default="packed", protected=True)
    title = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.title

    def workflow_definition(self) -> WorkflowDefinition:
        return PARCEL

    def roles_of(self, actor: Any, on: date) -> frozenset[str]:  # noqa: ARG002 - everybody is a clerk
        return CLERK

    def guards(self) -> Mapping[str, Guard]:
        return {"stamped": stamped}

    @transition(field=state, source="packed", target="sent")
    def send(self, *, context: TransitionContext) -> None:
        """Give it to the post."""

    @transition(field=state, source="sent", target="packed")
    def call_back(self, *, context: TransitionContext) -> None:
        """Have it back."""

    @transition(field=state, source="sent", target="delivered")
    def deliver(self, *, context: TransitionContext) -> None:
        """Hand it over."""


class Stamp(models.Model):
    """What the guard asks for."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return f"stamp of {self.parcel_id}"


class Note(models.Model):
    """What the plain way writes: a record with a digest chain, and a row of an outbox."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT)
    sequence = models.PositiveIntegerField()
    transition = models.SlugField()
    source = models.SlugField()
    target = models.SlugField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parcel", "sequence"], name="note_one_per_sequence")]

    def __str__(self) -> str:
        return self.transition


class Outgoing(models.Model):
    """A row of the plain outbox."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT)
    payload = models.JSONField()

    def __str__(self) -> str:
        return f"of {self.note_id}"


class PlainParcel(models.Model):
    """The same machine by django-fsm alone."""

    state = FSMField(default="packed", protected=True)
    version = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=40)
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.title

    @transition(field=state, source="packed", target="sent")
    def send(self) -> None:
        """Give it to the post."""

    @transition(field=state, source="sent", target="packed")
    def call_back(self) -> None:
        """Have it back."""
