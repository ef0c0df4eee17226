"""What must be true before a motion moves on."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from django.utils import timezone

from certificates.lifecycle import is_over
from workflows.guards import Guard, TransitionContext, Unmet
from workflows.subjects import WorkflowSubject

if TYPE_CHECKING:
    from credentialing.council.motions.models import Motion


def in_danger(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:  # noqa: ARG001 - a guard
    """Only what was moved as urgent takes effect before the vote."""
    if not cast("Motion", subject).in_danger:
        yield Unmet(code="not_urgent", message="This motion waits for the vote: nobody has said that it is urgent.")


def possible(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """The credential is still in a state in which that can be done; one that is suspended at once is so already."""
    motion = cast("Motion", subject)
    if not _can_be_done(motion, context):
        yield Unmet(
            code="overtaken",
            message=f"The credential is now: {motion.credential.status_label.lower()}. The motion is overtaken.",
        )


def impossible(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """Overtaken is only what can't be done any more."""
    if _can_be_done(cast("Motion", subject), context):
        yield Unmet(code="possible", message="This motion can still be carried, so it is decided by the vote.")


def _can_be_done(motion: "Motion", context: TransitionContext) -> bool:
    motion.credential.refresh_from_db()
    credential, act = motion.credential, motion.act
    if motion.state == "at_once":
        return bool(credential.state == "suspended")
    if act == "reinstate" and is_over(credential, timezone.localdate(context.now)):
        return False  # it has run out meanwhile: it comes into force again by being renewed
    return any(credential.workflow_definition().edges(act, credential.state))


def majority_for(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """Enough votes carry it."""
    from credentialing.council.motions.counting import is_carried, tally_of  # noqa: PLC0415 - it counts these models

    motion = cast("Motion", subject)
    tally = tally_of(motion, timezone.localdate(context.now))
    if not is_carried(tally, motion.majority):
        yield Unmet(
            code="votes",
            message=f"{tally.in_favor} votes for it, {tally.against} against; at least {tally.quorum} must vote.",
            have=str(tally.in_favor),
            need=str(tally.quorum),
        )


def majority_against(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """It can't be carried any more."""
    from credentialing.council.motions.counting import is_lost, tally_of  # noqa: PLC0415 - it counts these models

    motion = cast("Motion", subject)
    if not is_lost(tally_of(motion, timezone.localdate(context.now)), motion.majority):
        yield Unmet(code="votes", message="This motion can still be carried.")


GUARDS: Mapping[str, Guard] = {
    "in_danger": in_danger,
    "possible": possible,
    "impossible": impossible,
    "majority_for": majority_for,
    "majority_against": majority_against,
}
