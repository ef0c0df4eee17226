"""The one door: every change of state goes through `perform`."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from django_fsm import FSMMeta, InvalidResultState
from django_fsm import Transition as FSMTransition

from workflows import effects, ledger
from workflows.definitions import Transition
from workflows.errors import NoSuchTransition, NotPermitted, ReasonRequired, StaleVersion, TransitionBlocked
from workflows.guards import TransitionContext, Unmet, unmet_of
from workflows.models import LedgerRecord
from workflows.models.rows import locked_row
from workflows.subjects import WorkflowSubject


@dataclass(frozen=True, kw_only=True)
class Action:
    """One act on a subject as one person sees it: may they, and if not why; what is still missing."""

    transition: Transition
    permitted: bool
    refusal: str = ""
    unmet: tuple[Unmet, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether `perform` would do it (given a reason where one is required)."""
        return self.permitted and not self.unmet


def perform(
    obj: WorkflowSubject,
    name: str,
    *,
    actor: Any,
    reason: str = "",
    expected_version: int | None = None,
    now: datetime | None = None,
) -> LedgerRecord:
    """Carry out one act: check everything under the row lock, change the state, write the record; all or nothing.

    On success `obj` is brought up to date; on refusal it is left as it was.

    Raises:
        StaleVersion: the subject has changed since `expected_version` was seen.
        NoSuchTransition: the present state doesn't allow the act.
        NotPermitted: the actor may not do it.
        TransitionBlocked: something is missing; `unmet` says what (`ReasonRequired` when it is the reason).
    """
    reason = reason.strip()
    with transaction.atomic():
        subject = _locked(obj)
        now = now or timezone.now()  # under the lock, so that a subject's records stand in the order of their times
        if expected_version is not None and subject.version != expected_version:
            msg = "Somebody else has changed this since you looked at it."
            raise StaleVersion(msg)
        roles = subject.roles_of(actor, timezone.localdate(now))
        edge = _edge(subject, name, actor=actor, roles=roles, reason=reason, now=now)
        refusal = _refusal(subject, edge, actor, roles)
        if refusal:
            raise NotPermitted(refusal)
        context = TransitionContext(actor=actor, reason=reason, now=now, transition=edge)
        unmet = unmet_of(subject, context)
        if unmet:
            raise TransitionBlocked(unmet)
        if edge.reason_required and not reason:
            raise ReasonRequired
        rules = ledger.rules_of(subject)  # a step that changes the rules is itself one under those before it
        _move(subject, edge, context)
        role = min(edge.roles & roles)
        record = ledger.append(subject, edge=edge, actor=actor, role=role, reason=reason, now=now, rules=rules)
        subject.save_step()
        effects.enqueue(record)
    obj.take_over(subject)
    return record


def available_actions(obj: WorkflowSubject, actor: Any, *, now: datetime | None = None) -> list[Action]:
    """The acts that the actor's roles allow in the present state, each with what is still missing."""
    now = now or timezone.now()
    roles = obj.roles_of(actor, timezone.localdate(now))
    actions = []
    for name in dict.fromkeys(edge.name for edge in obj.workflow_definition().edges(source=obj.state)):
        try:
            edge = _edge(obj, name, actor=actor, roles=roles, reason="", now=now)
        except NoSuchTransition:
            continue
        if edge.roles & roles:
            actions.append(_action(obj, edge, actor=actor, roles=roles, now=now))
    return actions


def explain(obj: WorkflowSubject, name: str, actor: Any, *, now: datetime | None = None) -> Action:
    """Whether the actor could do this now, and if not why: the same answer that `perform` would give.

    Raises:
        NoSuchTransition: the present state doesn't allow the act.
    """
    now = now or timezone.now()
    roles = obj.roles_of(actor, timezone.localdate(now))
    edge = _edge(obj, name, actor=actor, roles=roles, reason="", now=now)
    return _action(obj, edge, actor=actor, roles=roles, now=now)


def _action(obj: WorkflowSubject, edge: Transition, *, actor: Any, roles: frozenset[str], now: datetime) -> Action:
    refusal = _refusal(obj, edge, actor, roles)
    if refusal:
        return Action(transition=edge, permitted=False, refusal=refusal)
    context = TransitionContext(actor=actor, reason="", now=now, transition=edge)
    return Action(transition=edge, permitted=True, unmet=tuple(unmet_of(obj, context)))


def _locked[Subject: WorkflowSubject](obj: Subject) -> Subject:
    """A fresh copy under the row lock, so that a refusal leaves the caller's object alone."""
    found = locked_row(obj)
    if found is None:
        msg = "This no longer exists."
        raise StaleVersion(msg)
    return found


def _edge(
    subject: WorkflowSubject, name: str, *, actor: Any, roles: frozenset[str], reason: str, now: datetime
) -> Transition:
    """The one edge on which this act would carry the subject, whoever may take it.

    Where an act leads to one of several states, the model's own method says to which: roles and guards are then those
    of the edge that is really taken.
    """
    definition = subject.workflow_definition()
    edges = list(definition.edges(name, subject.state))
    if edges:
        meta = _fsm_meta(subject, name)
        if not (meta.has_transition(subject.state) and meta.conditions_met(subject, subject.state)):
            edges = []
    if len(edges) > 1:
        edges = [
            edge
            for edge in edges
            if _target_ahead(subject, TransitionContext(actor=actor, reason=reason, now=now, transition=edge))
            == edge.target
        ]
    if not edges:
        msg = (
            "This is not possible any more, or not yet: "
            f"the present state is “{definition.state(subject.state).label}”."
        )
        raise NoSuchTransition(msg)
    return next((edge for edge in edges if edge.roles & roles), edges[0])


def _refusal(subject: WorkflowSubject, edge: Transition, actor: Any, roles: frozenset[str]) -> str:
    """Why this actor may not take this edge; "" if they may."""
    if not edge.roles & roles:
        return "You don't hold a role that may do this."
    return subject.objection_to(actor, edge)


def _fsm_meta(subject: WorkflowSubject, name: str) -> FSMMeta:
    method = getattr(type(subject), name, None)
    meta = getattr(method, "_django_fsm", None)
    if meta is None:
        msg = f"{type(subject).__name__} has no django-fsm transition {name}."
        raise ImproperlyConfigured(msg)
    return cast("FSMMeta", meta)


def _target_ahead(subject: WorkflowSubject, context: TransitionContext) -> str | None:
    """Where the django-fsm method would lead, tried on a copy that is thrown away (no signal, nothing saved)."""
    values = {
        field.attname: deepcopy(subject.__dict__[field.attname])
        for field in subject._meta.concrete_fields
        if field.attname in subject.__dict__
    }
    trial = type(subject).from_db(subject._state.db, list(values), list(values.values()))
    meta = _fsm_meta(subject, context.transition.name)
    edge = cast("FSMTransition", meta.get_transition(subject.state))
    result = edge.method(trial, context=context)
    target: Any = edge.target
    if hasattr(target, "get_state"):
        try:
            target = target.get_state(trial, edge, result, kwargs={"context": context})
        except InvalidResultState:
            return None
    return subject.state if target is None else str(target)


def _move(subject: WorkflowSubject, edge: Transition, context: TransitionContext) -> None:
    """Call the django-fsm method; it must lead where the edge says."""
    getattr(subject, edge.name)(context=context)
    if subject.state != edge.target:
        msg = f"{edge.name} led from {edge.source} to {subject.state}, but the definition says {edge.target}."
        raise ImproperlyConfigured(msg)
