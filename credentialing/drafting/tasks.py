"""Long work on drafts: simulating over all cases, beside the pages."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.tasks import task
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.drafting.models import PathwayDraft, SimulationRun
from credentialing.drafting.simulation import cases_concerned, simulate
from credentialing.pathways.loader import PathwayFileInvalid

logger = logging.getLogger(__name__)

TOLD_EVERY = 50  # cases
ATTEMPTS = 3  # it ended as many workers: the next would fare no better
LEASE = timedelta(minutes=5)  # without a word for so long, a worker is taken for dead
GIVEN_UP = f"It was begun {ATTEMPTS} times and never came to its end. Ask the administrator to look at the worker."


@transaction.atomic
def want_simulation(*, draft: PathwayDraft, actor: Person) -> SimulationRun:
    """Have a draft tried on all cases; the page shows how far it is."""
    run = SimulationRun.objects.create(draft=draft, revision=draft.revision, wanted_by=actor)
    record_event(
        event=Event.DRAFT_SIMULATED,
        actor=actor,
        subject_kind=draft.subject_kind,
        subject_id=draft.uuid,
        details={"revision": draft.revision},
    )
    run_simulation.enqueue(run.pk)
    return run


@task()
def run_simulation(pk: int) -> None:
    """Carry a simulation out, unless it is finished or another worker is at it."""
    now = timezone.now()
    if not _unclaimed(now).filter(pk=pk).update(attempts=F("attempts") + 1, claimed_until=now + LEASE, done=0):
        return
    run = SimulationRun.objects.select_related("draft").get(pk=pk)
    try:
        version = PathwayDraft(source=run.draft.revisions.get(number=run.revision).source).as_version()
        cases = cases_concerned(run.draft.slug)
        run.findings = [finding.as_dict() for finding in simulate(cases, version, timezone.localdate(), _teller(run))]
    except PathwayFileInvalid as refusal:
        run.problem = str(refusal)
    except Exception:
        logger.exception("Simulation %s failed", pk)
        run.problem = "Something went wrong on our side. The administrator finds the reason in the log of the server."
    run.finished_at, run.claimed_until = timezone.now(), None
    run.save()


@transaction.atomic
def take_up_simulations(*, before: datetime) -> int:
    """Queue again what a worker has left lying, and end what has ended so many workers; answers how many were queued.

    Like letters, it is due from now on: one that waits behind other work isn't queued again at every look.
    """
    taken = 0
    for run in _unclaimed(before).filter(due_at__lt=before).select_for_update(skip_locked=True):
        if run.attempts >= ATTEMPTS:
            run.finished_at, run.claimed_until, run.problem = timezone.now(), None, GIVEN_UP
        else:
            run.due_at = timezone.now()
            run_simulation.enqueue(run.pk)
            taken += 1
        run.save()
    return taken


def _unclaimed(now: datetime) -> QuerySet[SimulationRun]:
    """What is not finished, and no worker is at it, or one that is taken for dead."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return SimulationRun.objects.filter(free, finished_at=None)


def _teller(run: SimulationRun) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        run.done, run.total = done, total
        if done % TOLD_EVERY == 0:
            alive = timezone.now() + LEASE
            SimulationRun.objects.filter(pk=run.pk).update(done=done, total=total, claimed_until=alive)

    return tell
