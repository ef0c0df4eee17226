"""The whole examination, one part after the other."""

import logging
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

logger = logging.getLogger(__name__)

type Examination = Callable[[], Iterator[Finding]]

_examinations: dict[str, Examination] = {}


def examination(ask: Examination) -> Examination:
    """Let a package's own rule be examined too; it names itself by module and function."""
    _examinations[f"{ask.__module__}.{ask.__qualname__}"] = ask
    return ask


def _to_its_end(about: str, part: Iterator[Finding]) -> Iterator[Finding]:
    """One part; what it stumbles over is a finding, and the next part is examined all the same."""
    try:
        yield from part
    except Exception as error:
        logger.exception("The examination of %s broke off", about)
        message = f"could not be examined to the end ({type(error).__name__}: {error})"
        yield Finding(about=about, message=message)


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
        yield from _to_its_end("the tree", examine_tree(witnesses, progress))
        yield from _to_its_end("the steps", examine_chains(progress))
        yield from _to_its_end("the reasons", examine_reasons())
        yield from _to_its_end("the sealed rows", examine_seals(progress))
        yield from _to_its_end("the search keys", examine_derived())
        for name, ask in _examinations.items():
            yield from _to_its_end(name.rpartition(".")[2].replace("_", " "), ask())
        for name in missing_triggers():
            yield Finding(about=f"the trigger {name}", message="is missing: run manage.py migrate, then verify again")
