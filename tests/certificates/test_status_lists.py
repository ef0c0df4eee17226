"""The published lists tell of each badge what the registry says, and of nobody who they are."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from certificates.badge import entries
from certificates.badge.bundled import CREDENTIALS
from certificates.badge.checking import check_badge
from certificates.badge.entries import LENGTH, StatusEntry, status_entry_of
from certificates.badge.status import NoSuchList, bit_of, encoded_list, status_list
from certificates.models import Certificate
from tests.by_hand import write_by_hand
from tests.certificates.badges import badge_of, issued
from tests.certificates.factories import awarded, prepared
from tests.factories import PersonFactory
from workflows.services import perform

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)


def bits(certificate: Certificate) -> dict[str, bool]:
    entry = status_entry_of(certificate)
    return {
        purpose: bit_of(
            status_list(purpose, entry.list_number, now=timezone.now())["credentialSubject"]["encodedList"], entry.index
        )
        for purpose in ("revocation", "suspension")
    }


@pytest.mark.parametrize(
    ("state", "revoked", "suspended"),
    [
        ("active", False, False),
        ("suspended", False, True),
        ("expired", False, True),
        ("revoked", True, False),
        ("resigned", True, False),
    ],
)
def test_bits_say_what_the_registry_says(state, revoked, suspended):
    certificate, other = prepared(), prepared()
    status_entry_of(other)
    write_by_hand(certificate.credential, state=state)
    assert bits(certificate) == {"revocation": revoked, "suspension": suspended}
    assert bits(other) == {"revocation": False, "suspension": False}


def test_act_of_the_council_is_in_the_list_at_once():
    certificate = issued()
    council = PersonFactory(offices=["council"])
    perform(certificate.credential, "suspend", actor=council, reason="x")
    assert bits(certificate)["suspension"] is True
    perform(certificate.credential, "reinstate", actor=council, reason="x")
    assert bits(certificate) == {"revocation": False, "suspension": False}
    perform(certificate.credential, "revoke", actor=council, reason="x")
    assert bits(certificate)["revocation"] is True


def test_badge_of_a_replaced_edition_is_called_in():
    certificate = issued()
    Certificate.objects.filter(pk=certificate.pk).update(status="superseded")
    assert bits(certificate)["revocation"] is True


def test_badge_names_its_place():
    certificate = prepared()
    entry = status_entry_of(certificate)
    named = badge_of(certificate)["credentialStatus"]
    assert named == {
        "id": f"https://credentials.example.org/status/revocation/1#{entry.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(entry.index),
        "statusListCredential": "https://credentials.example.org/status/revocation/1",
    }


def test_place_is_drawn_by_lot_and_kept():
    certificates = [prepared() for _ in range(12)]
    places = [status_entry_of(certificate).index for certificate in certificates]
    assert len(set(places)) == 12
    assert places != sorted(places)
    assert str(certificates[0].status_entry) == f"list 1, place {places[0]}"
    assert [status_entry_of(certificate).index for certificate in certificates] == places


def test_taken_place_is_drawn_again(monkeypatch):
    drawn = iter([7, 7, 7, 8])
    monkeypatch.setattr(entries.secrets, "randbelow", lambda _length: next(drawn))
    assert status_entry_of(prepared()).index == 7
    assert status_entry_of(prepared()).index == 8


def test_place_that_another_worker_drew_for_the_same_certificate_is_taken(monkeypatch):
    certificate = prepared()
    draw = entries._drawn

    def after_another(of):
        draw(of)  # the other worker commits first
        return draw(of)

    monkeypatch.setattr(entries, "_drawn", after_another)
    assert status_entry_of(certificate) == StatusEntry.objects.get(certificate=certificate)


def test_no_two_share_a_place_and_none_lies_outside():
    certificate = prepared()
    entry = status_entry_of(certificate)
    for other in ({"index": entry.index}, {"index": LENGTH}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StatusEntry.objects.create(certificate=prepared(awarded()), list_number=1, **other)


def test_half_full_list_is_followed_by_the_next(monkeypatch):
    monkeypatch.setattr(entries, "FULL", 2)
    assert [status_entry_of(prepared()).list_number for _ in range(5)] == [1, 1, 2, 2, 3]
    assert status_list("revocation", 3, now=NOON)["id"].endswith("/status/revocation/3")


@pytest.mark.parametrize(("purpose", "number"), [("revocation", 0), ("revocation", 2), ("message", 1)])
def test_list_that_does_not_exist_is_not_made_up(purpose, number):
    with pytest.raises(NoSuchList):
        status_list(purpose, number, now=NOON)


def test_list_is_a_signed_credential_as_the_standard_asks():
    listed = status_list("revocation", 1, now=NOON)
    assert check_badge(listed).created == "2026-06-01T12:00:00Z"
    assert listed["@context"] == [CREDENTIALS]
    assert listed["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert listed["credentialSubject"]["statusPurpose"] == "revocation"
    assert listed["credentialSubject"]["ttl"] == 300_000
    assert (listed["validFrom"], listed["validUntil"]) == ("2026-06-01T12:00:00Z", "2026-06-02T12:00:00Z")


def test_list_is_the_same_for_five_minutes_while_nothing_changes():
    assert status_list("revocation", 1, now=NOON) == status_list("revocation", 1, now=NOON + timedelta(minutes=4))
    assert status_list("revocation", 1, now=NOON) != status_list("revocation", 1, now=NOON + timedelta(minutes=5))


def test_bits_are_packed_as_the_standard_says():
    """The first bit is the leftmost; the list has at least 131,072 of them."""
    encoded = encoded_list((0, 9, LENGTH - 1))
    assert encoded.startswith("u")
    assert [place for place in (0, 1, 8, 9, 10, LENGTH - 1) if bit_of(encoded, place)] == [0, 9, LENGTH - 1]


@pytest.mark.parametrize(("encoded", "place"), [(encoded_list(()), LENGTH), (encoded_list(()), -1), ("x", 0)])
def test_place_outside_a_list_has_no_bit(encoded, place):
    with pytest.raises(ValueError, match=r".+"):
        bit_of(encoded, place)


def test_long_list_stays_small():
    assert len(encoded_list(())) < 100
    assert len(encoded_list(tuple(range(0, LENGTH, 131)))) < 6000
