"""A workflow as a state chart that other interpreters can run (W3C State Chart XML 1.0)."""

import re
from collections import defaultdict
from xml.etree import ElementTree as ET

from workflows.definitions import Transition, WorkflowDefinition
from workflows.exporters.text import legal, words_of

NAMESPACE = "http://www.w3.org/2005/07/scxml"
OWN = "urn:workflows:definition"  # for what SCXML has no place for; interpreters pass over it

_NOT_IN_AN_NCNAME = re.compile(r"^[^A-Za-z_]|[^A-Za-z0-9_-]|_(?=x)")
_NOT_IN_AN_NMTOKEN = re.compile(r"[^A-Za-z0-9_.-]")


def scxml(definition: WorkflowDefinition) -> str:
    """The definition as SCXML without a data model: states, finals, and transitions on events.

    An act is an event of its name. An act that somewhere leads from one state to several is, everywhere, an event of
    its name and target (`resume.observed`), because SCXML would otherwise always take the first; the target is chosen
    by the model, whose rules are not part of the chart. A final state that an exit may leave is a plain state here:
    an SCXML machine stops in a `<final>`. Roles and guards are noted as attributes of another namespace.
    """
    root = ET.Element(
        "scxml",
        {
            "xmlns": NAMESPACE,
            "xmlns:workflow": OWN,
            "version": "1.0",
            "datamodel": "null",
            "name": _NOT_IN_AN_NMTOKEN.sub("_", definition.name),
            "initial": name_of(definition.initial),
            "workflow:digest": definition.digest,
        },
    )
    forked = _forked(definition)
    for state in definition.states:
        edges = list(definition.edges(source=state.slug))
        tag = "final" if state.kind == "final" and not edges else "state"
        node = ET.SubElement(root, tag, {"id": name_of(state.slug), "workflow:label": legal(state.label)})
        for edge in edges:
            ET.SubElement(node, "transition", _transition(edge, forked))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def name_of(slug: str) -> str:
    """The slug as an NCName, which an id must be: what may not stand in one is written `_xHEX_`, so no two meet."""
    return _NOT_IN_AN_NCNAME.sub(lambda found: f"_x{ord(found.group()):04X}_", slug)


def _forked(definition: WorkflowDefinition) -> set[str]:
    """The acts that lead from one state to several."""
    targets: dict[tuple[str, str], int] = defaultdict(int)
    for edge in definition.transitions:
        targets[edge.name, edge.source] += 1
    return {name for (name, _), count in targets.items() if count > 1}


def _transition(edge: Transition, forked: set[str]) -> dict[str, str]:
    target = name_of(edge.target)
    act = name_of(edge.name)
    event = f"{act}.{target}" if edge.name in forked else act
    notes = {"workflow:label": words_of(edge), "workflow:roles": " ".join(sorted(edge.roles))}
    if edge.guards:
        notes["workflow:guards"] = " ".join(edge.guards)
    if edge.reason_required:
        notes["workflow:reason"] = "required"
    return {"event": event, "target": target, **notes}
