"""The queue stores exactly what django-tasks-db would."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.tasks import task, task_backends
from django.tasks.signals import task_enqueued
from django.utils import timezone
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from workflows.outbox import Outbox

pytestmark = pytest.mark.django_db


@task()
def ring(bell: str, *, times: int = 1) -> str:
    return bell * times


def stored(backend: DatabaseBackend, asked) -> dict[str, object]:
    result = backend.enqueue(asked, ["ding"], {"times": 2})
    row = DBTaskResult.objects.get(pk=result.id)
    assert row.task_result == result
    varying = {"id", "enqueued_at", "_state"}
    return {name: value for name, value in vars(row).items() if name not in varying}


@pytest.mark.parametrize("change", [{}, {"priority": 7, "queue_name": "bells"}, {"run_after": timedelta(hours=1)}])
def test_task_is_stored_as_the_library_would_store_it(change):
    if "run_after" in change:
        change = {"run_after": timezone.now() + change["run_after"]}
    asked = ring.using(**change)
    options = {"QUEUES": [], "OPTIONS": {}}
    assert stored(Outbox("default", options), asked) == stored(DatabaseBackend("default", options), asked)


def test_whoever_listens_hears_of_it():
    heard = []

    def listen(task_result, **_):
        heard.append(task_result.args)

    task_enqueued.connect(listen)
    try:
        ring.enqueue("ding")
    finally:
        task_enqueued.disconnect(listen)
    assert heard == [["ding"]]
    assert isinstance(task_backends["default"], Outbox)


def test_task_goes_with_the_transaction_that_asked_for_it():
    with transaction.atomic():
        ring.enqueue("ding")
        transaction.set_rollback(True)
    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_worker_does_it(work_off):
    done = ring.enqueue("ding", times=2)
    work_off()
    assert DBTaskResult.objects.get(pk=done.id).task_result.return_value == "dingding"
