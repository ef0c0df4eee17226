"""Supervision sessions and the supervisor's report."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from credentialing.evidence.models import SupervisionSession, SupervisorReport
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.supervision import (
    answer_supervision_sessions,
    file_report,
    remove_supervision_session,
)
from tests.evidence.acts import NOW, progress, record, recorded
from tests.factories import PersonFactory

WINTER = date(2024, 1, 19)  # the first day of supervision in these cases


def test_session_recorded_by_the_candidate_waits_for_the_supervisor(running):
    session = record(running)

    assert session.confirmed_at is None
    assert session.supervisor == running.supervisor
    stored = progress(running, "supervised_sessions")
    assert stored.summary == "0 of 12, 1 waiting for your supervisor"
    assert stored.waiting_on == "supervisor"


def test_session_recorded_by_the_supervisor_is_confirmed_at_once(running):
    session = record(running, running.supervisor)

    assert session.confirmed_at == NOW
    assert session.logged_by == running.supervisor
    assert progress(running, "supervised_sessions").summary == "1 of 12"


def test_nobody_else_records_supervision(running):
    for other in (running.officers.supervisors[1], running.officers.coordinator, PersonFactory()):
        with pytest.raises(PermissionError, match="Only the candidate and their supervisor"):
            record(running, other)


def test_supervision_needs_a_supervisor_who_has_accepted(drafted):
    with pytest.raises(EvidenceRefused, match="A supervisor must have accepted"):
        record(drafted)


def test_supervision_cannot_begin_while_the_gate_is_closed(supervised):
    with pytest.raises(EvidenceRefused, match="first-year fee has reached the Treasurer"):
        record(supervised)


def test_supervision_counts_from_the_day_it_could_begin(running):
    early = {"recording_of": None, "recording_destroyed_on": None}
    with pytest.raises(EvidenceRefused, match="could begin on January 19, 2024"):
        record(running, held_on=date(2024, 1, 18), **early)

    assert record(running, held_on=WINTER, **early).pk


def test_supervision_to_come_is_refused(running):
    with pytest.raises(EvidenceRefused, match="in the future"):
        record(running, held_on=date(2024, 3, 21))


def test_supervisor_must_have_held_the_office_on_that_day(running):
    running.supervisor.terms.update(ends_on=date(2024, 3, 11))

    with pytest.raises(EvidenceRefused, match="did not hold that office"):
        record(running)
    assert record(running, held_on=date(2024, 3, 11), recording_destroyed_on=None).pk


def test_one_supervision_session_a_day(running):
    first = record(running)
    with pytest.raises(EvidenceRefused, match="recorded already"):
        record(running)

    remove_supervision_session(session=first, actor=running.candidate)
    assert record(running).pk != first.pk


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"recording_of": date(2024, 3, 13)}, "can't be later"),
        ({"recording_destroyed_on": date(2024, 3, 11)}, "destroyed after it was reviewed"),
        ({"recording_destroyed_on": date(2024, 3, 21)}, "not in the future"),
    ],
)
def test_recording_is_made_then_reviewed_then_destroyed(running, changes, words):
    with pytest.raises(EvidenceRefused, match=words):
        record(running, **changes)


def test_session_that_cannot_be_is_refused_at_its_field(running):
    with pytest.raises(ValidationError) as refusal:
        record(running, minutes=1, mode="by_post")
    assert set(refusal.value.error_dict) == {"minutes", "mode"}


def answer(sessions, actor, *, confirm=True, reason=""):
    return answer_supervision_sessions(sessions=sessions, actor=actor, confirm=confirm, reason=reason, now=NOW)


def test_supervisor_confirms_what_the_candidate_recorded(running):
    (session,) = answer([record(running)], running.supervisor)

    assert session.confirmed_at == NOW
    assert progress(running, "supervised_sessions").summary == "1 of 12"
    assert recorded(running.application)[-1] == "evidence:session:confirmed"


def test_supervisor_says_what_is_not_right(running):
    (session,) = answer([record(running)], running.supervisor, confirm=False, reason=" Another day. ")

    assert (session.denied_at, session.denial_reason) == (NOW, "Another day.")
    assert recorded(running.application)[-1] == "evidence:session:denied"


def test_denial_of_supervision_needs_a_reason(running):
    with pytest.raises(EvidenceRefused, match="Say what is not right"):
        answer([record(running)], running.supervisor, confirm=False, reason=" ")


def test_only_the_supervisor_of_that_session_answers(running):
    session = record(running)

    for other in (running.candidate, running.officers.supervisors[1]):
        with pytest.raises(PermissionError, match="Only the supervisor of that session"):
            answer([session], other)


def test_sessions_are_answered_once_and_all_or_none(running):
    waiting, confirmed = record(running), record(running, running.supervisor, held_on=WINTER, recording_of=None)

    with pytest.raises(EvidenceRefused, match="already been answered"):
        answer([waiting, confirmed], running.supervisor)

    assert SupervisionSession.objects.unanswered().get() == waiting


def test_session_recorded_by_mistake_is_taken_back_by_whoever_recorded_it(running):
    session = record(running)

    assert remove_supervision_session(session=session, actor=running.candidate, now=NOW).removed_at == NOW
    assert not SupervisionSession.objects.standing().exists()
    assert recorded(running.application)[-1] == "evidence:item:removed"
    with pytest.raises(EvidenceRefused, match="removed already"):
        remove_supervision_session(session=session, actor=running.candidate)


def test_confirmed_session_is_taken_back_by_the_supervisor_alone(running):
    (session,) = answer([record(running)], running.supervisor)

    with pytest.raises(EvidenceRefused, match="ask them to take it back"):
        remove_supervision_session(session=session, actor=running.candidate)
    assert remove_supervision_session(session=session, actor=running.supervisor).removed_at


def test_nobody_else_takes_a_session_back(running):
    session = record(running, running.supervisor)

    for other in (running.candidate, running.officers.coordinator):
        with pytest.raises(PermissionError, match="Only whoever recorded it"):
            remove_supervision_session(session=session, actor=other)


def report(walk, actor=None, **changes):
    words = {"strengths": "Calm.", "growth": "Trust silence.", "recommended": True, "discussed": True, **changes}
    return file_report(
        application=walk.application,
        requirement="supervisor_report",
        actor=actor or walk.supervisor,
        now=NOW,
        **words,
    )


def test_report_that_recommends_completes_the_requirement(supervised):
    report(supervised)

    stored = progress(supervised, "supervisor_report")
    assert stored.met
    assert stored.status == "complete"
    assert recorded(supervised.application)[-1] == "evidence:report:filed"


def test_newer_report_replaces_the_older_which_is_kept(supervised):
    first = report(supervised)
    digest = progress(supervised, "supervisor_report").evidence_digest

    report(supervised, recommended=False)

    first.refresh_from_db()
    assert first.superseded_at == NOW
    assert SupervisorReport.objects.count() == 2
    stored = progress(supervised, "supervisor_report")
    assert not stored.met
    assert stored.evidence_digest != digest


def test_report_is_discussed_before_it_is_filed(supervised):
    with pytest.raises(EvidenceRefused, match="Discuss the report"):
        report(supervised, discussed=False)
    assert not SupervisorReport.objects.exists()


def test_only_the_candidate_s_supervisor_files_the_report(supervised):
    for other in (supervised.candidate, supervised.officers.supervisors[1], supervised.officers.coordinator):
        with pytest.raises(PermissionError, match="Only the candidate's supervisor"):
            report(supervised, other)


def test_report_says_something(supervised):
    with pytest.raises(ValidationError) as refusal:
        report(supervised, strengths="", growth="")
    assert set(refusal.value.error_dict) == {"strengths", "growth"}
    assert not SupervisorReport.objects.exists()
