"""Questions whose answers decide what is asked for: answered before handing in, corrected by the coordinator alone."""

import pytest

from credentialing.accounts.models import Role
from credentialing.applications.models import Application
from credentialing.applications.services.answers import AnswersRefused, change_answers
from credentialing.applications.services.drafts import save_application_form, start_application, submit_application
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from credentialing.pathways.services import publish_pathway, shipped_source
from tests.applications.conftest import NOON
from tests.factories import MembershipFactory, PersonFactory
from workflows.errors import TransitionBlocked

pytestmark = pytest.mark.django_db

WORDS = {"motivation": "a", "prior_experience": "b", "practice": "c"}


@pytest.fixture
def case():
    publish_pathway(source=shipped_source("uk-leader"), actor=PersonFactory(), in_force_from=NOON.date())
    candidate = MembershipFactory(person__name="Cleo Candidate").person
    return start_application(actor=candidate, pathway="uk-leader")


@pytest.fixture
def coordinator(db):
    return PersonFactory(name="Cora Coordinator", offices=[Role.COORDINATOR])


def answered(case, answer="no"):
    profile = {"psychodynamic_training": answer, "nonsense": "x"}
    save_application_form(application=case, actor=case.candidate, **WORDS, profile=profile)
    case.refresh_from_db()
    return case


def submitted(case):
    submit_application(application=answered(case), actor=case.candidate)
    return case


def asked(case):
    return {requirement.slug for requirement in Application.objects.get(pk=case.pk).definition.requirements}


def test_nobody_hands_in_before_the_questions_are_answered(case):
    save_application_form(application=case, actor=case.candidate, **WORDS)
    with pytest.raises(TransitionBlocked, match="Have you had a psychodynamic training"):
        submit_application(application=case, actor=case.candidate)

    submit_application(application=answered(case), actor=case.candidate)


def test_answer_decides_what_is_asked_and_others_are_not_kept(case):
    assert {"member_trained", "twenty_sessions"} & asked(answered(case, "yes")) == {"member_trained"}
    assert {"member_trained", "twenty_sessions"} & asked(answered(case, "no")) == {"twenty_sessions"}
    assert answered(case, "perhaps").profile == {}


def test_form_asks_and_the_answers_are_shown(client, case):
    client.force_login(case.candidate)
    page = client.get("/my/application/").text
    assert "Have you had a psychodynamic training?" in page

    client.post("/my/application/", {**WORDS, "asked_psychodynamic_training": "yes", "check": ""})

    case.refresh_from_db()
    assert case.profile == {"psychodynamic_training": "yes"}
    assert "<dd>Yes</dd>" in client.get("/my/application/check/").text


def test_coordinator_corrects_with_a_reason_and_the_candidate_is_told(case, coordinator):
    submitted(case)
    change_answers(application=case, actor=coordinator, answers={"psychodynamic_training": "yes"}, reason="A typo.")

    assert "member_trained" in asked(case)
    assert case.requirement_progress.filter(requirement="member_trained").exists()
    letter = Letter.objects.get(template="answers_changed")
    assert (letter.recipient, "A typo." in letter.body, "training? Yes" in letter.body) == (case.candidate, True, True)
    event = AuditEvent.objects.get(event="applications:profile:changed")
    assert (event.details["before"], event.details["after"]) == (
        {"psychodynamic_training": "no"},
        {"psychodynamic_training": "yes"},
    )


@pytest.mark.parametrize(
    ("answers", "reason", "words"),
    [
        ({"psychodynamic_training": "yes"}, " ", "Say why"),
        ({"psychodynamic_training": "no"}, "x", "Nothing has changed"),
    ],
)
def test_correction_without_reason_or_change_is_refused(case, coordinator, answers, reason, words):
    submitted(case)
    with pytest.raises(AnswersRefused, match=words):
        change_answers(application=case, actor=coordinator, answers=answers, reason=reason)


def test_nobody_else_corrects_and_never_in_a_draft(case, coordinator):
    yes = {"psychodynamic_training": "yes"}
    with pytest.raises(AnswersRefused, match="can't be changed now"):
        change_answers(application=case, actor=coordinator, answers=yes, reason="x")
    submitted(case)
    for person in (case.candidate, PersonFactory(offices=[Role.CCC_CHAIR])):
        with pytest.raises(AnswersRefused, match="Only the coordinator"):
            change_answers(application=case, actor=person, answers=yes, reason="x")


def test_page_shows_what_it_changes_before_it_is_done(client, case, coordinator):
    submitted(case)
    client.force_login(coordinator)
    page = f"/reviews/cases/{case.uuid}/answers/"
    assert page in client.get(f"/reviews/cases/{case.uuid}/").text
    data = {"asked_psychodynamic_training": "yes", "reason": "A typo."}
    assert client.post(page, {**data, "reason": ""}).status_code == 422

    shown = client.post(page, data).text

    assert "Experience as a member of a group: newly asked for" in shown
    assert "twenty_sessions" in asked(case)
    assert client.post(page, {**data, "confirmed": "yes"}).status_code == 302
    assert "member_trained" in asked(case)
    assert client.post(page, {**data, "confirmed": "yes"}).status_code == 409
