"""The candidate's own pages: log-in, one's own case alone, and clear words when something can't be done."""

import pytest
import time_machine

from credentialing.accounts.models import Role
from credentialing.applications.models import Application
from credentialing.applications.services.supervision import answer_supervision, ask_supervisor
from tests.applications.conftest import NOON, put
from tests.applications.pages import address, words
from tests.factories import PersonFactory, abs_version

pytestmark = pytest.mark.django_db

PAGES = ["form", "check", "submitted", "supervisor", "withdraw"]


@pytest.fixture
def sam():
    return PersonFactory(name="Sam Supervisor", post_nominals="MD", city="Boston", offices=[Role.SUPERVISOR])


@pytest.mark.parametrize("name", ["home", *PAGES])
def test_visitors_are_asked_to_log_in(client, name):
    assert client.get(address(name)).headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_a_case_are_not_found_without_one(client, draft, name):
    client.force_login(PersonFactory(offices=[Role.COORDINATOR]))

    assert client.get(address(name)).status_code == 404


def test_home_without_a_case_invites_to_begin_one(client):
    abs_version()
    client.force_login(PersonFactory())

    assert "Begin an application" in client.get(address("home")).text


def test_beginning_leads_to_the_form(client):
    abs_version()
    ada = PersonFactory()
    client.force_login(ada)

    assert client.post(address("start")).headers["Location"] == address("form")
    assert Application.objects.get().candidate == ada


def test_beginning_before_any_pathway_is_in_force_is_explained(client):
    client.force_login(PersonFactory())

    answer = client.post(address("start"))

    assert answer.status_code == 409
    assert "no pathway is in force" in words(answer)


@pytest.mark.parametrize("name", ["start", "supervisor-end"])
def test_acts_are_never_done_by_following_a_link(client, own, name):
    assert client.get(address(name)).status_code == 405


def test_home_shows_ones_own_case_alone(client, own):
    other = Application.objects.create(candidate=PersonFactory(), pathway_version=own.pathway_version)

    page = client.get(address("home")).text

    assert own.reference in page
    assert other.reference not in page
    assert "What you can do next" in page


@pytest.mark.parametrize("state", ["on_hold", "deferred", "declined", "withdrawn"])
def test_home_of_a_case_that_rests_or_ended_says_so_and_asks_for_nothing(client, own, state):
    put(own, state, paused_from="applied", conditions="Six more sessions")

    page = words(client.get(address("home")))

    assert own.state_label.split(maxsplit=1)[0] in page
    assert "What you can do next" not in page


@pytest.mark.parametrize("slug", ["membership", "application_form", "admission", "group_sessions", "council_decision"])
def test_requirement_says_its_rule_and_how_far_it_is(client, own, slug):
    requirement = own.requirement(slug)

    page = words(client.get(address("requirement", slug)))

    assert requirement.label in page
    assert own.requirement_progress.get(requirement=slug).summary in page


def test_requirement_the_pathway_has_not_is_not_found(client, own):
    assert client.get(address("requirement", "charm")).status_code == 404


def test_supervisor_is_asked_from_the_list_and_the_request_taken_back(client, own, sam):
    page = client.get(address("supervisor")).text
    assert "Sam Supervisor, MD, Boston" in page

    answer = client.post(address("supervisor"), {"supervisor": str(sam.uuid), "note": "Tuesdays"}, follow=True)
    assert "Your request has been sent." in answer.text
    assert "Not answered yet" in answer.text
    assert own.current_supervision.note == "Tuesdays"
    answer = client.post(address("supervisor-end"), follow=True)

    assert "You can ask another supervisor." in answer.text
    assert own.current_supervision is None


def test_somebody_who_is_not_on_the_list_cannot_be_asked_on_the_page(client, own, sam):
    answer = client.post(address("supervisor"), {"supervisor": str(PersonFactory().uuid)})

    assert "error-summary" in answer.text
    assert own.current_supervision is None


def test_candidate_is_not_on_their_own_list(client, own, sam):
    own.candidate.terms.create(role=Role.SUPERVISOR, starts_on="2015-01-01")

    assert str(own.candidate.uuid) not in client.get(address("supervisor")).text


def test_second_request_is_a_conflict(client, own, sam):
    ask_supervisor(application=own, supervisor=sam, actor=own.candidate)

    answer = client.post(address("supervisor"), {"supervisor": str(sam.uuid)})

    assert answer.status_code == 409
    assert "already been asked" in words(answer)


def test_supervision_that_is_not_there_cannot_be_ended(client, own):
    answer = client.post(address("supervisor-end"))

    assert answer.status_code == 409
    assert "no supervision to end" in words(answer)


def test_supervision_declined_meanwhile_cannot_be_ended(client, own, sam, monkeypatch):
    supervision = ask_supervisor(application=own, supervisor=sam, actor=own.candidate)
    answer_supervision(supervision=supervision, actor=sam, accept=False)
    monkeypatch.setattr(Application, "current_supervision", property(lambda _: supervision))  # as it was

    answer = client.post(address("supervisor-end"))

    assert answer.status_code == 409
    assert "over already" in words(answer)


def test_candidate_withdraws_after_a_page_that_says_what_that_means(client, own):
    assert "Everything you have entered is kept" in client.get(address("withdraw")).text

    answer = client.post(address("withdraw"), {"reason": "Moving abroad"}, follow=True)

    assert "You have withdrawn your application." in answer.text
    own.refresh_from_db()
    assert own.state == "withdrawn"
    again = client.post(address("withdraw"), {"reason": ""})
    assert again.status_code == 409


def test_reason_for_withdrawing_may_be_left_out_and_may_not_be_endless(client, own):
    assert "error-summary" in client.post(address("withdraw"), {"reason": "x" * 2001}).text

    client.post(address("withdraw"), {"reason": ""})

    own.refresh_from_db()
    assert own.state == "withdrawn"


def test_home_shows_a_holder_their_credential(client, walk):
    from certificates.services import award_credential

    council = walk.officers.council[0]
    with time_machine.travel(NOON):
        credential = award_credential(
            holder=walk.candidate, name="Ada", designation="Leader", scheme="abs-leader", scheme_version="1",
            number_prefix="ABS", awarded_on=NOON.date(), basis="pathway", actor=council, now=NOON,
        )  # fmt: skip
    client.force_login(walk.candidate)

    assert credential.number in client.get(address("home")).text
