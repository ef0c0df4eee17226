"""What must be true before the service starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from credentialing import starting

ROOT = Path(__file__).resolve().parents[2]
STRONG = "kY3-" + "abcdefghij0123456789" * 4
PRODUCTION = {
    "CREDENTIALING_BASE_URL": "https://credentials.example.org",
    "CREDENTIALING_ALLOWED_HOSTS": "credentials.example.org",
    "CREDENTIALING_SECRET_KEY": STRONG,
}


def started(tmp_path: Path, code: str = "import credentialing.settings", **environment: str) -> tuple[int, str]:
    keep = {name: value for name, value in os.environ.items() if not name.startswith("CREDENTIALING_")}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False,
        env=keep | {"CREDENTIALING_DATA_DIR": str(tmp_path / "data")} | environment,
    )  # fmt: skip
    return run.returncode, run.stderr


def test_service_starts_with_a_strong_secret_and_makes_its_data_private(tmp_path):
    assert started(tmp_path, **PRODUCTION) == (0, "")
    data = tmp_path / "data"
    assert data.stat().st_mode & 0o777 == 0o700
    assert (data / "db.sqlite3").stat().st_mode & 0o777 == 0o600


def test_service_with_a_guessable_secret_does_not_start(tmp_path):
    status, words = started(tmp_path, **PRODUCTION | {"CREDENTIALING_SECRET_KEY": "changeme"})
    assert status != 0
    assert "CREDENTIALING_SECRET_KEY_FALLBACKS" in words
    assert "changeme" not in words


def test_demo_at_a_public_address_does_not_start(tmp_path):
    for changed in (
        {"CREDENTIALING_BASE_URL": "https://demo.example.org"},
        {"CREDENTIALING_BASE_URL": "http://192.168.1.7:8000"},
        {"CREDENTIALING_ALLOWED_HOSTS": "127.0.0.1,demo.example.org"},
    ):
        status, words = started(tmp_path, CREDENTIALING_DEMO="1", **changed)
        assert status != 0, changed
        assert "for this machine alone" in words


def test_demo_does_not_listen_where_others_reach_it(tmp_path):
    serve = """
import socket
from credentialing.starting import refuse_open_sockets
one = socket.socket()
one.bind(("{}", 0))
one.listen()
refuse_open_sockets()
"""
    assert started(tmp_path, serve.format("127.0.0.1"))[0] == 0
    status, words = started(tmp_path, serve.format("0.0.0.0"))  # noqa: S104 - this is the fault
    assert status != 0
    assert "it can't listen on 0.0.0.0" in words


@pytest.mark.parametrize("secret", ["", "short", "a" * 80, "django-insecure-" + STRONG])
def test_weak_secret_is_refused_in_words(secret):
    with pytest.raises(ImproperlyConfigured, match="CREDENTIALING_SECRET_KEY"):
        starting.strong_secret(secret)


def test_folder_and_database_that_somebody_else_opened_are_closed(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    database = folder / "db.sqlite3"
    for file in (database, folder / "db.sqlite3-wal"):
        file.touch()
        file.chmod(0o644)
    starting.private_folder(folder)
    starting.private_database(str(database))
    assert [p.stat().st_mode & 0o777 for p in (folder, database, folder / "db.sqlite3-wal")] == [0o700, 0o600, 0o600]


def test_data_of_another_user_that_others_can_read_are_refused(tmp_path, monkeypatch):
    def refused(*_: object) -> None:
        raise PermissionError

    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    monkeypatch.setattr(Path, "chmod", refused)
    with pytest.raises(ImproperlyConfigured, match="chmod go="):
        starting.private_folder(folder)


def test_database_in_memory_needs_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (":memory:", "file:memorydb?mode=memory"):
        starting.private_database(name)
    starting.private_database("nowhere/db.sqlite3")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "demo.localhost", "[::1]", "::ffff:127.0.0.1"])
def test_this_machine_is_known_by_its_names(host):
    assert starting.is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "*", "10.0.0.1", "example.org", "127.0.0.1.example.org"])  # noqa: S104
def test_other_machines_are_not(host):
    assert not starting.is_loopback(host)


@pytest.fixture
def demo(settings):
    settings.MIDDLEWARE = ["credentialing.operations.demo.access.OnlyThisMachine", *settings.MIDDLEWARE]
    return Client()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("", {}, 200),  # a socket in the file system
        ("", {"X-Forwarded-For": "203.0.113.9"}, 403),
        ("::1", {"X-Forwarded-For": "127.0.0.1"}, 200),
        ("192.168.1.20", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1, 203.0.113.9"}, 403),
        ("127.0.0.1", {"X-Real-IP": "203.0.113.9"}, 403),
    ],
)
def test_demo_answers_this_machine_alone(demo, address, headers, status):
    assert demo.get("/", REMOTE_ADDR=address, headers=headers).status_code == status
