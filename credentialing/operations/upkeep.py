"""What a dead process has left lying is taken up: entries without a place in the tree, effects, letters."""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import Error, close_old_connections, connections
from django.utils import timezone

from credentialing.correspondence.tasks import take_up_letters
from workflows.effects import take_up
from workflows.sequencer import sequence_entries

logger = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=10)  # longer than a living worker takes
EVERY = 20.0  # seconds: an entry has its place within a minute, also after a crash


@dataclass(frozen=True, kw_only=True)
class TakenUp:
    """How many entries were placed, and how many effects and letters were queued again."""

    entries: int
    tasks: int


def take_up_what_lies(now: datetime) -> TakenUp:
    """Place every entry that waits, and queue again what should long have been done; again, it changes nothing."""
    entries = 0
    while placed := sequence_entries():
        entries += placed
    tasks = take_up(before=now - PATIENCE) + take_up_letters(before=now - PATIENCE)
    return TakenUp(entries=entries, tasks=tasks)


class Upkeep(threading.Thread):
    """Beside a worker: takes up what lies at the start and every few seconds, whatever long task the worker is at."""

    def __init__(self, *, every: float = EVERY) -> None:
        super().__init__(name="upkeep", daemon=True)
        self.every = every
        self._ended = threading.Event()

    def run(self) -> None:
        """Until the end; a database that is away or busy is tried again next time."""
        while True:
            close_old_connections()
            try:
                take_up_what_lies(timezone.now())
            except Error:
                logger.warning("What lies could not be taken up; it is tried again.", exc_info=True)
            if self._ended.wait(self.every):
                break
        connections.close_all()

    def end(self) -> None:
        """Let it finish what it is at, and wait for it."""
        self._ended.set()
        self.join()
