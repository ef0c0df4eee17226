"""What a benchmark says: lines beside their limit, goals, and whether a goal that must be met is missed."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measuring import Seconds, Spread, ratios


@dataclass(frozen=True, kw_only=True)
class Line:
    """One contender: how many acts a second, and how many times as long as the limit it takes."""

    what: str
    per_second: Spread
    ratio: Spread


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A number that should stay below a bound; missing one that must be met fails the run."""

    what: str
    value: float
    at_most: float
    must: bool = False

    @property
    def met(self) -> bool:
        """Whether it is."""
        return self.value <= self.at_most

    @property
    def verdict(self) -> str:
        """In words."""
        return "met" if self.met else "MISSED" if self.must else "not met"


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything one benchmark found."""

    name: str
    database: str
    limit: str
    lines: Sequence[Line]
    goals: Sequence[Goal]
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether every goal that must be met is met."""
        return all(goal.met for goal in self.goals if goal.must)

    def as_text(self) -> str:
        """The tables, for people."""
        rows = [("", "per second", "times the limit", "least .. greatest")]
        rows += [
            (
                line.what,
                f"{line.per_second.median:,.0f}",
                f"{line.ratio.median:.2f}",
                f"{line.ratio.least:.2f} .. {line.ratio.greatest:.2f}",
            )
            for line in self.lines
        ]
        aims = [("goal", "value", "at most", "")]
        aims += [
            (f"{goal.what} (must)" if goal.must else goal.what, f"{goal.value:.2f}", f"{goal.at_most:g}", goal.verdict)
            for goal in self.goals
        ]
        facts = [f"{name}: {value}" for name, value in self.facts.items()]
        title = f"{self.name} on {self.database}; limit: {self.limit}"
        return "\n".join([title, "", *_table(rows), "", *_table(aims), "", *facts])

    def as_json(self) -> str:
        """The same for programs."""
        goals = [asdict(goal) | {"met": goal.met} for goal in self.goals]
        measured_at = datetime.now(UTC).isoformat(timespec="seconds")
        return json.dumps(
            asdict(self) | {"goals": goals, "passed": self.passed, "measured_at": measured_at}, indent=2, default=str
        )

    def write(self, path: Path) -> None:
        """Store the JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.as_json() + "\n", encoding="utf-8")


def lines_of(seconds: Seconds, limit: str) -> list[Line]:
    """A line for every contender, beside the limit."""
    return [
        Line(
            what=name,
            per_second=Spread.of([1 / each for each in taken]),
            ratio=ratios(seconds, name, limit),
        )
        for name, taken in seconds.items()
    ]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows in columns, the first aligned to the left and the others to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
