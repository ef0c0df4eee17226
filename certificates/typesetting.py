"""How large names are set, of holders and of the society: as large as they fit, stepping down, never cut.

The sizes stand in look/certificate.css (a line is 626 points wide) and look/card.css (218 points).
"""

from dataclasses import dataclass

from certificates import fonts
from certificates.fonts import width_in_em
from certificates.margins import HungLine, direction_of, hung

type Steps = tuple[tuple[float, str], ...]  # the widest line in em, and the size class; of `wrapped`, the whole


@dataclass(frozen=True, kw_only=True)
class Room:
    """What fits: the sizes for a name on one line, those for two, and those that wrap as they must."""

    one_line: Steps
    two_lines: Steps
    wrapped: Steps


PAPER = Room(
    one_line=((11, "xl"), (14, "l"), (19, "m"), (24, "s")),
    two_lines=((22, "m2"), (27, "s2")),
    wrapped=((104, "xs2"), (215, "xs4")),
)
CARD = Room(one_line=((13.6, "l"), (18, "m")), two_lines=((22, "m2"), (27, "s2")), wrapped=((85, "xs2"), (215, "xs5")))
SIGNATORY_STEPS: Steps = ((54, ""), (90, "long"), (215, "longest"))
SMALL_CAPITALS = 1.15  # times as wide as the letters that they stand for, about


@dataclass(frozen=True, kw_only=True)
class SocietyStep:
    """A size of the society's name: its class, what a line holds and what is added after each letter, both in em."""

    size: str
    line: float
    lines: int
    spacing: float


PAPER_SOCIETY = (
    SocietyStep(size="", line=626 / 23, lines=1, spacing=0.09),
    SocietyStep(size="long", line=626 / 17, lines=2, spacing=0.05),
    SocietyStep(size="longest", line=626 / 12.5, lines=2, spacing=0.03),
)
CARD_SOCIETY = (
    SocietyStep(size="", line=189 / 10.5, lines=1, spacing=0.07),
    SocietyStep(size="long", line=189 / 8.2, lines=2, spacing=0.03),
    SocietyStep(size="longest", line=189 / 5.6, lines=3, spacing=0.02),
)


@dataclass(frozen=True, kw_only=True)
class NameLayout:
    """The size class of the name, its direction and its lines."""

    size: str
    direction: str
    lines: tuple[str, ...]
    widest: float  # what a line of this size holds, in em
    region: str = ""

    @property
    def hung(self) -> tuple[HungLine, ...]:
        """The lines for where they are set in the middle."""
        return tuple(hung(line, room=self.widest, direction=self.direction, region=self.region) for line in self.lines)


def name_layout(name: str, room: Room = PAPER, *, region: str = "") -> NameLayout:
    """Choose size and lines by how wide the fonts really set the name, and the direction by script."""
    size, lines, widest = _fit(name, room, region)
    return NameLayout(size=size, direction=direction_of(name), lines=lines, widest=widest, region=region)


@dataclass(frozen=True, kw_only=True)
class SocietyLayout:
    """The size class of the society's name and its lines."""

    size: str
    lines: tuple[HungLine, ...]


def society_layout(society: str, steps: tuple[SocietyStep, ...] = PAPER_SOCIETY, *, region: str = "") -> SocietyLayout:
    """Choose size and lines by how wide the fonts set it; beyond the last step it wraps as it must."""
    wide = width_in_em(society, region=region) * SMALL_CAPITALS
    step = next((one for one in steps if wide + one.spacing * len(society) <= one.lines * one.line), steps[-1])
    lines = (society,) if wide + step.spacing * len(society) <= step.line else _two_lines(society)
    return SocietyLayout(
        size=step.size,
        lines=tuple(
            hung(line, room=step.line, spacing=step.spacing, direction="ltr", voice=fonts.SMALL_CAPITALS, region=region)
            for line in lines
        ),
    )


def _fit(name: str, room: Room, region: str) -> tuple[str, tuple[str, ...], float]:
    """The largest size at which the name goes on one line, else on two; smaller ones wrap as they must."""
    for lines, steps in (((name,), room.one_line), (_two_lines(name), room.two_lines)):
        widest = max(width_in_em(line, region=region) for line in lines)
        for limit, size in steps:
            if widest <= limit:
                return size, lines, limit
    whole = width_in_em(name, region=region)
    size = next((size for limit, size in room.wrapped if whole <= limit), room.wrapped[-1][1])
    return size, (name,), 0


def signatory_size(name: str) -> str:
    """The size class of the name below a signature, where one line or few don't hold it."""
    wide = width_in_em(name)
    return next((size for limit, size in SIGNATORY_STEPS if wide <= limit), SIGNATORY_STEPS[-1][1])


def _two_lines(name: str) -> tuple[str, ...]:
    """Break a long name at the space nearest to its middle, so that the two lines look alike."""
    spaces = [position for position, character in enumerate(name) if character == " "]
    if not spaces:
        return (name,)
    middle = min(spaces, key=lambda position: abs(position - len(name) / 2))
    return name[:middle], name[middle + 1 :]
