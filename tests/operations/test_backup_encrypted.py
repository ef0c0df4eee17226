"""A backup that is found lets nobody in, and one that is encrypted says nothing to anybody without its key."""

import subprocess
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import LetterSecret
from credentialing.correspondence.services import send_letter
from credentialing.operations.backups.databases import NAMES, left_out, snapshot_database
from credentialing.operations.backups.making import make_backup
from credentialing.operations.backups.manifest import BackupRefused, Manifest
from credentialing.operations.backups.sealing import opened, recipients_of, seal_folder
from tests.factories import PersonFactory

WITH_A_LINK = {
    "template": "session_to_confirm",
    "to": "quill@example.org",
    "context": {"path": "/confirm/opensesame/", "sender": "Ada", "date": "March 3", "days": 90},
    "secret": "opensesame",
}


@pytest.fixture
def data(settings, tmp_path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    settings.LEDGER_CHECKPOINTS_DIR = str(settings.DATA_DIR / "checkpoints")
    settings.LEDGER_KEYS_DIR = settings.CERTIFICATES_KEYS_DIR = str(settings.DATA_DIR / "keys")
    return settings.DATA_DIR


def key_pair(file: Path) -> str:
    out = StringIO()
    call_command("backup_key", str(file), stdout=out)
    return out.getvalue().rpartition("CREDENTIALING_BACKUP_KEYS=")[2].strip()


@pytest.fixture
def key(tmp_path) -> tuple[Path, str]:
    file = tmp_path / "backups.key"
    return file, key_pair(file)


@pytest.fixture
def sealed(tmp_path, data, key) -> Path:
    """An encrypted file of a folder with two files."""
    folder = tmp_path / "plain"
    (folder / "evidence").mkdir(parents=True)
    (folder / "evidence" / "letter.pdf").write_bytes(b"about a real person" * 100_000)
    (folder / "manifest.json").write_bytes(b"{}")
    seal_folder(folder, tmp_path / "sealed.tar.age", recipients_of([key[1]]))
    return tmp_path / "sealed.tar.age"


def words_of(snapshot: Path) -> str:
    if connection.vendor == "sqlite":
        return snapshot.read_bytes().decode("latin-1")
    [tool] = {str(p) for p in Path("/usr/lib/postgresql").glob("*/bin/pg_restore")} or {"pg_restore"}
    return subprocess.run([tool, "--file=-", str(snapshot)], capture_output=True, text=True, check=True).stdout


@pytest.mark.django_db(transaction=True)
def test_backup_holds_nobodys_log_in_and_no_one_time_key(tmp_path):
    client, person = Client(), PersonFactory(name="Zebedee Quill")
    client.force_login(person)
    address = person.emailaddress_set.create(email="quill@example.org", verified=False)
    address.emailconfirmation_set.create(key="k" * 40)
    session = Session.objects.get().session_key
    letter = send_letter(**WITH_A_LINK)

    words = words_of(snapshot_database(tmp_path))

    assert "Zebedee Quill" in words
    assert session not in words
    assert "k" * 40 not in words
    assert "opensesame" not in words
    assert Session.objects.filter(session_key=session).exists()  # the service itself goes on
    assert "/confirm/opensesame/" in letter.words


@pytest.mark.django_db(transaction=True)
def test_letter_whose_link_was_left_out_is_given_up_in_words_and_never_sent_without(work_off, mailoutbox):
    letter = send_letter(**WITH_A_LINK)
    LetterSecret.objects.all().delete()  # as after a restore
    work_off()
    letter.refresh_from_db()
    assert mailoutbox == []
    assert "left out of a backup" in letter.last_error


def test_counters_of_a_cache_in_the_database_are_left_out(settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "attempts"},
        "other": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "memory"},
    }
    assert left_out() == ["django_session", "account_emailconfirmation", "correspondence_lettersecret", "attempts"]


def test_what_was_encrypted_comes_back_byte_by_byte(sealed, key, data):
    assert b"about a real person" not in sealed.read_bytes()
    assert sealed.stat().st_mode & 0o777 == 0o600
    with opened(sealed, key[0]) as folder:
        assert folder.parent == data
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / "evidence" / "letter.pdf").read_bytes() == b"about a real person" * 100_000
        assert {path.name for path in folder.rglob("*") if path.is_file()} == {"letter.pdf", "manifest.json"}
    assert list(data.iterdir()) == []


def test_any_of_several_keys_opens_it(tmp_path, data, key):
    other = tmp_path / "other.key"
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "manifest.json").write_bytes(b"{}")
    seal_folder(folder, tmp_path / "b.tar.age", recipients_of([key[1], key_pair(other)]))
    for file in (key[0], other):
        with opened(tmp_path / "b.tar.age", file) as back:
            assert (back / "manifest.json").read_bytes() == b"{}"


def test_without_its_key_nobody_opens_it(sealed, tmp_path, data):
    key_pair(tmp_path / "another.key")
    (tmp_path / "empty.key").write_text("# nothing\n")
    (tmp_path / "nonsense.key").write_text("AGE-SECRET-KEY-1X")
    for file, words in (
        (None, "name the file of its private key with --identity"),
        (tmp_path / "another.key", "can't be decrypted with this key"),
        (tmp_path / "empty.key", "holds no private key"),
        (tmp_path / "nonsense.key", "holds no private key"),
        (tmp_path / "missing.key", "holds no private key"),
    ):
        with pytest.raises(BackupRefused, match=words), opened(sealed, file):
            pass
    assert list(data.iterdir()) == []


@pytest.mark.parametrize("left", [10, 1000, 100_000])
def test_file_that_broke_off_is_refused_whole(sealed, key, data, left):
    sealed.write_bytes(sealed.read_bytes()[:-left])
    with pytest.raises(BackupRefused, match="damaged or broken off"), opened(sealed, key[0]):
        pass
    assert list(data.iterdir()) == []


def test_backup_that_is_not_there_is_named(tmp_path, data, key):
    with pytest.raises(BackupRefused, match="There is no backup"), opened(tmp_path / "x.tar.age", key[0]):
        pass


def test_packed_file_that_leads_outside_lays_nothing_there(tmp_path, data, key):
    import io
    import tarfile

    import pyrage

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("../outside.txt")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"bad"))
    sealed = tmp_path / "b.tar.age"
    sealed.write_bytes(pyrage.encrypt(packed.getvalue(), recipients_of([key[1]])))
    with pytest.raises(BackupRefused, match="damaged"), opened(sealed, key[0]):
        pass
    assert not list(tmp_path.rglob("outside.txt"))


def test_key_is_its_owners_alone_and_never_overwritten(tmp_path, key):
    assert key[0].stat().st_mode & 0o777 == 0o600
    assert key[1].startswith("age1")
    with pytest.raises(CommandError, match="never overwritten"):
        key_pair(key[0])


@pytest.mark.django_db(transaction=True)
def test_whoever_finds_the_folder_of_backups_finds_nothing_to_read(tmp_path, data, key, settings):
    settings.BACKUP_KEYS = [key[1]]
    out = StringIO()
    call_command("backup", str(tmp_path / "into"), stdout=out)
    [made] = (tmp_path / "into").iterdir()
    assert made.name.endswith(".tar.age")
    assert "without the private key nobody can read it" in out.getvalue()
    with opened(made, key[0]) as folder:
        assert NAMES[connection.vendor] in {one.path for one in Manifest.read(folder).files}
    event = AuditEvent.objects.get(event="operations:backup:made")
    assert event.details["encrypted"] is True
    assert not list(data.glob(".backup-*"))


@pytest.mark.django_db(transaction=True)
def test_readable_backup_says_that_it_is_one(tmp_path, data, key, settings):
    settings.BACKUP_KEYS = [key[1]]
    out = StringIO()
    call_command("backup", str(tmp_path / "into"), "--in-the-clear", stdout=out)
    assert "readable by whoever finds it" in out.getvalue()
    assert AuditEvent.objects.get(event="operations:backup:made").details["encrypted"] is False


@pytest.mark.django_db(transaction=True)
def test_wrong_public_key_is_refused_before_anything_is_copied(tmp_path, data):
    with pytest.raises(CommandError, match="is no public key for backups"):
        call_command("backup", str(tmp_path / "into"), "--encrypt-to", "age1nonsense")
    assert not (tmp_path / "into").exists()


@pytest.mark.django_db(transaction=True)
def test_encrypted_backups_are_kept_and_forgotten_as_others(tmp_path, data, key):
    into, now = tmp_path / "into", timezone.now()
    (into / ".unfinished-old.tar.age").parent.mkdir()
    (into / ".unfinished-old.tar.age").write_bytes(b"broken off")
    for days in range(3):
        make_backup(into, recipients=[key[1]], keep=2, now=now + timedelta(days=days))
    assert len(list(into.iterdir())) == 2


def test_settings_name_no_key_by_default():
    assert configured.BACKUP_KEYS == []
