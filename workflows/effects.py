"""What follows from a step: enqueued in its own transaction, done once per record, tried again with growing pauses."""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.tasks import task
from django.utils import timezone

from workflows.models import EffectRun, LedgerRecord

logger = logging.getLogger(__name__)

ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=1)  # doubled after every attempt: 1, 2, 4, 8, 16 minutes, each up to a quarter longer
LEASE = timedelta(minutes=10)  # after that, a worker that has not answered is taken for dead


type Act = Callable[[LedgerRecord], object]

_effects: dict[tuple[str, str], dict[str, Act]] = {}


def subscribe(*, subject_kind: str, transition: str, name: str, act: Act) -> None:
    """Let `act(record)` follow every such step; subscribing again under the same name replaces it.

    Done again after a crash, the act must do no harm.
    """
    _effects.setdefault((subject_kind, transition), {})[name] = act


def unsubscribe(*, subject_kind: str, transition: str, name: str) -> None:
    """Forget an effect."""
    _effects.get((subject_kind, transition), {}).pop(name, None)


def _following(record: LedgerRecord) -> dict[str, Act]:
    return _effects.get((record.subject_kind, record.transition), {})


def enqueue(record: LedgerRecord) -> None:
    """Enqueue what follows, in the transaction of the step: rolled back with it, committed with it."""
    for run in EffectRun.objects.bulk_create(EffectRun(record=record, effect=name) for name in _following(record)):
        run_effect.enqueue(run.pk)


@task()
def run_effect(run_pk: int) -> None:
    """Make one attempt at one effect."""
    attempt(EffectRun.objects.select_related("record").get(pk=run_pk))


def attempt(run: EffectRun, *, now: datetime | None = None) -> bool:
    """Do the effect unless it was done, is given up, or somebody else is at it; answers whether it was done now.

    The act runs outside any transaction of ours, so that drawing a document holds no lock; meanwhile a lease keeps
    others away. A failure is kept with its reason, and the next attempt enqueued after a growing pause.
    """
    now = now or timezone.now()
    free = EffectRun.objects.open().filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
    if not free.filter(pk=run.pk).update(claimed_until=now + LEASE):
        return False
    run.refresh_from_db()
    act = _following(run.record).get(run.effect)
    try:
        if act is None:
            msg = f"Nobody answers to the effect {run.effect}."
            raise LookupError(msg)  # noqa: TRY301 - kept with its reason like any other failure
        act(run.record)
    except Exception as error:
        logger.exception("Effect %s of record %s failed", run.effect, run.record_id)
        _put_off(run, f"{type(error).__name__}: {error}", now)
        return False
    EffectRun.objects.filter(pk=run.pk).update(
        done_at=timezone.now(), attempts=run.attempts + 1, last_error="", claimed_until=None
    )
    return True


@transaction.atomic
def try_again(run: EffectRun) -> bool:
    """Take up an effect that was given up (the administrator's button); answers whether there was anything to do."""
    now = timezone.now()
    again = EffectRun.objects.given_up().filter(pk=run.pk).update(given_up_at=None, attempts=0, due_at=now)
    if again:
        run_effect.enqueue(run.pk)
    return bool(again)


def take_up(*, before: datetime) -> int:
    """Enqueue again what should have been done by then (a worker died with it); answers how many."""
    forgotten = EffectRun.objects.due(before).filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=before))
    runs = list(forgotten.values_list("pk", flat=True))
    for pk in runs:
        run_effect.enqueue(pk)
    return len(runs)


@transaction.atomic
def _put_off(run: EffectRun, reason: str, now: datetime) -> None:
    attempts = run.attempts + 1
    pause = FIRST_PAUSE * 2 ** (attempts - 1) * random.uniform(1, 1.25)  # noqa: S311 - spreads load, keeps no secret
    given_up = attempts >= ATTEMPTS
    EffectRun.objects.filter(pk=run.pk).update(
        attempts=attempts,
        last_error=reason,
        due_at=now + pause,
        given_up_at=now if given_up else None,
        claimed_until=None,
    )
    if not given_up:
        run_effect.using(run_after=now + pause).enqueue(run.pk)
