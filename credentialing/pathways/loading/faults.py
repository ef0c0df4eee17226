"""What is wrong with a pathway file, in words."""

from dataclasses import dataclass

from workflows import errors


@dataclass(frozen=True, order=True)
class Fault:
    """One mistake: the line (from 1; 0 where it is the whole file), and what to do about it."""

    line: int
    words: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.words}" if self.line else self.words


class PathwayFileInvalid(ValueError):
    """A pathway file can't be used; it names every mistake that can be seen, in the order of the file."""

    def __init__(self, faults: list[Fault], *, file: str = "") -> None:
        self.faults = tuple(sorted(set(faults)))
        self.file = file
        super().__init__("\n".join(f"{file}, {fault}" if file else str(fault) for fault in self.faults))


class RulesUnreadable(errors.RulesUnreadable):
    """The stored rules of a published version can't be read any more: something has changed them since."""

    def __init__(self, reason: str, *, version: str = "") -> None:
        self.reason = reason
        self.version = version
        super().__init__(f"The rules {version or 'of a version'} can't be read: {reason}.")
