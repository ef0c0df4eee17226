"""Motions about credentials in the browser's words."""

import pytest
from django.test import Client

from credentialing.council.motions.models import Motion
from credentialing.council.motions.services import put_motion, second_motion
from tests.certificates.factories import awarded
from tests.factories import PersonFactory, abs_version

pytestmark = pytest.mark.django_db


def as_person(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def registrar():
    return PersonFactory(name="Rita Registrar", offices=["registrar"])


@pytest.fixture
def council():
    abs_version()
    return [PersonFactory(name=f"Carl Council {n}", offices=["council"]) for n in range(1, 5)]


@pytest.fixture
def motion(registrar, council):
    return put_motion(credential=awarded(), act="suspend", actor=registrar, reason="A complaint.", in_danger=True)


def address(motion: Motion, end: str = "") -> str:
    return f"/council/motions/{motion.uuid}/{end}"


def test_motion_is_put_on_the_page_of_the_holder(registrar, council):
    credential = awarded()
    client = as_person(registrar)
    page = f"/council/registry/{credential.uuid}/motion/"
    shown = client.get(page, {"act": "revoke"}).text
    assert 'value="revoke" required id="id_act_1" checked' in shown
    assert "at least 3 votes" in shown
    assert client.post(page, {"act": "revoke", "reason": ""}).context["form"].errors.keys() == {"reason"}
    refused = client.post(page, {"act": "revoke", "reason": "x", "in_danger": "on"})
    assert refused.context["form"].errors.keys() == {"in_danger"}
    done = client.post(page, {"act": "suspend", "reason": "A complaint."}, follow=True)
    assert "The motion is put." in done.text
    assert client.get(page).headers["Location"] == address(Motion.objects.get())
    assert "A motion is open" in client.get(f"/council/registry/{credential.uuid}/").text


def test_nothing_is_moved_about_a_revoked_credential(registrar):
    credential = awarded()
    from tests.decided import decided

    decided(credential, "revoke")
    assert as_person(registrar).get(f"/council/registry/{credential.uuid}/motion/").status_code == 409


def test_vote_is_written_confirmed_and_cast(motion, council):
    client = as_person(council[0])
    shown = client.get(address(motion)).text
    assert "0 of at least 3" in shown
    assert client.post(address(motion), {}).context["form"].errors.keys() == {"choice"}
    check = client.post(address(motion), {"choice": "against", "reason": "Not shown."})
    assert "Check your vote" in check.text
    assert not motion.votes.exists()
    ballot = {"choice": "against", "reason": "Not shown.", "confirmed": "yes"}
    done = client.post(address(motion), ballot, follow=True)
    assert "Your vote is cast." in done.text
    assert "You have voted: against" in done.text
    assert "Not shown." not in as_person(council[1]).get(address(motion)).text  # before the vote is over
    assert client.post(address(motion), ballot).status_code == 403


def test_last_vote_says_what_is_decided_and_shows_how_it_was_voted(motion, council):
    for member in council[:3]:
        done = as_person(member).post(address(motion), {"choice": "for", "reason": "", "confirmed": "yes"}, follow=True)
    assert "It is decided: in effect." in done.text
    assert "Carl Council 1: for" in done.text
    assert "It is decided" not in done.client.get(address(motion)).text


def test_second_officer_suspends_at_once(motion, council, registrar):
    assert "Suspend at once?" not in as_person(registrar).get(address(motion)).text
    assert as_person(registrar).post(address(motion, "second/")).status_code == 409
    client = as_person(council[0])
    assert "Suspend at once?" in client.get(address(motion)).text
    done = client.post(address(motion, "second/"), follow=True).text
    assert "The credential is suspended." in done
    assert "Ends by itself" in done
    assert "others decide whether that stands" in done


def test_mover_withdraws_and_nobody_else(motion, council, registrar):
    assert as_person(council[0]).get(address(motion, "withdraw/")).status_code == 404
    client = as_person(registrar)
    assert "Withdraw your motion" in client.get(address(motion)).text
    assert client.post(address(motion, "withdraw/"), {"reason": ""}).context["form"].errors.keys() == {"reason"}
    assert "is withdrawn" in client.post(address(motion, "withdraw/"), {"reason": "A mistake"}, follow=True).text
    assert client.post(address(motion, "withdraw/"), {"reason": "A mistake"}).status_code == 409


def test_overtaken_motion_is_closed(motion, council):
    from credentialing.council.services import change_standing

    credential = motion.credential
    change_standing(credential=credential, name="resign", actor=credential.holder, reason="Retired")
    client = as_person(council[0])
    assert "Close it as overtaken" in client.get(address(motion)).text
    assert "The motion is closed." in client.post(address(motion, "close/"), follow=True).text


def test_holder_and_whoever_is_tied_see_nothing_of_a_motion(motion):
    holder = motion.credential.holder
    tied = PersonFactory(offices=["council"])
    tied.conflicts.create(other=holder, relation="partner", declared_by=holder)
    holder.terms.create(role="council", starts_on="2020-01-01")
    for person in (holder, tied):
        client = as_person(person)
        assert client.get(address(motion)).status_code == 404
        assert str(motion.uuid) not in client.get("/council/motions/").text
        assert str(motion.uuid) not in client.get("/council/").text


def test_without_anybody_to_vote_the_page_says_what_the_society_must_do(registrar):
    motion = put_motion(
        credential=awarded(actor=registrar), act="suspend", actor=registrar, reason="A complaint.", in_danger=False
    )
    assert "Nobody may vote on this motion" in as_person(registrar).get(address(motion)).text


def test_list_is_empty_then_shows_open_and_ended_ones(council):
    client = as_person(council[0])
    assert "No motion is open" in client.get("/council/motions/").text
    assert "No motion is being voted on." in client.get("/council/").text


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_the_database_as_often_for_many(number, council, registrar, django_assert_num_queries):
    from tests.decided import decided

    for _ in range(number):
        put_motion(credential=awarded(actor=registrar), act="suspend", actor=registrar, reason="x")
        decided(awarded(actor=registrar), "suspend")
    client = as_person(council[0])
    client.get("/council/motions/")
    with django_assert_num_queries(QUERIES):
        assert client.get("/council/motions/").status_code == 200


QUERIES = 10


def test_second_suspension_at_once_is_one_too_many(motion, council):
    second_motion(motion=motion, actor=council[0])
    assert as_person(council[1]).post(address(motion, "second/")).status_code == 409
