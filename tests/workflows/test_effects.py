"""What follows a step: enqueued with it, rolled back with it, done once, tried again, given up in the open."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.workflows.factories import ActorFactory, loan_for
from workflows import effects
from workflows.models import EffectRun
from workflows.services import perform

pytestmark = pytest.mark.django_db


class Bell:
    """Counts how often it was rung; may be broken."""

    def __init__(self):
        self.rung, self.broken = [], False

    def ring(self, record):
        if self.broken:
            msg = "no bell"
            raise OSError(msg)
        self.rung.append(record)


@pytest.fixture(autouse=True)
def bell():
    bell = Bell()
    effects.subscribe(subject_kind="loan", transition="lend", name="bell", act=None)
    effects.subscribe(subject_kind="loan", transition="lend", name="bell", act=bell.ring)
    yield bell
    effects.unsubscribe(subject_kind="loan", transition="lend", name="bell")


@pytest.fixture
def step():
    actor = ActorFactory()
    return perform(loan_for(actor, "clerk"), "lend", actor=actor)


@pytest.fixture
def run(step):
    return EffectRun.objects.get(record=step)


def queued():
    return [task.args_kwargs["args"] for task in DBTaskResult.objects.order_by("enqueued_at")]


def test_effect_is_enqueued_once_with_its_step(run):
    assert queued() == [[run.pk]]
    assert str(run).startswith("bell of")


def test_other_steps_have_no_such_effect():
    actor = ActorFactory()
    perform(loan_for(actor, "clerk"), "pause", actor=actor)
    assert not DBTaskResult.objects.exists()
    assert not EffectRun.objects.exists()


def test_effect_is_rolled_back_with_its_step():
    actor = ActorFactory()
    loan = loan_for(actor, "clerk")

    def fail():
        with transaction.atomic():
            perform(loan, "lend", actor=actor)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not DBTaskResult.objects.exists()
    assert not EffectRun.objects.exists()


def test_effect_is_done_once(step, run, bell):
    assert effects.attempt(run) is True
    assert effects.attempt(run) is False
    effects.run_effect.call(run.pk)
    assert bell.rung == [step]
    run.refresh_from_db()
    assert (run.attempts, run.claimed_until) == (1, None)
    assert not EffectRun.objects.open().exists()


def test_effect_is_left_to_whoever_is_at_it_until_they_are_taken_for_dead(run, bell):
    now = timezone.now()
    EffectRun.objects.update(claimed_until=now + timedelta(minutes=1))
    assert effects.attempt(run, now=now) is False
    assert effects.attempt(run, now=now + timedelta(minutes=2)) is True
    assert len(bell.rung) == 1


def test_whoever_is_at_it_has_ten_minutes(run):
    now = timezone.now()
    leases = []

    def look(record):
        leases.append(EffectRun.objects.get(record=record).claimed_until - now)

    effects.subscribe(subject_kind="loan", transition="lend", name="bell", act=look)
    assert effects.attempt(run, now=now) is True
    assert leases == [timedelta(minutes=10)]


def test_failed_effect_is_kept_with_its_reason_and_tried_again_after_growing_pauses(run, bell, caplog):
    bell.broken = True
    now, pauses = timezone.now(), []
    for _ in range(effects.ATTEMPTS - 1):
        assert effects.attempt(run, now=now) is False
        run.refresh_from_db()
        pauses.append(run.due_at - now)
    assert (run.attempts, run.last_error, run.done_at, run.given_up_at) == (5, "OSError: no bell", None, None)
    said = {(record.name, record.getMessage()) for record in caplog.records}
    assert said == {("workflows.effects", f"Effect bell of record {run.record_id} failed")}
    for number, pause in enumerate(pauses):
        assert timedelta(minutes=2**number) <= pause <= timedelta(minutes=2**number * 1.25)
    assert queued() == [[run.pk]] * effects.ATTEMPTS
    assert DBTaskResult.objects.order_by("-run_after")[1].run_after == run.due_at

    bell.broken = False
    assert effects.attempt(run) is True
    run.refresh_from_db()
    assert (run.attempts, run.last_error, len(bell.rung)) == (6, "", 1)


def test_pauses_are_spread_so_that_not_all_come_back_at_once(run, bell):
    bell.broken = True
    now, pauses = timezone.now(), set()
    for _ in range(8):
        EffectRun.objects.update(attempts=0)
        effects.attempt(run, now=now)
        run.refresh_from_db()
        pauses.add(run.due_at - now)
    assert len(pauses) == 8


def test_effect_that_fails_again_and_again_is_given_up_until_somebody_says_again(run, bell):
    bell.broken = True
    for _ in range(effects.ATTEMPTS):
        effects.attempt(run)
    assert list(EffectRun.objects.given_up()) == [run]
    assert effects.attempt(run) is False
    assert len(queued()) == effects.ATTEMPTS  # the last failure enqueued nothing

    bell.broken = False
    assert effects.try_again(run) is True
    assert effects.try_again(run) is False
    assert queued() == [[run.pk]] * (effects.ATTEMPTS + 1)
    run.refresh_from_db()
    assert (run.attempts, run.given_up_at) == (0, None)
    assert run.due_at <= timezone.now()
    assert effects.attempt(run) is True


def test_effect_that_is_given_up_is_announced_once(run, bell):
    bell.broken, told = True, []

    def listen(run, **_):
        told.append((run.pk, run.given_up_at is not None, run.last_error))

    effects.effect_given_up.connect(listen)
    for _ in range(effects.ATTEMPTS + 1):
        effects.attempt(run)
    assert told == [(run.pk, True, "OSError: no bell")]


def test_effect_is_done_anew_when_what_it_works_on_has_changed(step, run, bell):
    effects.demand(record=step, effect="bell")
    assert queued() == [[run.pk]]  # nobody had begun: its task will find the change
    effects.attempt(run)
    effects.demand(record=step, effect="bell")
    assert queued() == [[run.pk]] * 2
    assert effects.attempt(run) is True
    assert bell.rung == [step] * 2


def test_effect_on_demand_follows_only_the_steps_for_which_it_is_demanded(bell):
    effects.subscribe(subject_kind="loan", transition="lend", name="bell", act=bell.ring, on_demand=True)
    actor = ActorFactory()
    first, second = (perform(loan_for(actor, "clerk"), "lend", actor=actor) for _ in range(2))
    assert (EffectRun.objects.count(), queued()) == (0, [])
    for _ in range(2):
        effects.demand(record=second, effect="bell")
    run = EffectRun.objects.get()
    assert queued() == [[run.pk]]
    assert effects.attempt(run) is True
    assert bell.rung == [second] != [first]


def test_demand_is_rolled_back_with_what_it_was_made_for(step, run, bell):
    effects.attempt(run)
    with transaction.atomic():
        effects.demand(record=step, effect="bell")
        transaction.set_rollback(True)
    assert queued() == [[run.pk]]
    assert not EffectRun.objects.open().exists()


def test_effect_that_was_given_up_has_every_attempt_left_when_it_is_done_anew(step, run, bell):
    bell.broken = True
    for _ in range(effects.ATTEMPTS):
        effects.attempt(run)
    effects.demand(record=step, effect="bell")
    run.refresh_from_db()
    assert (run.attempts, run.given_up_at, run.last_error) == (0, None, "")
    assert len(queued()) == effects.ATTEMPTS + 1


def test_effect_nobody_answers_to_any_more_is_kept_with_that_reason(run):
    effects.unsubscribe(subject_kind="loan", transition="lend", name="bell")
    assert effects.attempt(run) is False
    run.refresh_from_db()
    assert "Nobody answers to the effect bell" in run.last_error


def test_effect_of_a_step_to_which_nobody_ever_subscribed_is_kept_with_that_reason_too():
    effects.unsubscribe(subject_kind="loan", transition="settle", name="bell")
    actor = ActorFactory()
    loan = loan_for(actor, "chief", "clerk")
    perform(loan, "pause", actor=actor)
    run = EffectRun.objects.create(record=perform(loan, "settle", actor=actor), effect="bell")
    assert effects.attempt(run) is False
    run.refresh_from_db()
    assert "Nobody answers to the effect bell" in run.last_error


def test_what_died_with_its_worker_is_taken_up_again(run, bell):
    now = timezone.now()
    assert effects.take_up(before=now - timedelta(minutes=5)) == 0
    EffectRun.objects.update(claimed_until=now + effects.LEASE)
    assert effects.take_up(before=now + timedelta(minutes=1)) == 0
    later = now + effects.LEASE + timedelta(minutes=1)
    assert effects.take_up(before=later) == 1
    assert queued() == [[run.pk]] * 2
    assert effects.attempt(run, now=later) is True
    assert effects.take_up(before=later) == 0


def test_what_waits_in_a_long_queue_is_not_enqueued_again_at_every_look(run, bell):
    with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=False):
        patience = timezone.now() - timedelta(minutes=10)
        assert [effects.take_up(before=patience) for _ in range(3)] == [1, 0, 0]
        assert queued() == [[run.pk]] * 2
    with time_machine.travel(timezone.now() + timedelta(minutes=40), tick=False):
        assert effects.take_up(before=timezone.now() - timedelta(minutes=10)) == 1
        assert effects.attempt(run) is True
