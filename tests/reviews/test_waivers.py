"""Waiving: only what the pathway lets be waived, by whom it names, with a reason that the candidate reads."""

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from credentialing.accounts.models import Role
from credentialing.accounts.services import declare_conflict
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.services.drafts import save_application_form, start_application, submit_application
from credentialing.correspondence.models import Letter
from credentialing.pathways.services import publish_pathway, shipped_source
from credentialing.reviews.models import SignOff
from credentialing.reviews.services import NotTheReviewer, ReviewRefused, take_back_sign_off
from credentialing.reviews.waivers import waive_requirement
from tests.factories import MembershipFactory, PersonFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def case():
    source = shipped_source("uk-leader")
    publish_pathway(source=source, actor=PersonFactory(), in_force_from=date(2015, 1, 1))
    candidate = MembershipFactory(person__name="Cleo Candidate").person
    application = start_application(actor=candidate, pathway="uk-leader")
    application = save_application_form(
        application=application,
        actor=candidate,
        motivation="a",
        prior_experience="b",
        practice="c",
        profile={"psychodynamic_training": "no"},
    )
    submit_application(application=application, actor=candidate)
    application.refresh_from_db()
    return application


@pytest.fixture
def chair():
    return PersonFactory(name="Charles Chair", offices=[Role.CCC_CHAIR])


def waive(case, actor, **changes):
    given = {"requirement": "co_leading", "reason": "Led groups for ten years."} | changes
    return waive_requirement(application=case, actor=actor, **given)


def item(case, on=TODAY):
    return assess_requirement(case, "co_leading", on)


def test_waived_requirement_asks_for_nothing_more(case, chair):
    waive(case, chair)
    found = item(case)
    assert found.complete
    assert (found.waiting_on, found.unmet, found.completed_on) == ("", (), TODAY)
    assert found.summary.endswith(": Led groups for ten years.")
    letter = Letter.objects.get(template="requirement_waived")
    assert (letter.recipient, "Led groups" in letter.body) == (case.candidate, True)
    assert case.requirement_progress.get(requirement="co_leading").status == "complete"


def test_waiver_for_a_time_ends_with_its_day(case, chair):
    last = TODAY + timedelta(days=10)
    waive(case, chair, expires_on=last)
    assert item(case, last).complete
    assert not item(case, last + timedelta(days=1)).complete
    assert not item(case, TODAY - timedelta(days=1)).complete


def test_waiver_is_taken_back_by_whoever_gave_it(case, chair):
    waiver = waive(case, chair)
    take_back_sign_off(sign_off=waiver, actor=chair)
    assert not item(case).complete


def test_new_waiver_takes_the_place_of_one_that_has_run_out(case, chair):
    waive(case, chair, expires_on=TODAY)
    again = timezone.now() + timedelta(days=5)
    waive(case, chair, now=again)
    assert SignOff.objects.standing().filter(outcome="waived").count() == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": " "}, ReviewRefused),
        ({"expires_on": TODAY - timedelta(days=1)}, ReviewRefused),
        ({"requirement": "membership"}, NotTheReviewer),
        ({"requirement": "leadership_weekends"}, NotTheReviewer),
    ],
    ids=["no reason", "past", "not waivable", "another office's"],
)
def test_waiver_that_can_not_be_is_refused(case, chair, changes, refusal):
    with pytest.raises(refusal):
        waive(case, chair, **changes)
    assert not SignOff.objects.exists()


def test_what_is_complete_is_not_waived(case, chair):
    waive(case, chair)
    with pytest.raises(ReviewRefused, match="nothing to waive"):
        waive(case, chair)


def test_conflict_keeps_the_chair_from_waiving(case, chair):
    declare_conflict(person=chair, other=case.candidate, relation="colleague", actor=chair)
    with pytest.raises(NotTheReviewer):
        waive(case, chair)


def test_chair_waives_on_the_page_and_others_can_not(case, chair):
    client = Client()
    client.force_login(chair)
    address = f"/reviews/cases/{case.uuid}/requirements/co_leading/waive/"
    assert address in client.get(f"/reviews/cases/{case.uuid}/").content.decode()
    assert "There is a problem" in client.post(address, {"reason": ""}).content.decode()
    assert client.post(address, {"reason": "Prior learning"}).status_code == 302
    assert client.post(address, {"reason": "Prior learning"}).status_code == 409
    assert "Waived by Charles Chair" in client.get(f"/reviews/cases/{case.uuid}/").content.decode()
    assert client.get(f"/reviews/cases/{case.uuid}/requirements/nothing/waive/").status_code == 404
    other = Client()
    other.force_login(PersonFactory(offices=[Role.REVIEWER]))
    assert other.get(address).status_code == 403


def test_end_of_a_waiver_is_a_day_on_which_time_changes_the_case(case, chair):
    ends = TODAY + timedelta(days=30)
    waive(case, chair, expires_on=ends)
    row = case.requirement_progress.get(requirement="co_leading")
    assert (row.status, row.changes_on) == ("complete", ends + timedelta(days=1))

    with time_machine.travel(datetime.combine(ends + timedelta(days=1), time(18), UTC)):
        call_command("tick", stdout=StringIO())

    row.refresh_from_db()
    assert row.status != "complete"
