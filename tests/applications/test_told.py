"""How a case is told to its candidate: the track, the tasks, the doors, the next steps."""

from datetime import UTC, datetime

import pytest

from credentialing.applications.models import RequirementProgress
from credentialing.applications.presentation import (
    TONES,
    WHO,
    day_in_words,
    door,
    hint,
    next_steps,
    stage_tasks,
    task_of,
    track,
)
from credentialing.pathways.loader import load_pathway
from credentialing.pathways.services import shipped_source
from tests.applications.conftest import NOON, put

pytestmark = pytest.mark.django_db

ABS = load_pathway(shipped_source("abs-leader"))


def seats(application) -> str:
    return "".join(step["status"][0] for step in track(application))


@pytest.mark.parametrize(
    ("state", "fields", "told"),
    [
        ("draft", {}, "ctttt"),
        ("applied", {}, "dcttt"),
        ("observed", {}, "dddct"),
        ("workshop_attended", {}, "ddddc"),
        ("certified", {}, "ddddd"),
        ("on_hold", {"paused_from": "observed"}, "dddct"),
        ("withdrawn", {"paused_from": "observed"}, "dddtt"),
        ("withdrawn", {"paused_from": "draft"}, "ttttt"),
    ],
)
def test_track_shows_what_is_reached_and_what_comes_next(draft, state, fields, told):
    assert seats(put(draft, state, **fields)) == told


def test_tasks_stand_under_their_stages_with_the_next_one_marked(submitted):
    parts = stage_tasks(submitted)

    assert [part.stage.slug for part in parts] == [stage.slug for stage in ABS.stages]
    assert [(part.reached, part.current) for part in parts][:3] == [(True, False), (False, True), (False, False)]
    titles = [task["title"] for task in parts[0].tasks]
    assert titles == [requirement.label for requirement in ABS.stages[0].requirements]


def test_paused_case_keeps_its_place_in_the_task_list(submitted):
    parts = stage_tasks(put(submitted, "on_hold", paused_from="applied"))

    assert [part.reached for part in parts][:2] == [True, False]


def test_task_tells_who_has_the_ball_since_when(submitted):
    admission = submitted.requirement("admission")
    row = submitted.requirement_progress.get(requirement="admission")

    task = task_of(admission, row)

    assert task["hint"] == "With the committee · waiting for the chair of the committee since January 10, 2024"
    assert (task["status"], task["tone"]) == ("Waiting for others", "info")


def test_candidates_own_turn_is_not_told_as_waiting(submitted):
    row = submitted.requirement_progress.get(requirement="supervisor")

    assert hint(submitted.requirement("supervisor"), row) == "Nobody asked yet"


def test_task_without_stored_progress_has_not_been_started():
    task = task_of(ABS.requirement("membership"), None)

    assert (task["status"], task["hint"]) == ("Not started", ABS.requirement("membership").help)


def test_advice_says_that_it_is_advice():
    assert task_of(ABS.requirement("debriefs"), None)["status"].endswith("(advice)")


def test_role_without_words_for_candidates_is_told_by_its_name():
    row = RequirementProgress(summary="x", waiting_on="registrar", waiting_since=NOON)

    assert hint(ABS.requirement("membership"), row) == "x · waiting for registrar since January 15, 2024"


def test_every_status_has_a_tone_and_every_role_of_the_pathway_has_words():
    assert set(TONES) == set(RequirementProgress.Status.values)
    roles = {role for r in ABS.requirements for role in (r.done_by, *r.signed_by)}
    assert roles <= set(WHO)


def test_every_door_of_the_shipped_pathway_opens(client, submitted):
    client.force_login(submitted.candidate)
    doors = {found for r in ABS.requirements if (found := door(r))}

    assert len(doors) >= 8
    assert {client.get(address).status_code for address, _ in doors} <= {200, 302, 404, 409}


@pytest.mark.parametrize("slug", ["membership", "fee_first_year", "two_years", "admission", "council_decision"])
def test_what_others_do_has_no_door_for_the_candidate(slug):
    assert door(ABS.requirement(slug)) is None


def test_next_steps_are_three_at_most_with_what_was_returned_first(submitted):
    submitted.requirement_progress.filter(requirement="evaluation").update(status="action_needed")

    steps = next_steps(stage_tasks(submitted))

    assert len(steps) == 3
    assert steps[0]["title"] == ABS.requirement("evaluation").label
    assert all(step["status"] in {"Action needed", "Not started", "In progress"} for step in steps)


def test_day_is_written_in_words():
    assert day_in_words(datetime(2026, 11, 3, 12, tzinfo=UTC)) == "November 3, 2026"
