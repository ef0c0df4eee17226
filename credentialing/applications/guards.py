"""What must be true before a case moves: the same answers feed checklist, buttons, API and exception."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from django.utils import timezone

from credentialing.pathways.definitions import SUBMIT_GATE, Requirement
from workflows.guards import Guard, TransitionContext, Unmet
from workflows.subjects import WorkflowSubject

if TYPE_CHECKING:
    from credentialing.applications.models import Application


def gate_met(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """Submitting needs what the pathway gates it with: membership, a first intensive, the form."""
    application = cast("Application", subject)
    return _unmet(application, application.definition.gated(SUBMIT_GATE), context)


def stage_met(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """A stage is reached when every blocking requirement of it and of all stages before it is complete."""
    application = cast("Application", subject)
    return _unmet(application, application.definition.up_to(context.transition.target), context)


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
    """Deferring and declining at the end are decisions of the council: no member takes them alone (DOMAIN §5)."""
    from credentialing.applications.progress import assess_requirement  # noqa: PLC0415 - progress imports models

    application = cast("Application", subject)
    wanted = {"defer": "deferred", "decline": "declined"}[context.transition.name]
    for requirement in application.definition.requirements:
        if requirement.kind == "decision" and requirement.parameters.body == "council":
            item = assess_requirement(application, requirement.slug, timezone.localdate(context.now))
            if item.progress.have != wanted:
                yield Unmet(
                    code="no_decision",
                    message="The council decides this by its ballots.",
                    requirement=requirement.slug,
                )


def declinable(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """Where applying and the council's decision meet in one stage: before admission freely, after it by decision."""
    if cast("Application", subject).admitted_at is not None:
        yield from council_decided(subject, context)


def _unmet(
    application: "Application", requirements: Iterable[Requirement], context: TransitionContext
) -> Iterable[Unmet]:
    from credentialing.applications.progress import assess_case  # noqa: PLC0415 - progress imports models

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
    "declinable": declinable,
}
