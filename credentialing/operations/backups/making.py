"""Making a backup while the service runs."""

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db import connection
from django.utils import timezone

from certificates.keys import KeyMissing, revocation_lists
from certificates.keys.tokens import address_in
from credentialing.accounts.models import Person
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.operations.backups.databases import snapshot_database
from credentialing.operations.backups.manifest import NAME, BackupRefused, Copied, Manifest, fingerprint
from credentialing.operations.sweeping import STORES, Store
from workflows.durable import sync_folder, write_aside

type Progress = Callable[[str, int, int], None]
UNFINISHED = ".unfinished-"
ATTEMPTS = 3
MADE = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")  # how the folders of backups are called
PUBLIC = (".pub", ".compromised")  # endings of what may be shown of a key
LISTS = "revoked-*.pem"


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A whole backup, and what is wrong with what was copied: rows without their bytes, bytes that are others."""

    folder: Path
    manifest: Manifest
    faults: tuple[str, ...] = field(default=())


def make_backup(
    into: Path, *, with_keys: bool = False, keep: int = 0, progress: Progress | None = None, now: datetime | None = None
) -> Backup:
    """Copy everything into a new folder below `into`, named by the moment; half a backup is never seen there.

    Checkpoints are copied before the database, so that none signs more than the copy holds; stored files after it, so
    that no row of the copy lacks its file. Of earlier backups the newest `keep` stay (0: all).

    Raises:
        BackupRefused: another one is being made, or the database can't be copied.
        OSError: the disk is full, or a folder can't be written; nothing is left behind.
    """
    now = now or timezone.now()
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(into):
        for left_over in into.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left_over)
        name = f"{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
        if (into / name).exists():
            msg = f"{into / name} has just been made."
            raise BackupRefused(msg)
        work = into / f"{UNFINISHED}{name}"
        work.mkdir(mode=0o700)
        try:
            faults = _copy(work, with_keys=with_keys, progress=progress or _nobody)
            manifest = _manifest(work, with_keys=with_keys, now=now)
            _written(work / NAME, manifest.written())
            work.replace(into / name)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
        sync_folder(into)
        _record(manifest, now)
        _forget_older(into, keep)
    return Backup(folder=into / name, manifest=manifest, faults=tuple(faults))


def _copy(work: Path, *, with_keys: bool, progress: Progress) -> list[str]:
    with suppress(KeyMissing):  # where the backup is put back without the root, nobody could sign a first list
        revocation_lists()
    _copy_folder(Path(settings.LEDGER_CHECKPOINTS_DIR), work / "checkpoints", wanted=lambda _: True)
    _copy_folder(Path(settings.LEDGER_KEYS_DIR), work / "keys", wanted=lambda path: with_keys or _is_public(path))
    for _ in range(ATTEMPTS):
        before = {store.name: _wanted(store).keys() for store in STORES}
        path = snapshot_database(work)
        after = {store.name: _wanted(store) for store in STORES}
        if all(before[name] <= after[name].keys() for name in before):
            return [fault for store in STORES for fault in _copy_store(store, after[store.name], work, progress)]
        path.unlink()
    msg = "Files were destroyed while the database was copied, again and again. Try again when less is being done."
    raise BackupRefused(msg)


def _wanted(store: Store) -> dict[str, str]:
    """The files that must lie in a store, with their SHA-256."""
    return dict(store.rows().values_list("storage_name", "sha256"))


def _copy_store(store: Store, wanted: dict[str, str], work: Path, progress: Progress) -> Iterator[str]:
    for done, (name, digest) in enumerate(sorted(wanted.items()), start=1):
        try:
            with store.storage.open(name) as held:
                content = held.read()
        except FileNotFoundError:
            yield f"{store.name}: {name} is gone"
            continue
        if sha256(content).hexdigest() != digest:
            yield f"{store.name}: {name} holds other bytes than were stored"
        _written(work / store.name / name, content)
        progress(store.name, done, len(wanted))


def _is_public(path: Path) -> bool:
    """What may be shown of a key; the address of a key in hardware is no secret."""
    if path.suffix in PUBLIC or path.match(LISTS):
        return True
    try:
        return address_in(path.read_bytes()) is not None
    except ValueError:
        return False


def _copy_folder(source: Path, target: Path, *, wanted: Callable[[Path], bool]) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file() and not path.name.startswith(".") and wanted(path):
            _written(target / path.relative_to(source), path.read_bytes())


def _written(path: Path, content: bytes) -> None:
    for folder in reversed(path.parents):  # `parents=True` would let others look into those in between
        folder.mkdir(mode=0o700, exist_ok=True)
    write_aside(path.parent, content).replace(path)


def _manifest(work: Path, *, with_keys: bool, now: datetime) -> Manifest:
    files = []
    for path in sorted(path for path in work.rglob("*") if path.is_file()):
        length, digest = fingerprint(path)
        files.append(Copied(path=path.relative_to(work).as_posix(), bytes=length, sha256=digest))
    return Manifest(
        made_at=now,
        society=settings.SOCIETY_NAME,
        vendor=connection.vendor,
        with_keys=with_keys,
        files=tuple(files),
    )


def _record(manifest: Manifest, now: datetime) -> None:
    """Who has the private keys is something the society must be able to tell later."""
    record_event(
        event=Event.BACKUP_MADE,
        actor=Person.objects.system(),
        subject_kind="backup",
        subject_id=uuid5(NAMESPACE_URL, f"{settings.BASE_URL}/backups"),
        details={"manifest": sha256(manifest.written()).hexdigest(), "with_keys": manifest.with_keys},
        now=now,
    )


def _forget_older(into: Path, keep: int) -> None:
    whole = sorted(
        (path for path in into.iterdir() if MADE.fullmatch(path.name) and (path / NAME).exists()), reverse=True
    )
    for old in whole[keep:] if keep else ():
        shutil.rmtree(old)


@contextmanager
def _alone(into: Path) -> Iterator[None]:
    handle = os.open(into, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            msg = f"Another backup is being made in {into}."
            raise BackupRefused(msg) from busy
        yield
    finally:
        os.close(handle)


def _nobody(what: str, done: int, total: int) -> None:
    """Without a terminal there is no bar."""
