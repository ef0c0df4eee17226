"""What must be there before a change of a name is approved."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from workflows.guards import Guard, TransitionContext, Unmet
from workflows.subjects import WorkflowSubject

if TYPE_CHECKING:
    from credentialing.names.models import NameChange


def proof_seen(subject: WorkflowSubject, _: TransitionContext) -> Iterator[Unmet]:
    """Somebody has seen a proof and says which and when; no copy of it is kept."""
    change = cast("NameChange", subject)
    if not change.proof or change.proof_seen_on is None:
        yield Unmet(code="no_proof", message="Say which proof you have seen, and when.")


GUARDS: Mapping[str, Guard] = {"proof_seen": proof_seen}
