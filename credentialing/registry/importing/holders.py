"""Earlier holders as a society's list has them, and what reading a list answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from credentialing.registry.importing.guesses import Guess

MAX_BYTES = 5 * 1024 * 1024
MOST_LINES = 20_000
EARLIEST = date(1950, 1, 1)
LIMITS: Mapping[str, int] = {
    "name": 200, "number": 40, "post_nominals": 60, "profession": 120, "city": 120, "country": 80, "email": 254,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Holder:
    """One earlier holder as the list has them; `printed` is the name, `printed_status` the standing as they stand."""

    line: int
    name: str
    awarded_on: date
    number: str = ""
    valid_until: date | None = None
    status: str = "active"
    post_nominals: str = ""
    profession: str = ""
    city: str = ""
    country: str = ""
    email: str = ""
    listed: bool = True
    printed: str = ""
    printed_status: str = ""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault of the list: where, and what to do."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}" if self.column else f"line {self.line}"
        return f"{where}: {self.message}"


class HoldersRefused(Exception):
    """The list can't be imported; `problems` tells every fault, `questions` what nobody has decided yet."""

    def __init__(self, problems: Sequence[Problem], questions: Sequence[Guess] = ()) -> None:
        self.problems, self.questions = tuple(problems), tuple(questions)
        super().__init__("\n".join([*map(str, problems), *map(str, questions)]))


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A list as it was read: the holders, every fault, and every guess with what can be chosen instead."""

    holders: tuple[Holder, ...] = ()
    problems: tuple[Problem, ...] = ()
    guesses: tuple[Guess, ...] = ()
    left_out: int = 0

    @property
    def questions(self) -> tuple[Guess, ...]:
        """What two readings fit, and nobody has decided."""
        return tuple(guess for guess in self.guesses if guess.asked)

    def settled(self) -> list[Holder]:
        """The holders, where nothing is undecided.

        Raises:
            HoldersRefused: with every fault and every question.
        """
        if self.problems or self.questions:
            raise HoldersRefused(self.problems, self.questions)
        return list(self.holders)
