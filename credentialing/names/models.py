"""Changes of what the society vouches for: one row beside the other, each with its proof and who decided."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django_fsm import RETURN_VALUE, FSMField, transition

from certificates.models import Credential
from certificates.validators import a_line, a_name
from credentialing.accounts.addresses import is_one_with
from credentialing.accounts.models import SYSTEM_PERSON_ID, Person
from credentialing.applications.permissions import objection_to_deciding
from credentialing.names.guards import GUARDS
from credentialing.names.lifecycle import APPROVED, ASKED, NAME_CHANGE, OPEN, RECORDED, REFUSED, WITHDRAWN
from credentialing.names.querysets import NameChangeQuerySet
from credentialing.names.rules import objection_to_approving
from workflows.canonical import content_digest
from workflows.definitions import Transition, WorkflowDefinition
from workflows.guards import Guard, TransitionContext
from workflows.models import Sealed
from workflows.subjects import EvidenceReference, WorkflowSubject


class NameChange(Sealed, WorkflowSubject):
    """A holder's name or degrees are to be other ones on record: what stands, what is asked, why, on which proof."""

    subject_kind: ClassVar[str] = "name_change"

    class Kind(models.TextChoices):
        """What it is."""

        SPELLING = "spelling", "The name is misspelled"
        NAME = "name", "The name has changed"
        DEGREES = "degrees", "Only the degrees"

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="name_changes")
    state = FSMField(default=ASKED, protected=True, db_index=True)
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name_before = models.CharField(max_length=200, editable=False)
    post_nominals_before = models.CharField(max_length=60, blank=True, editable=False)
    name = models.CharField(max_length=200, validators=[a_name])
    post_nominals = models.CharField("degrees", max_length=60, blank=True, validators=[a_line])
    explanation = models.TextField("why", max_length=1000, blank=True)
    proof = models.CharField("what was shown as proof", max_length=300, blank=True)
    proof_seen_on = models.DateField("seen on", null=True, blank=True)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    approved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = NameChangeQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["credential"],
                condition=Q(state__in=OPEN),
                name="name_change_one_open_per_credential",
                violation_error_message="A change is under way already.",
            ),
            models.CheckConstraint(
                condition=~Q(name=F("name_before")) | ~Q(post_nominals=F("post_nominals_before")),
                name="name_change_changes_something",
                violation_error_message="This says the same as what is on record.",
            ),
            models.CheckConstraint(
                condition=Q(kind="degrees", name=F("name_before")) | (~Q(kind="degrees") & ~Q(name=F("name_before"))),
                name="name_change_is_of_its_kind",
                violation_error_message="Say whether the name changes or only the degrees.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credential.number}: {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.state in OPEN

    @property
    def state_label(self) -> str:
        """The state in words."""
        return NAME_CHANGE.state(self.state).label

    @property
    def changes_the_name(self) -> bool:
        """Whether a second person must confirm it: every other name does, a corrected spelling too."""
        return self.name != self.name_before

    @property
    def stands_as(self) -> str:
        """Name and degrees that were on record when it was asked for."""
        return ", ".join(filter(None, (self.name_before, self.post_nominals_before)))

    @property
    def asked_as(self) -> str:
        """Name and degrees that are asked for."""
        return ", ".join(filter(None, (self.name, self.post_nominals)))

    # What the engine asks of a subject -------------------------------------------------------------------

    @classmethod
    def known_definitions(cls) -> tuple[WorkflowDefinition, ...]:
        return (NAME_CHANGE,)

    def workflow_definition(self) -> WorkflowDefinition:
        return NAME_CHANGE

    def guards(self) -> Mapping[str, Guard]:
        return GUARDS

    def roles_of(self, actor: Person, on: date) -> frozenset[str]:
        """The holder is the holder and nothing else, whatever offices they hold."""
        if actor.uuid == SYSTEM_PERSON_ID:
            return frozenset({"system"})
        return frozenset({"holder"}) if actor.pk == self.credential.holder_id else actor.roles_on(on)

    def objection_to(self, actor: Person, transition: Transition) -> str:
        """Nobody tied to the holder decides, and whoever asked or approved isn't the second person."""
        holder = self.credential.holder
        if transition.name == "withdraw":
            return ""
        if transition.source == ASKED:
            return objection_to_approving(actor, holder, timezone.localdate())
        if transition.name == "confirm" and is_one_with(actor, self.approved_by_id):
            return "You have approved this change, so somebody else confirms it."
        if transition.name == "confirm" and is_one_with(actor, self.asked_by_id):
            return "You have asked for this change, so somebody else confirms it."
        if transition.name == "confirm" and self.approved_by and objection_to_deciding(self.approved_by, holder):
            return f"{self.approved_by} has approved this and is tied to the holder since: refuse it, to be asked anew."
        return objection_to_deciding(actor, holder)

    def evidence_snapshot(self, now: datetime) -> list[EvidenceReference]:  # noqa: ARG002 - the words themselves
        """These very words: whoever confirms, confirms what was approved. The ledger keeps their digest alone."""
        words = (self.stands_as, self.name, self.post_nominals, self.explanation, self.proof, str(self.proof_seen_on))
        return [EvidenceReference(kind="name_change", id=str(self.uuid), sha256=content_digest(list(words)))]

    # Transitions: only workflows.services.perform calls them; they change fields and nothing else ------------

    @transition(field=state, source=ASKED, target=RETURN_VALUE())
    def approve(self, *, context: TransitionContext) -> str:
        self.approved_by, self.state_since = context.actor, context.now
        return APPROVED if self.changes_the_name else RECORDED

    @transition(field=state, source=APPROVED, target=RECORDED)
    def confirm(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source=[ASKED, APPROVED], target=REFUSED)
    def refuse(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source=[ASKED, APPROVED], target=WITHDRAWN)
    def withdraw(self, *, context: TransitionContext) -> None:
        self.state_since = context.now
