"""Signing stages off: in order, as far as everything is ready and the officer may sign."""

from datetime import date, timedelta

import pytest

from credentialing.accounts.models import Role
from credentialing.applications.models import Application
from credentialing.applications.services.drafts import save_application_form, start_application, submit_application
from credentialing.applications.services.lifecycle import sign_off_stage
from credentialing.correspondence.models import Letter
from credentialing.pathways.services import publish_pathway
from tests.applications.conftest import NOON
from tests.factories import MembershipFactory, PersonFactory
from tests.pathways.files import SMALL, changed
from workflows.errors import NotPermitted, TransitionBlocked
from workflows.models import LedgerRecord
from workflows.services import explain

pytestmark = pytest.mark.django_db

HEARD = """
[[stages]]
slug = "heard"
label = "Heard"
signed_by = ["SIGNER"]

  [[stages.requirements]]
  slug = "form"
  kind = "document"
  label = "Form"
  what = "application_form"

[[stages]]
slug = "certified"
"""
ANSWERS = {"motivation": "a", "prior_experience": "b", "practice": "c"}


@pytest.fixture
def cora():
    return PersonFactory(name="Cora", offices=[Role.COORDINATOR])


@pytest.fixture
def council():
    return [PersonFactory(offices=[Role.COUNCIL]) for _ in range(2)]


def case_on_the_way(*, signer: str = "coordinator", answers: bool = True) -> Application:
    """A submitted case on a path of four stages: applied, seen, heard (by `signer`, with a form), certified."""
    source = changed('[[stages]]\nslug = "certified"\n', HEARD.replace("SIGNER", signer).lstrip())
    publish_pathway(source=source, actor=PersonFactory(), in_force_from=date(2020, 1, 1))
    case = start_application(actor=MembershipFactory().person, pathway="small", now=NOON)
    if answers:
        save_application_form(application=case, actor=case.candidate, **ANSWERS, now=NOON)
    submit_application(application=case, actor=case.candidate, now=NOON)
    return case


def signed_off(case: Application, actor) -> list[str]:
    return [record.target for record in sign_off_stage(application=case, actor=actor, now=NOON)]


@pytest.mark.parametrize(("days", "may"), [(-1, False), (0, True)])
def test_one_submits_as_a_member_from_the_day_on_which_one_is_one(days, may):
    member = MembershipFactory(starts_on=NOON.date())
    publish_pathway(source=SMALL, actor=PersonFactory(), in_force_from=date(2020, 1, 1))
    case = start_application(actor=member.person, pathway="small", now=NOON)
    assert explain(case, "submit", member.person, now=NOON + timedelta(days=days)).possible is may


def test_ready_stage_waits_for_those_who_sign_it(cora):
    case = case_on_the_way()

    assert set(case.awaited_acts.values_list("requirement", "act", "role")) == {("", "sign_off_stage", "coordinator")}
    assert explain(case, "advance", cora, now=NOON).possible


def test_sign_off_goes_on_through_every_stage_that_is_ready_each_with_its_record(cora):
    case = case_on_the_way()

    assert signed_off(case, cora) == ["seen", "heard"]

    records = LedgerRecord.objects.of(case)
    assert [(record.source, record.target) for record in records] == [
        ("draft", "applied"), ("applied", "seen"), ("seen", "heard"),
    ]  # fmt: skip
    assert {letter.subject for letter in Letter.objects.filter(template="stage_reached")} == {
        "You have reached “Seen”",
        "You have reached “Heard”",
    }


def test_sign_off_stops_before_the_first_stage_that_is_not_ready(cora):
    case = case_on_the_way(answers=False)

    assert signed_off(case, cora) == ["seen"]

    with pytest.raises(TransitionBlocked, match="0 of 3 answers given"):
        sign_off_stage(application=case, actor=cora, now=NOON)
    assert case.state == "seen"


def test_sign_off_stops_before_a_stage_that_another_office_signs(cora):
    case = case_on_the_way(signer="ccc_chair")

    assert signed_off(case, cora) == ["seen"]

    with pytest.raises(NotPermitted):
        sign_off_stage(application=case, actor=cora, now=NOON)
    assert signed_off(case, PersonFactory(offices=[Role.CCC_CHAIR])) == ["heard"]


def test_council_hears_of_it_when_the_case_lies_before_it_and_not_before(cora, council):
    case = case_on_the_way(signer="ccc_chair")

    signed_off(case, cora)
    assert not Letter.objects.filter(template="ready_for_council").exists()
    signed_off(case, PersonFactory(offices=[Role.CCC_CHAIR]))

    told = Letter.objects.filter(template="ready_for_council")
    assert {letter.recipient for letter in told} == set(council)
    assert told.count() == 2


def test_nobody_in_conflict_signs_a_stage(cora):
    case = case_on_the_way()
    case.supervisions.create(supervisor=cora, accepted_at=NOON)

    with pytest.raises(NotPermitted, match="You supervise this candidate"):
        sign_off_stage(application=case, actor=cora, now=NOON)


def test_stage_of_the_shipped_path_is_not_signed_off_before_everything_blocking_is_complete(submitted, officers):
    with pytest.raises(TransitionBlocked) as refused:
        sign_off_stage(application=submitted, actor=officers.coordinator, now=NOON)

    missing = {item.requirement for item in refused.value.unmet}
    assert {"admission", "supervisor", "group_sessions"} <= missing
    assert not missing & {"debriefs", "evaluation", "membership"}
    assert submitted.state == "applied"
