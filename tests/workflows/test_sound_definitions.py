"""What `validate` accepts nobody can get stuck in: judged here by matrices, not by walking the edges."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.definitions import DefinitionInvalid, State, Transition, WorkflowDefinition

SLUGS = ("a", "b", "c", "d")
arrows = st.sets(st.tuples(st.sampled_from(SLUGS), st.sampled_from(SLUGS)), max_size=3)
# Every state but the first is led to from an earlier one, so that many machines are sound and few faults decide.
trees = st.tuples(*(st.sampled_from(SLUGS[: n + 1]) for n in range(3))).map(lambda t: {*zip(t, SLUGS[1:], strict=True)})


def accepted(definition: WorkflowDefinition) -> bool:
    try:
        definition.validate()
    except DefinitionInvalid:
        return False
    return True


def ways(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """From where to where there is a way (Warshall)."""
    found = edges | {(slug, slug) for slug in SLUGS}
    for between, start, end in product(SLUGS, SLUGS, SLUGS):
        if (start, between) in found and (between, end) in found:
            found.add((start, end))
    return found


@settings(max_examples=50, deadline=None)
@given(tree=trees, more=arrows, less=arrows, but=st.sets(st.sampled_from(SLUGS), max_size=1))
def test_every_state_is_reached_and_leads_to_an_end(tree, more, less, but):
    edges = (tree - less) | more
    finals = (set(SLUGS) - {start for start, _ in edges}) ^ but
    finals.discard("a")
    edges = {(start, end) for start, end in edges if start not in finals}
    definition = WorkflowDefinition(
        name="m",
        states=tuple(
            State(slug=slug, label=slug, kind="initial" if slug == "a" else "final" if slug in finals else "normal")
            for slug in SLUGS
        ),
        transitions=tuple(Transition(name="go", source=s, target=t, roles=frozenset({"x"})) for s, t in sorted(edges)),
    )
    way = ways(edges)
    sound = all(("a", slug) in way and any((slug, end) in way for end in finals) for slug in SLUGS)
    assert accepted(definition) == sound
