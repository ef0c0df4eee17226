"""Evaluations and fees on their pages."""

import pytest
from django.urls import reverse
from django.utils import timezone

from credentialing.accounts.models import ConflictOfInterest, Role
from credentialing.accounts.services import declare_conflict
from credentialing.applications.models import AwaitedAct
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.evidence.models import Attendance, FeePayment, Observation
from tests.evidence.acts import page
from tests.evidence.test_forms import fee

FEES, EVALUATIONS = reverse("evidence:fees"), reverse("evidence:evaluations")


@pytest.fixture
def evaluators(submitted, intensive):
    Attendance.objects.create(event=intensive, person=submitted.candidate)
    return page("evaluators", submitted.application)


def choice(intensive, evaluator):
    return {"event": f"{intensive.uuid}", "evaluator": f"{evaluator.uuid}"}


@pytest.fixture
def observation(submitted, intensive):
    return Observation.objects.create(
        application=submitted.application,
        event=intensive,
        evaluator=submitted.officers.observers[0],
        requested_by=submitted.officers.coordinator,
    )


def test_coordinator_asks_an_evaluator_once(submitted, intensive, evaluators, as_):
    browser, asked = as_(submitted.officers.coordinator), submitted.officers.observers[0]
    assert "Nobody asked yet" in browser.get(evaluators).text

    assert f"{asked} has been asked." in browser.post(evaluators, choice(intensive, asked), follow=True).text
    again = browser.post(evaluators, choice(intensive, asked))
    assert again.status_code == 409
    assert "already been asked" in again.text
    assert Observation.objects.count() == 1


def test_case_in_conflict_is_absent_for_the_coordinator(submitted, intensive, evaluators, as_):
    coordinator = submitted.officers.coordinator
    ConflictOfInterest.objects.create(
        person=coordinator, other=submitted.candidate, relation="cousin", declared_by=coordinator
    )

    assert as_(coordinator).get(evaluators).status_code == 404
    assert as_(submitted.officers.chair).get(evaluators).status_code == 200


def test_draft_is_absent_for_the_coordinator(drafted, as_):
    assert as_(drafted.officers.coordinator).get(page("evaluators", drafted.application)).status_code == 404


def rated(observation, **said):
    return {**{item.slug: "strong" for item in observation.application.definition.rubric.items}, **said}


def test_evaluator_saves_a_draft_and_files_it_for_good(submitted, observation, as_):
    browser, address = as_(observation.evaluator), page("evaluation", observation)
    assert str(submitted.candidate) in browser.get(EVALUATIONS).text
    assert browser.get(address).status_code == 200

    assert browser.post(address, {"comments": "So far.", "frame": "strong"}).url == address
    assert "So far." in browser.get(address).text
    assert (
        browser.post(address, rated(observation, outcome="ready", comments="Light hand.", file="")).url == EVALUATIONS
    )

    again = browser.post(address, rated(observation, outcome="not_yet", file=""))
    assert again.status_code == 409
    assert again.templates[0].name == "evidence/evaluation_read.html"
    observation.refresh_from_db()
    assert (observation.outcome, observation.comments) == ("ready", "Light hand.")


def test_evaluation_that_is_not_whole_is_refused_and_stays_typed(observation, as_):
    answer = as_(observation.evaluator).post(
        page("evaluation", observation), rated(observation, comments="Light hand.", file="")
    )

    assert "Say whether the candidate is ready." in answer.text
    assert "Light hand." in answer.text
    observation.refresh_from_db()
    assert observation.filed_at is None


def test_evaluation_of_a_case_that_has_ended_waits_for_nobody_and_its_page_says_why(submitted, observation, as_):
    browser = as_(observation.evaluator)
    page, home = reverse("evidence:evaluation", args=[observation.uuid]), reverse("evidence:evaluations")
    assert page in browser.get(home).text
    change_lifecycle(application=submitted.application, name="withdraw", actor=submitted.candidate)

    assert page not in browser.get(home).text
    shown = browser.get(page).text
    assert "Withdrawn: the case has ended" in shown
    assert "File it for good" not in shown


def test_evaluator_who_is_tied_since_is_offered_no_more_and_told_why(submitted, observation, evaluators, as_):
    other, browser = submitted.officers.observers[2], as_(submitted.officers.coordinator)
    for evaluator in (other, observation.evaluator):
        declare_conflict(person=evaluator, other=submitted.candidate, relation="cousin", actor=evaluator)

    assert f"{other.uuid}" not in browser.get(evaluators).text
    page = reverse("evidence:evaluation", args=[observation.uuid])
    assert page not in as_(observation.evaluator).get(reverse("evidence:evaluations")).text
    shown = as_(observation.evaluator).get(page).text
    assert "tell the coordinator" in shown
    assert "File it for good" not in shown
    refused = as_(observation.evaluator).post(page, rated(observation, file=""))
    assert refused.status_code == 409
    assert not submitted.application.observations.filed().exists()


def test_evaluation_of_another_evaluator_is_absent(submitted, observation, as_):
    other = as_(submitted.officers.observers[1])

    assert other.get(page("evaluation", observation)).status_code == 404
    assert other.post(page("evaluation", observation), rated(observation, file="")).status_code == 404


def test_candidate_reads_evaluations_only_when_they_are_filed(submitted, observation, as_):
    own = reverse("evidence:my-observations")
    Observation.objects.update(comments="Light hand.", outcome="ready")
    assert "Light hand." not in as_(submitted.candidate).get(own).text

    Observation.objects.update(filed_at=timezone.now())
    assert "Light hand." in as_(submitted.candidate).get(own).text


# Fees -------------------------------------------------------------------------------------------------------


@pytest.fixture
def first_fee(submitted):
    return page("fee", submitted.application, "fee_first_year")


def test_treasurer_sees_what_is_due_and_what_may_come_earlier(running, as_):
    browser = as_(running.officers.treasurer)
    page_of_it = page("fee", running.application, "fee_first_year")
    browser.post(page_of_it, fee(kind="reversed", amount="0", reason="Bounced."))
    browser.post(page_of_it, fee(amount="900", received_on="2024-02-01"))
    browser.post(page("fee", running.application, "fee_second_year"), fee(amount="100"))
    assert running.application.awaited_acts.filter(role="treasurer").exists()

    answer = browser.get(FEES)

    due = [(row["act"].application, row["requirement"].slug) for row in answer.context["rows"]]
    assert due == [(running.application, "fee_second_year")]
    assert "$900" in answer.text


def test_fees_that_come_later_may_be_paid_earlier(submitted, as_):
    later = as_(submitted.officers.treasurer).get(FEES).context["later"]

    mine = [row["requirement"].slug for row in later if row["application"] == submitted.application]
    assert mine == ["fee_first_year", "fee_second_year"]


def test_treasurer_is_asked_here_for_fees_alone(submitted, as_):
    AwaitedAct.objects.create(
        application=submitted.application, act="sign_off_stage", role="treasurer", since="2024-01-20T12:00Z"
    )

    answer = as_(submitted.officers.treasurer).get(FEES)

    assert answer.context["rows"] == []


def test_treasurer_marks_a_payment_and_reads_it_among_the_latest(submitted, first_fee, as_):
    browser = as_(submitted.officers.treasurer)
    assert browser.get(first_fee).context["form"]["amount"].value() == 900

    answer = browser.post(first_fee, fee(), follow=True)

    assert f"Marked for {submitted.candidate}: $900 received on" in answer.text
    assert first_fee in answer.text
    assert "marked by" in browser.get(first_fee).text


def test_second_click_marks_nothing_twice(submitted, first_fee, as_):
    browser = as_(submitted.officers.treasurer)
    browser.post(first_fee, fee())

    again = browser.post(first_fee, fee())
    assert again.status_code == 409
    assert "settled already" in again.text
    assert FeePayment.objects.filter(application=submitted.application).count() == 1


def test_payment_that_cannot_be_is_refused_and_stays_typed(submitted, first_fee, as_):
    browser = as_(submitted.officers.treasurer)

    assert 'value="-5"' in browser.post(first_fee, fee(amount="-5")).text
    assert "more than is due" in browser.post(first_fee, fee(amount="901")).text
    assert not FeePayment.objects.filter(application=submitted.application).exists()


def test_fee_of_a_draft_of_oneself_or_of_nothing_is_absent(drafted, submitted, first_fee, as_):
    browser = as_(submitted.officers.treasurer)
    assert browser.get(page("fee", drafted.application, "fee_first_year")).status_code == 404
    assert browser.get(page("fee", submitted.application, "two_years")).status_code == 404
    assert browser.get(page("fee", submitted.application, "none")).status_code == 404

    submitted.candidate.terms.create(role=Role.TREASURER, starts_on="2015-01-01")
    own = as_(submitted.candidate)
    assert own.get(first_fee).status_code == own.post(first_fee, fee()).status_code == 404


def test_fee_of_a_closed_case_is_not_marked(submitted, first_fee, as_):
    change_lifecycle(application=submitted.application, name="withdraw", actor=submitted.candidate)

    assert "This case is closed" in as_(submitted.officers.treasurer).post(first_fee, fee()).text
    assert not FeePayment.objects.filter(application=submitted.application).exists()
