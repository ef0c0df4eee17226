"""Whose an address is or was: asked at one place, of all addresses that people have and had."""

from datetime import date

import pytest
from allauth.account.models import EmailAddress

from credentialing.accounts.addresses import KnownAddress, is_address_of, shares_an_address
from credentialing.accounts.appointments import objection_to_confirming
from credentialing.accounts.models import Appointment, Person
from credentialing.accounts.ties import NEAR, kinds_between, tied_people
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def adds(person, email, *, verified=True):
    return EmailAddress.objects.create(user=person, email=email, verified=verified)


@pytest.mark.parametrize(
    "written",
    [
        "Second@Bücher.example", "second@xn--bcher-kva.example", "second@bu\u0308cher.example",
        "SECOND＠BÜCHER.EXAMPLE",
        "second@bücher.example.", " second@bücher.example\u200b", "second@ｂücher.example",
        "Second@XN--BCHER-KVA.example",
    ],
)  # fmt: skip
def test_an_address_is_ones_own_however_it_is_written(written):
    person = PersonFactory()
    adds(person, "second@bücher.example")
    assert is_address_of(person, written)
    assert Person.objects.reached_at(written) == person


@pytest.mark.parametrize(
    "other", ["", "second@bucher.example", "second+co@bücher.example", "s.econd@bücher.example", "econd@bücher.example"]
)
def test_a_like_address_is_another_one(other):
    person = PersonFactory()
    adds(person, "second@bücher.example")
    assert not is_address_of(person, other)
    assert Person.objects.reached_at(other) is None


def test_a_part_of_a_domain_that_nobody_can_read_stays_as_it_is():
    person = PersonFactory()
    adds(person, "me@xn--\u00e9.example")
    assert is_address_of(person, "ME@XN--\u00c9.example")


def test_an_address_given_up_is_still_ones_own_and_its_time_is_kept():
    person = PersonFactory(email="first@example.org")
    second = adds(person, "second@example.org")
    second.remove()
    person.email = "third@example.org"
    person.save()
    assert all(is_address_of(person, f"{which}@example.org") for which in ("first", "second", "third"))
    standing = KnownAddress.objects.standing().filter(person=person)
    assert [str(one) for one in standing] == ["third@example.org"]
    adds(person, "second@example.org", verified=False)
    assert [one.confirmed for one in KnownAddress.objects.at("second@example.org")] == [True, False]


def test_whoever_has_an_address_now_is_reached_before_whoever_had_it():
    former, now = PersonFactory(), PersonFactory()
    adds(former, "office@example.org").delete()
    assert Person.objects.reached_at("office@example.org") == former
    adds(now, "office@example.org")
    assert Person.objects.reached_at("office@example.org") == now


def test_a_mere_claim_keeps_oneself_away_and_nobody_else():
    claims, owner = PersonFactory(), PersonFactory(email="owner@example.org")
    claim = adds(claims, "owner@example.org", verified=False)
    assert is_address_of(claims, "Owner@example.org")
    assert Person.objects.reached_at("owner@example.org") == owner
    assert not shares_an_address(claims, owner)
    claim.verified = True
    claim.save()
    assert shares_an_address(claims, owner)
    assert shares_an_address(owner, claims)


def test_two_accounts_of_one_address_are_tied_both_ways():
    one, other = PersonFactory(), PersonFactory()
    adds(one, "shared@example.org").delete()
    adds(other, "Shared@Example.org")
    assert kinds_between(one, other) == kinds_between(other, one) == ["same_address"]
    assert list(Person.objects.filter(tied_people(other, NEAR))) == [one]


def test_nobody_confirms_an_office_that_their_other_account_proposed():
    proposer, second, third = (
        PersonFactory(),
        PersonFactory(offices=["registrar"]),
        PersonFactory(offices=["registrar"]),
    )
    adds(proposer, "shared@example.org").delete()
    adds(second, "shared@example.org")
    proposed = Appointment.objects.create(
        person=PersonFactory(), role="council", starts_on=date(2026, 1, 1), proposed_by=proposer
    )
    assert "same e-mail address" in objection_to_confirming(proposed, second, date(2026, 1, 1))
    assert objection_to_confirming(proposed, third, date(2026, 1, 1)) == ""


def test_a_changed_name_asks_nothing_of_addresses(django_assert_num_queries):
    person = PersonFactory()
    person.city = "Oslo"
    with django_assert_num_queries(1):
        person.save(update_fields=["city"])


def test_people_are_found_by_any_address():
    person = PersonFactory()
    adds(person, "second@elsewhere.example")
    assert list(Person.objects.found("Second@elsewhere")) == [person]
