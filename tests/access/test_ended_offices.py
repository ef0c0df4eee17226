"""What a term that has ended takes with it beside the pages: letters, votes on rules, confirmations, evaluations."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from credentialing.accounts.models import Role
from credentialing.applications.services.supervision import SupervisionRefused, answer_supervision
from credentialing.correspondence.models import Letter
from credentialing.drafting.services import approve_draft, begin_draft, examine_draft, propose_draft, refuse_draft
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.events import save_event
from credentialing.evidence.services.log import add_log_entry, confirm_log_entry
from credentialing.evidence.services.observations import request_observation, save_observation
from credentialing.evidence.services.statements import sign_agreement
from credentialing.evidence.services.supervision import (
    answer_supervision_sessions,
    file_report,
    record_supervision_session,
    remove_supervision_session,
)
from credentialing.operations.demo.walk import noon
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.writing import change_values
from tests.factories import PersonFactory, abs_version, make_officers, make_walk

pytestmark = pytest.mark.django_db
NOW = noon(date(2024, 3, 1))


def end(person):
    person.terms.update(ends_on=date(2024, 2, 1))


def test_supervisor_whose_term_ended_acts_on_nothing_of_the_candidate():
    walk = make_walk().begin_supervision()
    entry = add_log_entry(
        application=walk.application, actor=walk.candidate, held_on=date(2024, 1, 28), minutes=90, role="led",
        setting="open", present=8, now=NOW,
    )  # fmt: skip
    session = record_supervision_session(
        application=walk.application, actor=walk.supervisor, held_on=date(2024, 1, 29), minutes=60, mode="individual",
        recording_reviewed=False, now=noon(date(2024, 1, 30)),
    )  # fmt: skip
    end(walk.supervisor)
    for act in (
        lambda: confirm_log_entry(entry=entry, role="supervisor", actor=walk.supervisor, now=NOW),
        lambda: answer_supervision_sessions(sessions=[session], actor=walk.supervisor, confirm=True, now=NOW),
        lambda: remove_supervision_session(session=session, actor=walk.supervisor, now=NOW),
        lambda: sign_agreement(
            application=walk.application, requirement="supervision_agreement", actor=walk.supervisor, now=NOW
        ),
        lambda: file_report(
            application=walk.application, requirement="supervisor_report", actor=walk.supervisor, strengths="x",
            growth="x", recommended=True, discussed=True, now=NOW,
        ),
        lambda: record_supervision_session(
            application=walk.application, actor=walk.supervisor, held_on=date(2024, 2, 20), minutes=60,
            mode="individual", recording_reviewed=False, now=NOW,
        ),
    ):  # fmt: skip
        with pytest.raises(PermissionError):
            act()


def test_session_held_while_in_office_counts_when_the_candidate_records_it_later():
    walk = make_walk().begin_supervision()
    end(walk.supervisor)
    session = record_supervision_session(
        application=walk.application, actor=walk.candidate, held_on=date(2024, 1, 29), minutes=60, mode="individual",
        recording_reviewed=False, now=NOW,
    )  # fmt: skip
    assert session.supervisor == walk.supervisor


def test_nobody_out_of_office_accepts_to_supervise_or_is_written_to():
    walk = make_walk().ask()
    end(walk.supervisor)
    with pytest.raises(SupervisionRefused, match="in office"):
        answer_supervision(
            supervision=walk.application.current_supervision, actor=walk.supervisor, accept=True, now=NOW
        )
    officers = walk.officers
    other = make_walk(officers=officers, candidate=PersonFactory(), supervisor=officers.supervisors[1]).admit()
    end(other.supervisor)
    before = Letter.objects.count()
    sign_agreement(application=other.application, requirement="supervision_agreement", actor=other.candidate, now=NOW)
    assert Letter.objects.count() == before


def test_evaluator_whose_term_ended_is_not_asked_and_files_nothing():
    walk = make_walk().submit()
    event = walk.candidate.attendances.get().event
    one, two = walk.officers.observers[:2]
    observation = request_observation(
        application=walk.application, event=event, evaluator=one, actor=walk.officers.coordinator, now=NOW
    )
    end(one)
    end(two)
    with pytest.raises(PermissionError, match="while they hold that office"):
        save_observation(observation=observation, actor=one, ratings={}, comments="", outcome="", now=NOW)
    with pytest.raises(EvidenceRefused, match="no credentialing evaluator any more"):
        request_observation(
            application=walk.application, event=event, evaluator=two, actor=walk.officers.coordinator, now=NOW
        )


def test_organizer_whose_term_ended_changes_no_event():
    walk = make_walk().submit()
    event = walk.candidate.attendances.get().event
    end(walk.officers.organiser)
    with pytest.raises(PermissionError):
        save_event(
            actor=walk.officers.organiser, event=event, name="Another", place="X", starts_on=event.starts_on,
            ends_on=event.ends_on, now=NOW,
        )  # fmt: skip


@pytest.fixture
def proposed():
    abs_version()
    officers = make_officers()
    text = change_values(abs_version().source, (), {"version": "2099.1"})
    draft = begin_draft(slug="abs-leader", source=text, actor=officers.coordinator, what="Begun")
    examine_draft(draft=draft, actor=officers.coordinator)
    propose_draft(
        draft=draft, actor=officers.coordinator, purpose="x", in_force_from=date(2099, 1, 1),
        policy=PathwayVersion.Policy.PIN,
    )  # fmt: skip
    return draft, officers


def test_approval_of_rules_by_somebody_who_left_the_council_counts_no_more(proposed):
    draft, officers = proposed
    yesterday = timezone.localdate() - timedelta(days=1)
    for member in officers.council[: draft.quorum - 1]:
        assert approve_draft(draft=draft, actor=member, seen_revision=1) is False
    officers.council[0].terms.update(ends_on=yesterday)
    assert approve_draft(draft=draft, actor=officers.council[draft.quorum - 1], seen_revision=1) is False
    assert approve_draft(draft=draft, actor=officers.council[draft.quorum], seen_revision=1) is True


def test_whoever_wrote_rules_and_left_the_office_is_not_told_of_them(proposed):
    draft, officers = proposed
    officers.coordinator.terms.update(ends_on=timezone.localdate() - timedelta(days=1))
    refuse_draft(draft=draft, actor=officers.council[0], reason="Not like this.")
    assert not Letter.objects.filter(template="draft_refused").exists()
    assert Role.COORDINATOR not in officers.coordinator.roles_on(timezone.localdate())
