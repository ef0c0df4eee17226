"""A workflow drawn as SVG (W3C SVG 1.1) for the pages: no script, no style attribute, no color of its own.

Lines and words take the color of the text around the picture, so it reads on light and on dark; its classes
(`workflow-…`) are there for style sheets. It has no ids, so several may stand on one page.
"""

from collections.abc import Collection
from itertools import pairwise
from math import dist
from xml.etree import ElementTree as ET

from workflows.definitions import WorkflowDefinition
from workflows.exporters.layout import Layout
from workflows.exporters.shapes import ACT_LINE, ACT_SIZE, ROUND, STATE_LINE, STATE_SIZE, Box, Point
from workflows.exporters.text import legal, merged

NAMESPACE = "http://www.w3.org/2000/svg"
ELBOW = 7  # the radius of a turn
ARROW = 8


def svg(
    definition: WorkflowDefinition,
    present: str | None = None,
    visited: Collection[str] = (),
    *,
    title: str = "",
) -> str:
    """The definition as a picture, with the present state marked and the states in `visited` ticked.

    `title` is what those hear first who don't see it; without one it is the name of the definition.

    Raises:
        KeyError: there is no such present state.
    """
    layout = Layout(definition)
    width, height = _number(layout.width), _number(layout.height)
    root = ET.Element("svg", {"xmlns": NAMESPACE, "role": "img", "class": "workflow"})
    root.attrib |= {"width": width, "height": height, "viewBox": f"0 0 {width} {height}"}
    root.attrib |= {"font-family": "system-ui, sans-serif", "font-size": str(ACT_SIZE), "text-anchor": "middle"}
    root.attrib |= {"fill": "none", "stroke": "currentColor", "stroke-width": "1.5"}
    title = title or f"{definition.name}: states and acts"
    if present is not None:
        title += f"; present state: {definition.state(present).label}"
    _say(root, "title", title)
    _say(root, "desc", _in_words(definition))
    _draw_edges(root, layout, definition)
    for label in layout.labels():
        _write(root, "workflow-act", label.lines, (label.x, label.y), ACT_LINE)
    for slug, box in layout.boxes.items():
        _draw_state(root, box, is_present=slug == present, is_visited=slug in visited)
    for child in root:
        child.tail = "\n"
    return ET.tostring(root, encoding="unicode") + "\n"


def _in_words(definition: WorkflowDefinition) -> str:
    """The whole picture in sentences, for those who don't see it."""
    labels = {state.slug: state.label for state in definition.states}
    sentences = [f"It begins with {labels[definition.initial]}."]
    acts = merged(definition)
    for state in definition.states:
        ways = [f"{', '.join(words)} to {labels[end]}" for (begin, end), words in acts.items() if begin == state.slug]
        sentences.append(f"From {state.label}: {'; '.join(ways)}." if ways else f"{state.label} is an end.")
    return " ".join(sentences)


def _draw_edges(root: ET.Element, layout: Layout, definition: WorkflowDefinition) -> None:
    begin, end = layout.start
    group = ET.SubElement(root, "g", {"class": "workflow-start"})
    ET.SubElement(group, "circle", {"cx": _number(begin[0]), "cy": _number(begin[1]), "r": "4", "fill": "currentColor"})
    _draw_line(group, (begin, end))
    labels = {state.slug: state.label for state in definition.states}
    for route in layout.routes():
        source, target = route.pair
        group = ET.SubElement(root, "g", {"class": "workflow-edge"})
        _say(group, "title", f"{', '.join(layout.edges[route.pair])}: {labels[source]} → {labels[target]}")
        _draw_line(group, route.points)


def _draw_line(group: ET.Element, points: tuple[Point, ...]) -> None:
    """A line with rounded turns, and an arrowhead at its end."""
    before, tip = points[-2:]
    base = _toward(tip, before, ARROW)
    across = ((base[1] - tip[1]) / 2, (tip[0] - base[0]) / 2)
    way = [*points[:-1], base]
    path = [f"M{_point(way[0])}"]
    for (before, turn), (_, after) in pairwise(pairwise(way)):
        radius = min(ELBOW, dist(before, turn) / 2, dist(turn, after) / 2)
        path.append(f"L{_point(_toward(turn, before, radius))}Q{_point(turn)} {_point(_toward(turn, after, radius))}")
    path.append(f"L{_point(base)}")
    ET.SubElement(group, "path", {"d": "".join(path)})
    wings = [(base[0] + side * across[0], base[1] + side * across[1]) for side in (1, -1)]
    head = f"M{_point(tip)}L{_point(wings[0])}L{_point(wings[1])}Z"
    ET.SubElement(group, "path", {"d": head, "fill": "currentColor", "stroke": "none"})


def _toward(begin: Point, end: Point, length: float) -> Point:
    """The point so far from `begin` on the way to `end`."""
    share = length / dist(begin, end)
    return begin[0] + (end[0] - begin[0]) * share, begin[1] + (end[1] - begin[1]) * share


def _draw_state(root: ET.Element, box: Box, *, is_present: bool, is_visited: bool) -> None:
    """A box with its words; round at the ends for a final state, with a second border for the present one."""
    marks = [("final", box.state.kind == "final"), ("present", is_present), ("visited", is_visited)]
    classes = ["workflow-state", *(f"workflow-{mark}" for mark, holds in marks if holds)]
    group = ET.SubElement(root, "g", {"class": " ".join(classes)})
    said = [words for words, holds in (("present state", is_present), ("visited", is_visited)) if holds]
    _say(group, "title", f"{box.state.label} ({', '.join(said)})" if said else box.state.label)
    radius = min(box.height / 2, ROUND) if box.state.kind == "final" else 5
    _draw_frame(group, box, 0, radius)
    if is_present:
        frame = _draw_frame(group, box, 4, max(radius - 4, 2))
        frame.attrib |= {"fill": "currentColor", "fill-opacity": "0.12"}
    if is_visited:
        tick = f"M{_point((box.right - 12, box.y - 7))}l4 4l7 -9"
        ET.SubElement(group, "path", {"class": "workflow-tick", "d": tick, "stroke-width": "2.5"})
    x, y = box.center
    written = len(box.lines) * STATE_LINE + len(box.notes) * ACT_LINE
    baseline = y - written / 2 + len(box.lines) * STATE_LINE - 5
    weight = "700" if is_present else "600"
    words = _write(group, "workflow-label", box.lines, (x, baseline), STATE_LINE)
    words.attrib |= {"font-size": str(STATE_SIZE), "font-weight": weight}
    if box.notes:
        _write(group, "workflow-act", box.notes, (x, y + written / 2 - 4), ACT_LINE)


def _draw_frame(group: ET.Element, box: Box, inset: float, radius: float) -> ET.Element:
    places = {"x": box.x + inset, "y": box.y + inset, "width": box.width - 2 * inset, "height": box.height - 2 * inset}
    frame = {name: _number(value) for name, value in places.items()}
    return ET.SubElement(group, "rect", {**frame, "rx": _number(radius)})


def _write(parent: ET.Element, name: str, lines: tuple[str, ...], last: Point, leading: int) -> ET.Element:
    """Lines of text, the last of them on that baseline."""
    text = ET.SubElement(parent, "text", {"class": name, "fill": "currentColor", "stroke": "none"})
    for above, line in zip(reversed(range(len(lines))), lines, strict=True):
        place = {"x": _number(last[0]), "y": _number(last[1] - above * leading)}
        ET.SubElement(text, "tspan", place).text = line
    return text


def _say(parent: ET.Element, tag: str, words: str) -> None:
    ET.SubElement(parent, tag).text = legal(words)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _point(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"
