"""`manage.py worker`: delivers letters, draws certificates, signs certifications, and takes up what others left."""

from argparse import ArgumentParser
from typing import Any

from django_tasks_db.management.commands import db_worker

from credentialing.operations.upkeep import Upkeep


class Command(db_worker.Command):
    """The worker of the task queue, for all queues unless told otherwise, with the upkeep beside it."""

    help = "Do what waits in the background, and keep every entry of the ledger in its place. Runs until it is ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Those of the queue's own worker."""
        super().add_arguments(parser)
        parser.set_defaults(queue_name="*")

    def handle(self, **options: Any) -> None:
        """Work until ended (or, with --batch, until nothing waits)."""
        upkeep = Upkeep()
        upkeep.start()
        try:
            super().handle(**options)
        finally:
            upkeep.end()
