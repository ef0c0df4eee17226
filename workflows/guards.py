"""Guards explain themselves: what is missing, what there is, what is needed, where to mend it."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflows.definitions import Transition

if TYPE_CHECKING:
    from workflows.subjects import WorkflowSubject

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Unmet:
    """One reason why an act is not possible yet; the same object feeds checklist, button, API and exception."""

    code: str
    message: str
    requirement: str = ""
    have: str = ""
    need: str = ""
    remedy_url: str = ""


@dataclass(frozen=True, kw_only=True)
class TransitionContext:
    """Who acts, why, when, and on which edge."""

    actor: Any
    reason: str
    now: datetime
    transition: Transition


Guard = Callable[["WorkflowSubject", TransitionContext], Iterable[Unmet]]


def unmet_of(subject: "WorkflowSubject", context: TransitionContext) -> list[Unmet]:
    """Everything that stands in the way; a guard that fails itself stands in the way too and is logged."""
    found: list[Unmet] = []
    guards = subject.guards()
    for name in context.transition.guards:
        try:
            found += list(guards[name](subject, context))
        except Exception:
            logger.exception("Guard %s failed", name)
            found.append(Unmet(code="guard_failed", message="This can't be checked at the moment. Please tell us."))
    return found
