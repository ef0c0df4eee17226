"""Files without a row, and rows without their file (DESIGN §4, 10).

A crash between storing bytes and writing their row leaves a file that nobody knows; nothing honest leaves a row
without its file. Both stores are walked through Django's storage API, so that folders and buckets are swept alike.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import models

from certificates.models import Certificate
from certificates.storage import UNFINISHED
from credentialing.evidence.models import EvidenceFile

AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Store:
    """One store, the rows whose bytes lie in it, and the folders in which somebody may be at work."""

    name: str
    rows: Callable[[], models.QuerySet[EvidenceFile] | models.QuerySet[Certificate]]
    busy: Callable[[set[str]], set[str]]

    @property
    def storage(self) -> Storage:
        """Where the bytes lie."""
        return storages[self.name]


@dataclass(frozen=True, kw_only=True)
class Orphan:
    """A file that no row knows; `kept` says why it is left alone, "" when it isn't wanted any more."""

    place: str
    storage: Storage
    name: str
    kept: str = ""

    def remove(self) -> None:
        """Take it away.

        Raises:
            OSError: the store refuses.
        """
        self.storage.delete(self.name)


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A row whose bytes are gone."""

    store: Store
    name: str
    row: models.Model


def _being_issued(folders: set[str]) -> set[str]:
    """A certificate's folder has its uuid for a name; until one is chosen, a worker may choose what lies there."""
    waiting = Certificate.objects.waiting().values_list("uuid", flat=True)
    return folders & {str(uuid) for uuid in waiting.iterator()}


STORES = (
    Store(name="evidence", rows=EvidenceFile.objects.with_bytes, busy=lambda folders: set()),  # noqa: ARG005 - nobody is
    Store(name="certificates", rows=Certificate.objects.issued, busy=_being_issued),
)


def orphans(store: Store, *, before: datetime) -> Iterator[Orphan]:
    """Every file without a row; those stored after `before` may yet get theirs and are kept."""
    for names in batched(_files(store.storage), AT_ONCE, strict=False):
        known = set(
            store.rows().filter(storage_name__in=filter(_is_text, names)).values_list("storage_name", flat=True)
        )
        unknown = [name for name in names if name not in known]
        busy = store.busy({name.partition("/")[0] for name in unknown})
        for name in unknown:
            try:
                kept = _why_kept(store.storage, name, before)
            except FileNotFoundError:  # whoever stored it has just taken it away again
                continue
            if name.partition("/")[0] in busy and not _is_unfinished(name):
                kept = kept or "its certificate is being issued"
            yield Orphan(place=store.name, storage=store.storage, name=name, kept=kept)


def unfinished_checkpoints(*, before: datetime) -> Iterator[Orphan]:
    """What was being written into the folder of checkpoints when a process ended; whole ones are never touched."""
    storage = FileSystemStorage(location=settings.LEDGER_CHECKPOINTS_DIR)
    for name in _files(storage):
        if _is_unfinished(name):
            yield Orphan(place="checkpoints", storage=storage, name=name, kept=_why_kept(storage, name, before))


def missing(store: Store) -> Iterator[Missing]:
    """Every row whose file is not there."""
    for row in store.rows().order_by("pk").iterator(chunk_size=AT_ONCE):
        if not store.storage.exists(row.storage_name):
            yield Missing(store=store, name=row.storage_name, row=row)


def _files(storage: Storage) -> Iterator[str]:
    """The names of all files, folder by folder; a link is never followed, since it may lead anywhere."""
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            inner, files = storage.listdir(folder)
        except FileNotFoundError:  # nothing has been stored yet, or the folder has just gone
            continue
        for name in inner:
            path = f"{folder}/{name}" if folder else name
            if _is_link(storage, path):
                yield path
            else:
                folders.append(path)
        yield from (f"{folder}/{name}" if folder else name for name in files)


def _why_kept(storage: Storage, name: str, before: datetime) -> str:
    if _is_link(storage, name):
        return "it is a link: see where it leads, and remove it by hand"
    return "it was stored just now" if storage.get_modified_time(name) >= before else ""


def _is_link(storage: Storage, name: str) -> bool:
    return isinstance(storage, FileSystemStorage) and Path(storage.path(name)).is_symlink()


def _is_unfinished(name: str) -> bool:
    """What `store_once` was writing when its process ended: nobody will ever ask for it."""
    return name.rpartition("/")[2].startswith(UNFINISHED)


def _is_text(name: str) -> bool:
    """Bytes that are no UTF-8 come as lone surrogates, which no row holds and no database takes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
