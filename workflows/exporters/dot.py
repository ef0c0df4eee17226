"""A workflow in the DOT language, for Graphviz (graphviz.org/doc/info/lang.html)."""

from collections.abc import Iterator

from workflows.definitions import WorkflowDefinition
from workflows.exporters.text import legal, merged

_START = '"[*]"'


def dot(definition: WorkflowDefinition) -> str:
    """The definition as a directed graph; acts that join the same two states share one arrow."""
    return "\n".join(_lines(definition)) + "\n"


def _lines(definition: WorkflowDefinition) -> Iterator[str]:
    yield f"digraph {_quoted(definition.name)} {{"
    yield '    graph [rankdir="LR", charset="UTF-8"];'
    yield '    node [shape="box", style="rounded"];'
    yield f'    {_START} [shape="point", label=""];'
    for state in definition.states:
        ends = ", peripheries=2" if state.kind == "final" else ""
        yield f"    {_quoted(state.slug)} [label={_quoted(state.label)}{ends}];"
    yield f"    {_START} -> {_quoted(definition.initial)};"
    for (source, target), words in merged(definition).items():
        label = _quoted("\n".join(words))
        yield f"    {_quoted(source)} -> {_quoted(target)} [label={label}];"
    yield "}"


def _quoted(text: str) -> str:
    """A double-quoted string: Graphviz reads escapes and the entities of HTML in it, so both are written out."""
    text = legal(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return '"' + "\\n".join(text.splitlines()) + '"'
