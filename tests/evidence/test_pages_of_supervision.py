"""Supervision on its pages: the candidate's sessions and signatures, and the supervisor's home."""

import pytest
from django.urls import reverse

from credentialing.accounts.services import declare_conflict
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.applications.services.supervision import ask_supervisor
from credentialing.evidence.models import AgreementSignature, LogEntry, SupervisionSession, SupervisorReport
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.services import publish_pathway, shipped_source
from tests.evidence.acts import log, record
from tests.evidence.conftest import supervise
from tests.evidence.test_forms import meeting
from tests.factories import PersonFactory, make_walk

SESSIONS, HOME = reverse("evidence:supervision-sessions"), reverse("evidence:supervision")
ANSWER = reverse("evidence:sessions-answer")
AGREEMENT = "supervision_agreement"


def removal(session):
    return reverse("evidence:session-remove", args=[session.uuid])


def of(name, walk, *slug):
    return reverse(f"evidence:{name}", args=[walk.application.uuid, *slug])


def test_candidate_records_a_session_and_reads_that_it_waits(running, as_):
    browser = as_(running.candidate)
    assert "0 of 12" in browser.get(SESSIONS).text

    answer = browser.post(SESSIONS, meeting(), follow=True)

    assert "Your supervisor confirms it." in answer.text
    assert "1 waiting for your supervisor" in answer.text
    assert SupervisionSession.objects.get().confirmed_at is None


def test_session_before_the_gate_opened_is_refused_and_stays_typed(running, as_):
    answer = as_(running.candidate).post(SESSIONS, meeting(held_on="2024-01-18", minutes="75"))

    assert "could begin on January 19, 2024" in answer.context["form"].errors["held_on"][0]
    assert 'value="75"' in answer.text


def test_page_says_why_supervision_cannot_begin(drafted, as_):
    assert "first-year fee has been received" in as_(drafted.candidate).get(SESSIONS).text


def test_closed_case_takes_no_session_and_says_so(running, as_):
    change_lifecycle(application=running.application, name="withdraw", actor=running.candidate)
    browser = as_(running.candidate)
    assert "Record a session" not in browser.get(SESSIONS).text

    assert "This case is closed" in browser.post(SESSIONS, meeting()).text


def test_candidate_takes_a_session_back_once(running, as_):
    session, browser = record(running), as_(running.candidate)

    assert browser.post(removal(session)).url == SESSIONS
    again = browser.post(removal(session))
    assert again.status_code == 409
    assert "removed already" in again.text


def test_confirmed_session_is_taken_back_by_the_supervisor_and_not_by_the_candidate(running, as_):
    session = record(running, running.supervisor)
    assert as_(running.candidate).post(removal(session)).status_code == 404
    SupervisionSession.objects.update(logged_by=running.candidate)
    assert as_(running.candidate).post(removal(session)).status_code == 409

    supervisor = as_(running.supervisor)
    assert removal(session) in supervisor.get(of("supervised", running)).text
    assert supervisor.post(removal(session)).url == HOME
    assert not SupervisionSession.objects.standing().exists()


def test_somebody_else_s_session_is_absent(running, as_):
    session = record(running)

    for other in (running.officers.supervisors[1], running.officers.coordinator, PersonFactory()):
        assert as_(other).post(removal(session)).status_code == 404


@pytest.fixture
def asked(drafted):
    return ask_supervisor(
        application=drafted.application, supervisor=drafted.supervisor, actor=drafted.candidate, note="On Tuesdays?"
    )


def test_supervisor_reads_a_request_and_accepts_it_once(drafted, asked, as_):
    browser = as_(drafted.supervisor)
    assert "On Tuesdays?" in browser.get(HOME).text
    address = reverse("evidence:supervision-answer", args=[asked.pk])

    assert "You supervise this candidate now." in browser.post(address, {"accept": ""}, follow=True).text
    again = browser.post(address, {"decline": ""})
    assert again.status_code == 409
    asked.refresh_from_db()
    assert asked.accepted_at
    assert not asked.declined_at


def test_supervisor_declines(drafted, asked, as_):
    address = reverse("evidence:supervision-answer", args=[asked.pk])

    assert "You have declined." in as_(drafted.supervisor).post(address, {"decline": ""}, follow=True).text
    asked.refresh_from_db()
    assert asked.declined_at


def test_request_to_somebody_else_is_absent(drafted, asked, as_):
    other = as_(drafted.officers.supervisors[1])

    assert "On Tuesdays?" not in other.get(HOME).text
    assert other.post(reverse("evidence:supervision-answer", args=[asked.pk]), {"accept": ""}).status_code == 404


def answers(*items, **said):
    chosen = {
        "entry": [f"{i.uuid}" for i in items if isinstance(i, LogEntry)],
        "session": [f"{i.uuid}" for i in items if isinstance(i, SupervisionSession)],
    }
    return {**chosen, **said}


def test_supervisor_confirms_groups_and_sessions_at_once(running, as_):
    entry, session = log(running), record(running)
    browser = as_(running.supervisor)
    assert f"{entry.uuid}" in browser.get(HOME).text

    assert "2 sessions confirmed." in browser.post(ANSWER, answers(entry, session, confirm=""), follow=True).text
    assert LogEntry.objects.confirmed().exists()
    assert not SupervisionSession.objects.unanswered().exists()


def test_second_click_on_confirm_is_told_that_it_was_done(running, as_):
    entry, browser = log(running), as_(running.supervisor)
    assert "One session confirmed." in browser.post(ANSWER, answers(entry, confirm=""), follow=True).text

    answer = browser.post(ANSWER, answers(entry, confirm=""))
    assert answer.status_code == 409
    assert "already been answered" in answer.text


@pytest.mark.parametrize(
    ("said", "told"),
    [({"confirm": ""}, ["One session confirmed.", "Not confirmed: Rita Running, supervision on"]),
     ({"deny": "", "reason": "No."}, ["One session sent back.", "Not sent back: Rita Running, supervision on"])],
)  # fmt: skip
def test_each_chosen_session_is_answered_by_itself_and_the_others_are_named_with_the_reason(running, as_, said, told):
    entry, session = log(running), record(running)
    browser = as_(running.supervisor)
    browser.post(ANSWER, answers(session, confirm=""))

    answer = browser.post(ANSWER, answers(entry, session, **said), follow=True)

    assert all(words in answer.text for words in [*told, "already been answered"])
    assert not LogEntry.objects.unanswered().exists()
    assert SupervisionSession.objects.get().denied_at is None


def test_sessions_of_a_candidate_who_withdrew_wait_for_nobody_and_old_pages_say_why(running, as_):
    entry, session = log(running), record(running)
    browser = as_(running.supervisor)
    change_lifecycle(application=running.application, name="withdraw", actor=running.candidate)

    home = browser.get(HOME).text
    assert f"{entry.uuid}" not in home
    assert f"{session.uuid}" not in home
    assert "Withdrawn: nothing is to be done" in home
    page = browser.get(of("supervised", running)).text
    assert "This case has ended." in page
    assert "Record a supervision session" not in page
    answer = browser.post(ANSWER, answers(entry, session, confirm=""))
    assert (answer.status_code, answer.text.count("This case is closed")) == (409, 2)


def test_sessions_of_a_case_on_hold_can_still_be_confirmed(running, as_):
    entry = log(running)
    change_lifecycle(
        application=running.application, name="hold", actor=running.officers.coordinator, reason="Parental leave."
    )
    browser = as_(running.supervisor)
    assert f"{entry.uuid}" in browser.get(HOME).text
    assert "One session confirmed." in browser.post(ANSWER, answers(entry, confirm=""), follow=True).text


def test_request_of_a_candidate_who_withdrew_is_offered_no_more(drafted, asked, as_):
    change_lifecycle(application=drafted.application, name="withdraw", actor=drafted.candidate)
    browser = as_(drafted.supervisor)
    assert "On Tuesdays?" not in browser.get(HOME).text
    refused = browser.post(reverse("evidence:supervision-answer", args=[asked.pk]), {"accept": ""})
    assert refused.status_code == 409
    asked.refresh_from_db()
    assert asked.accepted_at is None


def test_whoever_is_tied_to_the_candidate_is_not_offered_as_supervisor_and_accepts_no_more(drafted, as_):
    other, page = drafted.officers.supervisors[1], reverse("applications:supervisor")
    assert str(other) in as_(drafted.candidate).get(page).text
    declare_conflict(person=other, other=drafted.candidate, relation="cousin", actor=other)
    assert str(other) not in as_(drafted.candidate).get(page).text
    asked = ask_supervisor(application=drafted.application, supervisor=drafted.supervisor, actor=drafted.candidate)
    declare_conflict(person=drafted.supervisor, other=drafted.candidate, relation="partner", actor=drafted.supervisor)
    refused = as_(drafted.supervisor).post(reverse("evidence:supervision-answer", args=[asked.pk]), {"accept": ""})
    assert refused.status_code == 409
    assert "somebody else must supervise" in refused.text


def test_nothing_chosen_is_told_and_changes_nothing(running, as_):
    log(running)

    answer = as_(running.supervisor).post(ANSWER, {"confirm": ""}, follow=True)

    assert "Choose at least one session first." in answer.text
    assert LogEntry.objects.unanswered().exists()


def test_denial_needs_words_and_keeps_what_was_chosen(running, as_):
    entry, session = log(running), record(running)
    browser = as_(running.supervisor)

    refused = browser.post(ANSWER, answers(entry, session, deny="", reason=" "))
    assert refused.status_code == 422
    assert refused.text.count(" checked") == 2

    answer = browser.post(ANSWER, answers(entry, session, deny="", reason="Another day."), follow=True)
    assert "can read what is not right" in answer.text
    assert LogEntry.objects.get().denial_reason == SupervisionSession.objects.get().denial_reason == "Another day."


def test_sessions_of_other_supervisors_cannot_be_answered(running, as_):
    entry = log(running)
    other = as_(running.officers.supervisors[1])

    assert "Choose at least one" in other.post(ANSWER, answers(entry, confirm=""), follow=True).text
    assert other.post(ANSWER, {"entry": "no uuid", "confirm": ""}).status_code == 404
    assert LogEntry.objects.unanswered().get() == entry


def test_supervisor_sees_their_candidate_and_records_a_confirmed_session(running, as_):
    browser, page = as_(running.supervisor), of("supervised", running)
    assert str(running.candidate) in browser.get(HOME).text
    assert "Signed by you" in browser.get(page).text

    assert "recorded and confirmed" in browser.post(page, meeting(), follow=True).text
    assert SupervisionSession.objects.get().confirmed_at
    assert "recorded already" in browser.post(page, meeting()).context["form"].errors["held_on"][0]


@pytest.mark.parametrize("name", ["supervised", "supervised-agreement", "supervised-report"])
def test_candidate_of_another_supervisor_is_absent(running, as_, name):
    slug = {"supervised-agreement": [AGREEMENT], "supervised-report": ["supervisor_report"]}.get(name, [])
    other = as_(running.officers.supervisors[1])

    assert other.get(of(name, running, *slug)).status_code == 404
    assert other.post(of(name, running, *slug), meeting()).status_code == 404


def test_both_sign_on_their_own_pages_once(supervised, as_):
    own = reverse("evidence:agreement", args=[AGREEMENT])
    for person, page in (
        (supervised.candidate, own),
        (supervised.supervisor, of("supervised-agreement", supervised, AGREEMENT)),
    ):
        browser = as_(person)
        assert browser.get(page).status_code == 200
        assert browser.post(page, {}).status_code == 200
        assert browser.post(page, {"x": ""}).context["form"].errors
        assert browser.post(page, {"agreed": "on"}).status_code == 302
        again = browser.post(page, {"agreed": "on"})
        assert again.status_code == 409
        assert "already signed" in again.text
    assert AgreementSignature.objects.filter(application=supervised.application).count() == 2


def test_candidate_cannot_sign_before_a_supervisor_accepted(drafted, as_):
    answer = as_(drafted.candidate).post(reverse("evidence:agreement", args=[AGREEMENT]), {"agreed": "on"})

    assert answer.status_code == 409
    assert "A supervisor must have accepted first." in answer.text


def test_candidate_cannot_sign_what_the_supervisor_signs_alone(officers, as_):
    walk = make_walk(society=officers, candidate=PersonFactory())
    source = shipped_source("abs-leader").replace('["candidate", "supervisor"]', '["supervisor"]')
    publish_pathway(
        source=source.replace('version = "2024.1"', 'version = "2024.2"'),
        actor=PersonFactory(offices=["administrator"]),
        in_force_from=PathwayVersion.objects.get().in_force_from.replace(year=2016),
    )
    supervise(walk.draft())
    assert walk.application.definition.version == "2024.2"

    answer = as_(walk.candidate).post(reverse("evidence:agreement", args=[AGREEMENT]), {"agreed": "on"})

    assert answer.status_code == 403
    assert not AgreementSignature.objects.filter(application=walk.application).exists()


@pytest.mark.parametrize(
    ("name", "slug"),
    [("agreement", "recording_consent"), ("attestation", AGREEMENT), ("report", AGREEMENT), ("agreement", "none")],
)
def test_page_is_absent_for_what_is_another_kind_or_nothing(drafted, as_, name, slug):
    assert as_(drafted.candidate).get(reverse(f"evidence:{name}", args=[slug])).status_code == 404


def test_statement_is_made_and_taken_back_each_once(drafted, as_):
    page, browser = reverse("evidence:attestation", args=["recording_consent"]), as_(drafted.candidate)
    assert "agreed to it in writing" in browser.get(page).text
    assert browser.post(page, {"x": ""}).context["form"].errors

    assert browser.post(page, {"agreed": "on"}).status_code == 302
    assert browser.post(page, {"agreed": "on"}).status_code == 409
    assert "You stated this on" in browser.get(page).text

    assert browser.post(page, {"withdraw": ""}).url == page
    assert browser.post(page, {"withdraw": ""}).status_code == 409
    assert not drafted.application.attestations.filter(withdrawn_at=None).exists()


def test_report_is_filed_by_the_supervisor_and_read_by_the_candidate(supervised, as_):
    page = of("supervised-report", supervised, "supervisor_report")
    own = reverse("evidence:report", args=["supervisor_report"])
    words = {"strengths": "Calm and warm.", "growth": "Trust silence.", "recommended": "on", "discussed": "on"}
    assert "No report yet" in as_(supervised.candidate).get(own).text

    browser = as_(supervised.supervisor)
    assert browser.get(page).status_code == 200
    refused = browser.post(page, {**words, "discussed": ""})
    assert "Calm and warm." in refused.text
    assert not SupervisorReport.objects.exists()
    assert browser.post(page, words).url == of("supervised", supervised)

    assert "Calm and warm." in as_(supervised.candidate).get(own).text


def test_report_on_a_closed_case_is_refused_and_stays_typed(supervised, as_):
    change_lifecycle(application=supervised.application, name="withdraw", actor=supervised.candidate)
    words = {"strengths": "Calm and warm.", "growth": "Silence.", "discussed": "on"}

    answer = as_(supervised.supervisor).post(of("supervised-report", supervised, "supervisor_report"), words)

    assert "This case is closed" in answer.text
    assert "Calm and warm." in answer.text
