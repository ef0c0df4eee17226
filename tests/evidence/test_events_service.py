"""Events and rosters: the organizer announces and marks; nobody marks their own attendance."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from credentialing.accounts.models import Role
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.evidence.models import Attendance, Event
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.events import add_to_roster, claim_attendance, mark_attendance, save_event
from tests.evidence.acts import NOW, progress, recorded
from tests.factories import PersonFactory

FIRST, LAST = date(2024, 3, 14), date(2024, 3, 17)


def announce(officers, actor=None, **changes):
    given = {"name": "Spring Intensive", "place": "Spokane, WA", "starts_on": FIRST, "ends_on": LAST, **changes}
    return save_event(actor=actor or officers.organiser, now=NOW, **given)


@pytest.fixture
def event(officers):
    return announce(officers)


def claim(event, person, now=NOW):
    return claim_attendance(event=event, actor=person, now=now)


def mark(attendance, actor, status="attended", **changes):
    given = {"days_attended": 4 if status == "attended" else 0, "now": NOW, **changes}
    return mark_attendance(attendance=attendance, actor=actor, status=status, **given)


def test_event_is_announced_by_its_organizer_and_recorded(officers):
    event = announce(officers)

    assert (event.organiser, event.days, event.kind) == (officers.organiser, 4, "intensive")
    assert recorded(event) == ["evidence:event:saved"]


def test_coordinator_announces_for_an_organizer(officers):
    assert announce(officers, officers.coordinator, organiser=officers.organiser).organiser == officers.organiser


def test_nobody_else_announces_events(officers):
    registrar = PersonFactory(offices=[Role.REGISTRAR])
    for other in (registrar, officers.treasurer, PersonFactory()):
        with pytest.raises(PermissionError, match="Only organizers"):
            announce(officers, other)
    assert not Event.objects.exists()


def test_event_is_corrected_by_its_keepers_alone(officers, event):
    registrar = PersonFactory(offices=[Role.REGISTRAR])
    for keeper in (officers.organiser, officers.coordinator, registrar):
        assert announce(officers, keeper, event=event, place=f"{keeper}").organiser == officers.organiser
    assert Event.objects.get().place == str(registrar)

    with pytest.raises(PermissionError, match="Only organizers"):
        announce(officers, PersonFactory(offices=[Role.ORGANISER]), event=event)


@pytest.mark.parametrize(
    ("first", "last"),
    [(FIRST, FIRST - timedelta(days=1)), (FIRST, FIRST + timedelta(days=14)), (date(1989, 12, 31), date(1990, 1, 1))],
)
def test_event_has_possible_dates(officers, first, last):
    with pytest.raises(EvidenceRefused, match="Check the dates"):
        announce(officers, starts_on=first, ends_on=last)


def test_event_lasts_a_day_at_least_and_two_weeks_at_most(officers):
    assert announce(officers, ends_on=FIRST).days == 1
    assert announce(officers, ends_on=FIRST + timedelta(days=13)).days == 14


def test_event_has_a_name(officers):
    with pytest.raises(ValidationError):
        announce(officers, name="")
    assert not Event.objects.exists()


def test_claim_waits_for_the_organizer(drafted, event):
    attendance = claim(event, drafted.candidate)

    assert attendance.status == "claimed"
    stored = progress(drafted, "first_intensive")
    assert stored.summary == "0 of 1, 1 waiting for the organizer"
    assert stored.waiting_on == "organiser"
    assert recorded(attendance) == ["evidence:attendance:claimed"]


def test_event_to_come_is_not_claimed(officers):
    event = announce(officers, starts_on=date(2024, 3, 21), ends_on=date(2024, 3, 24))

    with pytest.raises(EvidenceRefused, match="not begun yet"):
        claim(event, PersonFactory())


def test_nobody_stands_twice_on_a_roster(officers, event):
    person = PersonFactory()
    claim(event, person)

    with pytest.raises(EvidenceRefused, match="You are on this roster already"):
        claim(event, person)
    with pytest.raises(EvidenceRefused, match="is on this roster already"):
        add_to_roster(event=event, person=person, actor=officers.organiser, now=NOW)
    assert Attendance.objects.count() == 1


def test_organizer_puts_somebody_on_the_roster(officers, event):
    person = PersonFactory()

    attendance = add_to_roster(event=event, person=person, actor=officers.organiser, now=NOW)

    assert (attendance.person, attendance.status) == (person, "claimed")
    with pytest.raises(PermissionError, match="Only the organizer keeps this roster"):
        add_to_roster(event=event, person=PersonFactory(), actor=PersonFactory(offices=[Role.ORGANISER]), now=NOW)


def test_attendance_marked_by_the_organizer_counts(drafted, event):
    attendance = mark(claim(event, drafted.candidate), drafted.officers.organiser, assessed=True)

    assert (attendance.marked_by, attendance.marked_at) == (drafted.officers.organiser, NOW)
    assert attendance.assessed
    assert progress(drafted, "first_intensive").met
    assert recorded(attendance)[-1] == "evidence:attendance:marked"


def test_absence_counts_nothing_and_evaluates_nobody(drafted, event):
    attendance = claim(event, drafted.candidate)

    marked = mark(attendance, drafted.officers.organiser, "absent", days_attended=4, assessed=True)

    assert (marked.days_attended, marked.assessed) == (0, False)
    assert not progress(drafted, "first_intensive").met


def test_mark_can_be_corrected(drafted, event):
    attendance = mark(claim(event, drafted.candidate), drafted.officers.organiser)

    mark(attendance, drafted.officers.coordinator, days_attended=3)

    assert not progress(drafted, "first_intensive").met


def test_nobody_marks_their_own_attendance(officers, event):
    attendance = claim(event, officers.organiser)

    with pytest.raises(PermissionError, match="Nobody marks their own"):
        mark(attendance, officers.organiser)
    assert mark(attendance, officers.coordinator).status == "attended"


def test_only_the_keepers_of_the_roster_mark(officers, event):
    attendance = claim(event, PersonFactory())

    for other in (PersonFactory(offices=[Role.ORGANISER]), officers.treasurer):
        with pytest.raises(PermissionError, match="Only the organizer"):
            mark(attendance, other)


@pytest.mark.parametrize("days", [0, 5])
def test_nobody_attends_more_days_than_there_were_or_none(officers, event, days):
    with pytest.raises(EvidenceRefused, match="between 1 and 4 days"):
        mark(claim(event, PersonFactory()), officers.organiser, days_attended=days)


def test_attendance_is_not_marked_before_the_event(officers):
    event = announce(officers, starts_on=date(2024, 3, 21), ends_on=date(2024, 3, 24))
    attendance = add_to_roster(event=event, person=PersonFactory(), actor=officers.organiser, now=NOW)

    with pytest.raises(EvidenceRefused, match="not begun yet"):
        mark(attendance, officers.organiser)


def test_progress_follows_when_an_event_turns_out_to_be_another_kind(drafted, event):
    mark(claim(event, drafted.candidate), drafted.officers.organiser)
    assert progress(drafted, "first_intensive").met

    announce(drafted.officers, event=event, kind="workshop")

    assert not progress(drafted, "first_intensive").met


def test_attendance_of_somebody_without_an_open_case_is_marked_all_the_same(drafted, event):
    change_lifecycle(application=drafted.application, name="withdraw", actor=drafted.candidate, now=NOW)
    before = progress(drafted, "first_intensive").summary

    assert mark(claim(event, drafted.candidate), drafted.officers.organiser).status == "attended"
    assert progress(drafted, "first_intensive").summary == before
