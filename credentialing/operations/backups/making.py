"""Making a backup while the service runs."""

import fcntl
import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Sequence
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
from credentialing.operations.backups.databases import migrations_gone_through, snapshot_database
from credentialing.operations.backups.manifest import NAME, BackupRefused, Copied, Manifest, fingerprint
from credentialing.operations.backups.sealing import ENDING, recipients_of, seal_folder, staging
from credentialing.operations.sweeping import STORES, Store
from workflows.durable import sync_folder, write_aside

type Progress = Callable[[str, int, int], None]
UNFINISHED = ".unfinished-"
ATTEMPTS = 3
MADE = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z(\.tar\.age)?")  # how backups are called, encrypted ones too
PUBLIC = (".pub", ".compromised")  # endings of what may be shown of a key
LISTS = "revoked-*.pem"


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A whole backup, and what is wrong with what was copied: rows without their bytes, bytes that are others."""

    path: Path  # a folder, or one encrypted file
    manifest: Manifest
    faults: tuple[str, ...] = field(default=())


def make_backup(
    into: Path,
    *,
    with_keys: bool = False,
    keep: int = 0,
    recipients: Sequence[str] = (),
    progress: Progress | None = None,
    now: datetime | None = None,
) -> Backup:
    """Copy everything into a new folder below `into`, named by the moment; half a backup is never seen there.

    With `recipients` (public keys of age) it is one encrypted file, and nothing readable ever lies in `into`.

    Checkpoints are copied before the database, so that none signs more than the copy holds; stored files after it, so
    that no row of the copy lacks its file. Of earlier backups the newest `keep` stay (0: all).

    Raises:
        BackupRefused: another one is being made, the database can't be copied, or a recipient is no public key.
        OSError: the disk is full, or a folder can't be written; nothing is left behind.
    """
    now = now or timezone.now()
    public_keys = recipients_of(recipients)
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(into):
        for left_over in into.glob(f"{UNFINISHED}*"):
            _remove(left_over)
        name = f"{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}{ENDING if public_keys else ''}"
        if (into / name).exists():
            msg = f"{into / name} has just been made."
            raise BackupRefused(msg)
        work = into / f"{UNFINISHED}{name}"
        try:
            with staging() if public_keys else _made(work) as folder:
                faults = _copy(folder, with_keys=with_keys, progress=progress or _nobody)
                manifest = _manifest(folder, with_keys=with_keys, now=now)
                _written(folder / NAME, manifest.written())
                if public_keys:
                    seal_folder(folder, work, public_keys)
            work.replace(into / name)
        except BaseException:
            _remove(work)
            raise
        sync_folder(into)
        _record(manifest, encrypted=bool(public_keys), now=now)
        _forget_older(into, keep)
    return Backup(path=into / name, manifest=manifest, faults=tuple(faults))


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    folder.mkdir(mode=0o700)
    yield folder


def _remove(path: Path) -> None:
    """A folder, or one file; one that isn't there is gone already."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


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
        program=program_version(),
        migrations=tuple(sorted(migrations_gone_through())),
    )


def program_version() -> str:
    """As the project file says it."""
    held = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(held["project"]["version"])


def _record(manifest: Manifest, *, encrypted: bool, now: datetime) -> None:
    """Who has the private keys is something the society must be able to tell later."""
    record_event(
        event=Event.BACKUP_MADE,
        actor=Person.objects.system(),
        subject_kind="backup",
        subject_id=uuid5(NAMESPACE_URL, f"{settings.BASE_URL}/backups"),
        details={
            "manifest": sha256(manifest.written()).hexdigest(),
            "with_keys": manifest.with_keys,
            "encrypted": encrypted,
        },
        now=now,
    )


def _forget_older(into: Path, keep: int) -> None:
    whole = sorted(
        (path for path in into.iterdir() if MADE.fullmatch(path.name) and (path.is_file() or (path / NAME).exists())),
        reverse=True,
    )
    for old in whole[keep:] if keep else ():
        _remove(old)


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
