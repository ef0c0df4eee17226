"""The one door: every change of state goes through `perform`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from workflows import effects, ledger
from workflows.definitions import Transition
from workflows.errors import NoSuchTransition, NotPermitted, ReasonRequired, StaleVersion, TransitionBlocked
from workflows.guards import TransitionContext, Unmet, unmet_of
from workflows.models import LedgerRecord
from workflows.subjects import WorkflowSubject

Subject = TypeVar("Subject", bound=WorkflowSubject)


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
    now = now or timezone.now()
    reason = reason.strip()
    with transaction.atomic():
        subject = _locked(obj)
        if expected_version is not None and subject.version != expected_version:
            msg = "Somebody else has changed this since you looked at it."
            raise StaleVersion(msg)
        edge, role = _edge(subject, name, actor, now)
        context = TransitionContext(actor=actor, reason=reason, now=now, transition=edge)
        unmet = unmet_of(subject, context)
        if unmet:
            raise TransitionBlocked(unmet)
        if edge.reason_required and not reason:
            raise ReasonRequired
        edge = _move(subject, edge, context)
        record = ledger.append(subject, edge=edge, actor=actor, role=role, reason=reason, now=now)
        _store(subject)
        effects.enqueue(record)
    obj.refresh_from_db()
    return record


def available_actions(obj: WorkflowSubject, actor: Any, *, now: datetime | None = None) -> list[Action]:
    """The acts that the actor's roles allow in the present state, each with what is still missing."""
    now = now or timezone.now()
    roles = obj.roles_of(actor, timezone.localdate(now))
    names = dict.fromkeys(
        edge.name for edge in obj.workflow_definition().edges(source=obj.state) if edge.roles & roles
    )
    return [explain(obj, name, actor, now=now) for name in names]


def explain(obj: WorkflowSubject, name: str, actor: Any, *, now: datetime | None = None) -> Action:
    """Whether the actor could do this now, and if not why: the same answer that `perform` would give.

    Raises:
        NoSuchTransition: the present state doesn't allow the act.
    """
    now = now or timezone.now()
    try:
        edge, _ = _edge(obj, name, actor, now)
    except NotPermitted as refusal:
        edge = next(obj.workflow_definition().edges(name, obj.state))
        return Action(transition=edge, permitted=False, refusal=str(refusal))
    context = TransitionContext(actor=actor, reason="", now=now, transition=edge)
    return Action(transition=edge, permitted=True, unmet=tuple(unmet_of(obj, context)))


def _locked(obj: Subject) -> Subject:
    """A fresh copy under the row lock, so that a refusal leaves the caller's object alone."""
    return type(obj)._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)  # noqa: SLF001 - Django's public name


def _edge(subject: WorkflowSubject, name: str, actor: Any, now: datetime) -> tuple[Transition, str]:
    """The edge that this actor may take, and the role they take it in."""
    edges = list(subject.workflow_definition().edges(name, subject.state))
    if not edges:
        label = subject.workflow_definition().state(subject.state).label
        msg = f"This is not possible any more, or not yet: the present state is “{label}”."
        raise NoSuchTransition(msg)
    roles = subject.roles_of(actor, timezone.localdate(now))
    permitted = [edge for edge in edges if edge.roles & roles]
    if not permitted:
        msg = "You don't hold a role that may do this."
        raise NotPermitted(msg)
    edge = permitted[0]
    objection = subject.objection_to(actor, edge)
    if objection:
        raise NotPermitted(objection)
    return edge, min(edge.roles & roles)


def _move(subject: WorkflowSubject, edge: Transition, context: TransitionContext) -> Transition:
    """Call the django-fsm method; the edge it took must be one of the definition."""
    method = getattr(type(subject), edge.name, None)
    if not hasattr(method, "_django_fsm"):
        msg = f"{type(subject).__name__} has no django-fsm transition {edge.name}."
        raise ImproperlyConfigured(msg)
    getattr(subject, edge.name)(context=context)
    for taken in _siblings(subject, edge):
        if taken.target == subject.state:
            return taken
    msg = f"{edge.name} led from {edge.source} to {subject.state}, which the definition doesn't know."
    raise ImproperlyConfigured(msg)


def _siblings(subject: WorkflowSubject, edge: Transition) -> Iterator[Transition]:
    return subject.workflow_definition().edges(edge.name, edge.source)


def _store(subject: WorkflowSubject) -> None:
    subject.version += 1
    subject.save(
        update_fields=[field.name for field in subject._meta.concrete_fields if not field.primary_key]  # noqa: SLF001 - Django's public name
    )
