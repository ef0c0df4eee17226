"""Pictures of a workflow as text."""

from workflows.definitions import WorkflowDefinition


def mermaid(definition: WorkflowDefinition) -> str:
    """The definition as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {definition.initial}"]
    lines += [f"    {state.slug} : {state.label}" for state in definition.states]
    lines += [f"    {edge.source} --> {edge.target} : {edge.name}" for edge in definition.transitions]
    lines += [f"    {state.slug} --> [*]" for state in definition.states if state.kind == "final"]
    return "\n".join(lines) + "\n"
