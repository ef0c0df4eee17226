"""A workflow as a Mermaid state diagram, which code forges draw (mermaid.js.org, stateDiagram-v2)."""

import re

from workflows.definitions import WorkflowDefinition
from workflows.exporters.text import legal

# A colon or semicolon ends a description, “%%” begins a comment or directive, and the rest would be read as HTML.
_SPEAKING = re.compile(r"[#:;%&<>\"]")


def mermaid(definition: WorkflowDefinition) -> str:
    """The definition as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {definition.initial}"]
    lines += [f"    {state.slug} : {_plain(state.label)}" for state in definition.states]
    lines += [f"    {edge.source} --> {edge.target} : {edge.name}" for edge in definition.transitions]
    lines += [f"    {state.slug} --> [*]" for state in definition.states if state.kind == "final"]
    return "\n".join(lines) + "\n"


def _plain(label: str) -> str:
    """The label on one line, with Mermaid's entity codes (#35; is “#”) for what it would not show as it stands."""
    return _SPEAKING.sub(lambda found: f"#{ord(found.group())};", " ".join(legal(label).split()))
