"""Drafts of rules with every text they have had, who approved which, and what a simulation found."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_fsm import FSMField, transition

from credentialing.accounts.addresses import people_sharing_an_address
from credentialing.accounts.models import SYSTEM_PERSON_ID, Person
from credentialing.drafting.guards import GUARDS
from credentialing.drafting.lifecycle import (
    APPROVED,
    CHECKED,
    DISCARDED,
    DRAFT,
    OPEN,
    PATHWAY_DRAFT,
    PROPOSED,
    PUBLISHED,
)
from credentialing.pathways.definitions import PathwayDefinition
from credentialing.pathways.loader import PathwayFileInvalid, load_pathway
from credentialing.pathways.models import PathwayVersion
from workflows.definitions import Transition, WorkflowDefinition
from workflows.guards import Guard, TransitionContext
from workflows.models import Sealed, SealedQuerySet
from workflows.subjects import EvidenceReference, WorkflowSubject


class PathwayDraftQuerySet(SealedQuerySet["PathwayDraft"]):
    """Drafts."""

    def open(self) -> "PathwayDraftQuerySet":
        """Neither published nor discarded."""
        return self.filter(state__in=OPEN)

    def visible_to(self, person: Person) -> "PathwayDraftQuerySet":
        """Writers see all; the council sees what has been put before it."""
        roles = person.roles_on(timezone.localdate())
        if roles & {"coordinator", "administrator"}:
            return self.all()
        return self.filter(state__in=[PROPOSED, APPROVED, PUBLISHED]) if "council" in roles else self.none()


class PathwayDraft(Sealed, WorkflowSubject):
    """A text that is to become a version of a pathway; each saved text is a revision of its own."""

    subject_kind: ClassVar[str] = "pathway_draft"

    slug = models.SlugField("pathway")
    state = FSMField(default=DRAFT, protected=True, db_index=True)
    source = models.TextField()
    revision = models.PositiveIntegerField(default=1, editable=False)
    begun_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now, editable=False)
    in_force_from = models.DateField("in force from", null=True, blank=True)
    policy = models.CharField(max_length=10, choices=PathwayVersion.Policy.choices, default=PathwayVersion.Policy.PIN)
    purpose = models.TextField("what it changes, and why", max_length=2000, blank=True)
    published = models.OneToOneField(
        PathwayVersion, null=True, on_delete=models.PROTECT, related_name="draft", editable=False
    )

    objects = PathwayDraftQuerySet.as_manager()

    class Meta:
        ordering = ("-begun_at", "-pk")

    def __str__(self) -> str:
        return f"{self.slug}, draft of {timezone.localtime(self.begun_at):%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """Neither published nor discarded."""
        return self.state in OPEN

    @property
    def state_label(self) -> str:
        """The state in words."""
        return PATHWAY_DRAFT.state(self.state).label

    @property
    def text_digest(self) -> str:
        """SHA-256 of the text as it was written: an approval holds for these very words."""
        return hashlib.sha256(self.source.encode()).hexdigest()

    @cached_property
    def definition(self) -> PathwayDefinition | None:
        """What the text says; None while there are mistakes in it."""
        try:
            return load_pathway(self.source)
        except PathwayFileInvalid:
            return None

    def version_in_force(self, on: date) -> PathwayVersion | None:
        """The version that it would follow."""
        return PathwayVersion.objects.in_force(on).filter(pathway__slug=self.slug).first()

    @property
    def quorum(self) -> int:
        """How many members of the council must approve: by the rules in force; for a first version by its own."""
        in_force = self.version_in_force(timezone.localdate())
        binding = in_force.definition if in_force else self.definition
        return binding.council.quorum if binding else 1

    def as_version(self) -> PathwayVersion:
        """The version that it would be, not stored, for a simulation.

        Raises:
            PathwayFileInvalid: the text can't be used.
        """
        return PathwayVersion.unsaved(self.source)

    @classmethod
    def known_definitions(cls) -> tuple[WorkflowDefinition, ...]:
        return (PATHWAY_DRAFT,)

    def workflow_definition(self) -> WorkflowDefinition:
        return PATHWAY_DRAFT

    def guards(self) -> Mapping[str, Guard]:
        return GUARDS

    def roles_of(self, actor: Person, on: date) -> frozenset[str]:
        if actor.uuid == SYSTEM_PERSON_ID:
            return frozenset({"system"})
        return actor.roles_on(on)

    def objection_to(self, actor: Person, transition: Transition) -> str:
        """Whoever has written at it doesn't approve it."""
        if transition.name == "approve" and self._is_written_by(actor):
            return "You have written at this draft, so other members of the council must approve it."
        return ""

    def _is_written_by(self, actor: Person) -> bool:
        """Whether they have written at it, by this or another account of the same address."""
        same = Q(saved_by=actor) | Q(saved_by__in=people_sharing_an_address(actor))
        return self.revisions.filter(same).exists()

    def evidence_snapshot(self, now: datetime) -> list[EvidenceReference]:  # noqa: ARG002 - the text is all there is
        return [EvidenceReference(kind="pathway_text", id=f"{self.uuid}:{self.revision}", sha256=self.text_digest)]

    @transition(field=state, source=DRAFT, target=CHECKED)
    def examine(self, *, context: TransitionContext) -> None:
        pass

    @transition(field=state, source=CHECKED, target=PROPOSED)
    def propose(self, *, context: TransitionContext) -> None:
        pass

    @transition(field=state, source=PROPOSED, target=APPROVED)
    def approve(self, *, context: TransitionContext) -> None:
        pass

    @transition(field=state, source=PROPOSED, target=DRAFT)
    def refuse(self, *, context: TransitionContext) -> None:
        pass

    @transition(field=state, source=[CHECKED, PROPOSED, APPROVED], target=DRAFT)
    def revise(self, *, context: TransitionContext) -> None:
        pass

    @transition(field=state, source=APPROVED, target=PUBLISHED)
    def publish(self, *, context: TransitionContext) -> None:
        pass

    @transition(field=state, source=[DRAFT, CHECKED, PROPOSED, APPROVED], target=DISCARDED)
    def discard(self, *, context: TransitionContext) -> None:
        pass

    @transition(field=state, source=DISCARDED, target=DRAFT)
    def restore(self, *, context: TransitionContext) -> None:
        pass


class DraftRevision(Sealed):
    """One text that a draft has had; nothing that was written is lost."""

    draft = models.ForeignKey(PathwayDraft, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    what = models.CharField(max_length=300)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ("draft", "-number")
        constraints = [
            models.UniqueConstraint(fields=["draft", "number"], name="draft_revision_one_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} revision {self.number}"


class DraftApprovalQuerySet(SealedQuerySet["DraftApproval"]):
    """Approvals."""

    def by_members_on(self, day: date) -> "DraftApprovalQuerySet":
        """Those of people who sit in the council on that day."""
        return self.filter(member__in=Person.objects.order_by().holding("council", day).values("pk"))

    def of(self, text_digest: str) -> "DraftApprovalQuerySet":
        """Those given to these very words."""
        return self.filter(text_digest=text_digest)


class DraftApproval(Sealed):
    """A member of the council approves these very words; of other words it says nothing."""

    draft = models.ForeignKey(PathwayDraft, on_delete=models.PROTECT, related_name="approvals")
    member = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text_digest = models.CharField(max_length=64)
    approved_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DraftApprovalQuerySet.as_manager()

    class Meta:
        ordering = ("draft", "approved_at")
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "member", "text_digest"],
                name="draft_approval_once_per_member_and_text",
                violation_error_message="You have approved this already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} approves {self.draft_id}"


class SimulationRun(models.Model):
    """One simulation of a draft over all cases: how far it is, and what it found; it may be thrown away at any time."""

    draft = models.ForeignKey(PathwayDraft, on_delete=models.CASCADE, related_name="simulations")
    revision = models.PositiveIntegerField()
    wanted_by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    wanted_at = models.DateTimeField(default=timezone.now, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_until = models.DateTimeField(null=True)  # a worker is at it until then, if it says no more
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    findings = models.JSONField(default=list)

    class Meta:
        ordering = ("-wanted_at", "-pk")

    def __str__(self) -> str:
        return f"simulation of {self.draft_id}, revision {self.revision}"
