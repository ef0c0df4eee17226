"""Memberships are kept by the office, conflicts of interest are declared by anybody and count both ways."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from credentialing.accounts.models import ConflictOfInterest, Membership, Role
from credentialing.accounts.services import declare_conflict, record_membership
from credentialing.accounts.ties import ties_between
from credentialing.audit.models import AuditEvent
from tests.factories import MembershipFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return PersonFactory(name="Ada")


@pytest.fixture
def cora():
    return PersonFactory(name="Cora", offices=[Role.COORDINATOR])


def test_membership_runs_from_its_first_to_its_last_day():
    MembershipFactory(starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1)]

    assert [Membership.objects.on(day).exists() for day in days] == [False, True, True, False]


def test_membership_without_an_end_runs_on():
    membership = MembershipFactory(person__name="Ada", starts_on=date(2025, 1, 1))

    assert Membership.objects.on(date(2099, 1, 1)).get() == membership
    assert str(membership) == "Ada since 2025-01-01"


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.REGISTRAR])
def test_coordinator_and_registrar_record_memberships(ada, role):
    keeper = PersonFactory(offices=[role])

    membership = record_membership(person=ada, actor=keeper, starts_on=date(2025, 1, 1), number="77")

    assert (membership.recorded_by, membership.number) == (keeper, "77")
    event = AuditEvent.objects.get()
    assert (event.event, event.actor, event.subject_id) == ("accounts:membership:recorded", keeper, ada.uuid)
    assert event.details == {"from": "2025-01-01", "until": ""}


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.COORDINATOR, Role.REGISTRAR}))
def test_no_other_office_records_memberships(ada, role):
    with pytest.raises(PermissionError):
        record_membership(person=ada, actor=PersonFactory(offices=[role]), starts_on=date(2025, 1, 1))

    assert not Membership.objects.exists()


def test_nobody_records_their_own_membership(cora):
    with pytest.raises(PermissionError, match="not their own"):
        record_membership(person=cora, actor=cora, starts_on=date(2025, 1, 1))

    assert not Membership.objects.exists()


def test_running_membership_is_given_its_end_in_place(ada, cora):
    MembershipFactory(person=ada, starts_on=date(2025, 1, 1))

    record_membership(person=ada, actor=cora, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))

    membership = ada.memberships.get()
    assert (membership.ends_on, membership.recorded_by) == (date(2025, 12, 31), cora)


def test_membership_cannot_end_before_it_starts(ada, cora):
    with pytest.raises(ValidationError, match="before it starts"):
        record_membership(person=ada, actor=cora, starts_on=date(2025, 1, 1), ends_on=date(2024, 1, 1))


def test_without_a_declaration_there_is_no_tie(ada, cora):
    assert ties_between(cora, ada) == []


@pytest.mark.parametrize("declarer", ["officer", "candidate"])
def test_conflict_counts_both_ways_whoever_declared_it(ada, cora, declarer):
    person, other = (cora, ada) if declarer == "officer" else (ada, cora)
    declare_conflict(person=person, other=other, relation="same practice", actor=person)

    for one, two in ((cora, ada), (ada, cora)):
        (tie,) = ties_between(one, two)
        assert (tie.kind, "same practice" in tie.words, "same practice" in tie.told) == ("declared", True, False)
    assert ties_between(PersonFactory(), ada) == []


def test_declaration_is_recorded_without_the_words_of_the_relation(ada, cora):
    conflict = declare_conflict(person=cora, other=ada, relation="was her analyst", actor=cora)

    event = AuditEvent.objects.get()
    assert (event.event, event.subject_id) == ("accounts:conflict:declared", ada.uuid)
    assert "analyst" not in str(event.details)
    assert str(conflict) == "Cora – Ada: was her analyst"


def test_declaring_again_changes_nothing(ada, cora):
    first = declare_conflict(person=cora, other=ada, relation="cousin", actor=cora)

    again = declare_conflict(person=cora, other=ada, relation="something else", actor=cora)

    assert (again, again.relation) == (first, "cousin")
    assert AuditEvent.objects.count() == 1


def test_coordinator_declares_for_others_and_is_named_as_who_did(ada, cora):
    conflict = declare_conflict(person=PersonFactory(), other=ada, relation="cousin", actor=cora)

    assert conflict.declared_by == cora


def test_nobody_else_declares_for_others(ada):
    reviewer = PersonFactory(offices=[Role.REVIEWER])

    with pytest.raises(PermissionError):
        declare_conflict(person=PersonFactory(), other=ada, relation="cousin", actor=reviewer)

    assert not ConflictOfInterest.objects.exists()


def test_former_coordinator_no_longer_declares_for_others(ada, cora):
    cora.terms.update(ends_on=timezone.localdate() - timedelta(days=1))

    with pytest.raises(PermissionError):
        declare_conflict(person=PersonFactory(), other=ada, relation="cousin", actor=cora)


def test_conflict_is_with_somebody_else(ada):
    with pytest.raises(ValueError, match="themselves"):
        declare_conflict(person=ada, other=ada, relation="self", actor=ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConflictOfInterest.objects.create(person=ada, other=ada, relation="self", declared_by=ada)
