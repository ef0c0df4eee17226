"""How far a case is, stored whenever it changes: its requirements, and who has the ball."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.assessments import Assessment, assess_case
from credentialing.applications.endorsing import missing_recommendations, stage_to_recommend
from credentialing.applications.models import Application, AwaitedAct, RequirementProgress
from credentialing.pathways.definitions import Stage


def refresh_progress(application: Application, now: datetime | None = None) -> list[Assessment]:
    """Store how far each requirement is and who has the ball; called in the transaction of every change."""
    now = now or timezone.now()
    assessments = assess_case(application, timezone.localdate(now))
    stored = {row.requirement: row for row in application.requirement_progress.all()}
    parts = [part for assessment in assessments for part in assessment.with_options()]
    for position, item in enumerate(parts):
        row = stored.pop(item.requirement.slug, None) or RequirementProgress(
            application=application, requirement=item.requirement.slug
        )
        before = row.told
        waiting_on = item.waiting_on if application.is_open and not application.is_paused else ""
        if row.waiting_on != waiting_on or (waiting_on and row.waiting_since is None):
            row.waiting_since = now if waiting_on else None
        row.position = position
        row.status = item.status
        row.met = item.progress.met
        row.summary = item.summary[:300]
        row.waiting_on = waiting_on
        row.evidence_digest = item.digest
        row.changes_on = item.changes_on
        if row.told != before or row._state.adding:
            row.refreshed_at = now
            row.save()
    for obsolete in stored.values():
        obsolete.delete()
    _refresh_awaited(application, assessments, now)
    return assessments


def refresh_cases_of(person: Person, now: datetime) -> None:
    """Bring somebody's open case up to date after a change outside of it: of a membership, of a credential."""
    for application in Application.objects.select_for_update().of(person).unfinished():
        refresh_progress(application, now)


_postponed: ContextVar[dict[int, tuple[Application, datetime]] | None] = ContextVar("postponed", default=None)


@contextmanager
def refreshed_once() -> Iterator[None]:
    """Within it, many pieces of evidence change at once: each case is brought up to date once, at the outermost end."""
    if _postponed.get() is not None:
        yield
        return
    postponed: dict[int, tuple[Application, datetime]] = {}
    token = _postponed.set(postponed)
    try:
        yield
    finally:
        _postponed.reset(token)
    for application, now in postponed.values():
        refresh_progress(application, now)


def note_progress(application: Application, now: datetime) -> None:
    """Bring a case up to date after a change of its evidence: now, or at the end of `refreshed_once`."""
    postponed = _postponed.get()
    if postponed is None:
        refresh_progress(application, now)
    else:
        postponed[application.pk] = (application, now)


def awaited_acts(application: Application, assessments: Sequence[Assessment]) -> set[tuple[str, str, str]]:
    """What is waited for, as (requirement, act, role): nothing while the case is paused or ended."""
    if not application.is_open or application.is_paused:
        return set()
    acts: set[tuple[str, str, str]] = set()
    for item in assessments:
        if item.requirement.desirable or item.complete or not item.waiting_on:
            continue
        if item.progress.met and not item.returned:
            acts |= {(item.requirement.slug, AwaitedAct.Act.SIGN_OFF, role) for role in item.missing_roles}
        else:
            acts.add((item.requirement.slug, AwaitedAct.Act.COMPLETE, item.waiting_on))
    recommended = stage_to_recommend(application, list(assessments))
    if recommended is not None:
        missing = missing_recommendations(application, recommended.slug)
        return acts | {("", AwaitedAct.Act.RECOMMEND, role) for role in missing}
    stage = next_stage(application)
    if stage is not None and stage_is_ready(application, stage, assessments):
        acts |= {("", AwaitedAct.Act.SIGN_OFF_STAGE, role) for role in stage.signed_by}
    return acts


def next_stage(application: Application) -> Stage | None:
    """The stage that the case reaches next by a stage sign-off; None for drafts, pauses, ends and the last stage.

    The last stage is reached by the council's decision, not by a stage sign-off.
    """
    stages = application.definition.stages
    slugs = [stage.slug for stage in stages]
    if application.state not in slugs[:-2]:
        return None
    return stages[slugs.index(application.state) + 1]


def stage_is_ready(application: Application, stage: Stage, assessments: Sequence[Assessment]) -> bool:
    """Whether every blocking requirement of that stage and of all before it is complete."""
    needed = {r.slug for r in application.definition.up_to(stage.slug) if not r.desirable}
    return all(item.complete for item in assessments if item.requirement.slug in needed)


def _refresh_awaited(application: Application, assessments: Sequence[Assessment], now: datetime) -> None:
    wanted = awaited_acts(application, assessments)
    for row in application.awaited_acts.all():
        key = (row.requirement, row.act, row.role)
        if key in wanted:
            wanted.discard(key)
        else:
            row.delete()
    AwaitedAct.objects.bulk_create(
        AwaitedAct(application=application, requirement=requirement, act=act, role=role, since=now)
        for requirement, act, role in sorted(wanted)
    )
