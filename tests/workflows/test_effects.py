"""What follows a step: enqueued with it, rolled back with it, done once."""

import pytest
from django.db import transaction
from django.tasks import task
from django_tasks_db.models import DBTaskResult

from tests.workflows.factories import ActorFactory, loan_for
from workflows import effects
from workflows.models import EffectRun
from workflows.services import perform

pytestmark = pytest.mark.django_db


@task()
def ring(record_uuid: str) -> None:
    """A bell."""


@pytest.fixture(autouse=True)
def subscribed():
    effects.subscribe(subject_kind="loan", transition="lend", name="bell", task=ring)
    effects.subscribe(subject_kind="loan", transition="lend", name="bell", task=ring)
    yield
    effects.unsubscribe(subject_kind="loan", transition="lend", name="bell")


@pytest.fixture
def step():
    actor = ActorFactory()
    return perform(loan_for(actor, "clerk"), "lend", actor=actor)


def test_effect_is_enqueued_once_with_its_step(step):
    queued = DBTaskResult.objects.get()
    assert queued.args_kwargs["args"] == [str(step.uuid)]


def test_other_steps_have_no_such_effect():
    actor = ActorFactory()
    perform(loan_for(actor, "clerk"), "pause", actor=actor)
    assert not DBTaskResult.objects.exists()


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


def test_effect_is_done_once(step):
    done = []
    assert effects.run_once(str(step.uuid), "bell", done.append) is True
    assert effects.run_once(str(step.uuid), "bell", done.append) is False
    assert done == [step]


def test_failed_effect_is_kept_with_its_reason_and_can_be_tried_again(step):
    def fail(_):
        msg = "no bell"
        raise OSError(msg)

    with pytest.raises(OSError, match="no bell"):
        effects.run_once(str(step.uuid), "bell", fail)
    run = EffectRun.objects.get()
    assert (run.attempts, run.last_error, run.done_at) == (1, "OSError: no bell", None)
    assert effects.run_once(str(step.uuid), "bell", lambda _: None) is True
    run.refresh_from_db()
    assert (run.attempts, run.last_error) == (2, "")
    assert run.done_at is not None
    assert str(run).startswith("bell of")
