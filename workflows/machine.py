"""What the machine can't do just now: a full disk, a store that can only be read, a database that is busy.

Such a failure says nothing about what was asked: it is tried again without being counted, and mends itself.
"""

import errno
from enum import StrEnum

from django.core.files.storage import Storage
from django.db import DatabaseError, IntegrityError


class Fault(StrEnum):
    """What kind of failure it is."""

    FULL = "full"
    READ_ONLY = "read_only"
    MISSING = "missing"
    BUSY = "busy"
    DUPLICATE = "duplicate"


class StoredBytesMissing(FileNotFoundError):
    """A stored file that a row names is not there; putting it back mends it."""

    def __init__(self, name: str) -> None:
        super().__init__(errno.ENOENT, "The stored file is missing", name)


ERRORS = {
    errno.ENOSPC: Fault.FULL,
    errno.EDQUOT: Fault.FULL,
    errno.EFBIG: Fault.FULL,
    errno.EROFS: Fault.READ_ONLY,
    errno.EACCES: Fault.READ_ONLY,
    errno.EPERM: Fault.READ_ONLY,
    errno.EIO: Fault.READ_ONLY,
    errno.EMFILE: Fault.BUSY,
    errno.ENFILE: Fault.BUSY,
}
OF_POSTGRESQL = {  # https://www.postgresql.org/docs/current/errcodes-appendix.html
    "53100": Fault.FULL,
    "53200": Fault.BUSY,
    "53300": Fault.BUSY,
    "25006": Fault.READ_ONLY,
    "40001": Fault.BUSY,
    "40P01": Fault.BUSY,
    "55P03": Fault.BUSY,
    "23505": Fault.DUPLICATE,
}
OF_SQLITE = {  # https://www.sqlite.org/rescode.html
    "database or disk is full": Fault.FULL,
    "disk I/O error": Fault.READ_ONLY,
    "readonly database": Fault.READ_ONLY,
    "unable to open database file": Fault.READ_ONLY,
    "database is locked": Fault.BUSY,
    "database table is locked": Fault.BUSY,
    "UNIQUE constraint failed": Fault.DUPLICATE,
}


def fault_of(error: BaseException | None) -> Fault | None:
    """What the machine can't do, where that is why something failed; None where the reason is another."""
    while error is not None:
        found = _fault(error)
        if found is not None:
            return found
        error = error.__cause__
    return None


def has_no_place(error: BaseException) -> bool:
    """Whether nothing can be written here just now: what was to be done is done as soon as there is room again."""
    return fault_of(error) in {Fault.FULL, Fault.READ_ONLY, Fault.BUSY}


def _fault(error: BaseException) -> Fault | None:
    if isinstance(error, StoredBytesMissing):
        return Fault.MISSING
    if isinstance(error, OSError):
        return ERRORS.get(error.errno or 0)
    if isinstance(error, DatabaseError):
        state = getattr(error.__cause__, "sqlstate", None)
        if state is not None:
            return OF_POSTGRESQL.get(state)
        words = str(error)
        found = next((fault for said, fault in OF_SQLITE.items() if said in words), None)
        return None if found is Fault.DUPLICATE and not isinstance(error, IntegrityError) else found
    return None


def read_stored(storage: Storage, name: str) -> bytes:
    """The bytes of a stored file.

    Raises:
        StoredBytesMissing: they are not there.
        OSError: they can't be read.
    """
    try:
        with storage.open(name) as stored:
            content: bytes = stored.read()
    except FileNotFoundError as absence:
        raise StoredBytesMissing(name) from absence
    return content
