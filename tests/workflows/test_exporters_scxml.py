"""SCXML: an interpreter that knows nothing of us accepts the same acts and reaches the same states."""

import random
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statemachine.io import load

from certificates.lifecycle import CREDENTIAL
from credentialing.applications.workflow import compile_workflow
from credentialing.evidence.lifecycle import EVIDENCE_FILE
from credentialing.pathways.loader import load_pathway
from credentialing.pathways.services import shipped_source
from tests.workflows.test_exporters_text import LABELS, labelled, legal, parsed
from tests.workflows.testapp.models import LOAN
from workflows.definitions import State, Transition, WorkflowDefinition
from workflows.diagrams import scxml

IN = "{http://www.w3.org/2005/07/scxml}"
OWN = "{urn:workflows:definition}"
APPLICATION = compile_workflow(load_pathway(shipped_source("abs-leader")))
MACHINES = [APPLICATION, CREDENTIAL, EVIDENCE_FILE, LOAN]
STEPS = 1200


def event_of(definition: WorkflowDefinition, edge: Transition) -> str:
    """The rule, written a second time: an act that forks anywhere is named with its target everywhere."""
    for source in {other.source for other in definition.transitions}:
        if len(list(definition.edges(edge.name, source))) > 1:
            return f"{edge.name}.{edge.target}"
    return edge.name


class Walker:
    """The definition walked by its edges alone."""

    def __init__(self, definition: WorkflowDefinition) -> None:
        self.state = definition.initial
        self.ways = {(edge.source, event_of(definition, edge)): edge.target for edge in definition.transitions}

    def accepted(self) -> set[str]:
        return {event for source, event in self.ways if source == self.state}

    def send(self, event: str) -> None:
        self.state = self.ways.get((self.state, event), self.state)


def disagreements(definition: WorkflowDefinition, steps: int, seed: int) -> Iterator[str]:
    """Send the same events at random, also those that the present state refuses, to both; begin anew at an end."""
    chance = random.Random(seed)
    chart = load(scxml(definition), format="scxml")
    events = sorted({event_of(definition, edge) for edge in definition.transitions})
    ours, theirs = Walker(definition), chart()
    for step in range(steps):
        if theirs.is_terminated:
            if ours.accepted():
                yield f"step {step}: stopped in {ours.state}"
            ours, theirs = Walker(definition), chart()
        if ours.accepted() != {event.id for event in theirs.enabled_events()}:
            yield f"step {step}: in {ours.state} other events are accepted"
        pool = sorted(ours.accepted()) if chance.random() < 0.7 else events
        event = chance.choice(pool or events)
        ours.send(event)
        theirs.send(event)
        if {ours.state} != set(theirs.configuration_values):
            yield f"step {step}: {event} led to {ours.state} and to {set(theirs.configuration_values)}"


@pytest.mark.parametrize("definition", MACHINES, ids=lambda definition: definition.name)
def test_another_interpreter_agrees_on_every_step(definition):
    assert list(disagreements(definition, STEPS, seed=1969)) == []


def test_disagreement_would_be_seen():
    wrong = WorkflowDefinition(
        name="wrong",
        states=LOAN.states,
        transitions=tuple(edge for edge in LOAN.transitions if edge.name != "give_back"),
        exits=LOAN.exits,
    )
    chart = load(scxml(wrong), format="scxml")()
    chart.send("lend")
    ours = Walker(LOAN)
    ours.send("lend")
    assert ours.accepted() - {event.id for event in chart.enabled_events()} == {"give_back"}


SLUGS = ("a", "b", "c", "d")
NAMES = ("go", "turn", "stay")


@settings(max_examples=40, deadline=None)
@given(
    edges=st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(SLUGS), st.sampled_from(SLUGS)), max_size=9),
    finals=st.sets(st.sampled_from(SLUGS[1:])),
    seed=st.integers(0, 99),
)
def test_another_interpreter_agrees_on_any_machine(edges, finals, seed):
    definition = WorkflowDefinition(
        name="any",
        states=tuple(
            State(slug=slug, label=slug, kind="initial" if slug == "a" else "final" if slug in finals else "normal")
            for slug in SLUGS
        ),
        transitions=tuple(
            Transition(name=name, source=source, target=target, roles=frozenset({"x"}))
            for name, source, target in [("go", "a", "b"), *sorted(edges - {("go", "a", "b")})]
        ),
    )
    assert list(disagreements(definition, 40, seed)) == []


@pytest.mark.parametrize("definition", MACHINES, ids=lambda definition: definition.name)
def test_chart_is_what_the_recommendation_asks_for(definition):
    root = parsed(scxml(definition))
    states = list(root)
    ids = [state.get("id") for state in states]
    assert (root.tag, root.get("version"), root.get("datamodel")) == (f"{IN}scxml", "1.0", "null")
    assert re.fullmatch(r"[\w.:-]+", root.get("name"), re.ASCII)
    assert root.get("initial") == definition.initial
    assert ids == [state.slug for state in definition.states]
    for node in states:
        edges = list(definition.edges(source=node.get("id")))
        ends = definition.state(node.get("id")).kind == "final" and not edges
        assert node.tag == (f"{IN}final" if ends else f"{IN}state")
        assert [step.get("target") for step in node] == [edge.target for edge in edges]
        assert all(step.get("event") and step.get("cond") is None for step in node)
    for wanted in ids:
        node = root.find(f"*[@id='{wanted}']")
        events = [step.get("event") for step in node]
        assert len(events) == len(set(events))


def test_roles_guards_and_reasons_are_noted_beside_the_chart():
    root = parsed(scxml(APPLICATION))
    submit = root.find(f"*[@id='draft']/{IN}transition[@event='submit']")
    defer = root.find(f"*[@id='workshop_attended']/{IN}transition[@event='defer']")
    assert (submit.get(f"{OWN}roles"), submit.get(f"{OWN}guards")) == ("candidate", "gate_met")
    assert (defer.get(f"{OWN}label"), defer.get(f"{OWN}reason")) == ("Defer", "required")
    assert root.get(f"{OWN}digest") == APPLICATION.digest


@pytest.mark.parametrize("label", LABELS)
def test_label_of_any_characters_leaves_the_chart_well_formed_and_running(label):
    text = scxml(labelled(label))
    first, last = parsed(text)
    assert first.get(f"{OWN}label").splitlines() == legal(label).splitlines()
    assert last.get("id") == "_x0033_rd-b"
    chart = load(text, format="scxml")()
    chart.send("go")
    assert chart.is_terminated


def test_ids_of_different_slugs_never_meet():
    slugs = ["3", "_x0033_", "_3", "é", "a b", "a_b", "a-b", "-", "_x"]
    definition = WorkflowDefinition(
        name="ids",
        states=tuple(
            State(slug=slug, label="", kind="normal" if number else "initial") for number, slug in enumerate(slugs)
        ),
        transitions=(),
    )
    ids = [state.get("id") for state in parsed(scxml(definition))]
    assert len(set(ids)) == len(slugs)
    assert all(re.fullmatch(r"[A-Za-z_][\w-]*", one, re.ASCII) for one in ids)
