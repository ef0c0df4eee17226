"""What the kinds read from the books: only what stands, of this case, on the society's days."""

from datetime import UTC, date, datetime, time

import pytest
from django.utils import timezone

from credentialing.applications.assessments import CaseOnDay, assess_requirement
from credentialing.applications.services.supervision import end_supervision
from credentialing.evidence.models import Event, Observation
from credentialing.evidence.requirements import file_references
from credentialing.evidence.services.events import add_to_roster, mark_attendance
from credentialing.evidence.services.log import confirm_log_entry, edit_log_entry, remove_log_entry
from credentialing.pathways.kinds import kind
from tests.evidence.acts import NOW, group, log, record
from workflows.services import perform

DAY = NOW.date()


def facts(walk, slug):
    requirement = walk.application.requirement(slug)
    return kind(requirement.kind).gather(requirement, walk.application)


def assess(walk, slug, on=DAY):
    return assess_requirement(walk.application, slug, on)


def test_log_counts_from_the_first_of_the_month_of_submission(drafted, submitted):
    confirm_log_entry(entry=log(submitted, held_on=date(2024, 1, 1)), role="co_leader", now=NOW)
    log(submitted, held_on=date(2023, 12, 31))

    progress = assess(submitted, "group_sessions").progress
    assert (progress.have, progress.uncounted) == ("1", ("December 31, 2023: before you applied",))
    assert assess(drafted, "group_sessions").progress.cannot_start == "Apply first."


def test_log_holds_what_stands_with_its_confirmation(submitted):
    confirmed = confirm_log_entry(entry=log(submitted), role="co_leader", now=NOW)
    removed = log(submitted, held_on=date(2024, 3, 10))
    remove_log_entry(entry=removed, actor=submitted.candidate, now=NOW)

    session, taken_out = sorted(facts(submitted, "group_sessions"), key=lambda session: session.held_on)
    assert session.reference.id == str(confirmed.uuid)
    assert (session.confirmed_on, session.denied_on, session.removed_on) == (DAY, None, None)
    assert taken_out.removed_on == DAY
    assert assess(submitted, "group_sessions").progress.have == "1"


def test_session_edited_after_its_confirmation_counts_no_more(submitted):
    entry = confirm_log_entry(entry=log(submitted), role="co_leader", now=NOW)
    before = assess(submitted, "group_sessions")
    assert before.progress.have == "1"

    edit_log_entry(entry=entry, actor=submitted.candidate, now=NOW, **group(present=9))

    after = assess(submitted, "group_sessions")
    assert after.progress.have == "0"
    assert after.digest != before.digest


@pytest.mark.parametrize("changes", [{"minutes": 60}, {"present": 9}, {"setting": "open"}, {"cases": 1}])
def test_every_change_of_a_session_changes_what_is_pinned(submitted, changes):
    entry = confirm_log_entry(entry=log(submitted), role="co_leader", now=NOW)
    before = assess(submitted, "group_sessions").digest

    changed = edit_log_entry(entry=entry, actor=submitted.candidate, now=NOW, **group(**changes))
    confirm_log_entry(entry=changed, role="co_leader", now=NOW)

    assert assess(submitted, "group_sessions").digest != before


def test_debriefs_count_from_the_first_session_on(drafted):
    log(drafted)
    log(drafted, held_on=date(2024, 3, 10), debriefed=False)

    assert assess(drafted, "debriefs").progress.have == "1"


def test_supervision_counts_from_the_day_the_gate_opened(running, submitted):
    assert CaseOnDay(running.application, DAY).moment.supervision_from == date(2024, 1, 19)
    assert CaseOnDay(submitted.application, DAY).moment.supervision_from is None


def test_supervision_confirmed_without_a_recording_does_not_count(running):
    record(running, running.supervisor, recording_reviewed=False)

    assert assess(running, "supervised_sessions").progress.have == "0"


def attend(walk, starts_on, ends_on, **marks):
    event = Event.objects.create(
        name="Event", place="Somewhere", starts_on=starts_on, ends_on=ends_on, organiser=walk.officers.organiser
    )
    attendance = add_to_roster(event=event, person=walk.candidate, actor=walk.officers.organiser, now=NOW)
    given = {"status": "attended", "days_attended": event.days, **marks}
    mark_attendance(attendance=attendance, actor=walk.officers.organiser, now=NOW, **given)
    return event


def test_attendance_is_of_the_person_and_of_the_kind_of_event(drafted):
    event = attend(drafted, date(2024, 2, 1), date(2024, 2, 4))
    assert assess(drafted, "first_intensive").progress.met

    Event.objects.filter(pk=event.pk).update(kind="workshop")
    assert facts(drafted, "first_intensive") == ()


def test_evaluators_are_asked_before_the_last_intensive_and_not_earlier(drafted):
    assert assess(drafted, "evaluation").progress.cannot_start
    attend(drafted, date(2024, 1, 1), date(2024, 1, 4))
    attend(drafted, date(2024, 2, 1), date(2024, 2, 4), days_attended=2)
    assert assess(drafted, "evaluation").progress.cannot_start

    attend(drafted, date(2024, 3, 1), date(2024, 3, 4))
    assert assess(drafted, "evaluation").progress.cannot_start == ""


def observe(walk, event, evaluator, **fields):
    return Observation.objects.create(
        application=walk.application,
        event=event,
        evaluator=evaluator,
        requested_by=walk.officers.coordinator,
        requested_at=datetime.combine(event.starts_on, time(12), UTC),
        **fields,
    )


def test_evaluation_filed_in_the_evening_counts_on_that_day_of_the_society(drafted):
    event = attend(drafted, date(2024, 3, 16), date(2024, 3, 19))
    evening = datetime(2024, 3, 21, 1, 30, tzinfo=UTC)  # half past nine on the 20th in New York
    for evaluator in drafted.officers.observers[:2]:
        observe(drafted, event, evaluator, outcome="ready", filed_at=evening)

    assert assess(drafted, "evaluation", date(2024, 3, 20)).progress.met
    assert not assess(drafted, "evaluation", date(2024, 3, 19)).progress.met


def test_only_the_latest_event_with_evaluators_counts(drafted):
    first, second = (attend(drafted, date(2024, month, 1), date(2024, month, 4)) for month in (1, 2))
    for evaluator in drafted.officers.observers[:2]:
        observe(drafted, first, evaluator, outcome="not_yet", filed_at=NOW)
    assert "not yet ready" in assess(drafted, "evaluation").progress.summary

    for evaluator in drafted.officers.observers[:2]:
        observe(drafted, second, evaluator, outcome="ready", filed_at=NOW)
    assert assess(drafted, "evaluation").progress.met


def test_changed_rating_changes_what_is_pinned(drafted):
    event = attend(drafted, date(2024, 3, 1), date(2024, 3, 4))
    row = observe(drafted, event, drafted.officers.observers[0], outcome="ready", filed_at=NOW)
    row.ratings.create(item="frame", value="strong")
    before = assess(drafted, "evaluation").digest

    row.ratings.update(value="developing")

    assert assess(drafted, "evaluation").digest != before


def test_signature_of_a_supervisor_who_has_left_counts_no_more(running):
    assert assess(running, "supervision_agreement").progress.met

    end_supervision(supervision=running.application.current_supervision, actor=running.candidate, now=NOW)

    progress = assess(running, "supervision_agreement").progress
    assert not progress.met
    assert progress.cannot_start == "A supervisor must have accepted first."
    assert assess(running, "supervisor_report").progress.cannot_start == "A supervisor must have accepted first."


def test_pathway_without_an_evaluated_last_intensive_asks_evaluators_at_any_time(drafted):
    version = drafted.application.pathway_version
    definition = version.definition
    judge = kind("observation")
    without = [r for r in definition.requirements if r.kind != "attendance"]

    class Case:
        observations = drafted.application.observations

        class definition:  # noqa: N801 - stands for an attribute
            all_requirements = without
            rubric = None

    assert judge.gather(definition.requirement("evaluation"), Case()).last_is_next_since == date.min


def test_files_are_told_by_requirement_and_without_the_withdrawn(drafted):
    made = {"application": drafted.application, "title": "A file", "original_name": "a.pdf"}
    made |= {"media_type": "application/pdf", "size": 1, "uploaded_by": drafted.candidate}
    for number, (slug, withdrawn) in enumerate([("a", False), ("a", False), ("b", False), ("b", True)]):
        file = drafted.application.files.create(
            **made, requirement=slug, sha256=f"{number:064d}", storage_name=f"{number}"
        )
        if withdrawn:
            perform(file, "withdraw", actor=drafted.candidate)

    found = file_references(drafted.application, timezone.localdate())

    assert {slug: [r.sha256[-1] for r in references] for slug, references in found.items()} == {
        "a": ["0", "1"],
        "b": ["2"],
    }
