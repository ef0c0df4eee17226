"""How many files of strangers one process looks at at the same time.

Looking at a PDF that was made to hurt takes a thread for many seconds. Most threads must be left for everybody else, so
there are few turns for it, and whoever finds none is asked to come back rather than kept waiting on a thread.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 2  # of the four threads of a web process (docs/operations.md)
PATIENCE = 3  # seconds
_turns = threading.BoundedSemaphore(AT_ONCE)


class TooBusy(Exception):
    """As many files are being looked at as one process may look at at once; try again in a minute."""


@contextmanager
def a_turn() -> Iterator[None]:
    """Look at one file.

    Raises:
        TooBusy: too many are being looked at.
    """
    if not _turns.acquire(timeout=PATIENCE):
        raise TooBusy
    try:
        yield
    finally:
        _turns.release()
