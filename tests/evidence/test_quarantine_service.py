"""Quarantine: out of sight at once, told in humane words, ended by somebody else; what is destroyed is gone."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.utils import timezone

from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.requirements.files import file_references
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.files import restore_file, withdraw_file
from credentialing.evidence.services.quarantine import destroy_file, keepers_of, quarantine_file, release_file
from credentialing.evidence.storage import store_new
from credentialing.operations.sweeping import STORES, missing, orphans
from tests.evidence.acts import NOW, letters, progress, upload
from tests.evidence.samples import pdf
from tests.factories import PersonFactory
from tests.workflows.test_exporters_ocel import faults_of as faults_of_ocel
from tests.workflows.test_exporters_text import parsed
from tests.workflows.test_exporters_xes import faults_of as faults_of_xes
from workflows.effects import attempt
from workflows.models import EffectRun, LedgerRecord
from workflows.verification import examine

REASON = "Names Mrs. Smith on page 2."


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    """An empty store, and what lies in it."""
    settings.LEDGER_CHECKPOINTS_DIR = str(tmp_path / "checkpoints")
    evidence = {**settings.STORAGES["evidence"], "OPTIONS": {"location": tmp_path / "evidence"}}
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence}
    return lambda: [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()]


def hide(walk, file, actor=None):
    return quarantine_file(file=file, actor=actor or walk.supervisor, reason=REASON, now=NOW)


def erase(file) -> bool:
    return attempt(EffectRun.objects.get(record__subject_id=file.uuid, effect="erase_bytes"))


def test_file_in_quarantine_is_read_by_those_alone_who_deal_with_it(running):
    officers, file = running.officers, upload(running)
    reporter = PersonFactory(offices=["reviewer"])
    assert EvidenceFile.objects.visible_to(running.candidate).get() == file
    hide(running, file, reporter)

    for keeper in (officers.coordinator, officers.chair):
        assert EvidenceFile.objects.visible_to(keeper).get() == file
    for other in (running.candidate, running.supervisor, reporter, officers.council[0], PersonFactory()):
        assert not EvidenceFile.objects.visible_to(other).exists()
        assert not EvidenceFile.objects.awaiting(other).exists()


def test_file_in_quarantine_counts_no_more_until_it_is_released(running):
    before = progress(running, "recording_consent").evidence_digest
    file = upload(running)
    with_it = progress(running, "recording_consent").evidence_digest
    hide(running, file)
    assert file_references(running.application, timezone.localdate()) == {}
    assert progress(running, "recording_consent").evidence_digest == before

    release_file(file=file, actor=running.officers.coordinator, reason="A form without names.", now=NOW)
    assert file_references(running.application, timezone.localdate())["recording_consent"][0].sha256 == file.sha256
    assert progress(running, "recording_consent").evidence_digest == with_it


def test_candidate_is_told_what_happened_and_what_to_do_and_nothing_of_the_content(running):
    file = upload(running)
    hide(running, file)
    destroyed = upload(running, content=pdf(pages=2))
    hide(running, destroyed)
    release_file(file=file, actor=running.officers.coordinator, reason=REASON, now=NOW)
    destroy_file(file=destroyed, actor=running.officers.coordinator, reason=REASON, now=NOW)

    told = letters(running.candidate.email)[-4:]
    assert [letter.template for letter in told] == [
        "file_quarantined", "file_quarantined", "file_released", "file_destroyed",
    ]  # fmt: skip
    assert "upload a file from which everything confidential is removed" in told[0].body
    assert "no judgment about you" in told[0].body
    assert "It counts again" in told[2].body
    assert "has been destroyed" in told[3].body
    for letter in told:
        assert "/my/files/recording_consent/" in letter.body
        assert "March 20, 2024" in letter.body
        assert "Smith" not in letter.body + letter.subject + str(letter.context)


def test_those_who_deal_with_it_are_told_where_and_who_reported_it_is_not(running):
    officers = running.officers
    file = upload(running)
    hide(running, file, officers.coordinator)

    assert letters(officers.chair.email)[-1].template == "quarantine_to_end"
    assert f"/reviews/files/{file.uuid}/" in letters(officers.chair.email)[-1].body
    assert "quarantine_to_end" not in {letter.template for letter in letters(officers.coordinator.email)}
    assert "Smith" not in letters(officers.chair.email)[-1].body


def test_candidate_who_reports_a_breach_of_their_own_gets_no_letter_and_the_officers_do(running):
    before = len(letters(running.candidate.email))
    hide(running, upload(running), running.candidate)

    assert len(letters(running.candidate.email)) == before
    assert letters(running.officers.coordinator.email)[-1].template == "quarantine_to_end"


def test_officers_tied_to_the_candidate_don_t_deal_with_the_file(running):
    file = upload(running)
    hide(running, file)
    both = PersonFactory(offices=["coordinator", "ccc_chair"])
    running.supervisor.terms.create(role="coordinator", starts_on=NOW.date())
    keepers = keepers_of(file, NOW)
    assert sorted(person.pk for person in keepers) == sorted(
        person.pk for person in (running.officers.chair, both, running.officers.coordinator)
    )


def test_every_copy_of_the_same_bytes_in_the_case_shares_its_fate(running):
    withdrawn = withdraw_file(file=upload(running), actor=running.candidate, now=NOW)
    standing, elsewhere = upload(running), upload(running, slug="supervision_agreement")
    other = upload(running, content=pdf(pages=2))
    hide(running, elsewhere)

    assert set(EvidenceFile.objects.standing()) == {other}
    release_file(file=withdrawn, actor=running.officers.chair, reason="Nothing is wrong.", now=NOW)
    assert set(EvidenceFile.objects.standing()) == {standing, elsewhere, other}
    withdrawn.refresh_from_db()
    assert (withdrawn.state, withdrawn.quarantined_from) == ("withdrawn", "")
    assert "It is withdrawn, as it was before." in letters(running.candidate.email)[-1].body
    assert list(examine()) == []


@pytest.mark.parametrize("end", [None, destroy_file])
def test_what_was_taken_out_of_sight_is_not_uploaded_again(running, end, shelf):
    file = upload(running)
    hide(running, file)
    if end:
        end(file=file, actor=running.officers.chair, reason=REASON, now=NOW)
    lying = len(shelf())

    for slug in ("recording_consent", "supervision_agreement"):
        with pytest.raises(EvidenceRefused, match="taken out of sight"):
            upload(running, slug=slug)
    assert len(shelf()) == lying
    assert upload(running, content=pdf(pages=2)).state == "standing"


def test_file_in_quarantine_takes_no_room(running, settings):
    settings.EVIDENCE_MAX_FILES_PER_CASE = 1
    hide(running, upload(running))
    assert upload(running, content=pdf(pages=2)).state == "standing"


def test_destroyed_file_leaves_its_row_its_fingerprint_and_no_bytes(running, shelf):
    file = upload(running)
    hide(running, file)
    destroy_file(file=file, actor=running.officers.chair, reason=REASON, now=NOW)
    assert len(shelf()) == 1  # the bytes go after the commit, so that nothing is lost that was not recorded
    assert list(examine()) == []

    assert erase(file)
    assert shelf() == []
    file = EvidenceFile.objects.get(pk=file.pk)
    assert (file.title, file.original_name, str(file)) == ("", "", "A destroyed file")
    assert list(missing(STORES[0])) == []
    assert file.sha256 == LedgerRecord.objects.of(file).last().evidence[0]["sha256"]
    assert list(examine()) == []
    for reader in (running.candidate, running.officers.chair, running.officers.coordinator):
        assert not EvidenceFile.objects.visible_to(reader).exists()


def test_bytes_of_a_destroyed_file_that_are_still_there_are_found(running):
    file = upload(running)
    content = file.read()
    hide(running, file)
    destroy_file(file=file, actor=running.officers.chair, reason=REASON, now=NOW)
    erase(file)
    store_new(file.storage_name, content)
    assert [str(finding) for finding in examine()] == [
        f"evidence file {file.uuid}: was destroyed, but its bytes are still there"
    ]
    later = timezone.now() + timedelta(minutes=1)
    assert [orphan.name for orphan in orphans(STORES[0], before=later)] == [file.storage_name]


def test_bytes_that_are_gone_without_having_been_destroyed_are_found(running):
    file = upload(running)
    hide(running, file)
    storages["evidence"].delete(file.storage_name)
    assert "is gone" in str(next(examine()))


def test_erasing_again_does_no_harm_and_erases_nothing_else(running, shelf):
    kept, file = upload(running, content=pdf(pages=2)), upload(running)
    hide(running, file)
    destroy_file(file=file, actor=running.officers.chair, reason=REASON, now=NOW)
    assert erase(file)
    EffectRun.objects.update(done_at=None)
    assert erase(file)
    assert kept.read()
    assert len(shelf()) == 1


def test_steps_of_files_leave_the_house_without_words(running):
    file = upload(running)
    withdraw_file(file=file, actor=running.candidate, now=NOW)
    restore_file(file=file, actor=running.candidate, now=NOW)
    hide(running, file)

    def exported(form: str) -> str:
        out = StringIO()
        call_command("export_events", "--format", form, stdout=out)
        return out.getvalue()

    xes, ocel = exported("xes"), exported("ocel2")
    assert (list(faults_of_xes(parsed(xes))), list(faults_of_ocel(json.loads(ocel)))) == ([], [])
    assert "evidence_file" in {row["name"] for row in json.loads(ocel)["objectTypes"]}
    assert str(file.uuid) in xes
    assert "Smith" not in xes + ocel
