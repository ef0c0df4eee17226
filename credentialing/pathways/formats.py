"""The formats in which versions have been published, each brought to the present one (docs/adr/0017).

A published version is read as it was published, for ever. Where keys or defaults change, the format gets the next
number, and a step here says what the former words meant; a step is never changed afterwards.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

PRESENT = 2

type Data = dict[str, Any]


def in_present_words(data: Mapping[str, Any], number: int) -> Data:
    """The tables of a file of that format, as the present format says the same.

    Raises:
        LookupError: there is no such format: it was published by a newer program, or its number changed by hand.
    """
    if not 1 <= number <= PRESENT:
        msg = f"its format {number} is not known to this program, which reads formats 1 to {PRESENT}"
        raise LookupError(msg)
    said = deepcopy(dict(data))
    for step in STEPS[number - 1 :]:
        step(said)
    return said


def _from_first(data: Data) -> None:
    """Until November 24, 2026: one council with a quorum, the committee by its signatures; fees by year."""
    council = data.pop("council", {})
    data.setdefault(
        "bodies",
        [
            {"slug": "committee", "label": "Credentialing Coordinating Committee", "by": "sign_off"},
            {"slug": "council", "label": "Council", "by": "ballot", **council},
        ],
    )
    for requirement in _requirements(data):
        if requirement.get("kind") == "fee":
            requirement.setdefault("year", 1)
    rubric = data.get("rubric", {})
    outside = [row["slug"] for row in rubric.get("scale", []) if row.get("slug") == "not_observed"]
    if outside:  # was drawn apart from the scale by its name
        rubric.setdefault("unrated", outside)


def _requirements(data: Data) -> Iterator[Data]:
    for stage in data.get("stages", []):
        yield from stage.get("requirements", [])


STEPS: tuple[Callable[[Data], None], ...] = (_from_first,)
