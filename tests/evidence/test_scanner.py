"""Files are scanned where a scanner is configured; one that doesn't answer holds them back (ASVS 5.0, 5.4.3)."""

import socket

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from certificates.designs import CertificateSeal
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from credentialing.evidence import scanner as scanning
from credentialing.evidence.lifecycle import DESTROYED, HELD, STANDING
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.scanner import FileNotScanned, ScannerDown, TooLargeToScan, scan
from credentialing.evidence.services.cases import EvidenceRefused, FileRefused
from credentialing.evidence.services.files import restore_file, upload_file, withdraw_file
from credentialing.evidence.services.quarantine import quarantine_file
from credentialing.evidence.services.scanning import scan_what_waits
from limited import turns
from limited.turns import turn
from tests.evidence.acts import NOW, progress, recorded
from tests.evidence.clamd import EICAR, scanner
from tests.evidence.samples import pdf, picture
from tests.factories import PersonFactory
from workflows.effects import attempt
from workflows.errors import TransitionBlocked, TransitionError
from workflows.models import EffectRun

FILES = reverse("evidence:files", args=["recording_consent"])
CLEAN = pdf()
HARMFUL = pdf(lambda document: setattr(document.Root, "Note", EICAR.decode()), object_stream_mode=0)


def upload(walk, content=CLEAN, slug="recording_consent"):
    return upload_file(
        application=walk.application, requirement=slug, actor=walk.candidate, title="Signed agreement",
        original_name="agreement.pdf", content=content, now=NOW,
    )  # fmt: skip


def stored():
    from django.core.files.storage import storages

    return [name for folder in storages["evidence"].listdir("")[0] for name in storages["evidence"].listdir(folder)[1]]


@pytest.fixture(autouse=True)
def own_shelf(settings, tmp_path):
    evidence = {**settings.STORAGES["evidence"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence}


@pytest.fixture
def down(settings):
    """A scanner that is configured, and nobody answers there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.CLAMD = f"127.0.0.1:{free.getsockname()[1]}"


def test_scanner_is_given_every_byte_and_its_word_is_taken(settings):
    content = bytes(range(256)) * 1000
    with scanner(settings) as one:
        assert scan(content) == ""
        assert scan(content + EICAR) == "Eicar-Test-Signature"
    assert one.seen == [content, content + EICAR]


def test_without_a_scanner_nothing_is_asked():
    assert scan(EICAR) == ""


@pytest.mark.parametrize(("behaves", "error"), [("closes", ScannerDown), ("too large", TooLargeToScan)])
def test_scanner_that_breaks_off_gives_no_word(settings, behaves, error):
    with scanner(settings, behaves), pytest.raises(error):
        scan(b"x" * 10_000_000)


def test_scanner_that_hangs_is_waited_for_no_longer_than_it_may_be(settings, monkeypatch):
    monkeypatch.setattr(scanning, "SECONDS", 0.01)
    with scanner(settings, "hangs"), pytest.raises(ScannerDown, match="timed out"):
        scan(b"x")


@pytest.mark.parametrize("address", ["127.0.0.1:no", "unix:/nowhere/clamd.sock", "nonsense"])
def test_scanner_that_is_nowhere_gives_no_word(settings, address):
    settings.CLAMD = address
    with pytest.raises(ScannerDown):
        scan(b"x")


def test_clean_file_is_on_file_at_once(drafted, settings):
    with scanner(settings) as one:
        assert upload(drafted).state == STANDING
    assert one.seen == [CLEAN]


def test_harmful_file_is_refused_recorded_and_nowhere_kept(drafted, settings):
    with scanner(settings), pytest.raises(FileRefused, match="something harmful"):
        upload(drafted, HARMFUL)
    assert not EvidenceFile.objects.exists()
    assert stored() == []
    event = AuditEvent.objects.get(event="evidence:file:malware_refused")
    assert (event.actor, event.subject_id) == (drafted.candidate, drafted.application.uuid)
    assert event.details["found"] == "Eicar-Test-Signature"


def test_file_that_comes_while_the_scanner_is_down_is_held_and_counts_for_nothing(drafted, down):
    before = progress(drafted, "recording_consent").evidence_digest
    file = upload(drafted)
    assert file.state == HELD
    assert progress(drafted, "recording_consent").evidence_digest == before
    for reader in (drafted.candidate, *PersonFactory.create_batch(1, offices=["coordinator"])):
        assert not EvidenceFile.objects.visible_to(reader).exists()
    assert scan_what_waits(NOW) == 0
    assert EvidenceFile.objects.get().state == HELD


def test_held_file_counts_by_itself_as_soon_as_the_scanner_finds_nothing(drafted, down, settings):
    file = upload(drafted)
    before = progress(drafted, "recording_consent").evidence_digest
    with scanner(settings) as one:
        assert scan_what_waits(NOW) == 1
        assert scan_what_waits(NOW) == 0
    file.refresh_from_db()
    assert (file.state, one.seen) == (STANDING, [CLEAN])
    assert progress(drafted, "recording_consent").evidence_digest != before
    assert EvidenceFile.objects.visible_to(drafted.candidate).get() == file


def test_held_file_in_which_the_scanner_finds_something_is_destroyed_and_the_candidate_told(drafted, down, settings):
    file = upload(drafted, HARMFUL)
    with scanner(settings):
        assert scan_what_waits(NOW) == 1
    file.refresh_from_db()
    assert (file.state, file.title, file.ever_stood) == (DESTROYED, "", False)
    letter = Letter.objects.get(template="file_rejected")
    assert letter.recipient == drafted.candidate
    assert recorded(drafted.application)[-1] == "evidence:file:malware_refused"


def test_held_copy_of_what_was_taken_out_of_sight_goes_too(drafted, settings):
    with scanner(settings):
        standing = upload(drafted)
    settings.CLAMD = "127.0.0.1:1"
    held = upload(drafted, slug="supervision_agreement")
    quarantine_file(file=standing, actor=drafted.candidate, reason="Names a patient.", now=NOW)
    with scanner(settings):
        scan_what_waits(NOW)
    held.refresh_from_db()
    assert held.state == DESTROYED
    assert "taken out of sight" in Letter.objects.get(template="file_rejected").body


def test_held_file_takes_its_room_and_is_not_taken_twice(drafted, down, settings):
    upload(drafted)
    with pytest.raises(EvidenceRefused, match="already uploaded"):
        upload(drafted)
    settings.EVIDENCE_MAX_FILES_PER_CASE = 1
    with pytest.raises(EvidenceRefused, match="at most 1 files"):
        upload(drafted, pdf(pages=2))


def test_withdrawn_file_is_not_restored_beside_a_held_copy(drafted, settings):
    file = upload(drafted)
    withdraw_file(file=file, actor=drafted.candidate, now=NOW)
    settings.CLAMD = "127.0.0.1:1"
    upload(drafted)
    with pytest.raises(TransitionBlocked, match="already uploaded"):
        restore_file(file=file, actor=drafted.candidate)


def test_file_that_the_scanner_cannot_take_keeps_no_other_waiting(drafted, down, settings, monkeypatch):
    first, second = upload(drafted, pdf(pages=2)), upload(drafted)
    asked = scanning.scan

    def too_large_for_it(content):
        if content == pdf(pages=2):
            raise FileNotScanned
        return asked(content)

    monkeypatch.setattr("credentialing.evidence.services.scanning.scan", too_large_for_it)
    with scanner(settings):
        assert scan_what_waits(NOW) == 1
    assert [EvidenceFile.objects.get(pk=file.pk).state for file in (first, second)] == [HELD, STANDING]


def test_file_that_the_scanner_cannot_take_is_told_once_and_can_be_replaced(drafted, down, settings, as_):
    file = upload(drafted)
    with scanner(settings, "too large"):
        assert scan_what_waits(NOW) == scan_what_waits(NOW) == 0
        letter = Letter.objects.get(template="file_not_scanned")
        assert "too large" in letter.body
        page = as_(drafted.candidate).get(FILES)
        assert "upload a smaller one" in page.text

    again = as_(drafted.candidate).post(reverse("evidence:file-withdraw", args=[file.uuid]), follow=True)
    assert "taken back and gone" in again.text
    assert "before the virus scanner had seen it" in again.text
    file.refresh_from_db()
    assert (file.state, file.title, file.original_name, file.ever_stood) == (DESTROYED, "", "", False)
    assert attempt(EffectRun.objects.get(record__subject_id=file.uuid, effect="erase_bytes"))
    assert stored() == []
    settings.CLAMD = ""
    assert upload(drafted).state == STANDING  # the very same may come again


def test_file_that_waits_is_not_restored_past_the_scanner(drafted, down):
    file = upload(drafted)
    withdraw_file(file=file, actor=drafted.candidate, now=NOW)
    with pytest.raises(TransitionError):
        restore_file(file=file, actor=drafted.candidate)


def test_nobody_else_takes_back_what_waits(drafted, down, officers):
    file = upload(drafted)
    with pytest.raises(TransitionError):
        withdraw_file(file=file, actor=officers.coordinator, now=NOW)
    assert EvidenceFile.objects.get().state == HELD


def test_file_too_large_for_the_scanner_is_refused_at_once_with_what_to_do(drafted, settings):
    with scanner(settings, "too large"), pytest.raises(FileRefused, match="Upload a smaller one"):
        upload(drafted)
    assert stored() == []
    assert not EvidenceFile.objects.exists()


def test_pages_say_that_a_file_waits_and_give_no_link_to_it(drafted, down, as_):
    file = SimpleUploadedFile("agreement.pdf", CLEAN)
    page = as_(drafted.candidate).post(FILES, {"title": "Signed agreement", "file": file}, follow=True)
    assert "It waits for the virus scanner" in page.text
    assert "Waiting for the virus scanner" in page.text
    held = EvidenceFile.objects.get()
    address = reverse("evidence:file", args=[held.uuid])
    assert f'href="{address}"' not in page.text
    assert as_(drafted.candidate).get(address).status_code == 404
    about = as_(drafted.candidate).get(reverse("applications:requirement", args=["recording_consent"]))
    assert "waits for the virus scanner" in about.text


def test_reviewer_reads_that_a_file_waits_and_gets_no_link_to_it(submitted, down, as_):
    held = upload(submitted)
    page = as_(submitted.officers.coordinator).get(reverse("reviews:case", args=[submitted.application.uuid]))
    assert "waits for the virus scanner" in page.text
    assert reverse("evidence:file", args=[held.uuid]) not in page.text


def test_harmful_file_is_explained_at_the_field(drafted, settings, as_):
    with scanner(settings):
        sent = {"title": "My title", "file": SimpleUploadedFile("agreement.pdf", HARMFUL)}
        page = as_(drafted.candidate).post(FILES, sent)
    assert page.status_code == 422
    assert "something harmful" in page.text
    assert 'value="My title"' in page.text


def test_upload_that_finds_no_turn_is_asked_to_come_back_and_keeps_what_was_typed(drafted, as_, monkeypatch, settings):
    monkeypatch.setattr(turns, "PATIENCE", 0)
    settings.LIMITED_AT_ONCE = 1
    with turn("somebody else"):
        sent = {"title": "My title", "file": SimpleUploadedFile("agreement.pdf", CLEAN)}
        page = as_(drafted.candidate).post(FILES, sent)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert "again in a minute" in page.text
    assert 'value="My title"' in page.text


def seal(client, content):
    client.force_login(PersonFactory(offices=["administrator"]))
    return client.post("/operations/certificates/design/upload/", {"file": SimpleUploadedFile("seal.png", content)})


@pytest.mark.django_db
def test_seal_is_scanned_too_and_waits_for_the_scanner(client, settings):
    content = picture("PNG", size=(400, 400))
    with scanner(settings):
        assert "something harmful" in seal(client, content + EICAR).text
        assert AuditEvent.objects.filter(event="evidence:file:malware_refused", subject_kind="seal").exists()
    settings.CLAMD = "127.0.0.1:1"
    refused = seal(client, content)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    assert not CertificateSeal.objects.exists()
    with scanner(settings):
        assert seal(client, content).status_code == 302
