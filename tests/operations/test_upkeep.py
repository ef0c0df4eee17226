"""What a dead process left lying is taken up by any worker, soon."""

import threading
import time

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.operations import upkeep
from credentialing.operations.upkeep import Upkeep
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
