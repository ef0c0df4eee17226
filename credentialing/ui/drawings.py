"""A workflow as it is shown on a page: the picture, and the same in words."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe

from workflows.definitions import WorkflowDefinition
from workflows.diagrams import main_path_of, svg, ways_from


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What `components/workflow.html` shows.

    With a present state the words tell what can happen from there; without one, what happens from every state.
    """

    title: str
    svg: SafeString
    present: str
    ways: tuple[str, ...]


def drawing(
    definition: WorkflowDefinition,
    *,
    title: str,
    present: str | None = None,
    visited: Collection[str] = (),
    main_path_only: bool = False,
) -> Drawing:
    """The workflow with the present state marked and the visited ones ticked; drawn once and then remembered.

    `main_path_only` leaves pauses and endings out, unless the present state is one of them.
    """
    return _drawn(definition, title, present, frozenset(visited), main_path_only)


@lru_cache(maxsize=256)
def _drawn(
    definition: WorkflowDefinition,
    title: str,
    present: str | None,
    visited: frozenset[str],
    main_path_only: bool,  # noqa: FBT001 - a cache knows its keys by place
) -> Drawing:
    shown = main_path_of(definition, present) if main_path_only else definition
    sources = [state.slug for state in shown.states] if present is None else [present]
    ways = [
        (f"From {shown.state(source).label}: " if present is None else "") + f"“{act}” leads to {_any_of(targets)}."
        for source in sources
        for act, targets in ways_from(shown, source)
    ]
    return Drawing(
        title=title,
        svg=mark_safe(svg(shown, present, visited, title=title)),  # noqa: S308 - made by an XML writer, which escapes
        present=definition.state(present).label if present else "",
        ways=tuple(ways),
    )


def _any_of(labels: tuple[str, ...]) -> str:
    *others, last = labels
    return f"{', '.join(others)} or {last}" if others else last
