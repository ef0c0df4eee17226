"""What follows from a step: tasks enqueued in its own transaction, each done once per record."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.tasks import Task
from django.utils import timezone

from workflows.models import EffectRun, LedgerRecord


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A task that follows every step of that kind."""

    subject_kind: str
    transition: str
    name: str
    task: Task[..., Any]


_effects: dict[tuple[str, str], list[Effect]] = {}


def subscribe(*, subject_kind: str, transition: str, name: str, task: Any) -> None:
    """Let `task(record_uuid)` follow every such step; subscribing again under the same name replaces it."""
    known = _effects.setdefault((subject_kind, transition), [])
    known[:] = [effect for effect in known if effect.name != name]
    known.append(Effect(subject_kind=subject_kind, transition=transition, name=name, task=task))


def unsubscribe(*, subject_kind: str, transition: str, name: str) -> None:
    """Forget an effect."""
    known = _effects.get((subject_kind, transition), [])
    known[:] = [effect for effect in known if effect.name != name]


def enqueue(record: LedgerRecord) -> None:
    """Enqueue what follows, in the transaction of the step: rolled back with it, committed with it."""
    for effect in _effects.get((record.subject_kind, record.transition), []):
        effect.task.enqueue(str(record.uuid))


def run_once(record_uuid: str, effect: str, act: Callable[[LedgerRecord], None]) -> bool:
    """Do `act` unless it was done for this record already; returns whether it was done now.

    A failure is kept with its reason and raised again, so that the task can be retried.
    """
    record = LedgerRecord.objects.get(uuid=record_uuid)
    EffectRun.objects.get_or_create(record=record, effect=effect)
    try:
        with transaction.atomic():
            run = EffectRun.objects.select_for_update().get(record=record, effect=effect)
            if run.done_at is not None:
                return False
            act(record)
            run.done_at = timezone.now()
            run.attempts += 1
            run.last_error = ""
            run.save()
    except Exception as error:
        EffectRun.objects.filter(record=record, effect=effect).update(
            attempts=F("attempts") + 1, last_error=f"{type(error).__name__}: {error}"
        )
        raise
    return True
