"""Signing off, returning, taking back: on the evidence that was seen, by those who may, and never twice."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from credentialing.accounts.models import ConflictOfInterest
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.models import AwaitedAct
from credentialing.applications.services.drafts import save_application_form
from credentialing.applications.services.lifecycle import change_lifecycle, sign_off_stage
from credentialing.applications.services.supervision import answer_supervision
from credentialing.correspondence.models import Letter
from credentialing.evidence.services.files import upload_file
from credentialing.evidence.services.quarantine import quarantine_file, release_file
from credentialing.operations.demo.walk import noon
from credentialing.pathways.services import publish_pathway, shipped_source
from credentialing.reviews.models import SignOff
from credentialing.reviews.services import (
    NotTheReviewer,
    ReviewRefused,
    StaleEvidence,
    recuse,
    return_requirement,
    sign_off_requirement,
    take_back_sign_off,
)
from tests.evidence.samples import pdf
from tests.factories import PersonFactory, make_walk

pytestmark = pytest.mark.django_db
ON = date(2024, 2, 1)
NOW = noon(ON)


@pytest.fixture
def walk():
    return make_walk().ask()


def digest(walk, requirement="admission") -> str:
    return assess_requirement(walk.application, requirement, ON).digest


def sign(walk, actor, requirement="admission", **kwargs) -> SignOff:
    values = {"seen_digest": digest(walk, requirement), "now": NOW, **kwargs}
    return sign_off_requirement(application=walk.application, requirement=requirement, actor=actor, **values)


def send_back(walk, actor, requirement="admission", reason="Say more about your group.", **kwargs) -> SignOff:
    values = {"seen_digest": digest(walk, requirement), "now": NOW, **kwargs}
    return return_requirement(
        application=walk.application, requirement=requirement, actor=actor, reason=reason, **values
    )


def test_admission_needs_two_officers_and_tells_the_candidate_once(walk):
    sign(walk, walk.officers.coordinator)
    walk.application.refresh_from_db()
    assert walk.application.admitted_at is None
    sign(walk, walk.officers.chair)
    walk.application.refresh_from_db()
    assert walk.application.admitted_at == NOW
    assert Letter.objects.filter(template="admitted", recipient=walk.candidate).count() == 1


def test_one_person_with_two_offices_gives_one_approval(walk):
    both = PersonFactory(offices=["coordinator", "ccc_chair"])
    sign(walk, both)
    with pytest.raises(ReviewRefused, match="somebody else"):
        sign(walk, both)


def test_second_click_is_refused(walk):
    sign(walk, walk.officers.coordinator)
    with pytest.raises(ReviewRefused, match="already"):
        sign(walk, walk.officers.coordinator)
    assert SignOff.objects.count() == 1


def test_evidence_that_changed_since_it_was_seen_is_not_signed(walk):
    with pytest.raises(StaleEvidence, match="Look again"):
        sign(walk, walk.officers.coordinator, seen_digest="0" * 64)


def test_sign_off_is_outdated_once_the_evidence_changes(walk):
    sign(walk, walk.officers.coordinator)
    send_back(walk, walk.officers.chair)
    save_application_form(
        application=walk.application,
        actor=walk.candidate,
        motivation="More.",
        prior_experience="b",
        practice="c",
        now=NOW,
    )
    walk.application.refresh_from_db()
    item = assess_requirement(walk.application, "admission", ON)
    assert [fact.role for fact in item.outdated] == ["coordinator"]
    assert item.missing_roles == ("ccc_chair", "coordinator")


def test_what_is_not_complete_is_not_signed():
    walk = make_walk().begin_supervision()
    with pytest.raises(ReviewRefused, match="isn't complete yet"):
        sign(walk, walk.officers.coordinator, "group_sessions")


@pytest.mark.parametrize("office", ["treasurer", "council", "reviewer", "observer"])
def test_office_that_does_not_sign_this_is_refused(walk, office):
    with pytest.raises(NotTheReviewer, match="office"):
        sign(walk, PersonFactory(offices=[office]))


def test_nobody_judges_their_own_case_superusers_included(walk):
    walk.candidate.terms.create(role="coordinator", starts_on=date(2015, 1, 1))
    walk.candidate.is_superuser = True
    walk.candidate.save()
    with pytest.raises(NotTheReviewer, match="own case"):
        sign(walk, walk.candidate)


def test_supervisor_does_not_judge_whom_they_supervise():
    walk = make_walk().admit()
    walk.supervisor.terms.create(role="coordinator", starts_on=date(2015, 1, 1))
    with pytest.raises(NotTheReviewer, match="supervise"):
        sign(walk, walk.supervisor)


@pytest.mark.parametrize("candidate_declares", [True, False])
def test_conflict_closes_a_case_whoever_declared_it(walk, candidate_declares):
    chair, candidate = walk.officers.chair, walk.candidate
    person, other = (candidate, chair) if candidate_declares else (chair, candidate)
    ConflictOfInterest.objects.create(person=person, other=other, relation="cousins", declared_by=person)
    with pytest.raises(NotTheReviewer, match="cousins"):
        sign(walk, chair)
    with pytest.raises(NotTheReviewer):
        send_back(walk, chair)
    assert not type(walk.application).objects.reviewable_by(chair).exists()
    assert list(type(walk.application).objects.in_conflict_with(chair)) == [walk.application]
    assert not AwaitedAct.objects.on_cases_of(chair, frozenset({"ccc_chair"})).exists()


def test_case_on_hold_is_not_judged(walk):
    change_lifecycle(application=walk.application, name="hold", actor=walk.officers.coordinator, reason="x", now=NOW)
    with pytest.raises(ReviewRefused, match="isn't open"):
        sign(walk, walk.officers.coordinator)


def test_returned_requirement_waits_for_the_candidate_with_the_reviewers_words(walk):
    send_back(walk, walk.officers.coordinator)
    item = assess_requirement(walk.application, "admission", ON)
    assert (item.status, item.waiting_on, item.returned.reason) == (
        "action_needed",
        "candidate",
        "Say more about your group.",
    )
    letter = Letter.objects.get(template="requirement_returned")
    assert (letter.recipient, "Say more" in letter.body) == (walk.candidate, True)


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_returning_needs_a_reason(walk, reason):
    with pytest.raises(ReviewRefused, match="what should be changed"):
        send_back(walk, walk.officers.coordinator, reason=reason)


def test_returned_is_not_returned_again_until_something_changes(walk):
    send_back(walk, walk.officers.coordinator)
    with pytest.raises(ReviewRefused, match="already been decided"):
        send_back(walk, walk.officers.chair)


def test_reviewer_may_change_their_mind_after_returning(walk):
    send_back(walk, walk.officers.coordinator)
    sign(walk, walk.officers.coordinator)
    assert assess_requirement(walk.application, "admission", ON).missing_roles == ("ccc_chair",)


def test_sign_off_never_changes_in_code(walk):
    given = sign(walk, walk.officers.coordinator)
    with pytest.raises(TypeError, match="never changes"):
        given.save()
    assert str(given).startswith("admission: approved by")


def test_database_keeps_one_approval_per_role_and_evidence(walk):
    given = sign(walk, walk.officers.coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        SignOff.objects.create(
            application=walk.application,
            requirement="admission",
            outcome="approved",
            role="coordinator",
            reviewer=walk.officers.chair,
            evidence_digest=given.evidence_digest,
        )


def test_mistaken_sign_off_is_taken_back_and_may_be_given_again(walk):
    given = sign(walk, walk.officers.coordinator)
    take_back_sign_off(sign_off=given, actor=walk.officers.coordinator, now=NOW)
    assert "coordinator" in assess_requirement(walk.application, "admission", ON).missing_roles
    assert sign(walk, walk.officers.coordinator) != given
    with pytest.raises(ReviewRefused, match="already been taken back"):
        take_back_sign_off(sign_off=given, actor=walk.officers.coordinator, now=NOW)


def test_sign_off_of_others_is_theirs(walk):
    given = sign(walk, walk.officers.coordinator)
    with pytest.raises(NotTheReviewer, match="their own"):
        take_back_sign_off(sign_off=given, actor=walk.officers.chair, now=NOW)


def test_admission_stands_once_both_have_spoken():
    make_walk().admit()
    given = SignOff.objects.first()
    with pytest.raises(ReviewRefused, match="admitted"):
        take_back_sign_off(sign_off=given, actor=given.reviewer, now=NOW)


def test_sign_off_on_which_a_stage_was_reached_stands_and_before_that_it_does_not():
    walk = make_walk().be_evaluated()
    now = noon(walk.reviewed_on)
    walk.sign_off("group_sessions", walk.officers.coordinator, now)
    given = SignOff.objects.get(requirement="group_sessions")
    take_back_sign_off(sign_off=given, actor=walk.officers.coordinator, now=now)
    walk.sign_off("group_sessions", walk.officers.coordinator, now)
    given = SignOff.objects.standing().get(requirement="group_sessions")
    change_lifecycle(application=walk.application, name="hold", actor=walk.officers.coordinator, reason="x", now=now)
    with pytest.raises(ReviewRefused, match="isn't open"):
        take_back_sign_off(sign_off=given, actor=walk.officers.coordinator, now=now)
    change_lifecycle(application=walk.application, name="resume", actor=walk.officers.coordinator, now=now)
    sign_off_stage(application=walk.application, actor=walk.officers.coordinator, now=now)
    with pytest.raises(ReviewRefused, match="stage has been reached"):
        take_back_sign_off(sign_off=given, actor=walk.officers.coordinator, now=now)


def test_stepping_aside_closes_the_case_and_is_recorded(walk):
    chair = walk.officers.chair
    recuse(application=walk.application, actor=chair, relation="same practice", now=NOW + timedelta(days=1))
    with pytest.raises(NotTheReviewer, match="same practice"):
        sign(walk, chair)
    with pytest.raises(ReviewRefused, match="own case"):
        recuse(application=walk.application, actor=walk.candidate, relation="x")


def test_sign_off_is_outdated_when_a_file_under_it_goes_into_quarantine():
    source = shipped_source("abs-leader").replace('body = "committee"', 'body = "committee"\n  takes_files = true')
    publish_pathway(source=source, actor=PersonFactory(offices=["administrator"]), in_force_from=date(2015, 1, 1))
    walk = make_walk().ask()
    now = noon(walk.starts_on + timedelta(days=20))
    file = upload_file(
        application=walk.application,
        requirement="admission",
        actor=walk.candidate,
        title="Curriculum vitae",
        original_name="cv.pdf",
        content=pdf(),
        now=now,
    )
    supervision = walk.application.current_supervision
    answer_supervision(supervision=supervision, actor=walk.supervisor, accept=True, now=now)
    walk.sign_off("admission", walk.officers.coordinator, now)
    given = SignOff.objects.get()
    quarantine_file(file=file, actor=walk.officers.council[0], reason="Names a patient.", now=now)

    item = assess_requirement(walk.application, "admission", now.date())
    assert given.evidence_digest != item.digest
    assert [fact.role for fact in item.outdated] == ["coordinator"]
    assert "coordinator" in item.missing_roles

    release_file(file=file, actor=walk.officers.chair, reason="Nothing is wrong.", now=now)
    again = assess_requirement(walk.application, "admission", now.date())
    assert (again.outdated, again.digest) == ((), given.evidence_digest)
