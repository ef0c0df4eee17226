"""Offices are held for a term: given and ended by administrators, and never by oneself."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from credentialing.accounts.models import Person, Role, Term
from credentialing.accounts.services import AlreadyInOffice, TermOver, end_term, grant_role
from credentialing.audit.models import AuditEvent
from tests.factories import PersonFactory
from tests.settings import TIME_ZONE

pytestmark = pytest.mark.django_db

TODAY = date(2026, 4, 14)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-04-14T12:00:00-04:00", tick=False):
        yield


@pytest.fixture
def admin():
    return PersonFactory(name="Root", offices=[Role.ADMINISTRATOR])


@pytest.fixture
def ada():
    return PersonFactory(name="Ada")


def held(person: Person, role: str, starts_on: date, ends_on: date | None = None) -> Term:
    return Term.objects.create(person=person, role=role, starts_on=starts_on, ends_on=ends_on)


def test_office_is_held_from_the_first_to_the_last_day_of_the_term(ada):
    held(ada, Role.TREASURER, date(2026, 1, 1), date(2026, 6, 30))

    assert [bool(ada.roles_on(day)) for day in (date(2025, 12, 31), date(2026, 1, 1))] == [False, True]
    assert [bool(ada.roles_on(day)) for day in (date(2026, 6, 30), date(2026, 7, 1))] == [True, False]


def test_open_ended_term_runs_on(ada):
    held(ada, Role.TREASURER, TODAY)

    assert ada.roles_on(date(2099, 1, 1)) == {Role.TREASURER}


def test_people_in_an_office_are_those_whose_term_runs_that_day(ada):
    held(ada, Role.PRESIDENT, date(2020, 1, 1), date(2023, 12, 31))
    successor = PersonFactory()
    held(successor, Role.PRESIDENT, date(2024, 1, 1))
    held(successor, Role.TREASURER, date(2010, 1, 1))

    assert list(Person.objects.holding(Role.PRESIDENT, date(2023, 12, 31))) == [ada]
    assert list(Person.objects.holding(Role.PRESIDENT, date(2024, 1, 1))) == [successor]


def test_somebody_with_two_terms_of_one_office_is_counted_once(ada):
    held(ada, Role.OBSERVER, date(2020, 1, 1), date(2026, 12, 31))
    held(ada, Role.OBSERVER, date(2026, 1, 1))

    assert list(Person.objects.holding(Role.OBSERVER, TODAY)) == [ada]


@settings(max_examples=50, deadline=None)
@given(start=st.integers(-400, 400), length=st.none() | st.integers(0, 400), day=st.integers(-900, 900))
def test_person_and_list_of_holders_always_agree(start, length, day):
    with transaction.atomic():
        somebody = PersonFactory()
        starts_on = TODAY + start * DAY
        held(somebody, Role.REVIEWER, starts_on, None if length is None else starts_on + length * DAY)
        on = TODAY + day * DAY

        assert (Role.REVIEWER in somebody.roles_on(on)) == (somebody in Person.objects.holding(Role.REVIEWER, on))
        transaction.set_rollback(True)


def test_administrator_gives_an_office_and_the_act_is_recorded(admin, ada):
    term = grant_role(person=ada, role=Role.TREASURER, actor=admin, starts_on=TODAY, ends_on=TODAY + 365 * DAY)

    assert ada.roles_on(TODAY) == {Role.TREASURER}
    assert str(term) == "Ada: Treasurer"
    event = AuditEvent.objects.get(event="accounts:role:granted")
    assert (event.actor, event.subject_id) == (admin, ada.uuid)
    assert event.details == {"role": "treasurer", "from": "2026-04-14"}


def test_administrator_cannot_give_themself_an_office(admin):
    with pytest.raises(PermissionError, match="not their own"):
        grant_role(person=admin, role=Role.TREASURER, actor=admin, starts_on=TODAY)

    assert admin.roles_on(TODAY) == {Role.ADMINISTRATOR}


def test_superuser_cannot_give_themself_an_office_either():
    root = Person.objects.create_superuser("root@example.org", name="Root")

    with pytest.raises(PermissionError):
        grant_role(person=root, role=Role.TREASURER, actor=root, starts_on=TODAY)


def test_superuser_out_of_office_gives_nothing(ada):
    root = PersonFactory(is_superuser=True)

    with pytest.raises(PermissionError):
        grant_role(person=ada, role=Role.TREASURER, actor=root, starts_on=TODAY)


def test_closed_account_acts_in_no_office_and_keeps_what_it_held_then(ada):
    held(ada, Role.REVIEWER, date(2020, 1, 1))
    ada.is_active = False
    ada.save()

    assert ada.roles_on(TODAY) == frozenset()
    assert ada.offices_held_on(TODAY) == {Role.REVIEWER}
    assert not Person.objects.holding(Role.REVIEWER, TODAY).exists()
    assert not Person.objects.holding_any([Role.REVIEWER], TODAY).exists()
    assert not Person.objects.in_any_office(TODAY).exists()


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.ADMINISTRATOR}))
def test_no_other_office_gives_offices(ada, role):
    officer = PersonFactory(offices=[role])

    with pytest.raises(PermissionError):
        grant_role(person=ada, role=Role.TREASURER, actor=officer, starts_on=TODAY)

    assert not ada.terms.exists()


def test_administrator_whose_term_is_over_gives_no_office(ada):
    former = PersonFactory()
    held(former, Role.ADMINISTRATOR, date(2020, 1, 1), TODAY - DAY)

    with pytest.raises(PermissionError):
        grant_role(person=ada, role=Role.TREASURER, actor=former, starts_on=TODAY)


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (TODAY, None),
        (TODAY - 30 * DAY, TODAY),
        (TODAY - 30 * DAY, None),
        (TODAY + 90 * DAY, TODAY + 120 * DAY),
    ],
)
def test_office_is_not_given_twice_for_the_same_time(admin, ada, starts_on, ends_on):
    held(ada, Role.TREASURER, TODAY, TODAY + 90 * DAY)

    with pytest.raises(AlreadyInOffice, match="Ada already holds this office"):
        grant_role(person=ada, role=Role.TREASURER, actor=admin, starts_on=starts_on, ends_on=ends_on)

    assert ada.terms.count() == 1


def test_office_is_not_given_from_before_an_open_term_on(admin, ada):
    held(ada, Role.TREASURER, TODAY + 90 * DAY)

    with pytest.raises(AlreadyInOffice):
        grant_role(person=ada, role=Role.TREASURER, actor=admin, starts_on=TODAY)


def test_second_term_may_follow_or_precede_the_first_and_another_office_may_run_beside_it(admin, ada):
    held(ada, Role.TREASURER, TODAY, TODAY + 90 * DAY)

    grant_role(person=ada, role=Role.TREASURER, actor=admin, starts_on=TODAY + 91 * DAY)
    grant_role(person=ada, role=Role.TREASURER, actor=admin, starts_on=TODAY - 9 * DAY, ends_on=TODAY - DAY)
    grant_role(person=ada, role=Role.OBSERVER, actor=admin, starts_on=TODAY)

    assert ada.roles_on(TODAY - DAY) == {Role.TREASURER}
    assert ada.roles_on(TODAY) == {Role.TREASURER, Role.OBSERVER}
    assert ada.roles_on(TODAY + 91 * DAY) == {Role.TREASURER, Role.OBSERVER}


def test_term_cannot_end_before_it_starts(admin, ada):
    with pytest.raises(ValidationError, match="before it starts"):
        grant_role(person=ada, role=Role.TREASURER, actor=admin, starts_on=TODAY, ends_on=TODAY - DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        held(ada, Role.COUNCIL, TODAY, TODAY - DAY)


def test_database_keeps_one_open_term_per_person_and_office(ada):
    held(ada, Role.COUNCIL, date(2020, 1, 1))

    with pytest.raises(IntegrityError), transaction.atomic():
        held(ada, Role.COUNCIL, date(2024, 1, 1))


def test_ended_term_is_gone_at_once_and_stays_in_the_books(admin, ada):
    term = held(ada, Role.TREASURER, date(2020, 1, 1))

    end_term(term=term, actor=admin)

    assert ada.roles_on(TODAY) == frozenset()
    assert ada.roles_on(TODAY - DAY) == {Role.TREASURER}
    event = AuditEvent.objects.get(event="accounts:role:ended")
    assert (event.actor, event.subject_id, event.details) == (admin, ada.uuid, {"role": "treasurer"})


@pytest.mark.parametrize("starts_on", [TODAY, TODAY + 30 * DAY])
def test_term_given_by_mistake_is_gone_at_once_too(admin, ada, starts_on):
    term = grant_role(person=ada, role=Role.TREASURER, actor=admin, starts_on=starts_on)

    end_term(term=term, actor=admin)

    assert ada.roles_on(starts_on) == frozenset()
    assert set(AuditEvent.objects.values_list("event", flat=True)) == {"accounts:role:granted", "accounts:role:ended"}


def test_term_ends_on_the_day_of_the_society_not_of_greenwich(admin, ada):
    assert TIME_ZONE == "America/New_York"
    term = held(ada, Role.TREASURER, date(2020, 1, 1))

    with time_machine.travel("2026-04-15T01:00:00+00:00", tick=False):
        ended = end_term(term=term, actor=admin)

    assert ended.ends_on == date(2026, 4, 13)


def test_term_ends_only_once(admin, ada):
    term = held(ada, Role.TREASURER, date(2020, 1, 1), TODAY - DAY)

    with pytest.raises(TermOver):
        end_term(term=term, actor=admin)

    assert not AuditEvent.objects.exists()


def test_nobody_ends_their_own_office(admin):
    with pytest.raises(PermissionError):
        end_term(term=admin.terms.get(), actor=admin)

    assert admin.roles_on(TODAY) == {Role.ADMINISTRATOR}
