"""What must be true before a draft moves on."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from django.utils import timezone

from credentialing.pathways.loader import PathwayFileInvalid
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.services import check_pathway
from workflows.guards import Guard, TransitionContext, Unmet
from workflows.subjects import WorkflowSubject

if TYPE_CHECKING:
    from credentialing.drafting.models import PathwayDraft


def publishable(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:  # noqa: ARG001 - a guard
    """The text is a pathway that people can walk, under a number that has not been used for other rules."""
    draft = cast("PathwayDraft", subject)
    try:
        definition = check_pathway(draft.source)
    except PathwayFileInvalid as refusal:
        for fault in refusal.faults:
            yield Unmet(code="mistake", message=str(fault))
        return
    if definition.slug != draft.slug:
        yield Unmet(
            code="slug",
            message=f"This is a draft of “{draft.slug}”, but its text says “{definition.slug}”: put the slug back.",
        )
    if PathwayVersion.objects.filter(pathway__slug=definition.slug, version=definition.version).exists():
        yield Unmet(
            code="number_used",
            message=f"Version {definition.version} has been published already: give this one another number.",
        )


def day_to_come(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """Nobody is bound by rules before they are published."""
    draft = cast("PathwayDraft", subject)
    if draft.in_force_from is None:
        yield Unmet(code="no_day", message="Say from which day it is to be in force.")
    elif draft.in_force_from < timezone.localdate(context.now):
        yield Unmet(
            code="day_passed",
            message="The day from which it was to be in force has passed: change the draft and ask again with another.",
        )


def enough_approve(subject: WorkflowSubject, context: TransitionContext) -> Iterable[Unmet]:
    """As many members as the council needs for a decision have approved this very text, and are members still."""
    draft = cast("PathwayDraft", subject)
    approvals = draft.approvals.of(draft.text_digest).by_members_on(timezone.localdate(context.now))
    have, need = approvals.count(), draft.quorum
    if have < need:
        members = "member" if need == 1 else "members"
        yield Unmet(
            code="approvals",
            message=f"{have} of {need} {members} of the council have approved it.",
            have=str(have),
            need=str(need),
        )


GUARDS: Mapping[str, Guard] = {
    "publishable": publishable,
    "day_to_come": day_to_come,
    "enough_approve": enough_approve,
}
