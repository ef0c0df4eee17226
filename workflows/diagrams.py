"""A workflow as text for people and other programs: pictures (Mermaid, DOT, SVG) and a chart that runs (SCXML)."""

from workflows.exporters.dot import dot
from workflows.exporters.mermaid import mermaid
from workflows.exporters.scxml import scxml
from workflows.exporters.svg import svg

__all__ = ["dot", "mermaid", "scxml", "svg"]
