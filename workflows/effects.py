"""What follows from a step: enqueued in its own transaction, done once per record, tried again with growing pauses."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.dispatch import Signal
from django.tasks import task
from django.utils import timezone

from workflows.machine import has_no_place
from workflows.models import EffectRun, LedgerRecord
from workflows.models.rows import insert_row

logger = logging.getLogger(__name__)

ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=1)  # doubled after every attempt: 1, 2, 4, 8, 16 minutes, each up to a quarter longer
LEASE = timedelta(minutes=10)  # after that, a worker that has not answered is taken for dead

# Sent with `run` when an effect is given up, inside the transaction that gives it up.
effect_given_up = Signal()


@dataclass(frozen=True, kw_only=True)
class Effect:
    """An act that follows every step of that kind; done again after a crash, or by two at once, it must do no harm."""

    act: Callable[[LedgerRecord], object]
    on_demand: bool


_effects: dict[tuple[str, str], dict[str, Effect]] = {}


def subscribe(
    *,
    subject_kind: str,
    transition: str,
    name: str,
    act: Callable[[LedgerRecord], object],
    on_demand: bool = False,
) -> None:
    """Let `act(record)` follow every such step; subscribing again under the same name replaces it.

    What follows only some of these steps is subscribed `on_demand`: whoever knows which calls `demand`.
    """
    _effects.setdefault((subject_kind, transition), {})[name] = Effect(act=act, on_demand=on_demand)


def unsubscribe(*, subject_kind: str, transition: str, name: str) -> None:
    """Forget an effect."""
    _effects.get((subject_kind, transition), {}).pop(name, None)


def _following(record: LedgerRecord) -> dict[str, Effect]:
    return _effects.get((record.subject_kind, record.transition), {})


def enqueue(record: LedgerRecord) -> None:
    """Enqueue what follows, in the transaction of the step: rolled back with it, committed with it."""
    for name, effect in _following(record).items():
        if not effect.on_demand:
            run = EffectRun(record=record, effect=name)
            insert_row(run)
            run_effect.enqueue(run.pk)


@task()
def run_effect(run_pk: int) -> None:
    """Make one attempt at one effect."""
    attempt(EffectRun.objects.select_related("record").get(pk=run_pk))


def attempt(run: EffectRun, *, now: datetime | None = None) -> bool:
    """Do the effect unless it was done, is given up, or somebody else is at it; answers whether it was done now.

    The act runs outside any transaction of ours, so that drawing a document holds no lock; meanwhile a lease keeps
    others away. A failure is kept with its reason, and the next attempt enqueued after a growing pause. Whoever has
    lost the lease meanwhile (it ran out, or the effect was wanted again) leaves the last word to its next holder.
    """
    now = now or timezone.now()
    free = EffectRun.objects.open().filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
    if not free.filter(pk=run.pk).update(claimed_until=now + LEASE):
        return False
    run.refresh_from_db()
    effect = _following(run.record).get(run.effect)
    try:
        if effect is None:
            msg = f"Nobody answers to the effect {run.effect}."
            raise LookupError(msg)  # noqa: TRY301 - kept with its reason like any other failure
        effect.act(run.record)
    except Exception as error:
        logger.exception("Effect %s of record %s failed", run.effect, run.record_id)
        _put_off(run, f"{type(error).__name__}: {error}", now, counted=not has_no_place(error))
        return False
    held = EffectRun.objects.filter(pk=run.pk, claimed_until=run.claimed_until)
    return bool(held.update(done_at=timezone.now(), attempts=run.attempts + 1, last_error="", claimed_until=None))


@transaction.atomic
def demand(*, record: LedgerRecord, effect: str) -> None:
    """Have an effect of a step done, or done anew because what it works on has changed: with every attempt left.

    One that nobody has begun is left to its task, which will find the change. Whoever is at it loses the lease: they
    may have begun with what is outdated now.
    """
    now = timezone.now()
    run, new = EffectRun.objects.select_for_update().get_or_create(
        record=record, effect=effect, defaults={"due_at": now}
    )
    untouched = run.attempts == 0 and run.claimed_until is None and run.done_at is None
    if new or not untouched:
        run.attempts, run.due_at, run.last_error = 0, now, ""
        run.done_at = run.given_up_at = run.claimed_until = None
        run.save()
        run_effect.enqueue(run.pk)


@transaction.atomic
def try_again(run: EffectRun) -> bool:
    """Take up an effect that was given up (the administrator's button); answers whether there was anything to do."""
    now = timezone.now()
    again = EffectRun.objects.given_up().filter(pk=run.pk).update(given_up_at=None, attempts=0, due_at=now)
    if again:
        run_effect.enqueue(run.pk)
    return bool(again)


@transaction.atomic
def take_up(*, before: datetime) -> int:
    """Enqueue again what should have been done by then (a worker died with it); answers how many.

    It is due from now on, so that what merely waits in a long queue isn't enqueued again at every look, and not by
    each of two who look at once.
    """
    idle = Q(claimed_until__isnull=True) | Q(claimed_until__lt=before)
    forgotten = EffectRun.objects.due(before).filter(idle).select_for_update(skip_locked=True)
    runs = list(forgotten.values_list("pk", flat=True))
    for pk in runs:
        EffectRun.objects.filter(pk=pk).update(due_at=timezone.now())
        run_effect.enqueue(pk)
    return len(runs)


@transaction.atomic
def _put_off(run: EffectRun, reason: str, now: datetime, *, counted: bool) -> None:
    """Try again later. A full disk isn't counted: it is done when there is room, however long that takes."""
    attempts = run.attempts + counted
    pause = FIRST_PAUSE * 2 ** max(attempts - 1, 0) * random.uniform(1, 1.25)  # noqa: S311 - spreads load, keeps no secret
    given_up = attempts >= ATTEMPTS
    put_off = EffectRun.objects.filter(pk=run.pk, claimed_until=run.claimed_until).update(
        attempts=attempts,
        last_error=reason,
        due_at=now + pause,
        given_up_at=now if given_up else None,
        claimed_until=None,
    )
    if not put_off:
        return
    if given_up:
        run.refresh_from_db()
        effect_given_up.send(sender=EffectRun, run=run)
    else:
        run_effect.using(run_after=now + pause).enqueue(run.pk)
