"""Putting a backup back onto an empty machine."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection

from certificates.storage import store_once
from credentialing.operations.backups.databases import (
    NAMES,
    database_is_empty,
    migrations_known,
    migrations_of,
    restore_database,
)
from credentialing.operations.backups.manifest import UPDATE, BackupRefused, Manifest, fingerprint
from credentialing.operations.sweeping import STORES
from workflows.durable import lay_down

type Progress = Callable[[str, int, int], None]


def restore_backup(folder: Path, *, progress: Progress) -> Manifest:
    """Put back files, checkpoints, keys and, last of all, the database; broken off, it can be started again.

    Everything is compared with the manifest before anything is written.

    Raises:
        BackupRefused: the backup is not whole or was made from another kind of database, or this machine is not empty.
        OSError: a disk is full or can't be written.
    """
    manifest = Manifest.read(folder)
    _must_be_whole(folder, manifest, progress)
    _must_fit(manifest, folder)
    for store in STORES:
        _put_back_files(store.name, folder, manifest, progress)
    _put_back_folder("checkpoints", Path(settings.LEDGER_CHECKPOINTS_DIR), folder, manifest)
    _put_back_folder("keys", Path(settings.LEDGER_KEYS_DIR), folder, manifest)
    restore_database(folder / NAMES[connection.vendor])
    call_command("migrate", verbosity=0, interactive=False)
    return manifest


def _must_be_whole(folder: Path, manifest: Manifest, progress: Progress) -> None:
    for done, one in enumerate(manifest.files, start=1):
        try:
            found = fingerprint(folder / one.path)
        except OSError as absence:
            msg = f"The backup is not whole: {one.path} can't be read ({absence.strerror})."
            raise BackupRefused(msg) from absence
        if found != (one.bytes, one.sha256):
            msg = f"The backup is damaged: {one.path} is not what was copied. Take another one."
            raise BackupRefused(msg)
        progress("looking", done, len(manifest.files))


def _must_fit(manifest: Manifest, folder: Path) -> None:
    if manifest.vendor != connection.vendor:
        msg = f"The backup is one of {manifest.vendor}, and this service is set up for {connection.vendor}."
        raise BackupRefused(msg)
    there = set(manifest.migrations) or migrations_of(folder / NAMES[connection.vendor])
    unknown = sorted(there - migrations_known())
    if unknown:
        newer = f" ({manifest.program})" if manifest.program else ""
        msg = f"The backup was made by a newer version of this service{newer}; {unknown[0]} is not known here. {UPDATE}"
        raise BackupRefused(msg)
    if not database_is_empty():
        msg = "The database here is not empty. A backup is put back onto one without any table (before migrate)."
        raise BackupRefused(msg)


def _put_back_files(store: str, folder: Path, manifest: Manifest, progress: Progress) -> None:
    wanted = list(manifest.below(store))
    for done, (name, one) in enumerate(wanted, start=1):
        store_once(name, (folder / one.path).read_bytes(), storage=storages[store])
        with storages[store].open(name) as held:
            if sha256(held.read()).hexdigest() != one.sha256:
                msg = f"In the store {store} there is another file {name} already. The stores must be empty, too."
                raise BackupRefused(msg)
        progress(store, done, len(wanted))


def _put_back_folder(kind: str, target: Path, folder: Path, manifest: Manifest) -> None:
    for name, one in manifest.below(kind):
        path = target / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lay_down(path, (folder / one.path).read_bytes())
        if fingerprint(path) != (one.bytes, one.sha256):
            msg = f"{path} is there already, and is another. Move it away if it isn't wanted."
            raise BackupRefused(msg)
