"""A workflow as text for people and other programs: pictures (Mermaid, DOT, SVG) and a chart that runs (SCXML)."""

from workflows.exporters.dot import dot
from workflows.exporters.layout import main_path_of
from workflows.exporters.mermaid import mermaid
from workflows.exporters.scxml import scxml
from workflows.exporters.svg import svg
from workflows.exporters.text import ways_from

__all__ = ["dot", "main_path_of", "mermaid", "scxml", "svg", "ways_from"]
