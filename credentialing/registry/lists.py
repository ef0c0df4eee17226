"""Taking in a list of earlier holders: it comes from anywhere, so a child with limits reads it (`limited`)."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from credentialing.registry.holders import MAX_BYTES, Holder, HoldersRefused, Problem, read_here
from limited.running import Limits, TooMuch, run

MOST_PROBLEMS = 500  # told at once
LIMITS = Limits(memory=1024**3, cpu=10, seconds=20, answer=64 * 1024**2)
JOB = "credentialing.registry.lists:told"
DAYS = ("awarded_on", "valid_until")


def read_holders(content: bytes, *, today: date) -> list[Holder]:
    """Read the list.

    Raises:
        HoldersRefused: with every fault of it.
        NoChild: this machine can't start a process.
    """
    if len(content) > MAX_BYTES:
        raise HoldersRefused([Problem(line=1, column="", message="The file is larger than 5 MB.")])
    try:
        found = run(JOB, content, limits=LIMITS, today=today.isoformat()).facts
    except TooMuch:
        message = "The list takes more time or memory to read than any list of holders needs. Save it anew as CSV."
        raise HoldersRefused([Problem(line=1, column="", message=message)]) from None
    if found["problems"]:
        raise HoldersRefused([Problem(**one) for one in found["problems"]])
    return [_holder(one) for one in found["holders"]]


def told(content: bytes, *, today: str) -> tuple[dict[str, Any], bytes]:
    """In the child: the holders, or their faults, as JSON has them."""
    try:
        holders = read_here(content, today=date.fromisoformat(today))
    except HoldersRefused as refusal:
        return {"problems": [asdict(one) for one in refusal.problems[:MOST_PROBLEMS]], "holders": []}, b""
    return {"problems": [], "holders": [_plain(one) for one in holders]}, b""


def _plain(holder: Holder) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, date) else value for key, value in asdict(holder).items()}


def _holder(plain: Mapping[str, Any]) -> Holder:
    return Holder(**{**plain, **{day: date.fromisoformat(plain[day]) for day in DAYS if plain[day]}})
