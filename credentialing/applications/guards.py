"""What must be true before a case moves: the same answers feed checklist, buttons, API and exception."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from django.utils import timezone

from credentialing.accounts.models import Role
from credentialing.applications.workflow import COMMITTEE
from credentialing.pathways.definitions import SUBMIT_GATE, Requirement
from workflows.guards import Guard, TransitionContext, Unmet
from workflows.subjects import WorkflowSubject

if TYPE_CHECKING:
    from credentialing.applications.models import Application

ROLE_LABELS = dict(Role.choices)


def gate_met(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """Submitting needs what the pathway gates it with: membership, a first intensive, the form."""
    application = cast("Application", subject)
    for question in application.definition.profile:
        if application.profile.get(question.slug) not in dict(question.choices):
            yield Unmet(code="unanswered", message=f"Answer in the form: {question.label}")
    yield from _unmet(application, application.definition.gated(SUBMIT_GATE), context)


def stage_met(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """A stage is reached when every blocking requirement of it and of all stages before it is complete."""
    application = cast("Application", subject)
    target = context.transition.target
    yield from _unmet(application, application.definition.up_to(target), context)
    yield from _unendorsed(application, target, context)


def _unendorsed(application: "Application", stage: str, context: TransitionContext) -> Iterable[Unmet]:
    """Recommendations that are missing, and signatures: whoever takes the step has signed by it."""
    from credentialing.applications.endorsing import missing_recommendations, signatures  # noqa: PLC0415 - as above

    definition = application.definition
    for role in missing_recommendations(application, stage):
        office = definition.role_label(role, ROLE_LABELS.get(role, role))
        yield Unmet(code="not_recommended", message=f"Not recommended yet: {office}.")
    need = definition.stage(stage).quorum
    have = len(signatures(application, stage) | {context.actor.pk})
    if have < need and context.transition.name == "advance":
        yield Unmet(
            code="signatures",
            message=f"{have} of {need} have signed “{definition.stage(stage).label}”.",
            have=str(have),
            need=str(need),
        )


def no_other_case(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:  # noqa: ARG001 - a guard
    """A withdrawn case comes back only where the candidate has not begun another one meanwhile."""
    application = cast("Application", subject)
    if type(application).objects.of(application.candidate).unfinished().exists():
        yield Unmet(code="another_case", message="The candidate has begun another application in the meantime.")


def not_admitted(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:  # noqa: ARG001 - a guard
    """The committee declines applicants; whoever has been admitted is declined by the council alone (DOMAIN §5)."""
    if cast("Application", subject).admitted_at is not None:
        yield Unmet(code="admitted", message="The candidate has been admitted, so only the council can decline.")


def council_decided(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """Deferring and declining are decisions of the body before which the case lies: nobody takes them alone.

    DOMAIN §5.
    """
    application = cast("Application", subject)
    wanted = {"defer": "deferred", "decline": "declined"}[context.transition.name]
    said = _said_by_ballots(application, context)
    if wanted not in said.values():
        last = application.definition.requirement(list(said)[-1])
        body = application.definition.body(last.parameters.body)
        yield Unmet(code="no_decision", message=f"The {body.label} decides this by its ballots.", requirement=last.slug)


def deferrable(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """The committee says “not yet” until the council votes; from then on its ballots decide (DOMAIN §5, defer)."""
    application = cast("Application", subject)
    if not application.roles_of(context.actor, timezone.localdate(context.now)) & COMMITTEE:
        yield from council_decided(application, context)
    elif "voting" in _said_by_ballots(application, context).values():
        yield Unmet(code="voting", message="The vote has begun, so the ballots decide.")


def _said_by_ballots(application: "Application", context: TransitionContext) -> dict[str, str]:
    """What was decided (or "voting") by each decision that lies before this step, by its slug."""
    from credentialing.applications.assessments import assess_requirement  # noqa: PLC0415 - progress imports models

    definition, on = application.definition, timezone.localdate(context.now)
    here = [r for r in definition.balloted if definition.state_before(r) == context.transition.source]
    return {r.slug: assess_requirement(application, r.slug, on).progress.have for r in here or definition.balloted}


def declinable(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """Where applying and the council's decision meet in one stage: before admission freely, after it by decision."""
    if cast("Application", subject).admitted_at is not None:
        yield from council_decided(subject, context)


def version_fits(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:  # noqa: ARG001 - a guard
    """A case goes on by other rules of the same pathway, in a stage that it has reached by its present ones."""
    application = cast("Application", subject)
    version = application.moving_to
    if version is None:
        yield Unmet(code="no_version", message="Say to which version.")
    elif version == application.pathway_version:
        yield Unmet(code="same_version", message=f"The case goes by {version} already.")
    elif version.pathway_id != application.pathway_version.pathway_id:
        yield Unmet(code="another_pathway", message=f"{version} is another pathway: that takes a new application.")
    elif not application.stage_in(version.definition):
        yield Unmet(
            code="no_stage",
            message=f"{version} has none of the stages that this case has reached, so it can't go on there.",
        )


def _unmet(
    application: "Application", requirements: Iterable[Requirement], context: TransitionContext
) -> Iterable[Unmet]:
    from credentialing.applications.assessments import assess_case  # noqa: PLC0415 - progress imports models

    wanted = {requirement.slug for requirement in requirements if not requirement.desirable}
    for item in assess_case(application, timezone.localdate(context.now)):
        if item.requirement.slug in wanted and not item.complete:
            yield from item.unmet


GUARDS: Mapping[str, Guard] = {
    "gate_met": gate_met,
    "stage_met": stage_met,
    "no_other_case": no_other_case,
    "not_admitted": not_admitted,
    "council_decided": council_decided,
    "deferrable": deferrable,
    "declinable": declinable,
    "version_fits": version_fits,
}
