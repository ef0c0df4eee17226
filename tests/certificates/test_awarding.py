"""Numbers are given once, and a credential is held once."""

import threading
from datetime import date

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates.models import Credential, NumberSeries
from certificates.services import AlreadyHeld, NumberTaken, next_number
from tests.by_hand import write_by_hand
from tests.certificates.factories import awarded
from tests.factories import PersonFactory
from workflows.errors import NotPermitted
from workflows.ledger import verify_chain
from workflows.models import Deadline
from workflows.services import perform

pytestmark = pytest.mark.django_db


def test_numbers_of_a_year_follow_each_other():
    assert [next_number(prefix="ABS", year=2026) for _ in range(3)] == [
        "ABS-2026-0001",
        "ABS-2026-0002",
        "ABS-2026-0003",
    ]
    assert next_number(prefix="ABS", year=2027) == "ABS-2027-0001"


def test_number_once_taken_is_never_given_again():
    credential = awarded()
    number = credential.number
    Credential.objects.filter(pk=credential.pk).update(number="corrected")
    assert awarded().number != number


def test_numbers_of_earlier_holders_are_stepped_over():
    awarded(number="ABS-2026-0001", basis="import")
    awarded(number="ABS-2026-0002", basis="import")
    assert awarded().number == "ABS-2026-0003"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(imported=st.sets(st.integers(1, 12), max_size=6), asked=st.integers(1, 6), lower=st.booleans())
def test_given_numbers_are_new_and_rise_whatever_was_imported(db, imported, asked, lower):
    year = NumberSeries.objects.count() + 2100
    holder, before = PersonFactory(), [f"ABS-{year}-{n:04}" for n in sorted(imported)]
    Credential.objects.bulk_create(
        Credential(
            holder=holder,
            scheme=f"s-{number}",
            number=number.lower() if lower else number,
            awarded_on=date(2020, 1, 1),
            basis="import",
        )
        for number in before
    )
    given_out = [next_number(prefix="ABS", year=year) for _ in range(asked)]
    free = (number for n in range(1, 20) if (number := f"ABS-{year}-{n:04}") not in before)
    assert given_out == [next(free) for _ in range(asked)]


@pytest.mark.django_db(transaction=True)
def test_no_number_is_given_twice_however_many_ask_at_once():
    start, numbers = threading.Barrier(4), []

    def ask():
        start.wait()
        numbers.extend(next_number(prefix="ABS", year=2026) for _ in range(5))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [f"ABS-2026-{n:04}" for n in range(1, 21)]
    assert str(NumberSeries.objects.get()) == "ABS-2026-0020"


def test_award_is_in_force_at_once_and_stands_in_the_ledger():
    credential = awarded()
    assert (credential.state, credential.status_today, credential.status_label) == ("active", "active", "Active")
    assert list(verify_chain(credential)) == []
    assert str(credential) == f"{credential.number} Adaeze Obi"


def test_nobody_holds_a_credential_twice():
    credential = awarded()
    with pytest.raises(AlreadyHeld):
        awarded(holder=credential.holder)
    with pytest.raises(IntegrityError):
        Credential.objects.create(
            holder=credential.holder,
            designation="x",
            scheme="abs-leader",
            number="other",
            awarded_on=date(2026, 1, 1),
            basis="pathway",
        )


def test_given_number_must_be_free():
    awarded(number="ABS-1999-0001")
    for number in ("ABS-1999-0001", "abs-1999-0001"):  # whoever looks it up need not care for capitals
        with pytest.raises(NumberTaken, match=number):
            awarded(number=number)


def test_only_council_and_registrar_award():
    with pytest.raises(NotPermitted):
        awarded(actor=PersonFactory(offices=["supervisor"]))
    assert not Credential.objects.exists()


def test_credential_past_its_last_day_is_expired_on_that_day_and_not_before():
    credential = awarded(valid_until=date(2026, 12, 31))
    assert credential.status_on(date(2026, 12, 31)) == "active"
    assert credential.status_on(date(2027, 1, 1)) == "expired"
    assert Credential.objects.active(date(2026, 12, 31)).get() == credential
    assert not Credential.objects.active(date(2027, 1, 1)).exists()
    deadline = Deadline.objects.get()
    assert (deadline.act, deadline.subject_id) == ("expire", credential.uuid)
    assert timezone.localtime(deadline.due_at).isoformat()[:16] == "2027-01-01T00:00"


def test_last_day_before_the_award_is_impossible():
    with pytest.raises(IntegrityError):
        awarded(valid_until=date(2026, 3, 27))


def test_award_that_fails_takes_no_number():
    with pytest.raises(NotPermitted):
        awarded(actor=PersonFactory(offices=["supervisor"]))
    assert awarded().number == "ABS-2026-0001"


def test_credential_that_is_over_may_be_awarded_anew_under_a_new_number():
    first = awarded()
    perform(first, "resign", actor=first.holder, reason="Moved abroad.")
    assert awarded(holder=first.holder).number != first.number


def test_holder_sees_the_newest_first_and_pending_ones_are_no_ones():
    holder = PersonFactory()
    old = awarded(holder=holder, awarded_on=date(2001, 1, 1))
    perform(old, "resign", actor=holder, reason="x")
    new = awarded(holder=holder)
    assert list(Credential.objects.held_by(holder)) == [new, old]
    write_by_hand(new, state="pending")
    assert list(Credential.objects.awarded()) == [old]
