"""`manage.py sweep [--delete] [--older-than MINUTES]`: every row has its file, and every file its row."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from credentialing.operations.sweeping import STORES, Orphan, Store, missing, orphans, unfinished_checkpoints


class Command(BaseCommand):
    """Say what is left over and what is gone; remove what is left over only when asked to."""

    help = (
        "Find stored files without a row (what a crash leaves) and rows without their file. Files without a row are "
        "removed with --delete; a row whose file is gone can't be mended here: exit 1 with one line for each."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--delete, --older-than."""
        parser.add_argument("--delete", action="store_true", help="remove the files that no row knows")
        parser.add_argument(
            "--older-than", type=int, default=60, metavar="MINUTES", help="leave alone what is younger (60)"
        )

    def handle(self, *, delete: bool, older_than: int, **_: Any) -> None:
        """Walk store by store."""
        if older_than < 0:
            msg = "--older-than can't be negative."
            raise CommandError(msg)
        before = timezone.now() - timedelta(minutes=older_than)
        left_over = gone = 0
        try:
            for store in STORES:
                left_over += self._sweep(orphans(store, before=before), delete=delete)
                gone += self._look_for_rows(store)
            left_over += self._sweep(unfinished_checkpoints(before=before), delete=delete)
        except OSError as error:
            msg = f"A store can't be read or changed: {error}."
            raise CommandError(msg) from error
        self.stdout.write(f"{left_over} files without a row, {gone} rows without their file.")
        if gone:
            msg = f"{gone} rows without their file: bring the files back from a backup."
            raise CommandError(msg)

    def _sweep(self, found: Iterator[Orphan], *, delete: bool) -> int:
        count = 0
        for orphan in found:
            count += 1
            self.stdout.write(f"{orphan.place}: {shown(orphan.name)} has no row: {_deal_with(orphan, delete=delete)}")
        return count

    def _look_for_rows(self, store: Store) -> int:
        count = 0
        for item in missing(store):
            count += 1
            row = item.row
            about = f"{row._meta.verbose_name} {getattr(row, 'uuid', row.pk)}"
            self.stdout.write(f"{store.name}: {shown(item.name)} is gone, but {about} needs it")
        return count


def _deal_with(orphan: Orphan, *, delete: bool) -> str:
    if orphan.kept:
        return f"kept, {orphan.kept}"
    if not delete:
        return "would be removed by --delete"
    orphan.remove()
    return "removed"


def shown(name: str) -> str:
    """A file's name as a terminal can show it: one line, and nothing that steers the terminal."""
    return name if name.isprintable() else ascii(name)
