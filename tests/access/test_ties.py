"""Nobody judges whom they are tied to: every kind of record ties, everywhere, and both forms of the question agree."""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from certificates.models import Credential
from credentialing.accounts.models import Person, Role
from credentialing.accounts.services import declare_conflict
from credentialing.accounts.ties import (
    TIES,
    TO_EVALUATE,
    TO_JUDGE,
    kinds_between,
    people_tying,
    source,
    tied_people,
    ties_between,
)
from credentialing.applications.models import Application
from credentialing.applications.permissions import (
    barring_ties,
    objection_to_deciding,
    objection_to_judging,
    officers_told_of,
    untied_among,
)
from credentialing.applications.services.answers import AnswersRefused, change_answers
from credentialing.applications.services.endorsing import recommending_role
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.applications.services.moves import move_application
from credentialing.council.motions.services import MayNotJudge, put_motion
from credentialing.council.services import NotAVoter, cast_ballot, change_standing
from credentialing.evidence.models import Reference
from credentialing.evidence.services.credentials import enter_exam_result
from credentialing.evidence.services.fees import mark_fee
from credentialing.evidence.services.log import add_log_entry, confirm_log_entry
from credentialing.evidence.services.observations import request_observation, save_observation
from credentialing.evidence.services.quarantine import quarantine_file, release_file
from credentialing.evidence.services.references import give_reference
from credentialing.names.services import approve_change
from credentialing.operations.demo.walk import noon
from credentialing.reviews.services import NotTheReviewer, return_requirement, sign_off_requirement
from credentialing.reviews.waivers import waive_requirement
from tests.certificates.factories import awarded
from tests.factories import PersonFactory, make_officers, make_walk
from tests.names.acts import asked
from workflows.errors import NotPermitted

pytestmark = pytest.mark.django_db
NOW = noon(date(2024, 3, 1))


def told_to_confirm(walk, address):
    entry = add_log_entry(
        application=walk.application, actor=walk.candidate, held_on=date(2024, 2, 1), minutes=90, role="co_led",
        setting="open", present=8, co_leader_name="A colleague", co_leader_email=address, now=NOW,
    )  # fmt: skip
    return confirm_log_entry(entry=entry, role="co_leader", now=NOW)


def gave_reference(walk, address):
    reference = Reference.objects.create(
        application=walk.application, requirement="admission", referee_name="Rita", referee_email=address
    )
    return give_reference(reference=reference, relation="colleague", text="Good.", recommended=True, now=NOW)


def tie_by_record(kind, walk, person):
    if kind == "declared":
        declare_conflict(person=walk.candidate, other=person, relation="cousin", actor=walk.candidate)
    elif kind == "same_address":
        EmailAddress.objects.create(user=walk.candidate, email="both@example.org", verified=True).delete()
        EmailAddress.objects.create(user=person, email="Both@example.org", verified=True)
    elif kind == "supervisor":
        walk.application.supervisions.create(supervisor=person, accepted_at=NOW, ended_at=NOW)
    elif kind == "co_leader":
        told_to_confirm(walk, person.email.upper())
    elif kind == "referee":
        gave_reference(walk, person.email)
    else:
        person.terms.create(role=Role.OBSERVER, starts_on="2015-01-01")
        request_observation(
            application=walk.application, event=walk.candidate.attendances.get().event, evaluator=person,
            actor=walk.officers.coordinator, now=NOW,
        )  # fmt: skip


@pytest.fixture
def walk():
    return make_walk().submit()


@pytest.mark.parametrize("kind", TIES)
def test_each_record_ties_in_both_forms_and_says_from_what(walk, kind):
    officer, stranger = PersonFactory(offices=[Role.COUNCIL]), PersonFactory(name="Zoe Zzz", offices=[Role.COUNCIL])
    assert Application.objects.reviewable_by(officer).exists()

    tie_by_record(kind, walk, officer)

    assert kinds_between(officer, walk.candidate) == [kind]
    (tie,) = ties_between(officer, walk.candidate)
    assert tie.words.startswith("You ")
    assert objection_to_judging(officer, walk.application) == tie.words == walk.application.objection_to(officer)
    assert objection_to_deciding(officer, walk.candidate) == tie.words
    assert not Application.objects.reviewable_by(officer).exists()
    assert list(Application.objects.in_conflict_with(officer)) == [walk.application]
    assert list(Application.objects.reviewable_by(stranger)) == [walk.application]
    assert kinds_between(stranger, walk.candidate) == []
    assert stranger in officers_told_of(walk.application, [Role.COUNCIL], NOW)
    assert officer not in officers_told_of(walk.application, [Role.COUNCIL], NOW)
    assert untied_among([officer, stranger, walk.candidate], walk.application) == {stranger.pk}


def test_both_directions_of_every_tie_agree_for_everybody(walk):
    for kind in TIES:
        tie_by_record(kind, walk, PersonFactory())
    other = make_walk(officers=walk.officers, candidate=PersonFactory()).ask()
    give_reference(
        reference=Reference.objects.create(
            application=other.application, requirement="admission", referee_name="R", referee_email="nobody@x.org"
        ),
        relation="colleague", text="Good.", recommended=True,
    )  # fmt: skip
    people = list(Person.objects.order_by("pk"))
    forwards = {
        (kind, person.pk, pk) for kind in TIES for person in people
        for pk in Person.objects.filter(pk__in=source(kind).tied_to(person)).values_list("pk", flat=True)
    }  # fmt: skip
    backwards = {
        (kind, pk, other.pk) for kind in TIES for other in people
        for pk in Person.objects.filter(pk__in=source(kind).tying(other)).values_list("pk", flat=True)
    }  # fmt: skip
    assert forwards == backwards
    assert {kind for kind, _, _ in forwards} == set(TIES)
    for person in people:
        for case in (walk.application, other.application):
            judges = Application.objects.without_ties_to(person).filter(pk=case.pk).exists()
            assert judges == (not objection_to_judging(person, case))
            assert Person.objects.filter(tied_people(person), pk=case.candidate_id).exists() == bool(
                kinds_between(person, case.candidate)
            )
            assert Person.objects.filter(people_tying(case.candidate), pk=person.pk).exists() == bool(
                kinds_between(person, case.candidate)
            )


def test_co_leader_is_found_by_any_confirmed_address_and_after_changing_it(walk):
    officer, other = PersonFactory(), PersonFactory()
    EmailAddress.objects.create(user=officer, email="private@elsewhere.org", verified=True)
    EmailAddress.objects.create(user=other, email="claimed@elsewhere.org", verified=False)
    told_to_confirm(walk, "Private@elsewhere.org")
    gave_reference(walk, "claimed@elsewhere.org")
    assert kinds_between(officer, walk.candidate) == ["co_leader"]
    assert kinds_between(other, walk.candidate) == []

    officer.emailaddress_set.all().delete()

    assert kinds_between(officer, walk.candidate) == ["co_leader"]
    claimed = EmailAddress.objects.get(user=other)
    claimed.verified = True
    claimed.save()
    assert kinds_between(other, walk.candidate) == ["referee"]


def test_tie_of_an_earlier_case_counts_in_the_next_one(walk):
    officer = PersonFactory(offices=[Role.COUNCIL])
    tie_by_record("supervisor", walk, officer)
    change_lifecycle(application=walk.application, name="withdraw", actor=walk.candidate)
    later = make_walk(date(2025, 1, 10), officers=walk.officers, candidate=walk.candidate).draft().application

    assert objection_to_judging(officer, later).startswith("You supervise this candidate, or have done so")


def test_asked_to_evaluate_may_evaluate_and_nothing_else(walk):
    evaluator = PersonFactory()
    tie_by_record("evaluator", walk, evaluator)

    assert barring_ties(evaluator, walk.candidate, walk.application, TO_EVALUATE) == []
    assert barring_ties(evaluator, walk.candidate, walk.application, TO_JUDGE)
    observation = walk.application.observations.get()
    rubric = {item.slug: ("strong", "") for item in walk.application.definition.rubric.items}
    save_observation(
        observation=observation, actor=evaluator, ratings=rubric, comments="", outcome="ready", file=True, now=NOW
    )
    assert walk.application.observations.filed().exists()


def test_whoever_co_led_does_not_evaluate(walk):
    evaluator = PersonFactory(offices=[Role.OBSERVER])
    told_to_confirm(walk, evaluator.email)
    with pytest.raises(Exception, match="confirmed a session of the candidate as co-leader, so others must evaluate"):
        request_observation(
            application=walk.application, event=walk.candidate.attendances.get().event, evaluator=evaluator,
            actor=walk.officers.coordinator, now=NOW,
        )  # fmt: skip


def holder_of(candidate):
    return Credential.objects.filter(holder=candidate).first() or awarded(holder=candidate)


ACTS = {
    "sign off": lambda w, by: sign_off_requirement(
        application=w.application, requirement="admission", actor=by, seen_digest=""
    ),
    "return": lambda w, by: return_requirement(
        application=w.application, requirement="admission", actor=by, seen_digest="", reason="x"
    ),
    "waive": lambda w, by: waive_requirement(
        application=w.application, requirement="group_sessions", actor=by, reason="x"
    ),
    "hold": lambda w, by: change_lifecycle(application=w.application, name="hold", actor=by, reason="x"),
    "vote": lambda w, by: cast_ballot(application=w.application, actor=by, choice="approve"),
    "answers": lambda w, by: change_answers(application=w.application, actor=by, answers={}, reason="x"),
    "move": lambda w, by: move_application(
        application=w.application, version=w.application.pathway_version, actor=by, reason="x"
    ),
    "exam": lambda w, by: enter_exam_result(
        application=w.application, requirement="admission", actor=by, taken_on=date(2024, 1, 1), score=1
    ),
    "fee": lambda w, by: mark_fee(
        application=w.application, requirement="fee_first_year", actor=by, kind="paid", received_on=date(2024, 1, 1)
    ),
    "fee waiver": lambda w, by: mark_fee(
        application=w.application, requirement="fee_first_year", actor=by, kind="waived",
        received_on=date(2024, 1, 1), reason="x",
    ),
    "suspend": lambda w, by: change_standing(credential=holder_of(w.candidate), name="suspend", actor=by, reason="x"),
    "revoke": lambda w, by: change_standing(credential=holder_of(w.candidate), name="revoke", actor=by, reason="x"),
    "motion": lambda w, by: put_motion(credential=holder_of(w.candidate), act="suspend", actor=by, reason="x"),
    "name": lambda w, by: approve_change(
        change=asked(holder_of(w.candidate)), actor=by, proof="x", proof_seen_on=date(2024, 1, 1)
    ),
    "release a file": lambda w, by: release_file(file=w.application.files.get(), actor=by, reason="x"),
}  # fmt: skip
REFUSALS = (MayNotJudge, NotTheReviewer, NotAVoter, NotPermitted, PermissionError, AnswersRefused)


@pytest.fixture
def everything():
    """A case with a file in quarantine, and somebody who holds every office and has confirmed a session."""
    walk = make_walk().begin_supervision()
    file = walk.upload("recording_consent", "A paper", "paper.pdf", NOW)
    quarantine_file(file=file, actor=walk.supervisor, reason="x", now=NOW)
    walk.all_offices = PersonFactory(offices=Role.values)
    told_to_confirm(walk, walk.all_offices.email)
    return walk


@pytest.mark.parametrize("act", ACTS)
def test_no_act_of_judging_is_open_to_whoever_confirmed_a_session(everything, act):
    with pytest.raises(REFUSALS, match="confirmed a session of this candidate"):
        ACTS[act](everything, everything.all_offices)


def test_whoever_confirmed_a_session_recommends_for_no_stage(everything, monkeypatch):
    monkeypatch.setattr(
        "credentialing.applications.services.endorsing.missing_recommendations", lambda *_: ("coordinator",)
    )
    case = everything.application
    assert recommending_role(case, "certified", PersonFactory(offices=[Role.COORDINATOR]), NOW) == "coordinator"
    assert recommending_role(case, "certified", everything.all_offices, NOW) == ""


def test_letters_about_a_case_go_to_nobody_who_is_tied(walk):
    tied, untied = PersonFactory(offices=[Role.CCC_CHAIR]), PersonFactory(offices=[Role.CCC_CHAIR])
    tie_by_record("referee", walk, tied)
    closed = PersonFactory(offices=[Role.CCC_CHAIR], is_active=False)
    told = officers_told_of(walk.application, [Role.CCC_CHAIR], timezone.now())
    assert untied in told
    assert not {tied, closed} & set(told)


def test_lists_ask_for_ties_as_often_for_three_cases_as_for_one(django_assert_num_queries):
    officers = make_officers()
    reader = PersonFactory(offices=[Role.COORDINATOR])
    for number in (1, 3):
        while Application.objects.count() < number:
            make_walk(officers=officers, candidate=PersonFactory()).submit()
        with django_assert_num_queries(2):  # offices, cases
            assert len(Application.objects.reviewable_by(reader)) == number


def test_supervised_again_in_office_sees_the_case_again(walk):
    sam = PersonFactory(offices=[Role.SUPERVISOR])
    walk.application.supervisions.create(supervisor=sam, accepted_at=NOW)
    assert list(Application.objects.supervised_by(sam)) == [walk.application]
    sam.terms.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert not Application.objects.visible_to(sam).exists()
