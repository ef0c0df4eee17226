"""Backups that only the holder of a key can read: one file, encrypted to a public key (age, https://age-encryption.org/v1).

The machine that makes backups holds the public half alone, so whoever breaks into it, or finds a backup, reads none.
"""

import os
import shutil
import tarfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO

import pyrage
from django.conf import settings

from credentialing.operations.backups.manifest import BackupRefused

ENDING = ".tar.age"
STAGING = ".backup-"  # in the data folder, which is private


def recipients_of(texts: Sequence[str]) -> list[pyrage.x25519.Recipient]:
    """The public keys to encrypt to.

    Raises:
        BackupRefused: a text is no public key of age.
    """
    found = []
    for text in texts:
        try:
            found.append(pyrage.x25519.Recipient.from_str(text.strip()))
        except pyrage.RecipientError as refusal:
            msg = f"“{text}” is no public key for backups: it begins with age1, and manage.py backup_key makes one."
            raise BackupRefused(msg) from refusal
    return found


def new_identity() -> tuple[str, str]:
    """A private key and its public half, as text."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def seal_folder(folder: Path, target: Path, recipients: Sequence[pyrage.x25519.Recipient]) -> None:
    """Write everything below `folder` as one encrypted file; what is read is never held in memory as a whole.

    Raises:
        OSError: the disk is full, or the file can't be written.
    """
    reading, writing = os.pipe()
    trouble: list[BaseException] = []

    def pack() -> None:
        try:
            with os.fdopen(writing, "wb") as pipe, tarfile.open(fileobj=pipe, mode="w|") as archive:
                for path in sorted(folder.rglob("*")):
                    if path.is_file():
                        archive.add(path, arcname=path.relative_to(folder).as_posix(), recursive=False)
        except BaseException as error:  # noqa: BLE001 - told in the thread that waits
            trouble.append(error)

    packing = threading.Thread(target=pack)
    packing.start()
    try:
        with os.fdopen(reading, "rb") as pipe, _private(target) as file:
            pyrage.encrypt_io(pipe, file, list(recipients))
            file.flush()
            os.fsync(file.fileno())
    finally:
        packing.join()
    for error in trouble:
        if not isinstance(error, BrokenPipeError):
            raise error


@contextmanager
def opened(path: Path, identity_file: Path | None) -> Iterator[Path]:
    """The folder of a backup: itself, or what an encrypted file holds, laid out in the data folder for so long.

    Raises:
        BackupRefused: the key is missing or another one, or the file is damaged.
    """
    if path.is_dir():
        yield path
        return
    identities = _identities(identity_file)
    with staging() as folder:
        _unseal(path, folder, identities)
        yield folder


@contextmanager
def staging() -> Iterator[Path]:
    """A private folder that is gone afterwards; what a killed process left behind goes first."""
    for left_over in Path(settings.DATA_DIR).glob(f"{STAGING}*"):
        shutil.rmtree(left_over, ignore_errors=True)
    folder = Path(mkdtemp(prefix=STAGING, dir=settings.DATA_DIR))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _identities(file: Path | None) -> list[pyrage.x25519.Identity]:
    if file is None:
        msg = "This backup is encrypted: name the file of its private key with --identity."
        raise BackupRefused(msg)
    try:
        lines = file.read_text(encoding="ascii").splitlines()
        keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        found = [pyrage.x25519.Identity.from_str(key) for key in keys]
    except (OSError, ValueError, pyrage.IdentityError) as refusal:
        msg = f"{file} holds no private key for backups (a line that begins with AGE-SECRET-KEY-1)."
        raise BackupRefused(msg) from refusal
    if not found:
        msg = f"{file} holds no private key for backups."
        raise BackupRefused(msg)
    return found


def _unseal(path: Path, folder: Path, identities: Sequence[pyrage.x25519.Identity]) -> None:
    packed = folder / "packed.tar"
    try:
        with path.open("rb") as sealed, _private(packed) as file:
            pyrage.decrypt_io(sealed, file, list(identities))
        with tarfile.open(packed) as archive:
            archive.extractall(folder, filter="data")
    except pyrage.DecryptError as refusal:
        msg = f"{path} can't be decrypted with this key: {refusal}."
        raise BackupRefused(msg) from refusal
    except FileNotFoundError as absence:
        msg = f"There is no backup {path}."
        raise BackupRefused(msg) from absence
    except (OSError, tarfile.TarError, EOFError) as damage:
        msg = f"{path} is damaged or broken off ({damage}). Take another one."
        raise BackupRefused(msg) from damage
    packed.unlink()


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
