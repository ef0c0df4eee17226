"""The picture: everything of the machine is on it, nothing lies on anything else, and nobody needs color to read it."""

import re
from collections.abc import Iterator
from itertools import combinations, cycle, pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.lifecycle import CREDENTIAL
from credentialing.applications.workflow import compile_workflow, without_moves
from credentialing.evidence.lifecycle import EVIDENCE_FILE
from credentialing.pathways.loader import load_pathway
from credentialing.pathways.services import shipped_source
from tests.workflows.test_exporters_text import LABELS, labelled, legal, parsed
from tests.workflows.testapp.models import LOAN
from workflows.definitions import State, Transition, WorkflowDefinition
from workflows.diagrams import main_path_of, svg, ways_from
from workflows.exporters.layout import Layout, main_path
from workflows.exporters.shapes import label_of

APPLICATION = without_moves(compile_workflow(load_pathway(shipped_source("abs-leader"))))
MACHINES = [APPLICATION, CREDENTIAL, EVIDENCE_FILE, LOAN]
SVG = "{http://www.w3.org/2000/svg}"

each_machine = pytest.mark.parametrize("definition", MACHINES, ids=lambda definition: definition.name)


def drawn(definition: WorkflowDefinition, *args, **kwargs) -> ET.Element:
    return parsed(svg(definition, *args, **kwargs))


def titles(root: ET.Element, kind: str) -> list[str]:
    return [group.findtext(f"{SVG}title") for group in root if kind in group.get("class", "").split()]


def words_in(root: ET.Element, kind: str) -> list[str]:
    texts = [text for text in root.iter(f"{SVG}text") if text.get("class") == kind]
    return [" ".join(span.text or "" for span in text) for text in texts]


@each_machine
def test_every_state_and_every_joined_pair_is_drawn_once(definition):
    root = drawn(definition)
    labels = {state.slug: state.label for state in definition.states}
    assert sorted(titles(root, "workflow-state")) == sorted(labels.values())
    assert sorted(words_in(root, "workflow-label")) == sorted(labels.values())
    pairs = {(edge.source, edge.target) for edge in definition.transitions if edge.source != edge.target}
    ends = [title.split(": ")[-1] for title in titles(root, "workflow-edge")]
    assert sorted(ends) == sorted(f"{labels[source]} → {labels[target]}" for source, target in pairs)


@each_machine
def test_every_act_is_written_beside_its_line(definition):
    written = " ".join(words_in(drawn(definition), "workflow-act"))
    for edge in definition.transitions:
        assert (edge.label or edge.name.replace("_", " ")) in written


def test_acts_between_the_same_states_share_a_line_with_all_their_words():
    roles = frozenset({"x"})
    edges = [Transition(name=name, source="a", target="b", roles=roles, label=name.title()) for name in ("go", "fly")]
    states = (State(slug="a", label="A", kind="initial"), State(slug="b", label="B", kind="final"))
    root = drawn(WorkflowDefinition(name="m", states=states, transitions=tuple(edges)))
    assert titles(root, "workflow-edge") == ["Go, Fly: A → B"]
    assert words_in(root, "workflow-act") == ["Go Fly"]


def test_act_that_leads_back_stands_in_its_state():
    (lent,) = [group for group in drawn(LOAN) if group.findtext(f"{SVG}title") == "Lent"]
    assert words_in(lent, "workflow-act") == ["↻ extend ↻ inspect"]


def test_main_path_are_the_stages_of_the_pathway():
    assert main_path(APPLICATION) == [
        "draft", "applied", "co_leading_logged", "observed", "workshop_attended", "certified",
    ]  # fmt: skip
    boxes = Layout(APPLICATION).boxes
    line = {boxes[slug].y for slug in main_path(APPLICATION)}
    assert len(line) == 1
    assert all(boxes[slug].y > line.copy().pop() for slug in ("on_hold", "deferred", "withdrawn", "declined"))


@each_machine
def test_present_state_is_told_by_a_second_border_and_in_words(definition):
    for state in definition.states:
        root = drawn(definition, present=state.slug)
        marked = [group for group in root if len(group.findall(f"{SVG}rect")) == 2]
        assert [group.findtext(f"{SVG}title") for group in marked] == [f"{state.label} (present state)"]
        assert root.findtext(f"{SVG}title").endswith(f"; present state: {state.label}")
    assert "present" not in svg(definition)


def test_present_state_must_be_one_of_the_machine():
    with pytest.raises(KeyError):
        svg(LOAN, present="burnt")


def test_visited_states_are_ticked_and_say_so():
    root = drawn(LOAN, present="lent", visited={"asked", "lent"})
    ticked = [group for group in root if group.find(f"{SVG}path[@class='workflow-tick']") is not None]
    assert [group.findtext(f"{SVG}title") for group in ticked] == [
        "Asked for (visited)",
        "Lent (present state, visited)",
    ]
    assert "visited" not in svg(LOAN)


@each_machine
def test_picture_says_in_words_all_that_it_shows(definition):
    root = drawn(definition)
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root.get("role") == "img"
    words = root.findtext(f"{SVG}desc")
    labels = {state.slug: state.label for state in definition.states}
    for edge in definition.transitions:
        (sentence,) = re.findall(rf"From {labels[edge.source]}: (.*?)\.", words)
        (way,) = [way for way in sentence.split("; ") if way.endswith(f" to {labels[edge.target]}")]
        assert (edge.label or edge.name.replace("_", " ")) in way


@each_machine
def test_picture_needs_no_style_no_script_no_id_and_brings_no_color(definition):
    root = drawn(definition, present=definition.initial, visited=[definition.initial])
    for node in root.iter():
        assert node.tag.removeprefix(SVG) in {"svg", "title", "desc", "g", "path", "rect", "circle", "text", "tspan"}
        assert not {"style", "id", "href"} & node.attrib.keys()
        assert {node.get("fill", "none"), node.get("stroke", "none")} <= {"none", "currentColor"}


@pytest.mark.parametrize("label", LABELS)
def test_label_of_any_characters_is_shown_as_it_is(label):
    root = drawn(labelled(label), present="a")
    plain = " ".join(legal(label).split())
    shown = [" ".join(words.split()) for words in words_in(root, "workflow-label")]
    assert shown == [plain, "B"]
    (title,) = [title for title in titles(root, "workflow-state") if title.endswith("(present state)")]
    assert title.split() == [*legal(label).split(), "(present", "state)"]


@each_machine
def test_same_machine_gives_the_same_picture(definition):
    again = WorkflowDefinition(
        name=definition.name,
        states=tuple(definition.states),
        transitions=tuple(definition.transitions),
        exits=definition.exits,
    )
    assert svg(definition, visited=["a", "b"]) == svg(again, visited=["b", "a"])


def test_title_may_be_in_the_words_of_a_page():
    root = drawn(LOAN, present="lent", title="Where your loan is")
    assert root.findtext(f"{SVG}title") == "Where your loan is; present state: Lent"


def test_main_path_alone_leaves_out_what_lies_beside_it():
    alone = main_path_of(APPLICATION)
    assert [state.slug for state in alone.states] == main_path(APPLICATION)
    assert [edge.name for edge in alone.transitions] == ["submit", "advance", "advance", "advance", "certify"]
    assert main_path_of(APPLICATION, "observed") == alone


def test_present_state_beside_the_main_path_stays_with_its_ways_back():
    held = main_path_of(APPLICATION, "on_hold")
    assert {state.slug for state in held.states} == {*main_path(APPLICATION), "on_hold"}
    beside = {(edge.name, edge.target) for edge in held.transitions if edge.source == "on_hold"}
    assert beside == {("resume", slug) for slug in main_path(APPLICATION)[1:-1]}
    assert not [edge for edge in held.transitions if edge.target == "on_hold"]
    assert [*collisions(held), *shared(held), *astray(held)] == []


def test_ways_from_a_state_are_told_act_by_act():
    assert ways_from(LOAN, "paused") == [("resume", ("Asked for", "Lent")), ("settle", ("Returned", "Lost"))]
    assert ways_from(LOAN, "returned") == []


# Where things lie: left, top, right, bottom

Area = tuple[float, float, float, float]


def areas(layout: Layout) -> Iterator[tuple[str, Area]]:
    for slug, box in layout.boxes.items():
        yield slug, (box.x, box.y, box.right, box.bottom)
    for label in layout.labels():
        half = (label.width - 12) / 2
        yield " ".join(label.lines), (label.x - half, label.y - label.height + 9, label.x + half, label.y + 3)


def overlap(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def collisions(definition: WorkflowDefinition) -> Iterator[str]:
    layout = Layout(definition)
    placed = list(areas(layout))
    for (one, first), (other, second) in combinations(placed, 2):
        if overlap(first, second):
            yield f"{one} lies on {other}"
    for name, area in placed:
        if min(area) < 0 or area[2] > layout.width or area[3] > layout.height:
            yield f"{name} lies outside"
        for route in layout.routes():
            for (x, y), (end_x, end_y) in pairwise(route.points):
                if overlap((min(x, end_x), min(y, end_y), max(x, end_x), max(y, end_y)), area):
                    yield f"the line of {route.pair} runs through {name}"


def shared(definition: WorkflowDefinition) -> Iterator[str]:
    """Lines that lie on each other although they have no end in common."""
    layout = Layout(definition)
    parts = [(route.pair, part) for route in layout.routes() for part in pairwise(route.points)]
    for (pair, (a, b)), (other, (c, d)) in combinations(parts, 2):
        for level, along in ((0, 1), (1, 0)):
            if a[level] == b[level] == c[level] == d[level]:
                begin = max(min(a[along], b[along]), min(c[along], d[along]))
                end = min(max(a[along], b[along]), max(c[along], d[along]))
                if begin < end and pair[0] != other[0] and pair[1] != other[1]:
                    yield f"{pair} on {other}"


def astray(definition: WorkflowDefinition) -> Iterator[str]:
    """Labels that no line of theirs runs close by."""
    layout = Layout(definition)
    for label in layout.labels():
        half = (label.width - 12) / 2
        near = (label.x - half - 9, label.y - label.height, label.x + half + 9, label.y + 9)
        for route in layout.routes():
            if label_of(layout.edges[route.pair]).lines == label.lines and any(
                overlap((min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])), near)
                for a, b in pairwise(route.points)
            ):
                break
        else:
            yield " ".join(label.lines)


def crossings(definition: WorkflowDefinition) -> set[tuple[float, float]]:
    parts = [part for route in Layout(definition).routes() for part in pairwise(route.points)]
    upright = [part for part in parts if part[0][0] == part[1][0]]
    level = [part for part in parts if part[0][1] == part[1][1]]
    return {
        (x, y)
        for (x, top), (_, bottom) in upright
        for (left, y), (right, _) in level
        if min(left, right) < x < max(left, right) and min(top, bottom) < y < max(top, bottom)
    }


@each_machine
def test_nothing_lies_on_anything_else(definition):
    assert [*collisions(definition), *shared(definition), *astray(definition)] == []


@pytest.mark.parametrize(("definition", "most"), [(APPLICATION, 27), (CREDENTIAL, 2), (LOAN, 2)])
def test_lines_cross_no_more_than_they_did(definition, most):
    assert len(crossings(definition)) <= most


LONG = "Wiedervorlagebestätigung"
TALL = "Sign off: Workshop attended"


@pytest.mark.parametrize(
    "acts",
    [
        [("Go", "a", "b"), ("Go", "b", "c"), ("Go", "c", "d"), (LONG, "a", "c"), ("Go", "b", "d")],
        [("Go", "a", "b"), (TALL, "b", "a"), (LONG, "b", "a"), (TALL.upper(), "b", "a"), ("Go", "a", "c")],
    ],
    ids=["a long label beside rising lines", "a tall label above a lane"],
)
def test_labels_make_room_for_themselves(acts):
    slugs = sorted({slug for _, *ends in acts for slug in ends})
    definition = WorkflowDefinition(
        name="m",
        states=tuple(State(slug=slug, label="A", kind="normal" if slug > "a" else "initial") for slug in slugs),
        transitions=tuple(
            Transition(name="go", source=source, target=target, roles=frozenset(), label=word)
            for word, source, target in acts
        ),
    )
    assert [*collisions(definition), *shared(definition), *astray(definition)] == []


SLUGS = ("a", "b", "c", "d", "e", "f")
WORDS = ("Go", "Put on hold", TALL, "審査", LONG, "")
arrows = st.tuples(st.sampled_from(WORDS), st.sampled_from(SLUGS), st.sampled_from(SLUGS))


@settings(max_examples=150, deadline=None)
@given(
    chain=st.lists(st.sampled_from(WORDS), max_size=5),
    more=st.lists(arrows, max_size=14),
    finals=st.sets(st.sampled_from(SLUGS)),
    labels=st.sampled_from([("A",), ("A", "Workshop attended"), ("A very long word: " + "x" * 40, "A")]),
    initial=st.sampled_from(["a", "a", "c"]),
)
def test_nothing_lies_on_anything_else_whatever_the_machine(chain, more, finals, labels, initial):
    states = tuple(
        State(slug=slug, label=label, kind="initial" if slug == initial else "final" if slug in finals else "normal")
        for slug, label in zip(SLUGS, cycle(labels), strict=False)
    )
    definition = WorkflowDefinition(
        name="any",
        states=states,
        transitions=tuple(
            Transition(name=f"act_{WORDS.index(word)}", source=source, target=target, roles=frozenset(), label=word)
            for word, source, target in [*zip(chain, SLUGS, SLUGS[1:], strict=False), *more]
        ),
    )
    assert [*collisions(definition), *shared(definition), *astray(definition)] == []
    assert parsed(svg(definition)).tag == f"{SVG}svg"
