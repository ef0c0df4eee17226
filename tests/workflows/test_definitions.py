"""A definition in which people could get stuck is refused, with everything that is wrong in words."""

from dataclasses import replace

import pytest

from tests.workflows.testapp.models import LOAN
from workflows.definitions import DefinitionInvalid, State, Transition, WorkflowDefinition
from workflows.diagrams import mermaid

ANY = frozenset({"clerk"})


def edge(source: str, target: str, name: str = "go", roles: frozenset[str] = ANY) -> Transition:
    return Transition(name=name, source=source, target=target, roles=roles)


def machine(*edges: Transition, states: str = "a:initial b:normal c:final", **kwargs) -> WorkflowDefinition:
    made = tuple(State(slug=s.split(":")[0], label=s.upper(), kind=s.split(":")[1]) for s in states.split())
    return WorkflowDefinition(name="m", states=made, transitions=edges, **kwargs)


def test_sound_machine_is_accepted():
    machine(edge("a", "b"), edge("b", "c")).validate()
    LOAN.validate()


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (machine(edge("a", "b"), edge("b", "c"), states="a:initial b:normal b:normal c:final"), "b stands twice"),
        (machine(edge("a", "b"), states="a:start b:final"), "unknown kind start"),
        (machine(edge("a", "b"), states="a:normal b:final"), "one initial state, not 0"),
        (machine(edge("a", "b"), states="a:initial b:initial"), "one initial state, not 2"),
        (machine(edge("a", "x"), edge("b", "c")), "there is no state x"),
        (machine(edge("a", "b"), edge("a", "b"), edge("b", "c")), "go from a to b stands twice"),
        (machine(edge("a", "b", roles=frozenset()), edge("b", "c")), "nobody may do it"),
        (machine(edge("a", "b"), edge("b", "c"), edge("c", "a")), "c is final"),
        (machine(edge("a", "b"), edge("b", "c"), exits=frozenset({"fly"})), "the exit fly is no act"),
        (machine(edge("a", "c")), "the state b can't be reached"),
        (machine(edge("a", "b")), "the state b is a dead end"),
        (machine(edge("a", "b"), edge("a", "c"), edge("b", "b")), "the state b is a dead end"),
        (
            machine(*(edge(s, t) for s, t in ("ac", "ab", "bd", "db")), states="a:initial b:normal c:final d:normal"),
            "b is a dead end; the state d is a dead end",
        ),
    ],
)
def test_fault_is_named(definition, words):
    with pytest.raises(DefinitionInvalid, match=words):
        definition.validate()


def test_all_faults_are_named_at_once():
    with pytest.raises(DefinitionInvalid) as refused:
        machine(edge("a", "x"), edge("a", "b", roles=frozenset()), exits=frozenset({"fly"})).validate()
    assert str(refused.value) == (
        "m: go from a to x: there is no state x; go from a to b: nobody may do it; the exit fly is no act"
    )


def test_final_state_may_be_left_by_a_named_exit():
    machine(edge("a", "b"), edge("b", "c"), edge("c", "a", "back"), exits=frozenset({"back"})).validate()


def test_digest_changes_with_every_rule_and_with_nothing_else():
    same = replace(LOAN)
    assert same.digest == LOAN.digest
    for field, value in (("roles", frozenset({"king"})), ("guards", ("x",)), ("reason_required", True), ("label", "x")):
        changed = replace(LOAN, transitions=(replace(LOAN.transitions[0], **{field: value}), *LOAN.transitions[1:]))
        assert changed.digest != LOAN.digest, field


def test_digest_does_not_hang_on_the_order_in_which_roles_and_exits_are_named():
    names = [f"role{n}" for n in range(20)]
    made = machine(edge("a", "b", roles=frozenset(names)), edge("b", "c"), exits=frozenset(names)).as_dict()
    assert made["transitions"][0]["roles"] == sorted(names)
    assert made["exits"] == sorted(names)


def test_unknown_state_is_a_key_error():
    with pytest.raises(KeyError, match="burnt"):
        LOAN.state("burnt")


def test_edge_of_which_no_more_is_said_has_no_label_no_guards_needs_no_reason_and_can_be_undone():
    assert edge("a", "b").as_dict() == {
        "name": "go",
        "source": "a",
        "target": "b",
        "label": "",
        "roles": ["clerk"],
        "guards": [],
        "reason_required": False,
        "irreversible": False,
    }


def test_picture_shows_every_state_and_every_edge():
    picture = mermaid(LOAN)
    assert "[*] --> asked" in picture
    assert "lost --> [*]" in picture
    for one in LOAN.transitions:
        assert f"{one.source} --> {one.target} : {one.name}" in picture
