"""Pictures as text: every state and act is in them, and no label, in whatever script, breaks them."""

import re
from xml.etree import ElementTree as ET

import pytest

from tests.workflows.testapp.models import LOAN
from workflows.definitions import State, Transition, WorkflowDefinition
from workflows.diagrams import dot, mermaid

LABELS = [
    'say "yes" \\ or \\"no\\"',
    "<b>Tom & Jerry</b> &amp; co; #1: 50 %% off",
    "審査中 · قيد المراجعة · בבדיקה · समीक्षा में",
    "two\nlines\r\nand three",
    "ends with a backslash\\",
    "a NUL \0, an escape \x1b and \ufffe, which is no character",
    "",
]


def legal(label: str) -> str:
    """What XML 1.0 can't hold is shown as U+FFFD."""
    return re.sub("[\0\x1b\ufffe]", "\ufffd", label)


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - written by ourselves a moment ago


def labelled(label: str) -> WorkflowDefinition:
    return WorkflowDefinition(
        name=label,
        states=(State(slug="a", label=label, kind="initial"), State(slug="3rd-b", label="B", kind="final")),
        transitions=(Transition(name="go", source="a", target="3rd-b", roles=frozenset({"x", "y"}), label=label),),
    )


QUOTED = r'"(?:[^"\\]|\\.)*"'
STATEMENT = re.compile(
    rf"digraph {QUOTED} \{{|\}}|    (?:graph|node|{QUOTED}(?: -> {QUOTED})?)"
    rf"(?: \[\w+={QUOTED}(?:, \w+=(?:{QUOTED}|\d+))*\])?;"
)


def seen_in_graphviz(quoted: str) -> str:
    """What Graphviz shows for a string: escapes first (escString), then the entities of HTML."""
    text = re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), quoted[1:-1])
    return re.sub("&amp;", "&", text)


@pytest.mark.parametrize("label", LABELS)
def test_dot_shows_a_label_as_it_is(label):
    graph = dot(labelled(label))
    assert [line for line in graph.splitlines() if not STATEMENT.fullmatch(line)] == []
    shown = [seen_in_graphviz(found) for found in re.findall(rf"label=({QUOTED})", graph)]
    plain = "\n".join(legal(label).splitlines())
    assert shown == ["", plain, "B", plain or "go"]
    assert graph.encode()


def test_dot_has_every_state_once_and_one_arrow_for_acts_between_the_same_two():
    graph = dot(LOAN)
    for state in LOAN.states:
        assert graph.count(f'\n    "{state.slug}" [label="{state.label}"') == 1
    assert '"lent" -> "lent" [label="extend\\ninspect"];' in graph
    assert graph.count(" -> ") == len({(edge.source, edge.target) for edge in LOAN.transitions}) + 1
    assert '"[*]" -> "asked";' in graph
    assert '"returned" [label="Returned", peripheries=2];' in graph


@pytest.mark.parametrize("label", LABELS)
def test_mermaid_keeps_a_label_on_its_line_and_free_of_its_own_signs(label):
    lines = mermaid(labelled(label)).splitlines()
    assert len(lines) == 6
    shown = lines[2].removeprefix("    a : ")
    assert not re.search(r'[:;%&<>"]', re.sub(r"#\d+;", "", shown))
    read = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), shown)
    assert read == " ".join(legal(label).split())
