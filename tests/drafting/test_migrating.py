"""Where nobody is grandparented, every case under way moves on the first day, once."""

from datetime import date

import pytest
import time_machine
from django.core.management import call_command

from credentialing.accounts.models import Role
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.applications.services.moves import move_application
from credentialing.correspondence.models import Letter
from credentialing.drafting.migrating import migrate_what_is_due
from credentialing.operations.demo.walk import noon
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.services import publish_pathway
from credentialing.pathways.writing import change_values
from tests.factories import PersonFactory, abs_version, make_walk
from workflows.models import LedgerRecord

pytestmark = pytest.mark.django_db

FIRST_DAY = date(2026, 5, 1)
NOW = noon(date(2026, 5, 2))


def publish(policy, number="2026.1", **stage):
    source = change_values(abs_version().source, (), {"version": number})
    if stage:
        source = change_values(source, ("stages", 0), stage)
    return publish_pathway(
        source=source,
        actor=PersonFactory(offices=[Role.ADMINISTRATOR]),
        in_force_from=FIRST_DAY,
        policy=PathwayVersion.Policy(policy),
    )


@pytest.fixture
def case(officers):
    return make_walk(society=officers).submit().application


def migrate(now=NOW):
    with time_machine.travel(now):
        return [(m.version.version, m.moved, len(m.refused)) for m in migrate_what_is_due(now=now)]


def test_everybody_moves_on_the_first_day_by_the_system_and_once(case):
    version = publish("migrate")

    assert migrate(noon(date(2026, 4, 30))) == []
    assert migrate() == [("2026.1", 1, 0)]
    assert migrate() == []

    case.refresh_from_db()
    record = LedgerRecord.objects.of(case).last()
    assert (case.pathway_version, record.transition, record.role) == (version, "move", "system")


def test_pinned_version_moves_nobody(case):
    publish("pin")

    assert migrate() == []


def test_exception_that_the_coordinator_made_afterwards_stays(case, officers):
    before = case.pathway_version
    publish("migrate")
    migrate()
    case.refresh_from_db()
    move_application(application=case, version=before, actor=officers.coordinator, reason="Promised.", now=NOW)

    assert migrate() == []
    case.refresh_from_db()
    assert case.pathway_version == before


def test_resting_cases_follow_once_they_are_taken_up(case, officers):
    change_lifecycle(application=case, name="withdraw", actor=case.candidate, now=NOW)
    publish("migrate")
    assert migrate() == []

    change_lifecycle(application=case, name="reopen", actor=officers.coordinator, now=NOW)
    assert migrate() == [("2026.1", 1, 0)]


def test_who_cannot_move_stays_and_the_coordinator_is_told_once(case, officers):
    publish("migrate", slug="asked")

    assert migrate() == [("2026.1", 0, 1)]
    migrate()
    letter = Letter.objects.get(template="move_refused")
    assert (letter.recipient, case.reference in letter.body) == (officers.coordinator, True)


def test_tick_does_it(case, capsys):
    publish("migrate")
    with time_machine.travel(NOW):
        call_command("tick")

    assert "Balint group leader 2026.1: 1 cases moved to it." in capsys.readouterr().out
