"""Every row has its file and every file its row after `sweep`; nothing is removed that anybody may need."""

import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, storages
from django.core.management import CommandError, call_command
from django.utils import timezone

from certificates import issuing
from certificates.models import Certificate
from certificates.services import issue_certificate
from certificates.storage import store_once
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.services.files import withdraw_file
from credentialing.operations import sweeping
from tests.by_hand import write_by_hand
from tests.certificates.factories import prepared
from tests.evidence.samples import pdf
from tests.factories import make_walk

pytestmark = pytest.mark.django_db
OLD = 2 * 60 * 60


@pytest.fixture(autouse=True)
def shelves(settings, tmp_path) -> dict[str, Path]:
    """Empty stores."""
    settings.LEDGER_CHECKPOINTS_DIR = str(tmp_path / "checkpoints")
    settings.STORAGES = {
        **settings.STORAGES,
        **{
            name: {**settings.STORAGES[name], "OPTIONS": {"location": tmp_path / name}}
            for name in ("evidence", "certificates")
        },
    }
    return {name: tmp_path / name for name in ("evidence", "certificates")}


@pytest.fixture
def issued(monkeypatch) -> Certificate:
    monkeypatch.setattr(issuing, "document_of", lambda certificate: b"%PDF-1.7")
    return issue_certificate(prepared())


def sweep(*arguments: str) -> str:
    out = StringIO()
    call_command("sweep", *arguments, stdout=out)
    return out.getvalue()


def left_lying(shelves, name: str, *, store: str = "evidence", age: int = OLD) -> Path:
    """A file that no row knows."""
    path = shelves[store] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"left")
    then = timezone.now().timestamp() - age
    os.utime(path, (then, then))
    return path


def test_stores_that_have_never_been_used_are_clean():
    assert sweep("--delete") == "0 files without a row, 0 rows without their file.\n"


def test_file_without_a_row_is_named_and_kept_until_somebody_asks_for_its_removal(shelves, issued):
    path = left_lying(shelves, "a-case/scan.pdf")
    assert "evidence: a-case/scan.pdf has no row: would be removed by --delete\n1 files" in sweep()
    assert path.exists()
    assert "scan.pdf has no row: removed" in sweep("--delete")
    assert not path.exists()
    assert issued.read() == b"%PDF-1.7"


def test_file_stored_just_now_may_yet_get_its_row(shelves):
    path = left_lying(shelves, "a-case/scan.pdf", age=59 * 60)
    assert "kept, it was stored just now" in sweep("--delete")
    assert "removed" in sweep("--delete", "--older-than", "58")
    assert not path.exists()
    with pytest.raises(CommandError, match="negative"):
        sweep("--older-than", "-1")


def test_what_was_being_written_when_a_process_died_is_removed(shelves, monkeypatch):
    certificate = prepared()
    left_lying(shelves, f"{certificate.uuid}/.writing-abc", store="certificates")
    assert ".writing-abc has no row: removed" in sweep("--delete")


def test_checkpoint_that_was_being_written_when_a_process_died_is_removed_and_whole_ones_never(settings, tmp_path):
    settings.LEDGER_CHECKPOINTS_DIR = str(tmp_path)
    for name in (".writing-abc", "000000000007-0123456789abcdef.txt", "notes"):
        (tmp_path / name).write_text("a checkpoint")
        os.utime(tmp_path / name, (0, 0))
    assert "checkpoints: .writing-abc has no row: removed\n1 files" in sweep("--delete")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000000000007-0123456789abcdef.txt", "notes"]


def test_drawing_stays_while_its_certificate_is_being_issued(shelves, monkeypatch):
    """A worker that finds the same drawing in the store doesn't store it again, and is about to choose it."""
    certificate = prepared()
    path = left_lying(shelves, f"{certificate.uuid}/left.pdf", store="certificates")
    assert "left.pdf has no row: kept, its certificate is being issued" in sweep("--delete")
    monkeypatch.setattr(issuing, "document_of", lambda certificate: b"%PDF-1.7")
    issue_certificate(certificate)
    assert not path.exists()  # taken away by whoever issued
    path = left_lying(shelves, f"{certificate.uuid}/left.pdf", store="certificates")
    assert "left.pdf has no row: removed" in sweep("--delete")
    assert not path.exists()


def test_row_without_its_file_is_named_and_makes_the_command_fail(shelves, issued, capsys):
    walk = make_walk().draft()
    file = EvidenceFile.objects.create(
        application=walk.application, requirement="recording_consent", title="Scan", original_name="a.pdf",
        media_type="application/pdf", size=4, sha256="0" * 64, storage_name="case/gone.pdf", uploaded_by=walk.candidate,
    )  # fmt: skip
    (shelves["certificates"] / issued.storage_name).unlink()
    out = StringIO()
    with pytest.raises(CommandError, match="2 rows without their file: bring the files back") as failed:
        call_command("sweep", "--delete", stdout=out)
    assert failed.value.returncode == 1
    assert f"evidence: case/gone.pdf is gone, but evidence file {file.uuid} needs it" in out.getvalue()
    assert f"certificates: {issued.storage_name} is gone, but certificate {issued.uuid} needs it" in out.getvalue()
    assert EvidenceFile.objects.filter(pk=file.pk).exists()


def test_withdrawn_evidence_and_superseded_certificates_keep_their_files(shelves, issued):
    write_by_hand(issued, status=Certificate.Status.SUPERSEDED)
    walk = make_walk().draft()
    name = store_once("case/old.pdf", pdf(), storage=storages["evidence"])
    file = EvidenceFile.objects.create(
        application=walk.application, requirement="recording_consent", title="Scan", original_name="a.pdf",
        media_type="application/pdf", size=4, sha256="0" * 64, storage_name=name, uploaded_by=walk.candidate,
    )  # fmt: skip
    withdraw_file(file=file, actor=walk.candidate)
    assert sweep("--delete", "--older-than", "0") == "0 files without a row, 0 rows without their file.\n"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nevidence: b is gone", "'a\\nevidence: b is gone'"),
        ("\x1b[2Jcleared", "'\\x1b[2Jcleared'"),
        (os.fsdecode(b"not\xff text"), "'not\\udcff text'"),
        ("-rf *", "-rf *"),
        ("%s{x}'; DROP TABLE--", "%s{x}'; DROP TABLE--"),
        ("..pdf", "..pdf"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe", "'\\u202efdp.exe'"),
    ],
)
def test_hostile_names_are_shown_on_one_line_and_removed(shelves, name, shown):
    path = left_lying(shelves, f"case/{name}")
    said = sweep("--delete")
    assert len(said.splitlines()) == 2
    assert shown.strip("'") in said
    assert not path.exists()


def test_links_are_never_followed(shelves, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "diary.txt").write_text("not ours")
    os.utime(outside / "diary.txt", (0, 0))
    shelves["evidence"].mkdir()
    (shelves["evidence"] / "folder").symlink_to(outside)
    (shelves["evidence"] / "loop").symlink_to(shelves["evidence"])
    (shelves["evidence"] / "file").symlink_to(outside / "diary.txt")
    (shelves["evidence"] / "broken").symlink_to(tmp_path / "nowhere")
    said = sweep("--delete", "--older-than", "0")
    assert said.count("kept, it is a link") == 4
    assert "diary.txt" not in said
    assert (outside / "diary.txt").exists()


def test_file_that_goes_away_meanwhile_is_no_matter(shelves, monkeypatch):
    path = left_lying(shelves, "case/refused.pdf")
    walk = sweeping._files

    def walk_slowly(storage):
        yield from walk(storage)
        path.unlink(missing_ok=True)

    monkeypatch.setattr(sweeping, "_files", walk_slowly)
    assert "0 files without a row" in sweep("--delete")


def test_folder_that_goes_away_meanwhile_is_no_matter(shelves):
    paths = [left_lying(shelves, f"case{number}/a.pdf") for number in range(2)]
    names = sweeping._files(storages["evidence"])
    found = [next(names)]
    for path in paths:
        path.unlink()
        path.parent.rmdir()
    assert len([*found, *names]) == 1


def test_store_that_refuses_is_told_in_words(shelves, monkeypatch):
    left_lying(shelves, "case/a.pdf")

    def refuse(name):
        raise PermissionError(13, "Permission denied", name)

    monkeypatch.setattr(storages["evidence"], "delete", refuse)
    with pytest.raises(CommandError, match="can't be read or changed"):
        sweep("--delete")


def test_buckets_are_swept_through_the_same_door(settings):
    """A store that is no folder: only what Django's storage API offers."""
    settings.STORAGES = {
        **settings.STORAGES, "evidence": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }  # fmt: skip
    store = storages["evidence"]
    assert isinstance(store, InMemoryStorage)
    store.save("case/deep/er/a.pdf", ContentFile(b"left"))
    assert "case/deep/er/a.pdf has no row: kept" in sweep("--delete")
    assert "case/deep/er/a.pdf has no row: removed" in sweep("--delete", "--older-than", "0")
    assert not store.exists("case/deep/er/a.pdf")


def test_many_files_are_looked_up_in_batches(shelves, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(sweeping, "AT_ONCE", 10)
    for number in range(25):
        left_lying(shelves, f"case{number % 3}/{number}.pdf")
    with django_assert_max_num_queries(10):
        assert "25 files without a row" in sweep("--delete")
