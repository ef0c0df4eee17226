"""What time alone brings about: ordinary steps by the system, at a moment set beforehand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.dispatch import Signal

from workflows.errors import RulesUnreadable, TransitionError
from workflows.models import Deadline
from workflows.services import perform
from workflows.subjects import WorkflowSubject

# Sent with `subject` and `record` when time has carried a subject on, inside the transaction that does it.
deadline_met = Signal()


@dataclass(frozen=True, kw_only=True)
class Met:
    """One deadline that was due: what was done, or why nothing was."""

    deadline: Deadline
    subject: WorkflowSubject | None
    refusal: str = ""


def set_deadline(subject: WorkflowSubject, act: str, *, due_at: datetime, now: datetime) -> Deadline:
    """Let the act be performed at that moment; one that is open already is moved."""
    deadline, _ = Deadline.objects.update_or_create(
        subject_kind=subject.subject_kind,
        subject_id=subject.uuid,
        act=act,
        done_at=None,
        defaults={"due_at": due_at},
        create_defaults={"due_at": due_at, "set_at": now},
    )
    return deadline


def hold_deadlines(subject: WorkflowSubject) -> None:
    """Take the locks of a subject's open deadlines before its own, in the order of whoever meets them."""
    list(Deadline.objects.of(subject.subject_kind, subject.uuid).open().select_for_update().values_list("pk"))


def call_off_deadline(subject: WorkflowSubject, act: str, *, now: datetime) -> bool:
    """Let the act wait for people again; answers whether a deadline was open."""
    there = Deadline.objects.of(subject.subject_kind, subject.uuid).open().filter(act=act)
    return bool(there.update(done_at=now, outcome="Called off."))


def meet_deadlines(*, actor: Any, now: datetime, dry_run: bool = False) -> Iterator[Met]:
    """Perform what is due, each in its own transaction; two at once do nothing twice.

    What is no longer possible (a credential revoked before it would have expired) is closed with the reason. A dry
    run tells what would be done and changes nothing.
    """
    for pk in list(Deadline.objects.due(now).values_list("pk", flat=True)):
        with transaction.atomic():
            deadline = _locked(pk)
            if deadline is None:
                continue
            met = _meet(deadline, actor, now)
            if dry_run:
                transaction.set_rollback(True)
        yield met


def _meet(deadline: Deadline, actor: Any, now: datetime) -> Met:
    subject = _subject_of(deadline)
    refusal = ""
    if subject is None:
        refusal = "It no longer exists."
    else:
        try:
            record = perform(subject, deadline.act, actor=actor, now=now)
        except RulesUnreadable as error:  # it stays due
            return Met(deadline=deadline, subject=subject, refusal=str(error))
        except TransitionError as error:
            refusal = str(error)
        else:
            deadline_met.send(sender=type(subject), subject=subject, record=record)
    deadline.done_at, deadline.outcome = now, refusal
    deadline.save()
    return Met(deadline=deadline, subject=subject, refusal=refusal)


def _locked(pk: int) -> Deadline | None:
    """The deadline under its row lock, unless somebody else is at it or has just met it."""
    skip = connection.features.has_select_for_update_skip_locked
    return Deadline.objects.select_for_update(skip_locked=skip).open().filter(pk=pk).first()


def _subject_of(deadline: Deadline) -> WorkflowSubject | None:
    for model in apps.get_models():
        if issubclass(model, WorkflowSubject) and not model._meta.proxy and model.subject_kind == deadline.subject_kind:
            return model._base_manager.filter(uuid=deadline.subject_id).first()
    return None
