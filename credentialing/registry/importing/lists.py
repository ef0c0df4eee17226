"""Taking in a list of earlier holders: it comes from anywhere, so a child with limits reads it (`limited`)."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from credentialing.registry.importing.guesses import Guess
from credentialing.registry.importing.holders import MAX_BYTES, Holder, Problem, Reading
from credentialing.registry.importing.reading import read_here
from limited.running import Limits, TooMuch, run

MOST_PROBLEMS = 500  # told at once
LIMITS = Limits(memory=1024**3, cpu=10, seconds=20, answer=64 * 1024**2)
JOB = "credentialing.registry.importing.lists:told"
DAYS = ("awarded_on", "valid_until")


def read_list(content: bytes, *, today: date, choices: Mapping[str, str] | None = None) -> Reading:
    """Read a list (CSV or a spreadsheet) under the choices that somebody has made; faults and questions stand in it.

    Raises:
        NoChild: this machine can't start a process.
    """
    if len(content) > MAX_BYTES:
        return _refused("The file is larger than 5 MB.")
    try:
        found = run(JOB, content, limits=LIMITS, today=today.isoformat(), choices=dict(choices or {})).facts
    except TooMuch:
        return _refused(
            "The list takes more time or memory to read than any list of holders needs. Save it anew as CSV."
        )
    return Reading(
        holders=tuple(_holder(one) for one in found["holders"]),
        problems=tuple(Problem(**one) for one in found["problems"]),
        guesses=tuple(
            Guess(**{**one, "options": tuple((value, label) for value, label in one["options"])})
            for one in found["guesses"]
        ),
        left_out=found["left_out"],
    )


def read_holders(content: bytes, *, today: date, choices: Mapping[str, str] | None = None) -> list[Holder]:
    """Read a list in which nothing is left to decide.

    Raises:
        HoldersRefused: with every fault of it, and every question.
        NoChild: this machine can't start a process.
    """
    return read_list(content, today=today, choices=choices).settled()


def told(content: bytes, *, today: str, choices: Mapping[str, str]) -> tuple[dict[str, Any], bytes]:
    """In the child: what was read, as JSON has it."""
    reading = read_here(content, today=date.fromisoformat(today), choices=choices)
    return {
        "problems": [asdict(one) for one in reading.problems[:MOST_PROBLEMS]],
        "holders": [_plain(one) for one in reading.holders],
        "guesses": [asdict(one) for one in reading.guesses],
        "left_out": reading.left_out,
    }, b""


def _refused(message: str) -> Reading:
    return Reading(problems=(Problem(line=1, column="", message=message),))


def _plain(holder: Holder) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, date) else value for key, value in asdict(holder).items()}


def _holder(plain: Mapping[str, Any]) -> Holder:
    return Holder(**{**plain, **{day: date.fromisoformat(plain[day]) for day in DAYS if plain[day]}})
