"""What was left lying is taken up: entries without a place, effects, letters, simulations, files to be scanned."""

import logging
import shutil
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error, close_old_connections, connections
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from credentialing.correspondence.tasks import take_up_letters
from credentialing.drafting.tasks import take_up_simulations
from credentialing.evidence.services.scanning import scan_what_waits
from credentialing.operations.services import tell_administrators
from workflows.effects import take_up
from workflows.sequencer import sequence_entries

logger = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=10)  # longer than a living worker takes
LONGEST = timedelta(days=1)  # no task takes that long
KEPT = timedelta(days=14)  # finished tasks, for whoever looks for the reason of a failure
SPARE = 64 * 1024**2  # bytes: a few certificates, a checkpoint and the letter
EVERY = 20.0  # seconds: an entry has its place within a minute, also after a crash


class WorkerLost(Exception):
    """The worker that had a task in hand never came back."""


@dataclass(frozen=True, kw_only=True)
class TakenUp:
    """How many entries were placed, effects, letters and simulations queued again, and waiting files scanned."""

    entries: int
    tasks: int
    files: int


def take_up_what_lies(now: datetime) -> TakenUp:
    """Place every entry that waits, and queue again what should long have been done; again, it changes nothing."""
    entries = 0
    while placed := sequence_entries():
        entries += placed
    before = now - PATIENCE
    tasks = take_up(before=before) + take_up_letters(before=before) + take_up_simulations(before=before)
    return TakenUp(entries=entries, tasks=tasks, files=scan_what_waits(now))


def tidy_queue(now: datetime) -> int:
    """Take away tasks that were finished long ago, and say of those whose worker died that they failed.

    What they were to do has been taken up by then (see above) and stands in rows of its own; answers how many went.
    A worker that is at one after all has the last word on it.
    """
    DBTaskResult.objects.running().filter(started_at__lt=now - LONGEST).update(
        status=TaskResultStatus.FAILED,
        finished_at=now,
        exception_class_path=f"{WorkerLost.__module__}.{WorkerLost.__qualname__}",
        traceback="",
    )
    gone, _ = DBTaskResult.objects.finished().filter(finished_at__lt=now - KEPT).delete()
    return gone


def tell_of_full_disks() -> None:
    """Tell the administrators before there is no room for the letter that tells it."""
    for folder in {str(settings.DATA_DIR), settings.LEDGER_CHECKPOINTS_DIR}:
        if Path(folder).is_dir() and shutil.disk_usage(folder).free < SPARE:
            words = "The disk of the service is almost full. Make room: once it is full, nothing can be saved."
            tell_administrators(what=words, key="almost full")


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
                tell_of_full_disks()
                take_up_what_lies(timezone.now())
            except (Error, OSError):
                logger.warning("What lies could not be taken up; it is tried again.", exc_info=True)
            if self._ended.wait(self.every):
                break
        connections.close_all()

    def end(self) -> None:
        """Let it finish what it is at, and wait for it."""
        self._ended.set()
        self.join()
