"""Stored progress and who has the ball: kept in step with the case, and silent while it rests."""

from datetime import timedelta

import pytest

from credentialing.accounts.services import record_membership
from credentialing.applications import progress
from credentialing.applications.assessments import assess_case, assess_requirement, gate_opened_on
from credentialing.applications.models import AwaitedAct, RequirementProgress
from credentialing.applications.progress import awaited_acts, next_stage, refresh_progress, stage_is_ready
from credentialing.operations.demo.walk import noon
from tests.applications.conftest import NOON, put
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

DAY = NOON.date()


def acts(application):
    return set(application.awaited_acts.values_list("requirement", "act", "role"))


def test_assessment_has_every_requirement_in_the_order_of_the_pathway(draft):
    found = [item.requirement.slug for item in assess_case(draft, DAY)]

    assert found == [requirement.slug for requirement in draft.definition.requirements]


def test_unknown_requirement_is_an_error(draft):
    with pytest.raises(KeyError):
        assess_requirement(draft, "charm", DAY)


def test_stored_rows_say_what_the_assessment_says(submitted):
    items = {item.requirement.slug: item for item in assess_case(submitted, DAY)}

    for row in submitted.requirement_progress.all():
        item = items[row.requirement]
        assert (row.status, row.met, row.summary, row.waiting_on, row.evidence_digest) == (
            item.status, item.progress.met, item.summary, item.waiting_on, item.digest,
        )  # fmt: skip


def test_row_that_tells_nothing_new_is_left_alone(submitted):
    stamps = dict(submitted.requirement_progress.values_list("requirement", "refreshed_at"))

    refresh_progress(submitted, NOON + timedelta(days=1))

    assert dict(submitted.requirement_progress.values_list("requirement", "refreshed_at")) == stamps


def test_wait_is_counted_from_when_the_ball_changed_hands(submitted, officers):
    row = submitted.requirement_progress.get(requirement="supervisor")
    assert row.waiting_on == "candidate"

    submitted.supervisions.create(supervisor=officers.supervisors[0], asked_at=NOON)
    refresh_progress(submitted, NOON)
    refresh_progress(submitted, NOON + timedelta(days=9))

    row.refresh_from_db()
    assert (row.waiting_on, row.waiting_since) == ("supervisor", NOON)
    act = AwaitedAct.objects.get(application=submitted, requirement="supervisor")
    assert (act.role, act.since) == ("supervisor", NOON)


def test_nobody_is_waited_for_when_it_is_complete(submitted):
    row = submitted.requirement_progress.get(requirement="membership")

    assert (row.status, row.waiting_on, row.waiting_since) == ("complete", "", None)
    assert "membership" not in {requirement for requirement, _, _ in acts(submitted)}


def test_row_of_a_requirement_that_the_pinned_version_has_not_is_removed(submitted):
    RequirementProgress.objects.create(
        application=submitted, requirement="charm", position=99, status="complete", summary="", refreshed_at=NOON
    )

    refresh_progress(submitted, NOON)

    assert not submitted.requirement_progress.filter(requirement="charm").exists()


def test_row_says_whose_requirement_it_is(submitted):
    row = submitted.requirement_progress.first()

    assert str(row) == f"{submitted.pk}/membership: complete"


def test_membership_recorded_by_the_office_reaches_open_cases_at_once(draft, officers):
    record_membership(person=draft.candidate, actor=officers.coordinator, starts_on=DAY)

    assert draft.requirement_progress.get(requirement="membership").status == "complete"


def test_membership_reaches_no_case_that_has_ended(draft, officers):
    put(draft, "withdrawn")

    record_membership(person=draft.candidate, actor=officers.coordinator, starts_on=DAY)

    assert draft.requirement_progress.get(requirement="membership").status == "waiting"


def test_draft_waits_for_its_author_and_for_those_who_keep_the_books(draft):
    awaited = acts(draft)

    assert ("application_form", "complete", "candidate") in awaited
    assert ("membership", "complete", "coordinator") in awaited
    assert "admission" not in {requirement for requirement, _, _ in awaited}


def test_advice_is_never_waited_for(submitted):
    assert not [requirement for requirement, _, _ in acts(submitted) if submitted.requirement(requirement).desirable]


@pytest.mark.parametrize("state", ["on_hold", "deferred", "withdrawn", "declined"])
def test_case_that_rests_or_has_ended_waits_for_nobody(submitted, state):
    assert acts(submitted)

    refresh_progress(put(submitted, state), NOON)

    assert acts(submitted) == set()
    assert set(submitted.requirement_progress.values_list("waiting_on", "waiting_since")) == {("", None)}


def test_resumed_case_waits_again(submitted):
    before = acts(submitted)
    refresh_progress(put(submitted, "on_hold"), NOON)

    refresh_progress(put(submitted, "applied"), NOON)

    assert acts(submitted) == before


def test_act_is_waited_for_since_it_first_was(submitted):
    since = dict(submitted.awaited_acts.values_list("pk", "since"))

    refresh_progress(submitted, NOON + timedelta(days=30))

    assert dict(submitted.awaited_acts.values_list("pk", "since")) == since
    assert str(submitted.awaited_acts.get(requirement="admission", role="ccc_chair")) == (
        f"{submitted.pk}/admission: ccc_chair sign_off"
    )


def test_admission_signed_by_one_still_waits_for_the_other(walk, officers):
    application = walk.submit().application

    walk.sign_off("admission", officers.coordinator, noon(walk.starts_on))

    admission = {row for row in acts(application) if row[0] == "admission"}
    assert admission == {("admission", "sign_off", "ccc_chair")}


def test_next_stage_is_the_one_that_a_stage_sign_off_reaches(draft):
    expected = {
        "draft": None,
        "applied": "co_leading_logged",
        "observed": "workshop_attended",
        "workshop_attended": None,  # the council decides
        "certified": None,
        "on_hold": None,
    }

    for state, slug in expected.items():
        stage = next_stage(put(draft, state))
        assert (stage.slug if stage else None) == slug, state


def test_stage_is_ready_without_what_is_only_advice(submitted):
    stage = submitted.definition.stages[0]
    items = assess_case(submitted, DAY)

    assert not stage_is_ready(submitted, stage, items)
    complete = [item for item in items if item.complete]
    assert stage_is_ready(submitted, stage, complete)


def test_gate_opens_on_the_day_of_its_last_requirement(walk):
    application = walk.admit().application
    day = walk.starts_on + timedelta(days=30)
    assert gate_opened_on(application, "submit", day) == walk.starts_on
    assert gate_opened_on(application, "supervision", day) is None

    assert gate_opened_on(application, "no such gate", day) is None


def test_supervision_may_begin_on_the_day_the_fee_came_in_after_agreement_and_admission(walk):
    application = walk.begin_supervision().application

    assert gate_opened_on(application, "supervision", walk.starts_on + timedelta(days=30)) == (
        walk.starts_on + timedelta(days=9)
    )


def test_draft_waits_for_nothing_that_comes_later(draft):
    assert awaited_acts(draft, []) == set()
    assert next_stage(draft) is None


def test_many_changes_bring_a_case_up_to_date_once_at_the_end(draft, monkeypatch):
    refreshed = []
    monkeypatch.setattr(progress, "_refresh_awaited", lambda application, *_: refreshed.append(application))

    with progress.refreshed_once():
        for _ in range(3):
            progress.note_progress(draft, NOON)
        assert refreshed == []
    assert refreshed == [draft]

    progress.note_progress(draft, NOON)
    assert refreshed == [draft, draft]


def test_changes_within_changes_wait_for_the_end_of_all(draft, monkeypatch):
    refreshed = []
    monkeypatch.setattr(progress, "_refresh_awaited", lambda application, *_: refreshed.append(application))

    with progress.refreshed_once():
        with progress.refreshed_once():
            progress.note_progress(draft, NOON)
        assert refreshed == []

    assert refreshed == [draft]


def test_changes_that_failed_bring_nothing_up_to_date(draft):
    stamps = set(draft.requirement_progress.values_list("refreshed_at"))
    MembershipFactory(person=draft.candidate)

    def fail_halfway():
        with progress.refreshed_once():
            progress.note_progress(draft, NOON + timedelta(days=1))
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - the very one raised above
        fail_halfway()

    assert set(draft.requirement_progress.values_list("refreshed_at")) == stamps
    progress.note_progress(draft, NOON)
    assert draft.requirement_progress.get(requirement="membership").met
