"""Forms refuse at the field, in words, and keep what was typed."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from credentialing.evidence.forms.events import (
    ClaimForm,
    EvaluatorsForm,
    EventForm,
    FeeForm,
    MarkForm,
    ObservationForm,
    RosterForm,
)
from credentialing.evidence.forms.files import SignatureForm, UploadForm
from credentialing.evidence.forms.log import DenialForm, LogEntryForm, ReportForm, SupervisionSessionForm
from credentialing.evidence.models import Attendance, Event, Observation, Rating
from credentialing.ui.forms import REPLACEMENT
from tests.factories import PersonFactory

TOMORROW = timezone.localdate() + timedelta(days=1)


def group(**changes):
    return {
        "held_on": "2024-03-09",
        "role": "co_led",
        "format": "online",
        "setting": "open",
        "minutes": "90",
        "present": "8",
        "cases": "1",
        "co_leader_name": "Jordan Wells",
        "co_leader_email": "jordan@example.net",
        **changes,
    }


def meeting(**changes):
    return {"held_on": "2024-03-12", "minutes": "60", "mode": "individual", "recording_reviewed": "on", **changes}


def fee(**changes):
    return {"kind": "paid", "amount": "900", "received_on": "2024-03-01", "reference": "", "reason": "", **changes}


def event(**changes):
    given = {"name": "Spring", "kind": "intensive", "place": "Spokane"}
    return {**given, "starts_on": "2024-03-14", "ends_on": "2024-03-17", **changes}


WHOLE = {
    LogEntryForm: group(),
    SupervisionSessionForm: meeting(),
    FeeForm: fee(),
    EventForm: event(),
    MarkForm: {"status": "attended", "days_attended": "4"},
    DenialForm: {"reason": "Another day."},
    ReportForm: {"strengths": "Calm.", "growth": "Silence.", "recommended": "on", "discussed": "on"},
    SignatureForm: {"agreed": "on"},
}
pytestmark = pytest.mark.django_db  # model forms look whether what they hold is unique


@pytest.mark.parametrize("form", WHOLE, ids=lambda form: form.__name__)
def test_form_filled_in_as_it_asks_is_taken(form):
    assert form(WHOLE[form]).errors == {}


@pytest.mark.parametrize(
    ("form", "field", "typed", "words"),
    [
        (LogEntryForm, "held_on", f"{TOMORROW}", "still to come"),
        (LogEntryForm, "held_on", "1989-12-31", "from January 1, 1990 on"),
        (LogEntryForm, "held_on", "2024-02-30", "a date that exists"),
        (LogEntryForm, "held_on", "", "Enter a date."),
        (LogEntryForm, "present", "0", "1 or more"),
        (LogEntryForm, "present", "-3", "1 or more"),
        (LogEntryForm, "present", "61", "60 or less"),
        (LogEntryForm, "minutes", "14", "15 or more"),
        (LogEntryForm, "minutes", "601", "600 or less"),
        (LogEntryForm, "minutes", "many", "whole number"),
        (LogEntryForm, "cases", "-1", "1 or more"),
        (LogEntryForm, "co_leader_name", "x" * 201, "at most 200 characters; this has 201"),
        (LogEntryForm, "co_leader_email", "jordan", "valid email"),
        (LogEntryForm, "setting", "st_elsewhere", "valid choice"),
        (LogEntryForm, "co_leader_name", "", "Name the co-leader"),
        (SupervisionSessionForm, "held_on", f"{TOMORROW}", "still to come"),
        (SupervisionSessionForm, "recording_of", f"{TOMORROW}", "still to come"),
        (SupervisionSessionForm, "recording_destroyed_on", f"{TOMORROW}", "still to come"),
        (SupervisionSessionForm, "minutes", "-60", "15 or more"),
        (FeeForm, "received_on", f"{TOMORROW}", "still to come"),
        (FeeForm, "amount", "-900", "0.00 or more"),
        (FeeForm, "amount", "9.001", "two ways"),
        (FeeForm, "amount", "NaN", "Enter a number"),
        (FeeForm, "amount", "0", "Enter the amount that was received"),
        (FeeForm, "reference", "x" * 81, "at most 80 characters"),
        (EventForm, "ends_on", "2024-03-13", "can't end before it starts"),
        (EventForm, "starts_on", "1989-12-31", "from January 1, 1990 on"),
        (EventForm, "name", "x" * 201, "at most 200 characters"),
        (MarkForm, "days_attended", "-1", "0 or more"),
        (MarkForm, "days_attended", "15", "14 or less"),
        (MarkForm, "days_attended", "", "Enter the number of days"),
        (DenialForm, "reason", "x" * 501, "at most 500 characters"),
        (DenialForm, "reason", "  ", "Fill this in"),
        (ReportForm, "strengths", "x" * 4001, "at most 4000 characters"),
        (ReportForm, "discussed", "", "Check this box"),
        (SignatureForm, "agreed", "", "Check this box"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_stays_typed(form, field, typed, words):
    filled = form({**WHOLE[form], field: typed})

    assert list(filled.errors) == [field]
    assert words in filled.errors[field][0]
    if typed.strip() and field != "setting":
        assert typed in filled[field].as_field_group()


TEXTS = [
    (LogEntryForm, "co_leader_name"),
    (FeeForm, "reference"),
    (EventForm, "name"),
    (EventForm, "place"),
    (DenialForm, "reason"),
    (ReportForm, "strengths"),
    (ReportForm, "growth"),
]


@pytest.mark.parametrize("letter", ["\x00", "\ud800"])
@pytest.mark.parametrize(("form", "field"), TEXTS)
def test_text_that_no_database_holds_is_refused_at_its_field_and_the_rest_stays(form, field, letter):
    filled = form({**WHOLE[form], field: f"Some{letter}thing"})

    assert list(filled.errors) == [field]
    assert "cannot be stored" in filled.errors[field][0]
    assert f"Some{REPLACEMENT}thing" in filled[field].as_field_group()


def test_session_led_alone_needs_no_co_leader():
    assert LogEntryForm(group(role="led", co_leader_name="", co_leader_email="")).is_valid()


@pytest.mark.parametrize("kind", ["waived", "reversed"])
def test_waiver_and_reversal_need_a_reason_and_no_amount(kind):
    assert list(FeeForm(fee(kind=kind, amount="0")).errors) == ["reason"]
    assert FeeForm(fee(kind=kind, amount="0", reason="Hardship.")).is_valid()


def test_absent_person_attended_no_days():
    assert MarkForm({"status": "absent", "days_attended": ""}).is_valid()


def test_participant_is_found_by_the_exact_address_in_any_case():
    person = PersonFactory(email="ada@example.org")

    form = RosterForm({"email": "ADA@example.org"})
    assert form.is_valid()
    assert form.cleaned_data["email"] == person


@pytest.mark.parametrize("typed", ["nobody@example.org", "gone@example.org", "no address", "a\x00b@example.org"])
def test_participant_who_is_unknown_or_gone_is_refused(typed):
    PersonFactory(email="gone@example.org", is_active=False)

    form = RosterForm({"email": typed})

    assert list(form.errors) == ["email"]


def test_upload_has_a_title_and_a_file_that_is_not_empty():
    scan = SimpleUploadedFile("scan.pdf", b"%PDF-")
    assert UploadForm({"title": "Agreement"}, {"file": scan}).is_valid()
    assert list(UploadForm({"title": "x" * 201}, {"file": scan}).errors) == ["title"]
    assert UploadForm({"title": "Agreement"}, {}).errors["file"] == ["Choose a file."]
    empty = UploadForm({"title": "Agreement"}, {"file": SimpleUploadedFile("scan.pdf", b"")})
    assert empty.errors["file"] == ["This file is empty."]


@pytest.mark.parametrize("typed", ["", "x", "1", "0b5a3c52-7c9f-4d59-9e43-2f4e8f5d7a10", "\x00"])
def test_intensive_is_chosen_among_those_offered(intensive, typed):
    assert list(ClaimForm({"event": typed}, events=Event.objects.all()).errors) == ["event"]

    offered = ClaimForm({"event": f"{intensive.uuid}"}, events=Event.objects.all())
    assert offered.is_valid()
    assert "Spring, Spokane, March 14, 2024" in offered["event"].as_field_group()
    assert not ClaimForm({"event": f"{intensive.uuid}"}, events=Event.objects.none()).is_valid()


def test_evaluators_are_asked_for_events_at_which_the_candidate_was(drafted, intensive):
    application, observer = drafted.application, drafted.officers.observers[0]
    observers = type(observer).objects.filter(pk=observer.pk)
    given = {"event": f"{intensive.uuid}", "evaluator": f"{observer.uuid}"}

    def form():
        return EvaluatorsForm(given, application=application, observers=observers)

    assert list(form().errors) == ["event"]
    attendance = Attendance.objects.create(event=intensive, person=application.candidate)
    assert form().is_valid()
    Attendance.objects.filter(pk=attendance.pk).update(status="absent", marked_by=observer, marked_at=timezone.now())
    assert list(form().errors) == ["event"]
    given["evaluator"] = f"{drafted.supervisor.uuid}"
    assert set(form().errors) == {"event", "evaluator"}


@pytest.fixture
def observation(drafted, intensive):
    observation = Observation.objects.create(
        application=drafted.application,
        event=intensive,
        evaluator=drafted.officers.observers[0],
        requested_by=drafted.officers.coordinator,
        comments="So far.",
    )
    Rating.objects.create(observation=observation, item="frame", value="strong", text="On time.")
    return observation


def test_evaluation_asks_for_every_item_of_the_rubric_and_shows_the_draft(observation):
    rubric = observation.application.definition.rubric

    form = ObservationForm(rubric=rubric, observation=observation)

    assert {item.slug for item in rubric.items} <= set(form.fields)
    assert list(form.fields)[-2:] == ["outcome", "comments"]
    assert (form["frame"].value(), form["frame_text"].value(), form["comments"].value()) == (
        "strong",
        "On time.",
        "So far.",
    )


def test_evaluation_refuses_at_the_item(observation):
    rubric = observation.application.definition.rubric
    typed = {"frame": "brilliant", "setting_text": "x" * 2001, "process_text": "a\x00b", "outcome": "perhaps"}

    form = ObservationForm(typed, rubric=rubric, observation=observation)

    assert set(form.errors) == set(typed)
    assert "x" * 2001 in form["setting_text"].as_field_group()


def test_evaluation_hands_over_ratings_with_their_words(observation):
    rubric = observation.application.definition.rubric

    form = ObservationForm({"frame": "not_yet", "frame_text": "Late."}, rubric=rubric, observation=observation)

    assert form.is_valid()
    assert form.ratings()["frame"] == ("not_yet", "Late.")
    assert form.ratings()["setting"] == ("", "")
