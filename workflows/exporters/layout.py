"""Where everything of a picture stands: the main path on one line, every other state on a lane beneath it.

A layered layout (after Sugiyama, Tagawa and Toda 1981) made simple by what workflows are like. The layers are those
of the longest path from the initial state to the first final one. Edges between neighbors on it are straight; edges
that skip run on tracks above it; each other state has a lane of its own beneath, and its edges run on that lane and
rise to the states of the main path. Edges of the same acts to or from the same state share a track: lines cross at
right angles only, and labels stand where no line passes.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from workflows.definitions import WorkflowDefinition
from workflows.exporters.shapes import (
    APART,
    MARGIN,
    PORT,
    ROUND,
    START,
    Box,
    Label,
    Pair,
    Point,
    Route,
    Track,
    label_of,
)
from workflows.exporters.text import merged

NARROWEST_BOX, NARROWEST_GAP = 92, 44
AISLE = 9  # half the distance between the two straight lines of neighbors that lead to each other


def main_path(definition: WorkflowDefinition) -> list[str]:
    """The longest path to the first final state among the edges that lead on in the order of declaration."""
    order = {state.slug: at for at, state in enumerate(definition.states)}
    paths = {definition.initial: [definition.initial]}
    for state in definition.states:
        for edge in definition.edges(source=state.slug):
            path = [*paths.get(edge.source, ()), edge.target]
            if edge.source in paths and order[edge.target] > order[edge.source]:
                paths[edge.target] = max(paths.get(edge.target, []), path, key=len)
    ends = [paths[state.slug] for state in definition.states if state.kind == "final" and state.slug in paths]
    return ends[0] if ends else max(paths.values(), key=len)


def main_path_of(definition: WorkflowDefinition, present: str | None = None) -> WorkflowDefinition:
    """The main path alone: what is too much for a first look is left out.

    Where the present state lies beside the path it stays, with the ways that lead back.
    """
    path = main_path(definition)
    onward = set(pairwise(path)) | ({(present, slug) for slug in path} if present not in path else set())
    return replace(
        definition,
        states=tuple(state for state in definition.states if state.slug in {*path, present}),
        transitions=tuple(edge for edge in definition.transitions if (edge.source, edge.target) in onward),
    )


class Layout:
    """The whole picture: `boxes`, `routes` and `labels` are all there is to draw, within `width` and `height`."""

    def __init__(self, definition: WorkflowDefinition) -> None:
        edges = merged(definition)
        loops = {source: words for (source, target), words in edges.items() if source == target}
        self.edges = {pair: words for pair, words in edges.items() if pair[0] != pair[1]}
        self.boxes = {state.slug: Box.of(state, loops.get(state.slug, ())) for state in definition.states}
        self.spine = main_path(definition)
        self.column = {slug: at for at, slug in enumerate(self.spine)}
        self._sort_edges()
        self._size()
        self._stack()
        self._spread()

    # Which edge runs where

    def _sort_edges(self) -> None:
        self.straight: dict[Pair, Label] = {}
        above: dict[Pair, tuple[str, ...]] = {}
        beneath: dict[Pair, tuple[str, ...]] = {}
        beside: dict[Pair, tuple[str, ...]] = {}
        for pair, words in self.edges.items():
            columns = [self.column[slug] for slug in pair if slug in self.column]
            if len(columns) == 1:
                beneath[pair] = words
            elif not columns:
                beside[pair] = words
            elif abs(columns[0] - columns[1]) == 1:
                self.straight[pair] = label_of(words)
            else:
                above[pair] = words
        self.above = sorted(self._bundled(above), key=self._span)
        tracks = self._bundled(beneath)
        self.lanes = sorted(
            (slug for slug in self.boxes if slug not in self.column),
            key=lambda slug: max((-self._leftmost(track) for track in tracks if track.hub == slug), default=1),
        )
        self.lane = {slug: at for at, slug in enumerate(self.lanes)}
        self.beneath = sorted(tracks, key=lambda track: (self.lane[track.hub], -self._leftmost(track), track.into_hub))
        self.beside = sorted(
            self._bundled(beside), key=lambda track: max(abs(self.lane[s] - self.lane[track.hub]) for s in track.others)
        )

    def _bundled(self, edges: dict[Pair, tuple[str, ...]]) -> list[Track]:
        """The edges in tracks; the hub is the state outside the main path, or the one they lead to."""
        tracks: dict[tuple[str, bool, tuple[str, ...]], Track] = {}
        for (source, target), words in edges.items():
            into = (source in self.column) or (target not in self.column)
            hub, other = (target, source) if into else (source, target)
            track = tracks.setdefault((hub, into, words), Track(hub=hub, into_hub=into, label=label_of(words)))
            track.others.append(other)
        return list(tracks.values())

    def _leftmost(self, track: Track) -> int:
        return min(self.column[slug] for slug in track.others)

    def _span(self, track: Track) -> int:
        columns = [self.column[slug] for slug in (track.hub, *track.others)]
        return max(columns) - min(columns)

    def _comes_from_the_left(self, track: Track) -> bool:
        return self._leftmost(track) < self.column[track.hub]

    def _feet(self, slug: str) -> list[Track]:
        """The tracks that meet the lower edge of a state of the main path, from left to right."""
        return [track for track in reversed(self.beneath) if slug in track.others]

    def _heads(self, slug: str) -> list[Track]:
        """The tracks that meet its upper edge, from left to right: so that those that turn off early cross none."""
        left: list[Track] = []
        right: list[Track] = []
        for track in self.above:
            if slug == track.hub:
                (left if self._comes_from_the_left(track) else right).append(track)
            elif slug in track.others:
                (left if self.column[track.hub] < self.column[slug] else right).append(track)
        return [*left, *reversed(right)]

    def _sides(self, slug: str) -> list[Track]:
        """The tracks that meet the right edge of a state on a lane, from top to bottom."""
        return [track for track in self.beside if slug == track.hub or slug in track.others]

    # How large it is and where it stands

    def _size(self) -> None:
        ports = max((len(meeting(slug)) for meeting in (self._feet, self._heads) for slug in self.spine), default=0)
        width = max(NARROWEST_BOX, PORT * (ports + 1), *(box.least_width for box in self.boxes.values()))
        for box in self.boxes.values():
            box.width = width
            box.height = box.least_height
        tallest = max(self.boxes[slug].height for slug in self.spine)
        for slug in self.spine:
            self.boxes[slug].height = tallest

    def _stack(self) -> None:
        y: float = MARGIN
        for track in reversed(self.above):
            y += track.label.height + 2
            track.at = y
        half = self.boxes[self.spine[0]].height / 2
        rise = max((AISLE + label.height for label in self.straight.values()), default=0)
        y += max(APART if self.above else 0, rise - half)
        for slug in self.spine:
            self.boxes[slug].y = y
        y += half + max(half, rise)
        apart = max([APART, *(track.label.height + 4 for track in self.beside)])
        for slug in self.lanes:
            y = self._stack_lane(self.boxes[slug], y + apart)
        self.height = y + MARGIN

    def _stack_lane(self, box: Box, y: float) -> float:
        """Place the box and its tracks, which stand evenly about its middle; returns where the lane ends."""
        tracks = [track for track in self.beneath if track.hub == box.state.slug]
        pitches = [0, *(track.label.height + 2 for track in tracks[1:])]
        box.height = max(box.height, sum(pitches) + 2 * ROUND)
        first = (box.height - sum(pitches)) / 2
        box.y = y + max([0, *(track.label.height - first - APART / 2 for track in tracks[:1])])
        at = box.y + first
        for track, pitch in zip(tracks, pitches, strict=False):
            at += pitch
            track.at = at
        return box.bottom

    def _spread(self) -> None:
        gaps: list[float] = [NARROWEST_GAP] * len(self.spine)
        for (source, target), label in self.straight.items():
            gap = min(self.column[source], self.column[target])
            gaps[gap] = max(gaps[gap], label.width + 8)
        for track in self.above:
            gap = self._gap_of(track)
            gaps[gap] = max(gaps[gap], track.label.width)
        last = len(self.spine) - 1
        under_the_last = last > 0 and not self._feet(self.spine[-1])
        gap = last - 1 if under_the_last else last
        gaps[gap] = max([gaps[gap], *(track.label.width + 8 for track in self.beneath)])
        x: float = MARGIN + START
        for slug, room in zip(self.spine, gaps, strict=True):
            self.boxes[slug].x = x
            x = self.boxes[slug].right + room
        self.width = self.boxes[self.spine[-1]].right + MARGIN
        if not under_the_last and self.lanes:
            self.width = x + self.boxes[self.spine[-1]].width + MARGIN
        for slug in self.lanes:
            self.boxes[slug].x = self.width - MARGIN - self.boxes[slug].width
        for track in self.beside:
            track.at = self.width + (APART - MARGIN) / 2
            self.width = track.at + track.label.width + MARGIN

    def _gap_of(self, track: Track) -> int:
        """The gap in which the label of a track above stands: beside its hub."""
        return self.column[track.hub] - (1 if self._comes_from_the_left(track) else 0)

    # What there is to draw

    @property
    def start(self) -> tuple[Point, Point]:
        """The arrow into the initial state."""
        box = self.boxes[self.spine[0]]
        return (MARGIN + 4, box.center[1]), (box.x, box.center[1])

    def routes(self) -> Iterator[Route]:
        """The way of every line."""
        for source, target in self.straight:
            yield Route(pair=(source, target), points=self._straight(source, target))
        for track in self.above:
            for slug in track.others:
                ends = [(self._along(self.boxes[s], self._heads(s), track), self.boxes[s].y) for s in (slug, track.hub)]
                turns = [(x, track.at) for x, _ in ends]
                yield Route(pair=(slug, track.hub), points=(ends[0], *turns, ends[1]))
        for track in self.beneath:
            hub = (self.boxes[track.hub].x, track.at)
            for slug in track.others:
                x = self._along(self.boxes[slug], self._feet(slug), track)
                way = ((x, self.boxes[slug].bottom), (x, track.at), hub)
                pair = (slug, track.hub) if track.into_hub else (track.hub, slug)
                yield Route(pair=pair, points=way if track.into_hub else way[::-1])
        for track in self.beside:
            for slug in track.others:
                ends = [(self.boxes[s].right, self._down(s, track)) for s in (slug, track.hub)]
                turns = [(track.at, y) for _, y in ends]
                yield Route(pair=(slug, track.hub), points=(ends[0], *turns, ends[1]))

    def _straight(self, source: str, target: str) -> tuple[Point, Point]:
        begin, end = self.boxes[source], self.boxes[target]
        y = begin.center[1]
        if (target, source) in self.straight:
            y += -AISLE if begin.x < end.x else AISLE
        return ((begin.right, y), (end.x, y)) if begin.x < end.x else ((begin.x, y), (end.right, y))

    def _along(self, box: Box, tracks: list[Track], track: Track) -> float:
        return box.center[0] + (tracks.index(track) - (len(tracks) - 1) / 2) * PORT

    def _down(self, slug: str, track: Track) -> float:
        box, tracks = self.boxes[slug], self._sides(slug)
        return box.y + box.height * (tracks.index(track) + 1) / (len(tracks) + 1)

    def labels(self) -> Iterator[Label]:
        """The words of every track and of every straight line, at their places."""
        for (source, target), label in self.straight.items():
            (x, y), (end, _) = self._straight(source, target)
            returning = end < x and (target, source) in self.straight
            yield label.at((x + end) / 2, y + label.height - 3 if returning else y - 5)
        for track in self.above:
            gap = self._gap_of(track)
            left, right = self.boxes[self.spine[gap]].right, self.boxes[self.spine[gap + 1]].x
            yield track.label.at((left + right) / 2, track.at - 5)
        for track in self.beneath:
            yield track.label.at(self.boxes[track.hub].x - 4 - track.label.width / 2, track.at - 5)
        for track in self.beside:
            box = self.boxes[track.hub]
            from_above = any(self.lane[slug] < self.lane[track.hub] for slug in track.others)
            y = box.y - 8 if from_above else box.bottom + track.label.height - 1
            yield track.label.at(track.at + track.label.width / 2, y)
