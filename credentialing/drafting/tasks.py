"""Long work on drafts: simulating over all cases, beside the pages."""

import logging

from django.db import transaction
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
    """Carry a simulation out; one that is finished is left alone, one whose worker died is begun anew."""
    run = SimulationRun.objects.select_related("draft").filter(pk=pk, finished_at=None).first()
    if run is None:
        return
    source = run.draft.revisions.get(number=run.revision).source
    try:
        version = PathwayDraft(source=source).as_version()
    except PathwayFileInvalid as refusal:
        run.problem = str(refusal)
    else:
        run.findings = [
            finding.as_dict()
            for finding in simulate(cases_concerned(run.draft.slug), version, timezone.localdate(), _teller(run))
        ]
    run.finished_at = timezone.now()
    run.save()


def _teller(run: SimulationRun):  # noqa: ANN202 - a function of two numbers
    def tell(done: int, total: int) -> None:
        run.done, run.total = done, total
        if done % TOLD_EVERY == 0:
            SimulationRun.objects.filter(pk=run.pk).update(done=done, total=total)

    return tell
