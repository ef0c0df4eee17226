"""The committee says “not yet” before the council votes (DOMAIN §5: “defer … evaluators/CCC/Council”)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.correspondence.models import Letter
from credentialing.council.models import Decision
from credentialing.council.services import cast_ballot, decision_ahead
from credentialing.operations.demo.walk import months_after
from tests.factories import make_walk
from workflows.errors import TransitionBlocked
from workflows.models import LedgerRecord

pytestmark = pytest.mark.django_db

WORDS = "Six more sessions with attention on silence."


@pytest.fixture
def walk():
    return make_walk(months_after(timezone.localdate(), -31)).reach_council()


@pytest.fixture
def case(walk):
    return f"/reviews/cases/{walk.application.uuid}/"


@pytest.fixture
def coordinator(walk):
    client = Client()
    client.force_login(walk.officers.coordinator)
    return client


def answer(walk, **changed):
    walk.application.refresh_from_db()
    return {"conditions": WORDS, "until": "", "version": walk.application.version, **changed}


def test_not_yet_defers_with_conditions_and_a_day_and_tells_the_candidate(walk, case, coordinator):
    until = timezone.localdate() + timedelta(days=200)

    assert f'href="{case}not-yet/"' in coordinator.get(case).text
    response = coordinator.post(f"{case}not-yet/", answer(walk, until=until.isoformat()))

    walk.application.refresh_from_db()
    record = LedgerRecord.objects.of(walk.application).last()
    letter = Letter.objects.get(recipient=walk.candidate, template="deferred")
    assert response["Location"] == case
    assert (walk.application.state, walk.application.conditions) == ("deferred", WORDS)
    assert walk.application.deferred_until == until
    assert (record.transition, record.role, record.reason) == ("defer", "coordinator", WORDS)
    assert WORDS in letter.body
    assert f'href="{case}not-yet/"' not in coordinator.get(case).text


def test_case_that_comes_back_goes_to_the_council_as_another_attempt(walk, case, coordinator):
    coordinator.post(f"{case}not-yet/", answer(walk))
    walk.application.refresh_from_db()

    change_lifecycle(application=walk.application, name="reopen", actor=walk.officers.coordinator)

    assert (walk.application.state, walk.application.attempt) == ("workshop_attended", 2)
    assert decision_ahead(walk.application, timezone.localdate()).slug == "council_decision"


def test_once_somebody_has_voted_the_ballots_decide(walk, case, coordinator):
    cast_ballot(application=walk.application, actor=walk.officers.council[0], choice="approve")

    assert "not-yet" not in coordinator.get(case).text
    response = coordinator.post(f"{case}not-yet/", answer(walk))

    walk.application.refresh_from_db()
    assert response.status_code == 409
    assert "the ballots decide" in response.text
    assert (walk.application.state, walk.application.conditions) == ("workshop_attended", "")


def test_a_council_member_alone_cannot_say_it(walk):
    with pytest.raises(TransitionBlocked, match="by its ballots"):
        change_lifecycle(
            application=walk.application, name="defer", actor=walk.officers.council[0], reason="Not yet, I think"
        )


def test_whoever_looked_before_it_changed_is_told_so(walk, case, coordinator):
    seen = answer(walk)
    change_lifecycle(application=walk.application, name="hold", actor=walk.officers.chair, reason="Illness")
    change_lifecycle(application=walk.application, name="resume", actor=walk.officers.chair)

    response = coordinator.post(f"{case}not-yet/", seen)

    walk.application.refresh_from_db()
    assert response.status_code == 409
    assert walk.application.state == "workshop_attended"


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"conditions": " "}, "Fill this in"), ({"until": "2020-01-01"}, "Choose a date to come")],
)
def test_what_is_missing_is_said_in_the_form(walk, case, coordinator, changed, said):
    response = coordinator.post(f"{case}not-yet/", answer(walk, **changed))

    walk.application.refresh_from_db()
    assert said in response.text
    assert walk.application.state == "workshop_attended"


def test_supervisor_of_the_case_is_refused_whatever_office_they_hold(walk, case):
    supervisor = walk.officers.supervisors[0]
    supervisor.terms.create(role="ccc_chair", starts_on=timezone.localdate())
    client = Client()
    client.force_login(supervisor)

    response = client.post(f"{case}not-yet/", answer(walk))

    walk.application.refresh_from_db()
    assert response.status_code in {403, 404}
    assert walk.application.state == "workshop_attended"


def test_decision_of_an_attempt_that_was_deferred_before_a_vote_does_not_exist(walk, case, coordinator):
    coordinator.post(f"{case}not-yet/", answer(walk))

    assert list(Decision.objects.filter(application=walk.application)) == []
