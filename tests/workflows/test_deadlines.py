"""Deadlines are rows: met once, moved, closed with a reason when they are past being possible."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.workflows.factories import ActorFactory, loan_for
from tests.workflows.holding import held_elsewhere, where_rows_are_locked
from workflows.deadlines import call_off_deadline, deadline_met, meet_deadlines, set_deadline
from workflows.models import Deadline, LedgerRecord
from workflows.services import perform

NOW = timezone.now()
LATER = NOW + timedelta(days=3)


@pytest.fixture
def clock():
    return ActorFactory(name="The clock")


@pytest.fixture
def loan(clock):
    loan = loan_for(clock, "clerk")
    set_deadline(loan, "lend", due_at=LATER, now=NOW)
    return loan


def meet(clock, at, **options):
    return [met.refusal for met in meet_deadlines(actor=clock, now=at, **options)]


@pytest.mark.django_db
def test_deadline_is_met_when_it_is_due_and_once(loan, clock):
    assert meet(clock, LATER - timedelta(seconds=1)) == []
    assert meet(clock, LATER) == [""]
    assert meet(clock, LATER) == []
    loan.refresh_from_db()
    assert (loan.state, LedgerRecord.objects.get().recorded_at) == ("lent", LATER)
    deadline = Deadline.objects.of("loan", loan.uuid).get()
    assert (deadline.done_at, deadline.set_at) == (LATER, NOW)
    assert str(deadline).startswith("lend loan")


@pytest.mark.django_db
def test_deadline_set_again_is_moved(loan, clock):
    set_deadline(loan, "lend", due_at=LATER + timedelta(days=1), now=LATER)
    assert Deadline.objects.open().count() == 1
    assert meet(clock, LATER) == []
    assert meet(clock, LATER + timedelta(days=1)) == [""]
    set_deadline(loan, "give_back", due_at=LATER, now=LATER)
    assert Deadline.objects.count() == 2


@pytest.mark.django_db
def test_deadline_set_again_after_it_was_met_is_another_one(loan, clock):
    meet(clock, LATER)
    again = set_deadline(loan, "lend", due_at=LATER + timedelta(days=1), now=LATER)
    assert (list(Deadline.objects.open()), Deadline.objects.count()) == ([again], 2)


@pytest.mark.django_db
def test_whoever_meets_deadlines_hears_which_and_of_what(loan, clock):
    (met,) = meet_deadlines(actor=clock, now=LATER)
    assert (met.deadline, met.subject, met.refusal) == (Deadline.objects.get(), loan, "")
    assert type(met.subject) is type(loan)
    assert met.deadline.done_at == LATER


@pytest.mark.django_db
def test_dry_run_tells_and_changes_nothing(loan, clock):
    assert meet(clock, LATER, dry_run=True) == [""]
    loan.refresh_from_db()
    assert (loan.state, Deadline.objects.open().count(), LedgerRecord.objects.count()) == ("asked", 1, 0)


@pytest.mark.django_db
def test_what_is_no_longer_possible_is_closed_with_the_reason(loan, clock):
    perform(loan, "lend", actor=clock, now=NOW)
    Deadline.objects.create(subject_kind="loan", subject_id=uuid.uuid4(), act="lend", due_at=LATER)
    Deadline.objects.create(subject_kind="unheard-of", subject_id=uuid.uuid4(), act="lend", due_at=LATER)
    refusals = meet(clock, LATER)
    assert "not possible any more" in refusals[0]
    assert refusals[1:] == ["It no longer exists."] * 2
    assert list(Deadline.objects.values_list("outcome", flat=True)) == refusals
    assert meet(clock, LATER) == []


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_do_nothing_twice(clock):
    for _ in range(6):
        set_deadline(loan_for(clock, "clerk"), "lend", due_at=LATER, now=NOW)
    done = []

    def work() -> None:
        try:
            done.extend(meet(clock, LATER))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [""] * 6
    assert LedgerRecord.objects.count() == 6
    assert not Deadline.objects.open().exists()


@pytest.mark.django_db
def test_deadline_met_while_one_waited_for_it_is_left_alone(loan, clock):
    due = meet_deadlines(actor=clock, now=LATER)
    second, third = loan_for(clock, "clerk"), loan_for(clock, "clerk")
    for other in (second, third):
        set_deadline(other, "lend", due_at=LATER, now=NOW)
    assert next(due).subject == loan
    Deadline.objects.of("loan", second.uuid).update(done_at=LATER)
    assert [met.subject for met in due] == [third]
    second.refresh_from_db()
    assert second.state == "asked"


@where_rows_are_locked
@pytest.mark.django_db(transaction=True)
def test_deadline_that_somebody_else_is_at_is_left_to_them(loan, clock):
    with held_elsewhere(Deadline.objects.all()):
        assert meet(clock, LATER) == []
    assert meet(clock, LATER) == [""]


@pytest.mark.django_db
def test_deadline_that_is_called_off_is_met_by_nobody(loan, clock):
    assert call_off_deadline(loan, "give_back", now=NOW) is False
    assert call_off_deadline(loan, "lend", now=NOW) is True
    assert meet(clock, LATER) == []
    assert list(Deadline.objects.values_list("done_at", "outcome")) == [(NOW, "Called off.")]


@pytest.mark.django_db
def test_whoever_follows_a_deadline_hears_of_the_step_and_undoes_it_by_failing(loan, clock):
    heard = []

    def follow(*, subject, record, **_):
        heard.append((subject.state, record.transition))
        raise OSError

    deadline_met.connect(follow, sender=type(loan))
    try:
        with pytest.raises(OSError):  # noqa: PT011 - whatever it is
            meet(clock, LATER)
    finally:
        deadline_met.disconnect(follow, sender=type(loan))
    loan.refresh_from_db()
    assert heard == [("lent", "lend")]
    assert (loan.state, Deadline.objects.open().count()) == ("asked", 1)
