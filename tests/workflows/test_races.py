"""Many at the same door at once: one goes through, the others get a clear refusal, and no record is doubled."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.workflows.factories import ActorFactory, loan_for
from tests.workflows.testapp.models import Loan
from workflows import effects
from workflows.errors import NoSuchTransition, StaleVersion
from workflows.ledger import replay, verify_chain
from workflows.models import EffectRun, LedgerRecord, Reason
from workflows.services import perform

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 6


@pytest.fixture
def actor():
    return ActorFactory()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Let every act run in a thread of its own, all from one start; what they returned or raised."""
    start, outcomes = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            outcomes.append(act())
        except Exception as error:  # noqa: BLE001 - handed to the test
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def sound(loan: Loan, records: int) -> bool:
    stored = Loan.objects.get(pk=loan.pk)
    sequences = [record.sequence for record in LedgerRecord.objects.of(loan)]
    return sequences == [*range(1, records + 1)] and not [*verify_chain(stored)] and stored.state == replay(stored)


@pytest.mark.parametrize(("expected_version", "refused"), [(None, NoSuchTransition), (0, StaleVersion)])
def test_of_many_at_once_one_goes_through(actor, expected_version, refused):
    loan = loan_for(actor, "clerk")
    held = [Loan.objects.get(pk=loan.pk) for _ in range(MANY)]
    outcomes = at_once(
        *(lambda mine=mine: perform(mine, "lend", actor=actor, expected_version=expected_version) for mine in held)
    )
    assert sorted(type(one).__name__ for one in outcomes) == sorted(["LedgerRecord", *[refused.__name__] * (MANY - 1)])
    assert sound(loan, records=1)
    assert sorted(mine.state for mine in held) == ["asked"] * (MANY - 1) + ["lent"]


def test_of_two_different_acts_from_one_state_one_goes_through(actor):
    loan = loan_for(actor, "clerk")
    outcomes = at_once(
        *(lambda name=name: perform(loan, name, actor=actor, expected_version=0) for name in ("lend", "pause"))
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["LedgerRecord", "StaleVersion"]
    assert sound(loan, records=1)


def test_acts_that_do_not_exclude_each_other_are_all_done_one_after_the_other(actor):
    loan = loan_for(actor, "clerk", "chief")
    perform(loan, "lend", actor=actor)

    def inspect() -> None:
        for _ in range(5):
            perform(Loan.objects.get(pk=loan.pk), "inspect", actor=actor)

    assert at_once(*[inspect] * MANY) == [None] * MANY
    assert sound(loan, records=1 + 5 * MANY)
    times = [record.recorded_at for record in LedgerRecord.objects.of(loan)]
    assert times == sorted(times)


def test_who_had_to_wait_acts_when_the_waiting_ends(actor):
    """The time of a record is that of the step, not of the click that waited for another's lock."""
    loan = loan_for(actor, "clerk")
    waiting = threading.Thread(target=lambda: (perform(loan, "resume", actor=actor), connection.close()))
    with transaction.atomic():
        perform(Loan.objects.get(pk=loan.pk), "pause", actor=actor)
        waiting.start()
        time.sleep(0.3)
        ended = timezone.now()
    waiting.join()
    first, second = LedgerRecord.objects.of(loan)
    assert first.recorded_at < ended <= second.recorded_at
    assert sound(loan, records=2)


def test_subject_removed_meanwhile_is_stale(actor):
    loan = loan_for(actor, "clerk")
    with transaction.atomic():
        Loan.objects.filter(pk=loan.pk).delete()
        outcomes: list[object] = []
        waiting = threading.Thread(target=lambda: outcomes.extend(at_once(lambda: perform(loan, "lend", actor=actor))))
        waiting.start()
        time.sleep(0.1)
    waiting.join()
    assert [type(one) for one in outcomes] == [StaleVersion]
    assert not LedgerRecord.objects.exists()


@pytest.fixture
def _no_bell_is_left():
    yield
    effects.unsubscribe(subject_kind="loan", transition="lend", name="bell")


@pytest.mark.usefixtures("_no_bell_is_left")
def test_effect_taken_up_by_many_workers_is_done_once(actor):
    record = perform(loan_for(actor, "clerk"), "lend", actor=actor)
    done: list[LedgerRecord] = []

    run = EffectRun.objects.create(record=record, effect="bell")
    effects.subscribe(
        subject_kind="loan", transition="lend", name="bell", act=lambda one: (time.sleep(0.02), done.append(one))
    )

    def work() -> bool:
        return effects.attempt(EffectRun.objects.get(pk=run.pk))

    assert sorted(at_once(*[work] * MANY)) == [False] * (MANY - 1) + [True]
    assert done == [record]
    assert [run.attempts for run in EffectRun.objects.all()] == [1]


class Racer:
    """Another process with a connection of its own."""

    def __init__(self, loan: Loan, actor: Any, folder: Path) -> None:
        command = [sys.executable, "-m", "tests.workflows.racer"]
        self.process = subprocess.Popen(
            [*command, str(connection.settings_dict["NAME"]), str(loan.pk), str(actor.pk)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "TMPDIR": str(folder)},
        )

    def say(self, words: str) -> None:
        self.process.stdin.write(f"{words}\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        return self.process.stdout.readline().strip()


@contextmanager
def racers(loan: Loan, actor: Any, folder: Path, *, many: int) -> Iterator[list[Racer]]:
    """That many processes, ready at the door."""
    made = [Racer(loan, actor, folder) for _ in range(many)]
    try:
        assert [racer.hear() for racer in made] == ["ready"] * many
        yield made
    finally:
        for racer in made:
            racer.process.stdin.close()
            racer.process.wait(timeout=30)
            racer.process.stdout.close()


def test_processes_exclude_each_other_too_and_one_that_dies_leaves_nothing(actor, tmp_path):
    loan = loan_for(actor, "clerk", "chief")
    with racers(loan, actor, tmp_path, many=3) as made:
        for racer in made:
            racer.say("lend 0")
        assert sorted(racer.hear() for racer in made) == ["StaleVersion", "StaleVersion", "done"]
        for _ in range(5):
            for racer in made:
                racer.say("inspect")
        assert [racer.hear() for racer in made for _ in range(5)] == ["done"] * 15
        assert sound(loan, records=16)
        made[0].say("vanish write_off")
        assert made[0].hear() == ""
        assert made[0].process.wait(timeout=30) == 9
        assert sound(loan, records=16)
        assert not Reason.objects.exists()
        made[1].say("inspect")
        assert made[1].hear() == "done"
    assert sound(loan, records=17)
