"""What a draft says otherwise than the version in force, part by part and in words."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from difflib import ndiff
from typing import Any

from credentialing.pathways.definitions import PathwayDefinition, Requirement, Stage
from credentialing.pathways.wording import role_in_words, rule_lines

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One part before and after, each as lines in words; none where it isn't there."""

    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def sort(self) -> str:
        """Added, removed or changed."""
        return ADDED if not self.before else REMOVED if not self.after else CHANGED


@dataclass(frozen=True, kw_only=True)
class TextLine:
    """One line of the two texts: of the one before, of the one after, or of both."""

    sort: str
    text: str


def differences(before: PathwayDefinition | None, after: PathwayDefinition) -> list[Difference]:
    """Every part that differs: the pathway as a whole, then stage by stage with its requirements."""
    old, new = _parts(before) if before else {}, _parts(after)
    return [
        Difference(label=new[key][0] if key in new else old[key][0], before=was, after=is_)
        for key in dict.fromkeys([*new, *old])
        if (was := old[key][1] if key in old else ()) != (is_ := new[key][1] if key in new else ())
    ]


def text_differences(before: str, after: str) -> list[TextLine]:
    """Both texts line by line; unchanged lines only beside changed ones."""
    sorts = {"+ ": ADDED, "- ": REMOVED, "  ": ""}
    lines = [
        TextLine(sort=sorts[line[:2]], text=line[2:])
        for line in ndiff(before.splitlines(), after.splitlines())
        if line[:2] in sorts
    ]
    near = {at + step for at, line in enumerate(lines) if line.sort for step in (-2, -1, 0, 1, 2)}
    return [line for at, line in enumerate(lines) if at in near]


def _parts(definition: PathwayDefinition) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    found = {"pathway": ("The pathway as a whole", tuple(_whole(definition)))}
    for stage in definition.stages:
        found[f"stage {stage.slug}"] = (f"Stage: {stage.label}", tuple(_stage(definition, stage)))
        for requirement in stage.requirements:
            for part in requirement.with_options():
                lines = tuple(_requirement(definition, stage, part))
                found[f"requirement {part.slug}"] = (f"{stage.label}: {part.label}", lines)
    return found


def _requirement(definition: PathwayDefinition, stage: Stage, requirement: Requirement) -> Iterator[str]:
    yield f"“{requirement.label}”, of the stage “{stage.label}”"
    yield from rule_lines(definition, requirement)
    if requirement.help:
        yield f"Candidates read: {requirement.help}"


def _stage(definition: PathwayDefinition, stage: Stage) -> Iterator[str]:
    position = [known.slug for known in definition.stages].index(stage.slug) + 1
    yield f"{position}. “{stage.label}”"
    if stage.summary:
        yield stage.summary
    if stage.signed_by:
        people = " or ".join(role_in_words(definition, role) for role in stage.signed_by)
        yield f"Signed by {stage.quorum} of: {people}"
    if stage.recommended_by:
        yield "Recommended by: " + ", ".join(role_in_words(definition, role) for role in stage.recommended_by)
    for audience, label in stage.labels:
        yield f"For the {audience}: “{label}”"


def _whole(definition: PathwayDefinition) -> Iterator[str]:
    """Everything that is neither stage nor requirement, key by key."""
    for key, value in asdict(definition).items():
        if key not in {"stages", "version"}:
            yield from _leaves(key.replace("_", " "), value)


def _leaves(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(f"{name}, {key.replace('_', ' ')}", part)
    elif isinstance(value, tuple | list) and value and isinstance(value[0], Mapping | tuple | list):
        for number, part in enumerate(value, start=1):
            yield from _leaves(f"{name} {number}", part)
    elif isinstance(value, tuple | list):
        if value:
            yield f"{name}: {', '.join(str(part) for part in value)}"
    elif not is_dataclass(value) and value not in {"", None}:
        yield f"{name}: {value}"
