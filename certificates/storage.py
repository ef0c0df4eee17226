"""Bytes that are stored once: synced to disk, never overwritten."""

import os
import tempfile
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

UNFINISHED = ".writing-"  # how the names of files begin that are still being written


def store_once(name: str, content: bytes, *, storage: Storage | None = None) -> str:
    """Store `content` under `name` unless it lies there already, and answer the name.

    On a file system: temporary file, fsync, rename, fsync of the folder, so that a crash leaves all or nothing.
    """
    storage = storage or storages["certificates"]
    if storage.exists(name):
        return name
    if not isinstance(storage, FileSystemStorage):
        return str(storage.save(name, ContentFile(content)))
    target = Path(storage.path(name))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o600)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return name
