"""Two accounts of one person are noticed, told to the keepers alone, and told apart by them for good."""

from datetime import date

import pytest
from django.urls import reverse

from credentialing.accounts.models import Membership, Person
from credentialing.accounts.twins import mailbox, tell_apart, twins
from credentialing.audit.models import AuditEvent
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
PAGE = reverse("accounts:twins")


@pytest.fixture
def registrar():
    return PersonFactory(name="Rita Registrar", offices=["registrar"])


def pairs():
    return {(pair.one, pair.other): pair.reasons for pair in twins()}


@pytest.mark.parametrize(
    "name",
    ["ZOE GRUNWALD", "Grünwald, Zoe", "Zoe Gruenwald", "Dr. Zoë Grünwald", "Zoe Gru\u0308nwald"],
)
def test_the_same_name_is_noticed_however_it_is_written(name):
    one, other = PersonFactory(name="Zoe Grünwald"), PersonFactory(name=name)
    PersonFactory(name="Zoe Grün")
    assert pairs() == {(one, other): ("Their names can be the same.",)}


def test_the_name_of_the_certificate_counts_too():
    one, other = PersonFactory(name="Z. G.", certificate_name="Zoe Grünwald"), PersonFactory(name="Zoe Grunwald")
    assert pairs() == {(one, other): ("Their names can be the same.",)}


def test_addresses_and_numbers_give_a_reason_each():
    one, other = PersonFactory(email="ada.x@gmail.com"), PersonFactory(email="adax+balint@gmail.com")
    one.emailaddress_set.create(email="office@example.org", verified=True).delete()
    other.emailaddress_set.create(email="Office@example.org", verified=False)
    for person, number in ((one, "M-17"), (other, "m 17")):
        Membership.objects.create(person=person, number=number, starts_on=date(2020, 1, 1), recorded_by=one)
    assert pairs() == {
        (one, other): (
            "Both have, or had, the address office@example.org.",
            "Both have the membership number m17.",
            "Their addresses may reach the same mailbox: adax@gmail.com.",
        )
    }


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("a.b+c@gmail.com", "ab@gmail.com"),
        ("a.b+c@example.org", "a.b@example.org"),
        ("ab@example.org", "ab@example.org"),
    ],
)
def test_mailbox_of_an_address(address, found):
    assert mailbox(address) == found


def test_closed_accounts_and_mere_entries_of_the_registry_are_not_asked_about():
    PersonFactory(name="Zoe Grünwald")
    PersonFactory(name="Zoe Grünwald", is_active=False)
    PersonFactory(name="Zoe Grünwald", email=None)
    assert pairs() == {}


def test_told_apart_is_remembered_and_recorded_for_both(registrar):
    one, other = PersonFactory(name="Zoe Grünwald"), PersonFactory(name="Zoe Grünwald")
    for _ in range(2):
        tell_apart(one=other, other=one, actor=registrar)
    assert pairs() == {}
    told = AuditEvent.objects.filter(event="accounts:person:told_apart")
    assert {event.subject_id: event.details["from"] for event in told} == {
        one.uuid: str(other.uuid), other.uuid: str(one.uuid),
    }  # fmt: skip
    assert told.count() == 2


def test_only_keepers_tell_apart_and_not_themselves(registrar):
    other = PersonFactory(name=registrar.name)
    for actor in (registrar, other, PersonFactory(offices=["administrator"])):
        with pytest.raises(PermissionError):
            tell_apart(one=registrar, other=other, actor=actor)
    with pytest.raises(ValueError, match="one account"):
        tell_apart(one=other, other=other, actor=registrar)


def test_page_lists_the_pairs_and_takes_the_answer(client, registrar):
    one, other = PersonFactory(name="Zoe Grünwald"), PersonFactory(name="Grunwald, Zoe")
    client.force_login(registrar)
    assert "Possibly the same person" in client.get(reverse("accounts:people")).text
    page = client.get(PAGE).text
    assert one.email in page
    assert other.email in page
    answer = client.post(PAGE, {"one": one.uuid, "other": other.uuid}, follow=True)
    assert "are two people" in answer.text
    assert "No two accounts look alike" in answer.text
    assert client.post(PAGE, {"one": "x", "other": other.uuid}).status_code == 422
    assert client.post(PAGE, {"one": registrar.uuid, "other": other.uuid}).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_page_asks_as_often_for_many_as_for_one(client, registrar, rows, django_assert_num_queries):
    for number in range(rows):
        for _ in range(2):
            PersonFactory(name=f"Zoe {'ABC'[number]}runwald")
    client.force_login(registrar)
    client.get(PAGE)
    with django_assert_num_queries(9):
        assert client.get(PAGE).text.count("These are two people") == rows


def test_sign_up_tells_a_stranger_nothing(client):
    PersonFactory(name="Zoe Grünwald")
    for name in ("Zoe Grünwald", "Somebody Else"):
        data = {"name": name, "email": f"{len(name)}@example.org", "password1": "a long and quiet evening"}
        assert client.post("/accounts/signup/", data).status_code == 302
        client.logout()
    assert Person.objects.filter(name="Zoe Grünwald").count() == 2
    assert len(twins()) == 1
