"""Who sees and judges whose case: offices, one's own case, conflicts both ways, supervision."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from credentialing.accounts.models import Person, Role
from credentialing.accounts.services import declare_conflict
from credentialing.applications.models import Application, AwaitedAct
from credentialing.applications.services.drafts import start_application
from credentialing.applications.workflow import compile_workflow
from tests.applications.conftest import NOON, put
from tests.factories import PersonFactory, abs_version

pytestmark = pytest.mark.django_db

READERS = {Role.COORDINATOR, Role.CCC_CHAIR, Role.REVIEWER, Role.COUNCIL, Role.REGISTRAR}
TODAY = timezone.localdate()


@pytest.fixture
def case(draft):
    return put(draft, "applied")


@pytest.fixture
def cora():
    return PersonFactory(name="Cora", offices=[Role.COORDINATOR, Role.COUNCIL])


def seen_by(person):
    return list(Application.objects.visible_to(person))


def judged_by(person):
    return list(Application.objects.reviewable_by(person))


@pytest.mark.parametrize("role", Role.values)
def test_submitted_cases_are_read_by_those_who_judge_or_keep_them(case, role):
    officer = PersonFactory(offices=[role])

    assert seen_by(officer) == judged_by(officer) == ([case] if role in READERS else [])


def test_drafts_are_seen_by_their_author_alone(draft, cora):
    assert seen_by(draft.candidate) == [draft]
    assert seen_by(cora) == judged_by(cora) == []


def test_own_case_is_seen_as_candidate_and_never_by_office(cora):
    abs_version()
    own = put(start_application(actor=cora), "applied")

    assert seen_by(cora) == [own]
    assert judged_by(cora) == []
    assert Application.objects.in_conflict_with(cora).count() == 0
    assert own.roles_of(cora, TODAY) == {"candidate"}


def test_own_case_gives_no_office_to_a_superuser_either():
    abs_version()
    root = PersonFactory(is_superuser=True, offices=[Role.COORDINATOR, Role.CCC_CHAIR])
    own = put(start_application(actor=root), "applied")

    assert judged_by(root) == []
    assert own.roles_of(root, TODAY) == {"candidate"}


def test_office_that_has_ended_shows_nothing(case, cora):
    cora.terms.update(ends_on=TODAY - timedelta(days=1))

    assert seen_by(cora) == judged_by(cora) == []
    assert case.roles_of(cora, TODAY) == frozenset()


@pytest.mark.parametrize("declarer", ["officer", "candidate"])
def test_conflict_closes_the_case_to_the_officer_whoever_declared_it(case, cora, declarer):
    person, other = (cora, case.candidate) if declarer == "officer" else (case.candidate, cora)

    declare_conflict(person=person, other=other, relation="cousin", actor=person)

    assert seen_by(cora) == judged_by(cora) == []
    assert list(Application.objects.in_conflict_with(cora)) == [case]
    assert not AwaitedAct.objects.on_cases_of(cora, frozenset({"coordinator"})).exists()
    (hold,) = compile_workflow(case.definition).edges("hold", "applied")
    assert "conflict of interest" in case.objection_to(cora, hold)


def test_conflict_with_somebody_else_closes_nothing(case, cora):
    declare_conflict(person=cora, other=PersonFactory(), relation="cousin", actor=cora)
    declare_conflict(person=PersonFactory(), other=case.candidate, relation="cousin", actor=cora)

    assert seen_by(cora) == judged_by(cora) == [case]
    assert not Application.objects.in_conflict_with(cora).exists()


def test_draft_in_conflict_is_not_told_of(draft, cora):
    declare_conflict(person=cora, other=draft.candidate, relation="cousin", actor=cora)

    assert not Application.objects.in_conflict_with(cora).exists()


def supervise(case, supervisor, **fields):
    return case.supervisions.create(supervisor=supervisor, **{"accepted_at": NOON} | fields)


def test_supervisor_sees_the_case_from_being_asked_until_the_end(case):
    sam = PersonFactory(offices=[Role.SUPERVISOR])
    assert seen_by(sam) == []

    supervision = supervise(case, sam, accepted_at=None)
    assert seen_by(sam) == [case]

    case.supervisions.filter(pk=supervision.pk).update(ended_at=NOON)
    assert seen_by(sam) == []


def test_supervisor_who_declined_sees_nothing(case):
    sam = PersonFactory(offices=[Role.SUPERVISOR])
    supervise(case, sam, accepted_at=None, declined_at=NOON)

    assert seen_by(sam) == []


def test_whoever_supervises_or_has_supervised_never_judges(case, cora):
    supervise(case, cora, ended_at=NOON)
    (hold,) = compile_workflow(case.definition).edges("hold", "applied")

    assert judged_by(cora) == []
    assert list(Application.objects.in_conflict_with(cora)) == [case]
    assert case.objection_to(cora, hold) == "You supervise this candidate, or have done so, and others must decide."


def test_case_is_listed_once_for_an_officer_who_also_supervised_twice(case, cora):
    cora.terms.create(role=Role.SUPERVISOR, starts_on="2015-01-01")
    supervise(case, cora, ended_at=NOON)
    supervise(case, cora)

    assert seen_by(cora) == [case]
    assert list(Application.objects.supervised_by(cora)) == [case]


def test_supervised_cases_are_those_accepted_and_not_ended(case):
    sam = PersonFactory(offices=[Role.SUPERVISOR])
    supervision = supervise(case, sam, accepted_at=None)
    assert not Application.objects.supervised_by(sam).exists()

    case.supervisions.filter(pk=supervision.pk).update(accepted_at=NOON)

    assert list(Application.objects.supervised_by(sam)) == [case]


def test_office_of_supervisor_counts_only_for_ones_own_candidates(case):
    sam, other = PersonFactory(offices=[Role.SUPERVISOR]), PersonFactory(offices=[Role.SUPERVISOR, Role.OBSERVER])
    supervise(case, sam)

    assert case.roles_of(sam, TODAY) == {"supervisor"}
    assert case.roles_of(other, TODAY) == {"observer"}


def test_supervisor_whose_term_has_ended_has_no_part_in_the_case(case):
    sam = PersonFactory()
    supervise(case, sam)

    assert case.roles_of(sam, TODAY) == frozenset()
    assert seen_by(sam) == []
    assert not Application.objects.supervised_by(sam).exists()


def test_closed_account_sees_not_even_its_own_case(case):
    case.candidate.is_active = False
    case.candidate.save()

    assert seen_by(case.candidate) == []


def test_offices_count_on_the_day_of_the_act(case):
    cora = PersonFactory(offices=[Role.COORDINATOR])

    assert case.roles_of(cora, date(2014, 12, 31)) == frozenset()
    assert case.roles_of(cora, date(2015, 1, 1)) == {"coordinator"}


def test_system_acts_as_the_system_and_in_nobodys_conflict(case):
    system = Person.objects.system()
    (hold,) = compile_workflow(case.definition).edges("hold", "applied")

    assert case.roles_of(system, TODAY) == {"system"}
    assert case.objection_to(system, hold) == ""
    assert case.objection_to(case.candidate, hold) == ""


def test_cases_are_found_by_name_or_reference(case):
    other = put(start_application(actor=PersonFactory(name="Wei Zhang")), "applied")

    assert list(Application.objects.found("zhang")) == [other]
    assert list(Application.objects.found(case.reference[:5].lower())) == [case]
    assert Application.objects.found("").count() == 2


def test_cases_under_way_are_neither_drafts_nor_ended(case):
    states = ["draft", "applied", "on_hold", "deferred", "withdrawn", "declined", "certified"]

    under_way = {state for state in states if Application.objects.filter(pk=put(case, state).pk).under_way().exists()}
    unfinished = {state for state in states if Application.objects.filter(pk=put(case, state).pk).unfinished().exists()}

    assert under_way == {"applied", "on_hold", "deferred"}
    assert unfinished == under_way | {"draft"}
    assert {state for state in states if put(case, state).is_open} == unfinished
    assert {state for state in states if put(case, state).is_paused} == {"on_hold", "deferred"}


def test_inbox_holds_what_ones_offices_must_do_longest_waiting_first(case, cora):
    other = put(start_application(actor=PersonFactory()), "applied")
    case.awaited_acts.all().delete()
    other.awaited_acts.all().delete()
    make = AwaitedAct.objects.create
    late = make(application=case, requirement="a", act="sign_off", role="coordinator", since=NOON)
    early = make(application=other, requirement="a", act="sign_off", role="council", since=NOON - timedelta(days=1))
    make(application=case, requirement="a", act="sign_off", role="treasurer", since=NOON)
    roles = frozenset({"coordinator", "council"})

    assert list(AwaitedAct.objects.on_cases_of(cora, roles)) == [early, late]
    assert next(iter(AwaitedAct.objects.awaiting(frozenset({"treasurer"})))).application == case
    assert not AwaitedAct.objects.on_cases_of(PersonFactory(), roles).exists()


def test_applicant_becomes_a_candidate_by_admission(case):
    assert not case.is_candidate
    assert put(case, "applied", admitted_at=NOON).is_candidate


def test_where_a_pathway_has_no_admission_submitting_makes_the_candidate(db):
    from credentialing.pathways.services import publish_pathway
    from tests.pathways.files import SMALL

    publish_pathway(source=SMALL, actor=PersonFactory(), in_force_from=date(2020, 1, 1))
    case = start_application(actor=PersonFactory(), pathway="small")

    assert not case.is_candidate
    assert put(case, "applied").is_candidate


def test_state_is_told_in_words(case):
    assert case.state_label == "Applied"
    assert put(case, "on_hold").state_label == "On hold"
