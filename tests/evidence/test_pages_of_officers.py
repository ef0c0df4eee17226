"""Events and rosters, evaluations and fees on their pages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from credentialing.accounts.models import ConflictOfInterest, Role
from credentialing.applications.models import AwaitedAct
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.evidence.models import Attendance, Event, FeePayment, Observation
from tests.evidence.test_forms import event, fee
from tests.factories import PersonFactory

EVENTS, NEW, INTENSIVES = (reverse(f"evidence:{name}") for name in ("events", "event-new", "intensives"))
FEES, EVALUATIONS = reverse("evidence:fees"), reverse("evidence:evaluations")


@pytest.fixture
def intensive(officers):
    return Event.objects.create(
        name="Spring", place="Spokane", starts_on="2024-03-14", ends_on="2024-03-17", organiser=officers.organiser
    )


def page(name, item, *slug):
    return reverse(f"evidence:{name}", args=[item.uuid, *slug])


def test_person_says_that_they_were_there_before_they_ever_apply(intensive, officers, as_):
    browser = as_(PersonFactory())
    Event.objects.filter(pk=intensive.pk).update(ends_on=timezone.localdate())
    assert "Spring, Spokane" in browser.get(INTENSIVES).text

    answer = browser.post(INTENSIVES, {"event": f"{intensive.uuid}"}, follow=True)
    assert "The organizer has been asked" in answer.text
    assert "Waiting for the organizer" in answer.text

    again = browser.post(INTENSIVES, {"event": f"{intensive.uuid}"})
    assert list(again.context["form"].errors) == ["event"]
    assert Attendance.objects.filter(event=intensive).count() == 1


def test_intensive_to_come_is_not_offered(intensive, as_):
    day = timezone.localdate() + timedelta(days=1)
    Event.objects.filter(pk=intensive.pk).update(starts_on=day, ends_on=day)
    browser = as_(PersonFactory())

    assert "Spokane" not in browser.get(INTENSIVES).text
    assert browser.post(INTENSIVES, {"event": f"{intensive.uuid}"}).context["form"].errors


def test_organizer_announces_and_corrects_an_event(officers, as_):
    browser = as_(officers.organiser)
    assert browser.get(NEW).status_code == 200

    assert "The event is saved." in browser.post(NEW, event(), follow=True).text
    held = Event.objects.get(name="Spring")
    assert held.organiser == officers.organiser

    assert browser.get(page("event-edit", held)).status_code == 200
    browser.post(page("event-edit", held), event(place="Boston"))
    held.refresh_from_db()
    assert held.place == "Boston"


def test_event_that_is_too_long_is_refused_and_stays_typed(officers, as_):
    answer = as_(officers.organiser).post(NEW, event(name="A long one", ends_on="2024-03-28"))

    assert list(answer.context["form"].errors) == ["ends_on"]
    assert "A long one" in answer.text
    assert not Event.objects.filter(name="A long one").exists()


def test_registrar_corrects_and_does_not_announce(intensive, as_):
    browser = as_(PersonFactory(offices=[Role.REGISTRAR]))

    assert browser.post(NEW, event(name="Mine")).status_code == 403
    assert browser.post(page("event-edit", intensive), event(place="Boston")).status_code == 302
    assert not Event.objects.filter(name="Mine").exists()


def test_roster_of_another_organizer_is_absent(intensive, as_):
    attendance = Attendance.objects.create(event=intensive, person=PersonFactory())
    other = as_(PersonFactory(offices=[Role.ORGANISER]))

    assert "Spokane" not in other.get(EVENTS).text
    for address in (page("roster", intensive), page("event-edit", intensive)):
        assert other.get(address).status_code == 404
    assert other.post(page("attendance-mark", attendance), {}).status_code == 404


def test_participant_is_put_on_the_roster_by_their_address_once(intensive, officers, as_):
    browser, person = as_(officers.organiser), PersonFactory()

    answer = browser.post(page("roster", intensive), {"email": person.email.upper()}, follow=True)
    assert f"{person} is on the roster." in answer.text
    again = browser.post(page("roster", intensive), {"email": person.email})
    assert "on this roster already" in again.context["form"].errors["email"][0]
    unknown = browser.post(page("roster", intensive), {"email": "nobody@example.org"})
    assert "nobody@example.org" in unknown.text


def test_participant_is_marked_and_the_home_counts_who_waits(intensive, officers, as_):
    attendance = Attendance.objects.create(event=intensive, person=PersonFactory())
    browser, mark = as_(officers.organiser), page("attendance-mark", attendance)
    prefix = attendance.pk
    assert browser.get(EVENTS).context["rows"][0]["waiting"] == 1

    given = {f"{prefix}-status": "attended", f"{prefix}-days_attended": "4", f"{prefix}-assessed": "on"}
    assert "is marked." in browser.post(mark, given, follow=True).text
    attendance.refresh_from_db()
    assert (attendance.status, attendance.days_attended, attendance.assessed) == ("attended", 4, True)
    assert browser.get(EVENTS).context["rows"][0]["waiting"] == 0

    browser.post(mark, {f"{prefix}-status": "absent", f"{prefix}-days_attended": ""})
    attendance.refresh_from_db()
    assert (attendance.status, attendance.days_attended) == ("absent", 0)
    assert browser.get(page("roster", intensive)).status_code == 200


@pytest.mark.parametrize(("days", "words"), [("", "Enter the number of days"), ("9", "between 1 and 4 days")])
def test_mark_that_cannot_be_is_refused_in_its_row(intensive, officers, as_, days, words):
    attendance = Attendance.objects.create(event=intensive, person=PersonFactory())
    given = {f"{attendance.pk}-status": "attended", f"{attendance.pk}-days_attended": days}

    answer = as_(officers.organiser).post(page("attendance-mark", attendance), given)

    assert answer.status_code == 422
    assert words in answer.text
    attendance.refresh_from_db()
    assert attendance.status == "claimed"


def test_nobody_marks_themselves_and_the_way_back_is_a_page(intensive, officers, as_):
    attendance = Attendance.objects.create(event=intensive, person=officers.organiser)
    browser = as_(officers.organiser)
    given = {f"{attendance.pk}-status": "attended", f"{attendance.pk}-days_attended": "4"}

    answer = browser.post(page("attendance-mark", attendance), given)

    assert answer.status_code == 403
    assert page("roster", intensive) in answer.text
    assert "Nobody marks their own attendance" in browser.get(page("roster", intensive)).text


# Evaluations ------------------------------------------------------------------------------------------------


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

    assert f"Marked for {submitted.candidate}." in answer.text
    assert first_fee in answer.text
    assert "marked by" in browser.get(first_fee).text


def test_second_click_marks_nothing_twice(submitted, first_fee, as_):
    browser = as_(submitted.officers.treasurer)
    browser.post(first_fee, fee())

    assert "settled already" in browser.post(first_fee, fee()).text
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
