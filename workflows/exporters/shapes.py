"""The parts of a picture: boxes, labels, tracks and routes, and about how much room words need."""

import textwrap
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from workflows.definitions import State
from workflows.exporters.text import legal

type Pair = tuple[str, str]
type Point = tuple[float, float]

STATE_SIZE, ACT_SIZE = 14, 12
STATE_LINE, ACT_LINE = 18, 15
STATE_LETTERS, ACT_LETTERS = 13, 12  # where a label is broken
PORT = 13  # between two lines that meet the same edge of a box
APART = 26  # between rows
MARGIN = 10
ROUND = 16  # the largest radius of a corner; no line meets it
START = 32  # the arrow into the initial state
STAYS = "↻ "  # before an act that leads back to where it began


def wrapped(text: str, letters: int) -> tuple[str, ...]:
    """The text in short lines; words stay whole."""
    lines = textwrap.wrap(legal(text), letters, break_long_words=False, break_on_hyphens=False)
    return tuple(lines) or ("",)


def width_of(lines: Iterable[str], size: int) -> float:
    """About how wide the longest line is: there is no font here to ask."""
    return max((sum(map(_em, line)) * size for line in lines), default=0)


def _em(letter: str) -> float:
    if unicodedata.category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    if unicodedata.east_asian_width(letter) in {"W", "F"}:
        return 1
    return 0.7 if letter.isupper() else 0.54


@dataclass(frozen=True, kw_only=True)
class Label:
    """Lines of text centered on `x`; `y` is the baseline of the last one."""

    lines: tuple[str, ...]
    x: float = 0
    y: float = 0

    @property
    def width(self) -> float:
        """The room it needs between two boxes."""
        return width_of(self.lines, ACT_SIZE) + 12

    @property
    def height(self) -> float:
        """The room it needs above a line."""
        return len(self.lines) * ACT_LINE + 5

    def at(self, x: float, y: float) -> "Label":
        """The same words there."""
        return replace(self, x=x, y=y)


def label_of(words: Iterable[str]) -> Label:
    """Each act begins a line of its own."""
    return Label(lines=tuple(line for word in words for line in wrapped(word, ACT_LETTERS)))


@dataclass(kw_only=True)
class Box:
    """One state: its words, and beneath them the acts that lead from it to itself."""

    state: State
    lines: tuple[str, ...]
    notes: tuple[str, ...]
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0

    @classmethod
    def of(cls, state: State, loops: Iterable[str]) -> "Box":
        """The box of a state before it has a place."""
        notes = (line for word in loops for line in wrapped(STAYS + word, ACT_LETTERS))
        return cls(state=state, lines=wrapped(state.label, STATE_LETTERS), notes=tuple(notes))

    @property
    def least_width(self) -> float:
        """What its words need."""
        return max(width_of(self.lines, STATE_SIZE), width_of(self.notes, ACT_SIZE)) + 28

    @property
    def least_height(self) -> float:
        """What its words need."""
        return len(self.lines) * STATE_LINE + len(self.notes) * ACT_LINE + 20

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    @property
    def center(self) -> Point:
        """Where its words are centered."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(kw_only=True, eq=False)
class Track:
    """Edges that run together: of the same acts, to one state or from it."""

    hub: str
    into_hub: bool
    label: Label
    others: list[str] = field(default_factory=list)
    at: float = 0  # the y of a track above or beneath the main path, the x of one beside the lanes


@dataclass(frozen=True, kw_only=True)
class Route:
    """The way of one line from the edge of one box to the edge of another."""

    pair: Pair
    points: tuple[Point, ...]
