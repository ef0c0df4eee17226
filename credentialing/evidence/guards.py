"""Guards of an uploaded file's life: each yields what is missing, in words for the candidate."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from django.conf import settings

from workflows.guards import Guard, TransitionContext, Unmet
from workflows.subjects import WorkflowSubject

if TYPE_CHECKING:
    from credentialing.evidence.models import EvidenceFile


def case_is_open(subject: WorkflowSubject, _: TransitionContext) -> Iterator[Unmet]:
    """The evidence of a case that has ended stays as it was when it ended."""
    file = cast("EvidenceFile", subject)
    if not file.application.is_open:
        yield Unmet(code="case_closed", message="This case is closed, so its evidence can't be changed.")


def room_left(subject: WorkflowSubject, _: TransitionContext) -> Iterator[Unmet]:
    """A case holds only so many files, whether they are uploaded or restored."""
    file = cast("EvidenceFile", subject)
    most = settings.EVIDENCE_MAX_FILES_PER_CASE
    if file.application.files.taking_room().count() >= most:
        yield Unmet(code="no_room", message=f"A case holds at most {most} files. Withdraw one first.")


def no_copy_stands(subject: WorkflowSubject, _: TransitionContext) -> Iterator[Unmet]:
    """The same bytes count once for a requirement."""
    file = cast("EvidenceFile", subject)
    if file.application.files.taking_room().filter(requirement=file.requirement, sha256=file.sha256).exists():
        yield Unmet(code="copy_stands", message="You have already uploaded this file here.")


GUARDS: Mapping[str, Guard] = {
    "case_is_open": case_is_open,
    "room_left": room_left,
    "no_copy_stands": no_copy_stands,
}
