"""Files: stored once under a server-made key, never changed; a refused one leaves nothing behind."""

import hashlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import storages

from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.files import restore_file, upload_file, withdraw_file
from tests.evidence.acts import NOW, progress, recorded
from tests.evidence.samples import exif, pdf, picture
from tests.factories import PersonFactory
from workflows.errors import NoSuchTransition, NotPermitted, TransitionBlocked
from workflows.models import LedgerRecord

SCAN = pdf()


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    """An empty store, and what lies in it."""
    evidence = {**settings.STORAGES["evidence"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence}
    return lambda: [path for path in tmp_path.rglob("*") if path.is_file()]


def upload(walk, *, actor=None, content=SCAN, name="agreement.pdf", title="Signed agreement", slug="recording_consent"):
    return upload_file(
        application=walk.application,
        requirement=slug,
        actor=actor or walk.candidate,
        title=title,
        original_name=name,
        content=content,
        now=NOW,
    )


def test_file_is_stored_under_a_key_that_tells_nothing(drafted, shelf):
    file = upload(drafted)

    assert file.read() == SCAN
    assert file.sha256 == hashlib.sha256(SCAN).hexdigest()
    assert (file.size, file.media_type, file.title) == (len(SCAN), "application/pdf", "Signed agreement")
    assert file.storage_name == f"{drafted.application.uuid}/{file.uuid}.pdf"
    assert len(shelf()) == 1
    assert recorded(drafted.application)[-1] == "evidence:file:uploaded"


def test_picture_is_stored_without_its_metadata_and_its_digest_is_of_what_is_stored(drafted):
    taken = picture("JPEG", exif=exif())

    file = upload(drafted, content=taken, name="scan.jpeg")

    assert b"A telling phone" not in file.read()
    assert file.sha256 == hashlib.sha256(file.read()).hexdigest()
    assert file.storage_name.endswith(".jpg")


def test_file_changes_what_a_sign_off_is_pinned_to(drafted):
    before = progress(drafted, "recording_consent").evidence_digest

    file = upload(drafted)
    assert progress(drafted, "recording_consent").evidence_digest != before

    withdraw_file(file=file, actor=drafted.candidate, now=NOW)
    assert progress(drafted, "recording_consent").evidence_digest == before


def test_nobody_uploads_for_somebody_else(supervised, shelf):
    for other in (supervised.supervisor, supervised.officers.coordinator, PersonFactory()):
        with pytest.raises(PermissionError, match="Only the candidate"):
            upload(supervised, actor=other)
    assert shelf() == []


def test_requirement_that_asks_for_no_file_takes_none(drafted, shelf):
    with pytest.raises(EvidenceRefused, match="No file is asked for"):
        upload(drafted, slug="two_years")
    assert shelf() == []


def test_refused_content_leaves_nothing_behind(drafted, shelf):
    with pytest.raises(EvidenceRefused, match="empty"):
        upload(drafted, content=b"")

    assert shelf() == []
    assert not EvidenceFile.objects.exists()


def test_same_file_twice_for_one_requirement_leaves_one(drafted, shelf):
    upload(drafted)

    with pytest.raises(EvidenceRefused, match="already uploaded"):
        upload(drafted, title="Again")

    assert len(shelf()) == 1
    assert upload(drafted, slug="supervision_agreement").pk


def test_withdrawn_file_may_be_uploaded_again(drafted, shelf):
    withdraw_file(file=upload(drafted), actor=drafted.candidate, now=NOW)

    upload(drafted)

    assert len(shelf()) == 2
    assert EvidenceFile.objects.standing().count() == 1


def test_case_holds_so_many_files_and_no_more(drafted, shelf, settings):
    settings.EVIDENCE_MAX_FILES_PER_CASE = 1
    first = upload(drafted)

    with pytest.raises(EvidenceRefused, match="at most 1 files"):
        upload(drafted, content=pdf(pages=2))
    assert len(shelf()) == 1

    withdraw_file(file=first, actor=drafted.candidate, now=NOW)
    assert upload(drafted, content=pdf(pages=2)).pk


def test_file_without_a_title_leaves_nothing_behind(drafted, shelf):
    with pytest.raises(ValidationError):
        upload(drafted, title="")

    assert shelf() == []
    assert not EvidenceFile.objects.exists()


def test_closed_case_takes_and_gives_back_no_file(drafted, shelf):
    file = upload(drafted)
    change_lifecycle(application=drafted.application, name="withdraw", actor=drafted.candidate, now=NOW)

    with pytest.raises(EvidenceRefused, match="closed"):
        upload(drafted, content=pdf(pages=2))
    with pytest.raises(TransitionBlocked, match="closed"):
        withdraw_file(file=file, actor=drafted.candidate)
    assert len(shelf()) == 1


def test_long_name_keeps_its_end(drafted):
    file = upload(drafted, name="a" * 300 + ".pdf")

    assert len(file.original_name) == 255
    assert file.original_name.endswith("a.pdf")


def test_withdrawn_file_is_kept_and_counts_no_more(drafted):
    file = withdraw_file(file=upload(drafted), actor=drafted.candidate, now=NOW)

    assert (file.state, file.state_since) == ("withdrawn", NOW)
    assert file.read() == SCAN
    assert storages["evidence"].exists(file.storage_name)
    assert not EvidenceFile.objects.standing().exists()
    assert LedgerRecord.objects.of(file).get().transition == "withdraw"
    with pytest.raises(NoSuchTransition, match="Withdrawn"):
        withdraw_file(file=file, actor=drafted.candidate)


def test_nobody_withdraws_somebody_else_s_file(supervised):
    file = upload(supervised)

    for other in (supervised.supervisor, supervised.officers.coordinator, PersonFactory()):
        with pytest.raises(NotPermitted):
            withdraw_file(file=file, actor=other)
    assert EvidenceFile.objects.standing().get() == file


def test_withdrawal_is_taken_back(drafted):
    file = upload(drafted)
    before = progress(drafted, "recording_consent").evidence_digest
    withdraw_file(file=file, actor=drafted.candidate, now=NOW)

    restore_file(file=file, actor=drafted.candidate, now=NOW)

    assert EvidenceFile.objects.standing().get() == file
    assert progress(drafted, "recording_consent").evidence_digest == before


def test_restored_file_must_find_room_and_no_copy_of_itself(drafted, settings):
    file = withdraw_file(file=upload(drafted), actor=drafted.candidate, now=NOW)
    copy = upload(drafted)
    with pytest.raises(TransitionBlocked, match="already uploaded this file"):
        restore_file(file=file, actor=drafted.candidate)

    withdraw_file(file=copy, actor=drafted.candidate, now=NOW)
    settings.EVIDENCE_MAX_FILES_PER_CASE = 1
    upload(drafted, content=pdf(pages=2))
    with pytest.raises(TransitionBlocked, match="at most 1 files"):
        restore_file(file=file, actor=drafted.candidate)

    settings.EVIDENCE_MAX_FILES_PER_CASE = 2
    restore_file(file=file, actor=drafted.candidate)
    assert EvidenceFile.objects.standing().count() == 2


def test_closed_case_gives_no_file_back_its_place(drafted):
    file = withdraw_file(file=upload(drafted), actor=drafted.candidate, now=NOW)
    change_lifecycle(application=drafted.application, name="withdraw", actor=drafted.candidate, now=NOW)

    with pytest.raises(TransitionBlocked, match="closed"):
        restore_file(file=file, actor=drafted.candidate)
