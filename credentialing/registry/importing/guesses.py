"""What reading a list has guessed and what it must ask: each guess is shown, and can be changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

UNUSED = "-"


@dataclass(frozen=True, kw_only=True)
class Guess:
    """One decision about a whole file or a whole column.

    `asked` means that two readings fit: nothing is imported until somebody has chosen one of the options. A guess
    without options only tells what was found.
    """

    key: str
    label: str
    chosen: str = ""
    options: tuple[tuple[str, str], ...] = ()
    asked: bool = False

    def __str__(self) -> str:
        said = next((label for value, label in self.options if value == self.chosen), "")
        if not self.asked:
            return f"{self.label}: {said}" if said else self.label
        ways = "; ".join(f"{self.key}={value} ({label})" for value, label in self.options)
        return f"{self.label} Choose one: {ways}."


@dataclass
class Deciding:
    """Collects the guesses of one reading; what somebody has chosen goes before what is guessed."""

    choices: Mapping[str, str] = field(default_factory=dict)
    guesses: list[Guess] = field(default_factory=list)

    def decide(
        self, key: str, label: str, options: Sequence[tuple[str, str]], *, proposed: str, asked: bool = False
    ) -> str:
        """What stands for `key`: the choice where one was made, else what is proposed."""
        values = {value for value, _ in options}
        chosen = self.choices.get(key, "")
        if chosen in values:
            proposed, asked = chosen, False
        self.guesses.append(Guess(key=key, label=label, chosen=proposed, options=tuple(options), asked=asked))
        return proposed

    def tell(self, key: str, label: str) -> None:
        """Something to know that needs no choice."""
        self.guesses.append(Guess(key=key, label=label))


def examples(texts: Sequence[str], most: int = 4) -> str:
    """A few different texts, as they are shown in a question."""
    return ", ".join(f"“{text}”" for text in list(dict.fromkeys(texts))[:most])
