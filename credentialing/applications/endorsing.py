"""What a stage needs beside its requirements: recommendations first, then as many signatures as its quorum."""

from credentialing.applications.assessments import Assessment
from credentialing.applications.models import Application, StageEndorsement
from credentialing.pathways.definitions import Stage

SIGN, RECOMMEND = StageEndorsement.Act.SIGN, StageEndorsement.Act.RECOMMEND


def standing_endorsements(application: Application, stage: str) -> list[StageEndorsement]:
    """What has been said on a stage on the present attempt and stands; from what is prefetched, if it is."""
    return [
        row
        for row in application.stage_endorsements.all()
        if row.stage == stage and row.attempt == application.attempt and row.taken_back_at is None
    ]


def missing_recommendations(application: Application, stage: str) -> tuple[str, ...]:
    """The roles that have still to put the candidate forward for that stage."""
    given = {row.role for row in standing_endorsements(application, stage) if row.act == RECOMMEND}
    return tuple(role for role in application.definition.recommenders(stage) if role not in given)


def signatures(application: Application, stage: str) -> set[int]:
    """The people who have signed that stage."""
    return {row.person_id for row in standing_endorsements(application, stage) if row.act == SIGN}


def stage_ahead(application: Application) -> Stage | None:
    """The stage that comes next, the last one included; None for drafts, pauses and ends."""
    stages = application.definition.stages
    slugs = [stage.slug for stage in stages]
    if application.state not in slugs[:-1]:
        return None
    return stages[slugs.index(application.state) + 1]


def stage_to_recommend(application: Application, assessments: list[Assessment]) -> Stage | None:
    """The stage for which the candidate can be put forward now: all is complete but what a body decides in it.

    Where a body decides on admission itself, that is the first stage, in which the case already stands.
    """
    first = application.definition.stages[0]
    ahead = stage_ahead(application)
    for stage in ([first] if application.state == first.slug else []) + ([ahead] if ahead else []):
        if missing_recommendations(application, stage.slug) and only_decisions_missing(application, stage, assessments):
            return stage
    return None


def only_decisions_missing(application: Application, stage: Stage, assessments: list[Assessment]) -> bool:
    """Whether everything up to that stage is complete but for what bodies decide by ballot in it."""
    definition = application.definition
    decided = {r.slug for r in definition.balloted if r.stage == stage.slug}
    needed = {r.slug for r in definition.up_to(stage.slug) if not r.desirable} - decided
    return all(item.complete for item in assessments if item.requirement.slug in needed)
