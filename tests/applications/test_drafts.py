"""Beginning, writing and handing in an application."""

from datetime import UTC, date, datetime, timedelta

import pytest

from credentialing.accounts.models import Role
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.models import Application, AwaitedAct
from credentialing.applications.services.drafts import (
    ApplicationClosed,
    can_edit_form,
    save_application_form,
    start_application,
    submit_application,
)
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.correspondence.models import Letter
from credentialing.operations.demo.walk import noon
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.services import publish_pathway, shipped_source
from credentialing.reviews.services import return_requirement
from tests.applications.conftest import NOON
from tests.by_hand import write_by_hand
from tests.factories import PersonFactory, abs_version
from workflows.errors import NoSuchTransition, NotPermitted, TransitionBlocked
from workflows.models import LedgerRecord

pytestmark = pytest.mark.django_db

ANSWERS = {"motivation": "To give back.", "prior_experience": "Three years.", "practice": "Family medicine."}


def test_draft_is_pinned_to_the_version_in_force_and_belongs_to_its_author():
    version = abs_version()
    ada = PersonFactory(name="Ada")

    draft = start_application(actor=ada, now=NOON)

    assert (draft.candidate, draft.pathway_version, draft.state, draft.created_at) == (ada, version, "draft", NOON)
    assert len(draft.reference) == 8
    assert str(draft) == f"Ada ({draft.reference})"
    assert draft.requirement_progress.count() == len(draft.definition.requirements)


def test_beginning_again_returns_the_open_application(draft):
    assert start_application(actor=draft.candidate) == draft
    assert Application.objects.count() == 1


def test_after_withdrawing_one_begins_anew(draft):
    change_lifecycle(application=draft, name="withdraw", actor=draft.candidate)

    assert start_application(actor=draft.candidate) != draft
    assert Application.objects.of(draft.candidate).count() == 2


def test_nothing_can_be_begun_before_a_version_is_in_force():
    abs_version()

    with pytest.raises(PathwayVersion.DoesNotExist):
        start_application(actor=PersonFactory(), now=datetime(2014, 12, 31, 12, tzinfo=UTC))

    assert not Application.objects.exists()


def test_draft_is_saved_as_often_as_one_likes_also_half_written(draft):
    save_application_form(application=draft, actor=draft.candidate, **ANSWERS | {"practice": ""}, now=NOON)
    row = draft.requirement_progress.get(requirement="application_form")
    assert (row.status, row.summary) == ("in_progress", "2 of 3 answers given")

    saved = save_application_form(application=draft, actor=draft.candidate, **ANSWERS, now=NOON)

    row.refresh_from_db()
    assert (saved.practice, row.status, row.met) == ("Family medicine.", "complete", True)
    assert saved.version == 0


def test_nobody_else_writes_the_form(draft):
    with pytest.raises(PermissionError):
        save_application_form(application=draft, actor=PersonFactory(offices=[Role.COORDINATOR]), **ANSWERS)

    draft.refresh_from_db()
    assert draft.motivation == ""


def test_submitted_form_is_closed(submitted):
    assert not can_edit_form(submitted)
    with pytest.raises(ApplicationClosed, match="with the reviewers"):
        save_application_form(application=submitted, actor=submitted.candidate, **ANSWERS)


def test_returned_form_is_open_until_it_has_been_changed(submitted, officers):
    now = noon(date(2024, 1, 12))
    item = assess_requirement(submitted, "admission", now.date())
    return_requirement(
        application=submitted, requirement="admission", actor=officers.chair, seen_digest=item.digest,
        reason="Tell us more.", now=now,
    )  # fmt: skip
    assert can_edit_form(submitted, now)
    assert submitted.requirement_progress.get(requirement="admission").status == "action_needed"

    save_application_form(application=submitted, actor=submitted.candidate, **ANSWERS, now=now)

    submitted.refresh_from_db()
    assert submitted.motivation == "To give back."
    assert not can_edit_form(submitted, now)
    assert submitted.requirement_progress.get(requirement="admission").status == "waiting"


def test_form_stays_closed_after_admission_and_after_the_end(submitted):
    for change in ({"admitted_at": NOON}, {"admitted_at": None, "state": "declined"}):
        write_by_hand(submitted, **change)
        submitted.refresh_from_db()
        assert not can_edit_form(submitted)


def test_submitting_is_refused_with_everything_that_is_missing(draft):
    with pytest.raises(TransitionBlocked) as refused:
        submit_application(application=draft, actor=draft.candidate, now=NOON)

    assert {item.requirement for item in refused.value.unmet} == {"membership", "first_intensive", "application_form"}
    assert all(item.message for item in refused.value.unmet)
    draft.refresh_from_db()
    assert (draft.state, draft.version, draft.submitted_at) == ("draft", 0, None)
    assert not Letter.objects.exists()
    assert not LedgerRecord.objects.exists()


def test_submitted_application_is_recorded_and_everybody_is_told(walk, officers):
    application = walk.submit().application

    assert (application.state, application.version) == ("applied", 1)
    assert application.submitted_at == application.state_since == noon(walk.starts_on)
    (record,) = LedgerRecord.objects.of(application)
    assert (record.transition, record.role, record.actor) == ("submit", "candidate", walk.candidate)
    assert record.rules_digest == application.pathway_version.digest
    written = {letter.recipient: letter for letter in Letter.objects.all()}
    assert set(written) == {walk.candidate, officers.coordinator, officers.chair}
    assert application.reference in written[walk.candidate].subject
    assert "Ada Applicant" in written[officers.chair].subject


def test_record_of_submitting_holds_what_counted_on_that_day(walk):
    walk.draft()
    membership = walk.candidate.memberships.get()
    membership.ends_on = walk.starts_on  # over today, running then
    membership.save()
    walk.attend(date(2023, 10, 14), walk.place)
    save_application_form(application=walk.application, actor=walk.candidate, **ANSWERS)

    record = submit_application(application=walk.application, actor=walk.candidate, now=noon(walk.starts_on))

    kinds = [reference["kind"] for reference in record.evidence]
    assert sorted(kinds) == kinds
    assert {"membership", "application_form", "attendance"} <= set(kinds)
    assert {"kind": "membership", "id": str(membership.pk)}.items() <= next(
        reference for reference in record.evidence if reference["kind"] == "membership"
    ).items()


def test_membership_that_has_ended_blocks_submitting(walk):
    walk.draft()
    walk.candidate.memberships.update(ends_on=walk.starts_on - timedelta(days=1))

    with pytest.raises(TransitionBlocked) as refused:
        submit_application(application=walk.application, actor=walk.candidate, now=noon(walk.starts_on))

    assert "Membership ended on January 9, 2024" in str(refused.value)


def test_application_is_submitted_once(submitted):
    with pytest.raises(NoSuchTransition):
        submit_application(application=submitted, actor=submitted.candidate)

    assert LedgerRecord.objects.of(submitted).count() == 1


def test_nobody_submits_for_somebody_else(walk, officers):
    walk.draft()

    with pytest.raises(NotPermitted):
        submit_application(application=walk.application, actor=officers.coordinator)


def publish_next(in_force_from: date) -> PathwayVersion:
    source = shipped_source("abs-leader").replace('version = "2024.1"', 'version = "2024.2"')
    return publish_pathway(source=source, actor=PersonFactory(), in_force_from=in_force_from)


def test_rules_are_those_of_the_day_of_submission_and_stay(walk):
    walk.draft()
    newer = publish_next(walk.starts_on)
    walk.attend(date(2023, 10, 14), walk.place)
    save_application_form(application=walk.application, actor=walk.candidate, **ANSWERS)

    submit_application(application=walk.application, actor=walk.candidate, now=noon(walk.starts_on))

    walk.application.refresh_from_db()
    assert walk.application.pathway_version == newer
    publish_pathway(
        source=shipped_source("abs-leader").replace('version = "2024.1"', 'version = "2024.3"'),
        actor=PersonFactory(), in_force_from=walk.starts_on,
    )  # fmt: skip
    walk.application.refresh_from_db()
    assert walk.application.pathway_version == newer


def test_rules_of_a_later_day_do_not_apply_yet(walk):
    old = abs_version()
    publish_next(walk.starts_on + timedelta(days=1))

    assert walk.submit().application.pathway_version == old


def test_references_differ_and_are_easy_to_read_aloud():
    abs_version()
    drafts = [start_application(actor=PersonFactory()) for _ in range(5)]

    assert len({draft.reference for draft in drafts}) == 5
    assert not set("".join(draft.reference for draft in drafts)) & set("01IOU")


def test_committee_is_awaited_from_the_day_of_submission(submitted):
    acts = AwaitedAct.objects.filter(application=submitted, requirement="admission")

    assert {(act.role, act.act, act.since) for act in acts} == {
        ("ccc_chair", "sign_off", submitted.submitted_at),
        ("coordinator", "sign_off", submitted.submitted_at),
    }
