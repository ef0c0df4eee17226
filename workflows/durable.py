"""Files that outlast a crash: written aside and synced, so that a reader finds all of a file or none of it."""

import os
import tempfile
from pathlib import Path


def write_aside(folder: Path, content: bytes) -> Path:
    """A file of its own in the folder where it shall stand, synced to disk, readable by its owner only.

    The caller renames or links it, then calls `sync_folder`.

    Raises:
        OSError: the disk is full, or the folder can't be written; nothing is left behind.
    """
    handle, name = tempfile.mkstemp(dir=folder, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink()
        raise
    return Path(name)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder outlast a loss of power, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def lay_down(path: Path, content: bytes) -> bool:
    """Put a file where none stands, readable by its owner only; answers whether it is ours that stands there now.

    Raises:
        OSError: the disk is full, or the folder can't be written; nothing is left behind.
    """
    mine = write_aside(path.parent, content)
    try:
        os.link(mine, path)  # fails where a file stands already, unlike a rename
        sync_folder(path.parent)
    except FileExistsError:
        return False
    finally:
        mine.unlink()
    return True
