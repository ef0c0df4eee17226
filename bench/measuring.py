"""Measuring side by side: ratios within one run count, absolute times of a shared machine don't."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

type Seconds = Mapping[str, Sequence[float]]  # by contender: seconds for one act, a value for each round


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One way of doing the same thing: `run(times)` does it so many times, `tidy` clears up outside the clock.

    `times` is chosen so that every contender runs about as long, and so is disturbed as often.
    """

    name: str
    run: Callable[[int], object]
    times: int
    tidy: Callable[[], object] = lambda: None


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A median with the least and the greatest value."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of some values."""
        return cls(median=median(values), least=min(values), greatest=max(values))


def interleaved(contenders: Sequence[Contender], *, rounds: int, clock: Callable[[], float] = perf_counter) -> Seconds:
    """Let every contender run in every round, each round begun by another one; a first round is thrown away."""
    taken: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in range(rounds + 1):
        begin = number % len(contenders)
        for contender in (*contenders[begin:], *contenders[:begin]):
            start = clock()
            contender.run(contender.times)
            seconds = (clock() - start) / contender.times
            contender.tidy()
            if number:
                taken[contender.name].append(seconds)
    return taken


def ratios(seconds: Seconds, ours: str, beside: str) -> Spread:
    """How many times as long ours takes, round by round, so that a slow minute of the machine hits both."""
    return Spread.of([mine / other for mine, other in zip(seconds[ours], seconds[beside], strict=True)])


def clock_for(vendor: str) -> Callable[[], float]:
    """SQLite works in our process, so the processor's time tells what a thing costs, whatever else the machine does.

    PostgreSQL is another process, and only the clock on the wall knows of it.
    """
    return process_time if vendor == "sqlite" else perf_counter
