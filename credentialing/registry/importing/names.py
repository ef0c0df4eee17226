"""Names of a whole column: what is turned round at a comma, what are degrees, and what stays as it was printed.

Nothing of a name is dropped: titles, middle names and suffixes stay in it, degrees go to the degrees.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from certificates.same_text import SUFFIXES, TITLES, folded
from credentialing.registry.importing.degrees import BOTH, DEGREES, are_degrees, is_degree, plain_degree, words_of
from credentialing.registry.importing.guesses import Deciding, examples

BY_SHAPE = re.compile(r"[A-Z]{2,6}(?:-[A-Z]{1,4})?")
SEVERAL = re.compile(r"\s(?:&|and|und|\+|/)\s|;|\s&|&\s", re.IGNORECASE)
BRACKETED = re.compile(r"(.*\S)\s*[(\[]([^()\[\]]+)[)\]]")


class NoName(ValueError):
    """A cell that is not the name of one person; says why."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A name as it will be recorded, and the degrees that stood with it."""

    name: str
    degrees: str = ""


@dataclass
class NameColumn:
    """How the names of one column are read."""

    turn: bool = True
    split: bool = True
    titles: bool = True
    degrees: dict[str, bool] = field(default_factory=dict)

    def read(self, text: str) -> Parts:
        """Name and degrees out of a cell.

        Raises:
            NoName: it names several people, or can't be taken apart.
        """
        if SEVERAL.search(text):
            msg = f"“{text}” seems to name several people. Give each a row of their own."
            raise NoName(msg)
        segments, degrees, suffixes = taken_apart(text, self.degrees)
        if degrees and not self.split:
            return Parts(name=" ".join(text.split()))
        if len(segments) > 2:  # noqa: PLR2004 - Last, First
            msg = f"“{text}” has too many commas to tell its parts. Write the name as First name Last name."
            raise NoName(msg)
        if len(segments) == 2:  # noqa: PLR2004 - Last, First
            name = " ".join(reversed(segments)) if self.turn else ", ".join(segments)
        else:
            name = " ".join(segments)
        name = " ".join([name, *suffixes]).strip()
        return Parts(name=name if self.titles else without_title(name), degrees=", ".join(degrees))


def taken_apart(text: str, known: dict[str, bool]) -> tuple[list[str], list[str], list[str]]:
    """What stands between the commas of a name, without degrees and suffixes; these; those."""
    degrees: list[str] = []
    suffixes: list[str] = []
    while (bracketed := BRACKETED.fullmatch(text)) and are_degrees(bracketed[2], known):
        text = bracketed[1]
        degrees = [*words_of(bracketed[2]), *degrees]
    pieces = [" ".join(piece.split()) for piece in text.split(",")]
    segments: list[str] = []
    behind: list[str] = []
    for place, piece in enumerate(filter(None, pieces)):
        if place and are_degrees(piece, known):
            behind += words_of(piece)
        elif place and folded(piece) in SUFFIXES:
            suffixes.append(piece)
        else:
            words, more = _without_degrees(piece.split(), known)
            while len(words) > 1 and folded(words[-1]) in SUFFIXES and "," in text:
                suffixes.insert(0, words[-1])
                words = words[:-1]
            segments.append(" ".join(words))
            behind += more
    return segments, behind + degrees, suffixes


def without_title(name: str) -> str:
    """A name without the titles before it."""
    words = name.split()
    while len(words) > 1 and folded(words[0]) in TITLES:
        words = words[1:]
    return " ".join(words)


def decide_names(texts: Sequence[str], where: str, deciding: Deciding) -> NameColumn:
    """How a column of names is read: decided over all of it, and shown."""
    texts = [text for text in texts if text]
    known: dict[str, bool] = {}
    for word, cells in _doubtful(texts).items():
        label = f"{where}: in {examples(cells, 2)} “{word}” can be a degree or a part of the name."
        options = [("degree", "a degree"), ("name", "a part of the name")]
        guess = "" if any(len(cell.split(",")[0].split()) == 1 for cell in cells if "," in cell) else "degree"
        asked = not guess or word.casefold() in BOTH
        known[word.upper()] = (
            deciding.decide(f"degree:{word.upper()}", label, options, proposed=guess, asked=asked) == "degree"
        )
    column = NameColumn(degrees=known)
    apart = [(text, taken_apart(text, known)) for text in texts]
    with_degrees = [text for text, (_, degrees, _) in apart if degrees]
    if with_degrees:
        seen = _seen(column, with_degrees[0])
        options = [("split", f"“{with_degrees[0]}” is {seen.name}, with the degrees {seen.degrees}"),
                   ("keep", "they stay in the name")]  # fmt: skip
        label = f"{where}: degrees stand with {len(with_degrees)} name{'s' if len(with_degrees) > 1 else ''}"
        column.split = deciding.decide("names:degrees", label, options, proposed="split") == "split"
    turned = [text for text, (segments, _, _) in apart if len(segments) == 2]  # noqa: PLR2004 - Last, First
    if turned:
        options = [("turn", f"“{turned[0]}” is {_seen(column, turned[0]).name}"), ("keep", "they stay as printed")]
        label = f"{where}: {len(turned)} name{'s' if len(turned) > 1 else ''} with the last name first"
        column.turn = deciding.decide("names:comma", label, options, proposed="turn") == "turn"
    decide_titles(texts, where, column, deciding)
    capitals = [text for text in texts if len(text.split()) > 1 and text.isupper()]
    if capitals:
        label = f"{where}: names in capitals stay as they are: {examples(capitals)}"
        deciding.tell("names:capitals", label)
    return column


def decide_titles(texts: Sequence[str], where: str, column: NameColumn, deciding: Deciding) -> None:
    """Whether titles before names stay."""
    titled = [text for text in texts if len(text.split()) > 1 and folded(text.split()[0]) in TITLES]
    if titled:
        options = [("keep", "they stay in the name"), ("drop", "they are left out")]
        label = f"{where}: titles before names, such as {examples(titled, 2)}"
        column.titles = deciding.decide("names:titles", label, options, proposed="keep") == "keep"


def _seen(column: NameColumn, text: str) -> Parts:
    try:
        return column.read(text)
    except NoName:
        return Parts(name=text)


def _doubtful(texts: Sequence[str]) -> dict[str, list[str]]:
    """Words that can be a degree or a part of the name, with the cells where it is so."""
    found: dict[str, list[str]] = {}
    for text in texts:
        pieces = [piece.split() for piece in text.split(",")]
        alone = len(pieces[0]) == 1 and all(are_degrees(" ".join(piece)) for piece in pieces[2:] if piece)
        for piece in pieces[1:]:
            if len(piece) != 1 or folded(piece[0]) in SUFFIXES:
                continue
            word, plain = piece[0], plain_degree(piece[0])
            by_shape = bool(BY_SHAPE.fullmatch(word)) and plain not in DEGREES and not text.isupper()
            if by_shape or (alone and piece is pieces[1] and is_degree(word)):
                found.setdefault(plain.upper(), []).append(text)
        last = pieces[0][-1] if len(pieces) == 1 and len(pieces[0]) > 1 else ""
        if text.isupper() and plain_degree(last) in BOTH:
            found.setdefault(plain_degree(last).upper(), []).append(text)
    return found


def _without_degrees(words: list[str], known: dict[str, bool]) -> tuple[list[str], list[str]]:
    """Degrees behind a name without a comma: only behind a whole name, and only as degrees are written."""
    behind: list[str] = []
    while len(words) > 1 and are_degrees(words[-1], known) and not words[-1].islower():
        behind = [*words_of(words[-1]), *behind]
        words = words[:-1]
    return words, behind
