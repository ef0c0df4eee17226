"""How long a log-in lasts: two hours without a request for whoever holds an office, two weeks for everybody."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from credentialing.audit.models import AuditEvent
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize("method", ["get", "post"])
def test_officer_who_was_away_for_two_hours_logs_in_again(client, clock, method):
    officer = PersonFactory(offices=["coordinator"])
    client.force_login(officer)
    clock.shift(timedelta(hours=2))

    answer = getattr(client, method)("/my/profile/")

    assert answer.headers["Location"].startswith("/accounts/login/?next=/")
    assert SESSION_KEY not in client.session
    assert "nothing happened for 120 minutes" in client.get("/accounts/login/").text
    assert AuditEvent.objects.filter(event="accounts:session:logged_out", actor=officer).exists()


def test_officer_comes_back_to_the_page_that_was_asked_for(client, clock):
    client.force_login(PersonFactory(offices=["coordinator"]))
    clock.shift(timedelta(hours=3))
    assert client.get("/people/?q=Ada").headers["Location"] == "/accounts/login/?next=/people/%3Fq%3DAda"


def test_officer_at_work_stays_logged_in(client, clock):
    client.force_login(PersonFactory(offices=["coordinator"]))
    for _ in range(4):
        clock.shift(timedelta(minutes=119))
        assert client.get("/my/profile/").status_code == 200


def test_office_that_began_meanwhile_counts_today(client, clock):
    person = PersonFactory()
    client.force_login(person)
    person.terms.create(role="council", starts_on=NOON.date())
    clock.shift(timedelta(hours=2))
    assert client.get("/my/profile/").status_code == 302


def test_candidate_stays_for_two_weeks_and_no_longer(client, clock):
    client.force_login(PersonFactory())
    for _ in range(13):
        clock.shift(timedelta(days=1))
        assert client.get("/my/profile/").status_code == 200
    clock.shift(timedelta(days=1))
    assert client.get("/my/profile/").status_code == 302
    assert "logged in for two weeks" in client.get("/accounts/login/").text


def test_society_sets_its_own_limit_or_none(client, clock, settings):
    client.force_login(PersonFactory(offices=["coordinator"]))
    settings.OFFICE_IDLE_SECONDS = 0
    clock.shift(timedelta(hours=20))
    assert client.get("/my/profile/").status_code == 200
    settings.OFFICE_IDLE_SECONDS = 600
    clock.shift(timedelta(minutes=10))
    assert client.get("/my/profile/").status_code == 302


def test_session_of_before_these_rules_begins_today(client, clock):
    client.force_login(PersonFactory(offices=["coordinator"]))
    session = client.session
    for key in ("began_at", "seen_at"):
        del session[key]
    session.save()
    assert client.get("/my/profile/").status_code == 200
    clock.shift(timedelta(hours=2))
    assert client.get("/my/profile/").status_code == 302


def test_session_is_not_stored_at_every_click(client, clock, django_assert_num_queries):
    client.force_login(PersonFactory())
    clock.shift(timedelta(seconds=59))
    client.get("/my/profile/")
    before = Session.objects.get().session_data
    clock.shift(timedelta(seconds=1))
    client.get("/my/profile/")
    assert Session.objects.get().session_data != before
