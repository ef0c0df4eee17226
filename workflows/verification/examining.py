"""The whole examination, one part after the other."""

from collections.abc import Callable, Iterator
from pathlib import Path

from workflows.triggers import missing_triggers
from workflows.verification.chains import examine_chains, examine_reasons
from workflows.verification.checkpoints import gather
from workflows.verification.derived import examine_derived
from workflows.verification.findings import Finding, Progress, silent
from workflows.verification.seals import examine_seals
from workflows.verification.snapshot import snapshot
from workflows.verification.tree import examine_tree

type Examination = Callable[[], Iterator[Finding]]

_examinations: dict[str, Examination] = {}


def examination(ask: Examination) -> Examination:
    """Let a package's own rule be examined too; it names itself by module and function."""
    _examinations[f"{ask.__module__}.{ask.__qualname__}"] = ask
    return ask


def examine(*, since: Path | None = None, progress: Progress = silent) -> Iterator[Finding]:
    """Everything that honest use can't have made; nothing is changed.

    `since` is a checkpoint that somebody has kept: the ledger must still begin with what it signed. Reads one moment
    of the database while others go on working, and keeps no more than one chunk in memory.

    Raises:
        OSError: `since` can't be read.
    """
    with snapshot():
        witnesses = gather(since)
        yield from witnesses.unsigned
        yield from examine_tree(witnesses, progress)
        yield from examine_chains(progress)
        yield from examine_reasons()
        yield from examine_seals(progress)
        yield from examine_derived()
        for ask in _examinations.values():
            yield from ask()
        for name in missing_triggers():
            yield Finding(about=f"the trigger {name}", message="is missing: run manage.py migrate, then verify again")
