"""The candidate's case and its state machine."""

import secrets
from collections.abc import Mapping
from copy import copy
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_fsm import RETURN_VALUE, FSMField, transition

from credentialing.accounts.models import SYSTEM_PERSON_ID, Person
from credentialing.applications.guards import GUARDS
from credentialing.applications.querysets import ApplicationQuerySet
from credentialing.applications.workflow import compile_workflow
from credentialing.pathways.definitions import PathwayDefinition, Requirement
from credentialing.pathways.loader import shipped_definitions
from credentialing.pathways.models import PathwayVersion
from workflows.definitions import Transition, WorkflowDefinition
from workflows.guards import Guard, TransitionContext
from workflows.models import Sealed
from workflows.subjects import EvidenceReference, WorkflowSubject

if TYPE_CHECKING:
    from credentialing.applications.models.supervision import Supervision

PAUSED = frozenset({"on_hold", "deferred"})
ENDED = frozenset({"certified", "declined", "withdrawn"})
REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """A case reference that is easy to read aloud and says nothing about how many cases there are."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))


class Application(Sealed, WorkflowSubject):
    """One person's way along one pathway, bound to the version in force on the day it was submitted."""

    subject_kind: ClassVar[str] = "application"

    reference = models.CharField(max_length=8, unique=True, default=new_reference, editable=False)
    candidate = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="applications")
    pathway_version = models.ForeignKey(PathwayVersion, on_delete=models.PROTECT, related_name="applications")
    moving_to = models.ForeignKey(PathwayVersion, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    state = FSMField(default="draft", protected=True, db_index=True)
    paused_from = models.CharField(max_length=50, blank=True, editable=False)
    motivation = models.TextField("why you want to lead Balint groups", max_length=4000, blank=True)
    prior_experience = models.TextField("your Balint experience so far", max_length=4000, blank=True)
    practice = models.TextField("your work", max_length=2000, blank=True)
    profile = models.JSONField("answers that decide what is asked for", default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    admitted_at = models.DateTimeField(null=True, editable=False)
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    attempt = models.PositiveSmallIntegerField(default=1, editable=False)
    deferred_until = models.DateField(null=True, blank=True)
    conditions = models.TextField("conditions for a new decision", max_length=4000, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "pk")
        indexes = [models.Index(fields=["state", "state_since"], name="application_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate"],
                condition=~Q(state__in=["certified", "declined", "withdrawn"]),
                name="application_one_open_per_candidate",
                violation_error_message="You already have an open application.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_at__isnull=False) | Q(state="withdrawn"),
                name="application_submitted_once_it_left_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} ({self.reference})"

    @property
    def definition(self) -> PathwayDefinition:
        """The pinned pathway, as it is asked of this person."""
        return self.pathway_version.definition.for_profile(self.profile)

    def requirement(self, slug: str) -> Requirement:
        """A requirement of the pinned version (KeyError when there is none)."""
        return self.definition.requirement(slug)

    @property
    def answers(self) -> list[tuple[str, str]]:
        """The questions that decide what is asked for, with what was answered."""
        return [
            (question.label, dict(question.choices).get(self.profile.get(question.slug, ""), "Not answered yet"))
            for question in self.definition.profile
        ]

    def under(self, version: PathwayVersion) -> "Application":
        """The same case as it would be by another version of the pathway; nothing is stored."""
        other = copy(self)
        other.pathway_version = version
        return other

    def stage_in(self, definition: PathwayDefinition) -> str:
        """In which stage of another version it would stand: the same one, or the nearest before it; "" in none."""
        present = self.paused_from or self.state
        slugs = [stage.slug for stage in self.definition.stages]
        known = {stage.slug for stage in definition.stages[:-1]}
        reached = slugs[: slugs.index(present) + 1] if present in slugs else []
        return next((slug for slug in reversed(reached) if slug in known), "")

    @property
    def current_supervision(self) -> "Supervision | None":
        """The supervisor who has been asked or has accepted, if any."""
        return self.supervisions.live().select_related("supervisor").first()

    @property
    def state_label(self) -> str:
        """The state in words."""
        if not self.pathway_version.is_readable:
            return "Its rules can't be read"
        return self.workflow_definition().state(self.state).label

    @property
    def is_candidate(self) -> bool:
        """Admitted; where the pathway has no admission, submitted."""
        return self.admitted_at is not None if self.definition.admits else self.submitted_at is not None

    @property
    def is_open(self) -> bool:
        """Neither certified, declined nor withdrawn."""
        return self.state not in ENDED

    @property
    def is_paused(self) -> bool:
        """On hold or deferred: clocks stand still and nobody is waited for."""
        return self.state in PAUSED

    # What the engine asks of a subject -------------------------------------------------------------------

    @classmethod
    def known_definitions(cls) -> tuple[WorkflowDefinition, ...]:
        return tuple(compile_workflow(definition) for definition in shipped_definitions())

    def workflow_definition(self) -> WorkflowDefinition:
        return compile_workflow(self.definition)

    def rules_digest(self) -> str:
        return self.pathway_version.digest

    def guards(self) -> Mapping[str, Guard]:
        return GUARDS

    def roles_of(self, actor: Person, on: date) -> frozenset[str]:
        """In one's own case one is the candidate and nothing else, whatever offices one holds."""
        if actor.pk == self.candidate_id:
            return frozenset({"candidate"})
        if actor.uuid == SYSTEM_PERSON_ID:
            return frozenset({"system"})
        roles = actor.roles_on(on)
        if "supervisor" in roles and not self.supervisions.accepted().filter(supervisor=actor).exists():
            roles -= {"supervisor"}
        return roles

    def objection_to(self, actor: Person, transition: Transition | None = None) -> str:  # noqa: ARG002 - same for all
        """Separation of duties: whoever is tied to the candidate doesn't decide, unless a second person permits it."""
        from credentialing.applications.permissions import objection_to_judging  # noqa: PLC0415 - it imports models

        return "" if actor.pk == self.candidate_id else objection_to_judging(actor, self)

    def evidence_snapshot(self, now: datetime) -> list[EvidenceReference]:
        """Everything counted at that moment, so that the record says on which evidence a step stood."""
        from credentialing.applications.assessments import assess_case  # noqa: PLC0415 - progress imports models

        seen = {
            (reference.kind, reference.id): reference
            for item in assess_case(self, timezone.localdate(now))
            for reference in item.references
        }
        return [seen[key] for key in sorted(seen)]

    # Transitions: only workflows.services.perform calls them; they change fields and nothing else ------------

    @transition(field=state, source="draft", target=RETURN_VALUE())
    def submit(self, *, context: TransitionContext) -> str:
        self.submitted_at = context.now
        self.state_since = context.now
        return context.transition.target

    @transition(field=state, source="*", target=RETURN_VALUE())
    def advance(self, *, context: TransitionContext) -> str:
        self.state_since = context.now
        return context.transition.target

    @transition(field=state, source="*", target=RETURN_VALUE())
    def certify(self, *, context: TransitionContext) -> str:
        self.state_since = context.now
        return context.transition.target

    @transition(field=state, source="*", target="on_hold")
    def hold(self, *, context: TransitionContext) -> None:
        self._pause(context)

    @transition(field=state, source="on_hold", target=RETURN_VALUE())
    def resume(self, *, context: TransitionContext) -> str:
        return self._return(context)

    @transition(field=state, source="*", target="deferred")
    def defer(self, *, context: TransitionContext) -> None:
        self._pause(context)

    @transition(field=state, source=["deferred", "withdrawn"], target=RETURN_VALUE())
    def reopen(self, *, context: TransitionContext) -> str:
        if self.state == "deferred":
            self.attempt += 1
        return self._return(context)

    @transition(field=state, source="*", target="withdrawn")
    def withdraw(self, *, context: TransitionContext) -> None:
        if self.state not in {"on_hold", "deferred"}:
            self.paused_from = self.state
        if self.state == "deferred":  # this attempt is over; whoever comes back makes another
            self.attempt += 1
        self.state_since = context.now

    @transition(field=state, source="*", target="declined")
    def decline(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source="*", target=RETURN_VALUE())
    def move(self, *, context: TransitionContext) -> str:
        version, self.moving_to = self.moving_to, None
        stage = self.stage_in(version.definition) if version else ""
        if version is None or not stage:  # tried only: the guard lets nobody through
            return self.state
        self.pathway_version = version
        if self.paused_from:
            self.paused_from = stage
            return self.state
        if stage != self.state:
            self.state_since = context.now
        return stage

    def _pause(self, context: TransitionContext) -> None:
        self.paused_from = self.state
        self.state_since = context.now

    def _return(self, context: TransitionContext) -> str:
        target, self.paused_from = self.paused_from, ""
        self.state_since = context.now
        return target
