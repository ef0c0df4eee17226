"""Events and their rosters on their pages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from credentialing.accounts.models import Role
from credentialing.evidence.models import Attendance, Event
from tests.evidence.acts import page
from tests.evidence.test_forms import event
from tests.factories import PersonFactory

EVENTS, NEW, INTENSIVES = (reverse(f"evidence:{name}") for name in ("events", "event-new", "intensives"))


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
    assert again.status_code == 409
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
