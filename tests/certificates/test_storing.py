"""Bytes are stored once: never overwritten, and whole or not at all."""

import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, InMemoryStorage, storages
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates.storage import store_once

ROOT = Path(__file__).parents[2]
DIES_WHILE_WRITING = """
import os, signal, sys
from django.conf import settings
settings.configure()
from django.core.files.storage import FileSystemStorage
from certificates.storage import store_once
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
store_once("c/d.pdf", b"half", storage=FileSystemStorage(sys.argv[1]))
"""


@pytest.fixture
def storage(tmp_path):
    return FileSystemStorage(tmp_path)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_stored_bytes_are_never_overwritten(storage, tmp_path):
    assert store_once("a/b.pdf", b"first", storage=storage) == "a/b.pdf"
    assert store_once("a/b.pdf", b"second", storage=storage) == "a/b.pdf"
    assert (tmp_path / "a/b.pdf").read_bytes() == b"first"
    assert files(tmp_path) == ["a/b.pdf"]


def test_stored_bytes_are_nobody_elses(storage, tmp_path):
    store_once("a/b.pdf", b"first", storage=storage)
    assert (tmp_path / "a/b.pdf").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


def test_certificates_lie_in_their_own_store():
    name = store_once("own/store.pdf", b"bytes")
    assert storages["certificates"].exists(name)
    assert not storages["default"].exists(name)


@pytest.mark.parametrize("failing", ["os.fsync", "Path.replace", "Path.chmod"])
def test_error_while_writing_leaves_no_file(storage, tmp_path, monkeypatch, failing):
    def fail(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(f"certificates.storage.{failing}", fail)
        with pytest.raises(OSError, match="No space left"):
            store_once("c/d.pdf", b"half", storage=storage)
    assert files(tmp_path) == []
    store_once("c/d.pdf", b"whole", storage=storage)
    assert (tmp_path / "c/d.pdf").read_bytes() == b"whole"


def test_process_killed_while_writing_leaves_nothing_under_the_name(storage, tmp_path):
    done = subprocess.run([sys.executable, "-c", DIES_WHILE_WRITING, str(tmp_path)], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert not storage.exists("c/d.pdf")
    store_once("c/d.pdf", b"whole", storage=storage)
    assert (tmp_path / "c/d.pdf").read_bytes() == b"whole"


def test_name_that_leads_out_of_the_store_is_refused(storage, tmp_path):
    with pytest.raises(Exception, match="located outside"):
        store_once("../outside.pdf", b"x", storage=storage)
    assert not (tmp_path.parent / "outside.pdf").exists()


def test_other_storages_are_written_through_their_own_interface():
    storage = InMemoryStorage()
    for content in (b"bytes", b"others"):
        assert store_once("x.pdf", content, storage=storage) == "x.pdf"
    assert storage.open("x.pdf").read() == b"bytes"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents=st.lists(st.binary(max_size=64), min_size=1, max_size=4))
def test_whatever_comes_later_the_first_bytes_stay(storage, contents):
    name = uuid.uuid4()  # the folder is the same for all examples
    for content in contents:
        store_once(f"{name}.pdf", content, storage=storage)
    assert Path(storage.path(f"{name}.pdf")).read_bytes() == contents[0]
