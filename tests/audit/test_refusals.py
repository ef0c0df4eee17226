"""Somebody who tries doors is seen: refusals of identified people are recorded, without filling the ledger."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from credentialing.audit.models import AuditEvent
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def refusals() -> list[dict]:
    return list(
        AuditEvent.objects.filter(event="accounts:access:refused").order_by("pk").values_list("details", flat=True)
    )


def test_page_of_an_office_that_one_does_not_hold_is_recorded(client):
    person = PersonFactory()
    client.force_login(person)
    assert client.get("/people/").status_code == 403
    event = AuditEvent.objects.get(event="accounts:access:refused")
    assert (event.actor, event.subject_id) == (person, person.uuid)
    assert event.details == {"page": "accounts:people", "method": "GET", "status": 403}


def test_case_of_somebody_else_is_recorded_without_saying_whose(client):
    client.force_login(PersonFactory(offices=["coordinator"]))
    path = "/reviews/cases/00000000-0000-4000-8000-00000000000f/"
    assert client.get(path).status_code == 404
    [details] = refusals()
    assert details["status"] == 404
    assert "00000000" not in str(details)


def test_act_that_is_refused_is_recorded_apart_from_the_page(client):
    client.force_login(PersonFactory())
    client.get("/people/")
    client.post("/people/00000000-0000-4000-8000-00000000000f/account/close/")
    assert [d["method"] for d in refusals()] == ["GET", "POST"]


def test_same_refusal_is_recorded_once_an_hour(client):
    client.force_login(PersonFactory())
    for _ in range(3):
        client.get("/people/")
    assert len(refusals()) == 1
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        client.get("/people/")
    assert len(refusals()) == 2


def test_stranger_public_page_and_typing_error_are_no_refusals(client):
    client.get("/people/")
    client.force_login(PersonFactory())
    for path in ("/no-such-page/", "/registry/00000000-0000-4000-8000-00000000000f/", "/my/profile/"):
        client.get(path)
    assert refusals() == []


def test_form_without_its_token_is_no_refused_person():
    client = Client(enforce_csrf_checks=True)
    client.force_login(PersonFactory())
    assert client.post("/my/profile/", {"name": "x"}).status_code == 403
    assert refusals() == []


def test_list_of_cases_that_is_taken_away_is_recorded(client):
    officer = PersonFactory(offices=["coordinator"])
    client.force_login(officer)
    assert client.get("/pathways/cases.csv").status_code == 200
    assert AuditEvent.objects.get(event="drafting:cases:exported").actor == officer
