"""What an examination tells."""

from collections.abc import Callable
from dataclasses import dataclass

type Progress = Callable[[str, int, int], None]  # what is being looked at, how many are done, of how many


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that honest use can't have made: what it is about, and what is wrong with it."""

    about: str
    message: str

    def __str__(self) -> str:
        return f"{self.about}: {self.message}"


def silent(what: str, done: int, total: int) -> None:
    """Progress for nobody."""
