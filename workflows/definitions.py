"""What a workflow is: states, the edges between them, and who may take which."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import rfc8785

KINDS = frozenset({"initial", "normal", "final"})


class DefinitionInvalid(ValueError):
    """A workflow definition can't be used; the message names what is wrong."""


@dataclass(frozen=True, kw_only=True)
class State:
    """One state; the slug is the stored value, the label words for people."""

    slug: str
    label: str
    kind: str = "normal"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One edge: the act `name` carries a subject from `source` to `target` when one of `roles` performs it."""

    name: str
    source: str
    target: str
    roles: frozenset[str]
    label: str = ""
    guards: tuple[str, ...] = ()
    reason_required: bool = False
    irreversible: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The edge as plain JSON, for digests and exports."""
        return {
            "name": self.name,
            "source": self.source,
            "target": self.target,
            "label": self.label,
            "roles": sorted(self.roles),
            "guards": list(self.guards),
            "reason_required": self.reason_required,
            "irreversible": self.irreversible,
        }


@dataclass(frozen=True, kw_only=True)
class WorkflowDefinition:
    """All states and edges of one kind of subject.

    `exits` names the acts that may leave a final state (for example `reinstate`).
    """

    name: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    exits: frozenset[str] = field(default=frozenset())

    @cached_property
    def initial(self) -> str:
        """The state in which a subject begins."""
        return next(state.slug for state in self.states if state.kind == "initial")

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON (RFC 8785): which rules a record was made under."""
        return hashlib.sha256(rfc8785.dumps(self.as_dict())).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """The definition as plain JSON."""
        return {
            "name": self.name,
            "states": [{"slug": s.slug, "label": s.label, "kind": s.kind} for s in self.states],
            "transitions": [edge.as_dict() for edge in self.transitions],
            "exits": sorted(self.exits),
        }

    def edges(self, name: str | None = None, source: str | None = None) -> Iterator[Transition]:
        """The edges of that name and from that state (all of them without a filter)."""
        for edge in self.transitions:
            if name in {None, edge.name} and source in {None, edge.source}:
                yield edge

    @cached_property
    def roles_by_edge(self) -> Mapping[tuple[str, str, str], frozenset[str]]:
        """Who may take an edge, by its name, source and target."""
        return {(edge.name, edge.source, edge.target): edge.roles for edge in self.transitions}

    def state(self, slug: str) -> State:
        """The state of that slug.

        Raises:
            KeyError: there is none.
        """
        for state in self.states:
            if state.slug == slug:
                return state
        raise KeyError(slug)

    def validate(self) -> None:
        """Refuse a definition that people could get stuck in: from everywhere a way leads to a final state.

        Raises:
            DefinitionInvalid: with everything that is wrong, in words.
        """
        faults = [*self._state_faults(), *self._edge_faults()]
        if not faults:
            faults = [*self._reach_faults()]
        if faults:
            raise DefinitionInvalid(f"{self.name}: " + "; ".join(faults))

    def _state_faults(self) -> Iterator[str]:
        slugs = [state.slug for state in self.states]
        for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}):
            yield f"the state {slug} stands twice"
        for state in self.states:
            if state.kind not in KINDS:
                yield f"the state {state.slug} has the unknown kind {state.kind}"
        initial = [state.slug for state in self.states if state.kind == "initial"]
        if len(initial) != 1:
            yield f"there must be one initial state, not {len(initial)}"

    def _edge_faults(self) -> Iterator[str]:
        kinds = {state.slug: state.kind for state in self.states}
        seen: set[tuple[str, str, str]] = set()
        for edge in self.transitions:
            words = f"{edge.name} from {edge.source} to {edge.target}"
            for slug in (edge.source, edge.target):
                if slug not in kinds:
                    yield f"{words}: there is no state {slug}"
            if (edge.name, edge.source, edge.target) in seen:
                yield f"{words} stands twice"
            seen.add((edge.name, edge.source, edge.target))
            if not edge.roles:
                yield f"{words}: nobody may do it"
            if kinds.get(edge.source) == "final" and edge.name not in self.exits:
                yield f"{words}: {edge.source} is final"
        for name in sorted(self.exits - {edge.name for edge in self.transitions}):
            yield f"the exit {name} is no act"

    def _reach_faults(self) -> Iterator[str]:
        edges = {(edge.source, edge.target) for edge in self.transitions}
        reached = _closure({self.initial}, edges)
        ending = _closure(
            {state.slug for state in self.states if state.kind == "final"}, {(end, begin) for begin, end in edges}
        )
        for state in self.states:
            if state.slug not in reached:
                yield f"the state {state.slug} can't be reached"
            elif state.slug not in ending:
                yield f"the state {state.slug} is a dead end"


def _closure(start: set[str], edges: set[tuple[str, str]]) -> set[str]:
    """Everything to which the edges lead from `start`, which is part of it."""
    found = set(start)
    while fresh := {end for begin, end in edges if begin in found} - found:
        found |= fresh
    return found
