"""Who sees which evidence: one's own, one's candidates', and by office what one may judge; nobody else's."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from credentialing.accounts.models import ConflictOfInterest, Role
from credentialing.evidence.models import (
    Attendance,
    Event,
    EvidenceFile,
    LogEntry,
    Observation,
    SupervisionSession,
)
from tests.evidence.acts import NOW, log, record
from tests.factories import PersonFactory
from workflows.services import perform


def put_file(walk):
    return walk.application.files.create(
        requirement="recording_consent",
        title="A file",
        original_name="a.pdf",
        media_type="application/pdf",
        size=1,
        sha256="0" * 64,
        storage_name="0",
        uploaded_by=walk.candidate,
    )


@pytest.mark.parametrize("put", [log, record, put_file])
def test_evidence_of_a_case_is_seen_by_those_who_may_open_the_case(running, put):
    item = put(running)
    seen_by = type(item).objects.visible_to

    officers = running.officers
    for reader in (running.candidate, running.supervisor, officers.coordinator, officers.chair, officers.council[0]):
        assert seen_by(reader).get() == item
    for stranger in (officers.treasurer, officers.organiser, officers.supervisors[1], PersonFactory()):
        assert not seen_by(stranger).exists()


@pytest.mark.parametrize("put", [log, record, put_file])
def test_evidence_is_hidden_from_officers_in_conflict(running, put):
    item = put(running)
    ConflictOfInterest.objects.create(
        person=running.officers.chair, other=running.candidate, relation="cousin", declared_by=running.candidate
    )

    assert not type(item).objects.visible_to(running.officers.chair).exists()
    assert type(item).objects.visible_to(running.officers.coordinator).exists()


@pytest.mark.parametrize("put", [log, put_file])
def test_draft_is_nobody_s_business_but_the_candidate_s(drafted, put):
    item = put(drafted)

    assert type(item).objects.visible_to(drafted.candidate).get() == item
    assert not type(item).objects.visible_to(drafted.officers.coordinator).exists()


def test_supervisor_sees_the_logs_of_those_they_supervise_and_their_own_sessions(running, drafted):
    entry, session = log(running), record(running)
    log(drafted)

    assert LogEntry.objects.for_supervisor(running.supervisor).get() == entry
    assert SupervisionSession.objects.for_supervisor(running.supervisor).get() == session
    other = running.officers.supervisors[1]
    assert not LogEntry.objects.for_supervisor(other).exists()
    assert not SupervisionSession.objects.for_supervisor(other).exists()


@pytest.fixture
def event(officers):
    return Event.objects.create(
        name="Event", place="Here", starts_on=date(2024, 3, 1), ends_on=date(2024, 3, 4), organiser=officers.organiser
    )


def test_organizer_sees_their_own_events_and_coordinator_and_registrar_all(officers, event):
    for keeper in (officers.organiser, officers.coordinator, PersonFactory(offices=[Role.REGISTRAR])):
        assert event in Event.objects.visible_to(keeper)
    for other in (PersonFactory(offices=[Role.ORGANISER]), officers.treasurer, PersonFactory()):
        assert event not in Event.objects.visible_to(other)


def test_event_is_past_from_its_first_day_on(officers, event):
    today = timezone.localdate()
    Event.objects.filter(pk=event.pk).update(starts_on=today, ends_on=today)
    assert event in Event.objects.past()

    tomorrow = today + timedelta(days=1)
    Event.objects.filter(pk=event.pk).update(starts_on=tomorrow, ends_on=tomorrow)
    assert event not in Event.objects.past()


def test_name_on_a_roster_has_attended_when_the_organizer_says_so(officers, event):
    person = PersonFactory()
    attendance = Attendance.objects.create(event=event, person=person)

    assert attendance not in Attendance.objects.attended()
    Attendance.objects.filter(pk=attendance.pk).update(
        status="attended", days_attended=2, marked_by=officers.organiser, marked_at=NOW
    )
    assert attendance in Attendance.objects.attended()


@pytest.fixture
def evaluations(submitted, event):
    rows = {
        filed: Observation.objects.create(
            application=submitted.application,
            event=event,
            evaluator=evaluator,
            requested_by=submitted.officers.coordinator,
            outcome="ready",
            filed_at=NOW if filed else None,
        )
        for filed, evaluator in zip([True, False], submitted.officers.observers, strict=False)
    }
    return rows[True], rows[False]


def test_evaluation_is_found_by_its_evaluator_and_filed_when_final(evaluations):
    filed, draft = evaluations

    assert set(Observation.objects.by(draft.evaluator)) == {draft}
    assert set(Observation.objects.filed()) == {filed}


def test_withdrawn_file_does_not_stand(drafted):
    file = put_file(drafted)
    assert EvidenceFile.objects.standing().get() == file

    perform(file, "withdraw", actor=drafted.candidate)
    assert not EvidenceFile.objects.standing().exists()
