"""What a dead process left lying is taken up by any worker, soon."""

import threading
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.tasks import task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.operations import upkeep
from credentialing.operations.upkeep import Upkeep, WorkerLost, tidy_queue
from tests.factories import PersonFactory
from workflows.sequencer import waiting_entries

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lying():
    person = PersonFactory()
    with transaction.atomic():
        record_event(event=Event.RECUSAL_DECLARED, actor=person, subject_kind="person", subject_id=person.uuid)
        connection.run_on_commit.clear()  # the process dies right after the commit
    assert waiting_entries() > 0


def wait_for_place() -> None:
    for _ in range(500):
        if not waiting_entries():
            return
        time.sleep(0.02)


@pytest.mark.usefixtures("lying")
def test_worker_gives_every_entry_its_place_although_nobody_writes():
    keeper = Upkeep(every=60)
    keeper.start()
    wait_for_place()
    keeper.end()
    assert waiting_entries() == 0


@pytest.mark.usefixtures("lying")
def test_database_that_is_busy_is_tried_again(monkeypatch, caplog):
    real, refusals = upkeep.take_up_what_lies, []

    def busy_at_first(now):
        if not refusals:
            refusals.append(now)
            msg = "database is locked"
            raise OperationalError(msg)
        return real(now)

    monkeypatch.setattr(upkeep, "take_up_what_lies", busy_at_first)
    keeper = Upkeep(every=0.01)
    keeper.start()
    wait_for_place()
    keeper.end()
    assert waiting_entries() == 0
    assert "tried again" in caplog.text


@pytest.mark.usefixtures("lying")
def test_worker_command_brings_its_upkeep_along():
    call_command("worker", "--batch", "--no-startup-delay", verbosity=0)
    assert waiting_entries() == 0
    assert not any(thread.name == "upkeep" for thread in threading.enumerate())


@task()
def sweeps_the_floor():
    pass


def queued(**fields) -> DBTaskResult:
    result = DBTaskResult.objects.get(pk=sweeps_the_floor.enqueue().id)
    DBTaskResult.objects.filter(pk=result.pk).update(**fields)
    return result


def test_queue_forgets_what_was_finished_long_ago_and_nothing_else():
    now = timezone.now()
    old, new = now - timedelta(days=15), now - timedelta(days=13)
    for status in ("SUCCESSFUL", "FAILED"):
        queued(status=status, started_at=old, finished_at=old)
    kept = {
        queued(status="SUCCESSFUL", started_at=old, finished_at=new).pk,
        queued(status="READY", enqueued_at=old).pk,
        queued(status="RUNNING", started_at=now - timedelta(hours=23)).pk,
    }
    assert tidy_queue(now) == 2
    assert set(DBTaskResult.objects.values_list("pk", flat=True)) == kept
    assert DBTaskResult.objects.running().count() == 1


def test_task_whose_worker_never_came_back_is_told_as_failed_and_goes_with_the_others():
    now = timezone.now()
    lost = queued(status="RUNNING", started_at=now - timedelta(hours=25))
    assert tidy_queue(now) == 0
    lost.refresh_from_db()
    assert lost.task_result.errors[0].exception_class is WorkerLost
    assert tidy_queue(now + timedelta(days=15)) == 1


def test_daily_tick_tidies_the_queue():
    done = timezone.now() - timedelta(days=15)
    queued(status="SUCCESSFUL", started_at=done, finished_at=done)
    call_command("tick", stdout=StringIO())
    assert not DBTaskResult.objects.filter(task_path=sweeps_the_floor.module_path).exists()
