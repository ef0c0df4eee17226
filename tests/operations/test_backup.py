"""A backup is whole although others write, holds no private key unasked, and comes back onto an empty machine."""

import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from certificates import keys
from certificates.models import Certificate
from certificates.services import issue_certificate
from credentialing.audit.models import AuditEvent
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.services.files import restore_file, upload_file, withdraw_file
from credentialing.operations.backups import making
from credentialing.operations.backups.making import make_backup
from credentialing.operations.backups.manifest import BackupRefused
from credentialing.operations.demo.walk import CaseWalk
from tests.by_hand import write_by_hand
from tests.certificates.factories import awarded, prepared
from tests.certificates.softhsm import make_key
from tests.evidence.samples import pdf
from tests.factories import make_walk
from workflows.checkpoints import make_checkpoint
from workflows.models import LedgerRecord
from workflows.signing import verifier_key

pytestmark = pytest.mark.django_db(transaction=True)
STORES = ("evidence", "certificates")


@pytest.fixture(autouse=True)
def machine(settings, tmp_path) -> Path:
    """A machine with folders of its own."""
    here = tmp_path / "here"
    settings.LEDGER_CHECKPOINTS_DIR = str(here / "checkpoints")
    settings.LEDGER_KEYS_DIR = settings.CERTIFICATES_KEYS_DIR = str(here / "keys")
    settings.STORAGES = {
        **settings.STORAGES,
        **{name: {**settings.STORAGES[name], "OPTIONS": {"location": here / name}} for name in STORES},
    }
    return here


@pytest.fixture
def society() -> Certificate:
    """A draft with a file, an earlier holder with a certificate, and a signed checkpoint."""
    draft_with_a_file()
    certificate = issue_certificate(prepared(awarded(basis="import"), verify_base_url=settings.BASE_URL))
    make_checkpoint()
    return certificate


@pytest.fixture
def whole_society() -> Certificate:
    """A certified case with a file, its certificate, and a signed checkpoint."""
    draft_with_a_file().certify()
    certificate = issue_certificate(Certificate.objects.get())
    make_checkpoint()
    return certificate


def draft_with_a_file() -> CaseWalk:
    walk = make_walk().draft()
    upload_file(
        application=walk.application,
        requirement="recording_consent",
        actor=walk.candidate,
        title="Signed consent",
        original_name="consent.pdf",
        content=pdf(),
    )
    return walk


def backup(into: Path, *words: str) -> str:
    out = StringIO()
    call_command("backup", str(into), *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def elsewhere(tmp_path):
    """Another machine: its folders are empty, and so is its database."""
    there = tmp_path / "there"
    there.mkdir()
    environment = {
        **os.environ,
        "CREDENTIALING_DATA_DIR": str(there),
        "CREDENTIALING_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "credentialing.settings",
    }
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS elsewhere")
            cursor.execute("CREATE DATABASE elsewhere")
        environment["CREDENTIALING_DATABASE_URL"] = "postgres://credentialing@/elsewhere"
    else:
        environment.pop("CREDENTIALING_DATABASE_URL", None)

    def manage(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    yield manage
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE elsewhere")


def only(into: Path) -> Path:
    (made,) = into.iterdir()
    return made


def test_everything_comes_back_elsewhere_and_convinces_there(whole_society, machine, elsewhere, tmp_path):
    told = backup(tmp_path / "backups")
    assert "It holds no private key" in told
    made = only(tmp_path / "backups")

    back = elsewhere("restore", str(made))

    assert back.returncode == 0, back.stderr
    assert "Everything is as it was recorded." in back.stdout
    assert "ledger_key --rotate" in back.stdout
    there = tmp_path / "there"
    for store in STORES:
        files = {path.relative_to(machine / store): path.read_bytes() for path in (machine / store).rglob("*.*")}
        assert files
        assert {path.relative_to(there / store): path.read_bytes() for path in (there / store).rglob("*.*")} == files
    refused = elsewhere("ledger_key")
    assert refused.returncode == 1  # the private half stayed here; no new one is made in silence
    assert elsewhere("ledger_key", "--rotate").returncode == 0
    begun = elsewhere("certificate_keys", "--rotate", "badge")
    assert (begun.returncode, "document/key-1 missing" in begun.stdout) == (0, True), begun.stderr
    lost = elsewhere("certificate_keys", "--rotate", "document")
    assert (lost.returncode, "root/key-1.pem is missing" in lost.stderr) == (1, True)  # a new root is no small step
    begun = elsewhere("certificate_keys", "--rotate", "root")
    assert (begun.returncode, "document/key-2 in force" in begun.stdout) == (0, True), begun.stderr
    looked_at = elsewhere("check_certificates")
    assert (looked_at.returncode, "1 certificate" in looked_at.stdout) == (0, True), looked_at.stderr
    assert elsewhere("verify").returncode == 0


def test_private_keys_are_left_out_unless_asked_for(society, machine, tmp_path):
    keys.badge_keys()
    secrets = {path.read_bytes() for path in (machine / "keys").rglob("*.pem") if b"PRIVATE" in path.read_bytes()}
    assert len(secrets) == 4  # ledger, badges, root and leaf of documents

    backup(tmp_path / "usual")
    held = [path.read_bytes() for path in tmp_path.glob("usual/**/*") if path.is_file()]
    assert not any(b"PRIVATE KEY" in content for content in held)
    published = {path.relative_to(machine) for path in (machine / "keys").rglob("*.pub")}
    assert len(published) == 4
    assert {path.relative_to(only(tmp_path / "usual")) for path in tmp_path.glob("usual/*/keys/**/*.pub")} == published
    assert (only(tmp_path / "usual") / "keys/document/revoked-key-1.pem").exists()

    assert "can make certificates. Lock it away." in backup(tmp_path / "asked", "--with-private-keys")
    held = {path.read_bytes() for path in tmp_path.glob("asked/**/*") if path.is_file()}
    assert secrets <= held
    events = AuditEvent.objects.filter(event="operations:backup:made").order_by("pk")
    assert [event.details["with_keys"] for event in events] == [False, True]


def test_with_its_keys_the_service_goes_on_elsewhere(society, elsewhere, tmp_path):
    told = StringIO()
    call_command("backup_key", str(tmp_path / "backups.key"), stdout=told)
    public_key = told.getvalue().rpartition("=")[2].strip()
    backup(tmp_path / "backups", "--with-private-keys", "--encrypt-to", public_key)
    made = str(only(tmp_path / "backups"))
    assert "--identity" in elsewhere("restore", made).stderr
    back = elsewhere("restore", made, "--identity", str(tmp_path / "backups.key"))
    assert (back.returncode, "--rotate" in back.stdout) == (0, False), back.stderr
    assert str(verifier_key()) in elsewhere("ledger_key").stdout


def test_address_of_a_key_in_hardware_is_no_secret(token, society, tmp_path):
    make_key("backed up")
    keys.import_from_token(keys.TokenAddress(token="abs", object="backed up"))
    backup(tmp_path / "backups")
    (address,) = tmp_path.glob("backups/*/keys/document/leaf/key-2.pem")
    assert address.read_bytes().startswith(b"pkcs11:token=abs;object=backed%20up\n")


def test_what_lies_in_a_backup_is_its_owners_alone(society, tmp_path):
    backup(tmp_path / "backups")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("backups/**/*")}
    assert modes == {0o700, 0o600}


def test_copy_is_whole_although_others_write(society, elsewhere, tmp_path):
    writing, stop, trouble = threading.Event(), threading.Event(), []

    def write() -> None:
        try:
            walk = make_walk().draft()
            file = upload_file(
                application=walk.application,
                requirement="recording_consent",
                actor=walk.candidate,
                title="Another",
                original_name="another.pdf",
                content=pdf(),
            )
            while not stop.is_set():
                withdraw_file(file=file, actor=walk.candidate)
                restore_file(file=file, actor=walk.candidate)
                storages["evidence"].save("a-case/without-a-row.pdf", ContentFile(b"x"))
                writing.set()
        except Exception as failure:  # noqa: BLE001 - told by the test
            trouble.append(failure)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert writing.wait(60), trouble
        records = LedgerRecord.objects.of(EvidenceFile.objects.get(title="Another"))
        before = records.count()
        for number in range(30):
            make_backup(tmp_path / "backups", now=timezone.now() + timedelta(seconds=number))
            if number >= 2 and records.all().count() > before:
                break
    finally:
        stop.set()
        writer.join()

    assert not trouble
    assert records.all().count() > before
    last = max((tmp_path / "backups").iterdir())
    back = elsewhere("restore", str(last))
    assert back.returncode == 0, back.stderr
    assert not list(last.rglob("without-a-row*"))


def test_backup_that_was_killed_is_none_and_the_next_one_clears_it_away(society, machine, tmp_path):
    script = (
        "import sys, time, django; django.setup()\n"
        "from credentialing.operations.backups import making\n"
        "making.snapshot_database = lambda work: (print('copying', flush=True), time.sleep(60))\n"
        "making.make_backup(making.Path(sys.argv[1]))\n"
    )
    environment = {
        **os.environ,
        "CREDENTIALING_DATA_DIR": str(machine),
        "DJANGO_SETTINGS_MODULE": "credentialing.settings",
    }
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, check=True)
    command = [sys.executable, "-c", script, str(tmp_path / "backups")]
    maker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert maker.stdout.readline() == "copying\n"
    with pytest.raises(CommandError, match="Another backup is being made"):
        backup(tmp_path / "backups")
    maker.send_signal(signal.SIGKILL)
    maker.wait()
    maker.stdout.close()
    left = only(tmp_path / "backups")
    assert left.name.startswith(".unfinished-")
    assert not (left / "manifest.json").exists()

    backup(tmp_path / "backups")
    assert not only(tmp_path / "backups").name.startswith(".")


def test_full_disk_leaves_nothing_behind(society, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))  # no file may be longer than that now
    try:
        with pytest.raises(CommandError, match=r"could not be made|refused"):
            backup(tmp_path / "backups")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert list((tmp_path / "backups").iterdir()) == []
    assert not AuditEvent.objects.filter(event="operations:backup:made").exists()


def test_changed_and_lost_files_are_named_and_the_rest_is_kept(society, machine, tmp_path):
    evidence = EvidenceFile.objects.get()
    (machine / "evidence" / evidence.storage_name).write_bytes(b"other")
    (machine / "certificates" / society.storage_name).unlink()
    out = StringIO()
    with pytest.raises(CommandError, match="2 files are not what was stored"):
        call_command("backup", str(tmp_path / "backups"), stdout=out)
    assert f"evidence: {evidence.storage_name} holds other bytes" in out.getvalue()
    assert f"certificates: {society.storage_name} is gone" in out.getvalue()
    assert (only(tmp_path / "backups") / "manifest.json").exists()


def test_file_that_is_destroyed_meanwhile_lets_the_database_be_copied_again(society, tmp_path, monkeypatch):
    snapshot, copies = making.snapshot_database, []

    def destroying(work: Path) -> Path:
        if not copies:
            write_by_hand(EvidenceFile.objects.get(), state="destroyed")
        copies.append(work)
        return snapshot(work)

    monkeypatch.setattr(making, "snapshot_database", destroying)
    made = make_backup(tmp_path / "backups")
    assert (len(copies), made.faults) == (2, ())

    restless = iter(range(100))
    monkeypatch.setattr(making, "_wanted", lambda store: {str(next(restless)): ""})
    with pytest.raises(BackupRefused, match="again and again"):
        make_backup(tmp_path / "backups", now=timezone.now() + timedelta(minutes=1))


def test_older_backups_go_only_when_asked_and_nothing_else_goes(society, tmp_path):
    into, now = tmp_path / "backups", timezone.now()
    for days in range(4):
        make_backup(into, now=now + timedelta(days=days))
    (into / "notes").mkdir()
    (into / "notes" / "manifest.json").write_text("{}")
    make_backup(into, keep=2, now=now + timedelta(days=4))
    days = sorted(path.name[:10] for path in into.iterdir() if path.name != "notes")
    assert days == [f"{now + timedelta(days=count):%F}" for count in (3, 4)]
    assert (into / "notes").exists()
    with pytest.raises(CommandError, match="can't be negative"):
        backup(into, "--keep", "-1")


def test_two_backups_of_one_second_are_one(society, tmp_path):
    now = timezone.now()
    make_backup(tmp_path / "backups", now=now)
    with pytest.raises(BackupRefused, match="has just been made"):
        make_backup(tmp_path / "backups", now=now)


def test_restore_that_broke_off_is_started_again(society, elsewhere, tmp_path):
    backup(tmp_path / "backups")
    made, there = only(tmp_path / "backups"), tmp_path / "there"
    shutil.copytree(made / "evidence", there / "evidence")
    (there / "checkpoints").mkdir()
    first = min((made / "checkpoints").iterdir())
    shutil.copy(first, there / "checkpoints" / first.name)
    back = elsewhere("restore", str(made))
    assert back.returncode == 0, back.stderr

    again = elsewhere("restore", str(made))
    assert (again.returncode, "is not empty" in again.stderr) == (1, True)


@pytest.mark.parametrize("place", ["evidence", "checkpoints"])
def test_restore_overwrites_nothing_of_somebody_elses(society, elsewhere, tmp_path, place):
    backup(tmp_path / "backups")
    made = only(tmp_path / "backups")
    taken = next(path for path in (made / place).rglob("*") if path.is_file())
    other = tmp_path / "there" / taken.relative_to(made)
    other.parent.mkdir(parents=True)
    other.write_bytes(b"somebody else's")
    back = elsewhere("restore", str(made))
    assert (back.returncode, "already" in back.stderr) == (1, True)
    assert other.read_bytes() == b"somebody else's"


def spoiled(folder: Path, how: str) -> None:
    manifest = folder / "manifest.json"
    held = json.loads(manifest.read_bytes())
    database = next(path for path in folder.glob("database.*"))
    match how:
        case "changed":
            database.write_bytes(database.read_bytes()[:-1] + b"x")
        case "lost":
            database.unlink()
        case "unfinished":
            manifest.unlink()
        case "garbage":
            manifest.write_text("[]")
        case "newer":
            manifest.write_text(json.dumps(held | {"format": 3}))
        case "newer steps":
            manifest.write_text(json.dumps(held | {"program": "9.1", "migrations": ["accounts.0999_of_tomorrow"]}))
        case "outside":
            manifest.write_text(json.dumps(held | {"files": [{"path": "../x", "bytes": 0, "sha256": ""}]}))
        case "other kind":
            manifest.write_text(json.dumps(held | {"vendor": "oracle"}))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("changed", "is damaged: database."),
        ("lost", "is not whole: database."),
        ("unfinished", "is no backup, or was never finished"),
        ("garbage", "can't be read"),
        ("newer", "made by a newer version"),
        ("newer steps", "a newer version of this service (9.1); accounts.0999_of_tomorrow is not known here"),
        ("outside", "names a file outside of it: ../x"),
        ("other kind", "The backup is one of oracle"),
    ],
)
def test_backup_that_is_not_whole_or_does_not_fit_is_refused_before_anything_is_written(tmp_path, how, words):
    backup(tmp_path / "backups")
    made = only(tmp_path / "backups")
    spoiled(made, how)
    with pytest.raises(CommandError) as refusal:
        call_command("restore", str(made))
    assert words in str(refusal.value)


def test_backup_shows_nothing_of_a_password(society, tmp_path, monkeypatch):
    """PostgreSQL's tool gets it by its environment, where other users of the machine can't read it."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no password")
    seen = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda words, **more: (seen.append(words), run(words, **more))[1])
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "s3cret")
    backup(tmp_path / "backups")
    assert seen
    assert "s3cret" not in str(seen)
