"""Groups: how far “all of these” and “one of these” are, made of how far their options are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from credentialing.pathways.definitions import Requirement
from credentialing.pathways.groups import ANY_OF
from credentialing.pathways.kinds import Progress

if TYPE_CHECKING:
    from credentialing.applications.assessments import Assessment


def progress_of_group(requirement: Requirement, options: Sequence["Assessment"]) -> Progress:
    """Met as soon as enough options are complete; what is missing is that of the nearest ones."""
    need = requirement.parameters.at_least if requirement.kind == ANY_OF else len(options)
    complete = sorted(
        (option for option in options if option.complete), key=lambda option: option.completed_on or option.on
    )
    met = len(complete) >= need
    counted = complete[:need] if met else options  # an option chosen is enough, whatever is added to another
    nearest = sorted((option for option in options if not option.complete), key=_distance)[: need - len(complete)]
    ways = "ways" if requirement.kind == ANY_OF else "parts"
    summary = f"{len(complete)} of {need}" if requirement.kind != ANY_OF or need > 1 else ""
    if met:
        words = " and ".join(option.requirement.label for option in counted)
        summary = f"{summary}: {words}" if summary else f"Met by: {words}"
    elif nearest:
        words = "; ".join(f"{option.requirement.label}: {option.summary}" for option in nearest)
        summary = f"{summary or f'One of {len(options)} {ways}'}; nearest: {words}"
    waiting = [option.waiting_on for option in nearest if option.waiting_on]
    stuck = [option.progress.cannot_start for option in options if option.progress.cannot_start]
    return Progress(
        met=met,
        started=any(option.progress.started for option in options),
        summary=summary,
        have=str(len(complete)),
        need=str(need),
        waiting_on="" if met else (waiting[0] if waiting else ""),
        missing=() if met else tuple(unmet for option in nearest for unmet in option.unmet),
        uncounted=tuple(words for option in options for words in option.progress.uncounted),
        references=tuple(reference for option in counted for reference in option.references),
        cannot_start=stuck[0] if not met and len(stuck) == len(options) else "",
        met_on=max((o.completed_on for o in counted if o.completed_on), default=None) if met else None,
        next_step=nearest[0].progress.next_step if nearest and not met else "",
        unit="options" if requirement.kind == ANY_OF else "parts",
        lacks=() if met else (f"{need - len(complete)} more",),
        forecast=max((o.progress.forecast for o in nearest if o.progress.forecast), default=None) if not met else None,
    )


def _distance(option: "Assessment") -> tuple[bool, float]:
    """The nearest first: by the share of what is there, those that can't start last."""
    progress = option.progress
    if progress.have_amount is None or not progress.need_amount:
        return bool(progress.cannot_start), 0.5 if progress.started else 1.0
    return bool(progress.cannot_start), 1 - min(1.0, float(progress.have_amount / progress.need_amount))
