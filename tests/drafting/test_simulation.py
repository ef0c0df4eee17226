"""Rules are tried on all cases before they bind: who becomes ready, who is blocked, and why. Nothing changes."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from credentialing.applications.models import Application
from credentialing.drafting.models import SimulationRun
from credentialing.drafting.services import save_text
from credentialing.drafting.simulation import cases_concerned, simulate
from credentialing.drafting.tasks import LEASE, _teller, run_simulation, take_up_simulations, want_simulation
from credentialing.operations.demo.walk import noon
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.writing import add_table, change_values
from tests.factories import PersonFactory, abs_version, make_walk
from workflows.models import LedgerRecord, Seal

pytestmark = pytest.mark.django_db

STAGE_2, SESSIONS, SUPERVISED = ("stages", 1), ("stages", 1, "requirements", 3), ("stages", 1, "requirements", 5)


def version_with(*changes):
    source = change_values(abs_version().source, (), {"version": "2099.1"})
    for change in changes:
        source = change(source)
    return PathwayVersion.unsaved(source)


def found(version, on=date(2026, 3, 2)):
    return list(simulate(cases_concerned("abs-leader"), version, on))


def harder(source):
    return change_values(source, SUPERVISED, {"at_least": 40})


def easier(source):
    return change_values(source, SUPERVISED, {"at_least": 1})


def another_paper(source):
    return add_table(
        source, STAGE_2, "requirements", {"slug": "ethics", "kind": "document", "label": "Ethics", "what": "e"}
    )


@pytest.fixture
def ready(officers):
    walk = make_walk(society=officers).be_evaluated()
    walk.sign_off("group_sessions", officers.coordinator, noon(walk.reviewed_on))
    return walk


def test_rules_that_are_the_same_change_nothing(ready):
    assert found(version_with(), ready.reviewed_on) == []


def test_who_would_be_blocked_is_named_with_the_reason(ready):
    (finding,) = found(version_with(harder), ready.reviewed_on)

    assert (finding.case, finding.outcome) == (str(ready.application.uuid), "blocked")
    assert finding.lost == ("Supervised sessions",)
    assert any("Supervised sessions" in why for why in finding.why)


def test_who_would_become_ready_is_named(officers):
    walk = make_walk(society=officers).be_evaluated()
    on = walk.reviewed_on
    before = {f.outcome for f in found(version_with(harder), on)}

    (finding,) = found(version_with(lambda s: change_values(s, SESSIONS, {"signed_by": None})), on)

    assert (finding.outcome, finding.gained) == ("ready", ("Group sessions, led or co-led",))
    assert "ready" not in before


def test_what_is_newly_asked_is_told(officers):
    make_walk(society=officers).submit()

    (finding,) = found(version_with(another_paper))

    assert (finding.outcome, finding.newly_asked) == ("changed", ("Ethics",))


def test_who_has_reached_no_stage_of_it_is_stranded(officers):
    make_walk(society=officers).submit()

    (finding,) = found(version_with(lambda s: change_values(s, ("stages", 0), {"slug": "asked"})))

    assert finding.outcome == "stranded"


def test_drafts_and_ended_cases_are_not_looked_at(officers):
    make_walk(society=officers).draft()

    assert cases_concerned("abs-leader").count() == 0


def test_it_reads_only_and_asks_as_much_for_many_cases_as_for_one(officers):
    make_walk(society=officers).submit()
    version = version_with(harder)
    with CaptureQueriesContext(
        connection,
    ) as one:
        found(version)
    for _ in range(5):
        make_walk(society=officers, candidate=PersonFactory()).submit()
    rows = list(Application.objects.values()), LedgerRecord.objects.count(), Seal.objects.count()
    with CaptureQueriesContext(connection) as many:
        found(version)

    assert len(many) == len(one)
    acts = {query["sql"].split()[0] for query in many.captured_queries}
    assert acts & {"INSERT", "UPDATE", "DELETE"} == set()
    assert (list(Application.objects.values()), LedgerRecord.objects.count(), Seal.objects.count()) == rows


def test_page_s_simulation_is_kept_with_what_it_found(draft, ready):
    run = want_simulation(draft=draft, actor=ready.officers.coordinator)
    run_simulation.func(run.pk)
    run.refresh_from_db()
    assert (run.done, run.total, run.problem) == (1, 1, "")
    assert run.finished_at

    finished = run.finished_at
    run_simulation.func(run.pk)  # a second worker has nothing to do
    assert SimulationRun.objects.get().finished_at == finished


def test_simulation_goes_by_the_text_it_was_asked_for(draft, ready):
    run = want_simulation(draft=draft, actor=ready.officers.coordinator)
    save_text(draft=draft, source="# broken", actor=ready.officers.coordinator, seen_revision=1, what="x")

    run_simulation.func(run.pk)

    assert SimulationRun.objects.get().problem == ""


def test_text_with_mistakes_cannot_be_tried_and_says_why(draft, officers):
    draft = save_text(draft=draft, source="slug = 1", actor=officers.coordinator, seen_revision=1, what="x")
    run = want_simulation(draft=draft, actor=officers.coordinator)

    run_simulation.func(run.pk)

    assert "line 1" in SimulationRun.objects.get().problem


def left_lying(run, *, attempts):
    """A worker began it and was killed."""
    SimulationRun.objects.filter(pk=run.pk).update(attempts=attempts, claimed_until=run.due_at + LEASE, done=50)
    return run.due_at + LEASE + timedelta(minutes=1)


def queued_simulations():
    return DBTaskResult.objects.filter(task_path=run_simulation.module_path).count()


def test_simulation_of_a_dead_worker_is_taken_up_once_and_comes_to_its_end(draft, ready):
    run = want_simulation(draft=draft, actor=ready.officers.coordinator)
    with time_machine.travel(left_lying(run, attempts=1), tick=False):
        now = timezone.now()
        assert take_up_simulations(before=run.due_at) == 0  # it may yet be alive
        assert [take_up_simulations(before=now) for _ in range(2)] == [1, 0]
        assert queued_simulations() == 2
        run_simulation.func(run.pk)

    run.refresh_from_db()
    assert (run.attempts, run.done, run.claimed_until) == (2, 1, None)
    assert run.finished_at


def test_simulation_in_living_hands_is_left_to_them(draft, ready):
    run = want_simulation(draft=draft, actor=ready.officers.coordinator)
    left_lying(run, attempts=1)

    run_simulation.func(run.pk)

    run.refresh_from_db()
    assert (run.attempts, run.finished_at) == (1, None)


def test_simulation_that_ends_every_worker_is_given_up_and_says_so(draft, ready):
    run = want_simulation(draft=draft, actor=ready.officers.coordinator)
    with time_machine.travel(left_lying(run, attempts=3), tick=False):
        assert take_up_simulations(before=timezone.now()) == 0

    run.refresh_from_db()
    assert "begun 3 times" in run.problem
    assert run.finished_at
    assert queued_simulations() == 1


def test_fault_of_ours_is_told_and_logged(draft, ready, monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("credentialing.drafting.tasks.simulate", broken)
    run = want_simulation(draft=draft, actor=ready.officers.coordinator)

    run_simulation.func(run.pk)

    run.refresh_from_db()
    assert "wrong on our side" in run.problem
    assert run.finished_at
    assert "ZeroDivisionError" in caplog.text


def test_worker_s_word_keeps_it_in_its_hands(draft, ready):
    run = want_simulation(draft=draft, actor=ready.officers.coordinator)
    left_lying(run, attempts=1)
    with time_machine.travel(run.due_at + timedelta(minutes=4), tick=False):
        _teller(run)(50, 100)
        alive = timezone.now()

    run.refresh_from_db()
    assert (run.done, run.total, run.claimed_until) == (50, 100, alive + LEASE)


@pytest.fixture
def file(tmp_path):
    def written(*changes):
        path = tmp_path / "draft.toml"
        path.write_text(version_with(*changes).source, encoding="utf-8")
        return path

    return written


def test_command_tells_case_by_case(ready, file):
    out = StringIO()
    call_command("pathway", "simulate", file(harder), "--on", str(ready.reviewed_on), stdout=out)

    assert "1 cases looked at, 0 of them would notice nothing." in out.getvalue()
    assert ready.application.reference in out.getvalue()
    assert str(ready.candidate) not in out.getvalue()


def test_command_answers_other_programs(ready, file):
    out = StringIO()
    call_command("pathway", "simulate", file(harder), "--on", str(ready.reviewed_on), "--json", stdout=out)
    report = json.loads(out.getvalue())

    assert (report["version"], report["cases"]) == ("2099.1", 1)
    assert report["findings"][0]["outcome"] == "blocked"


def test_command_refuses_a_day_that_is_none(officers, file):
    with pytest.raises(CommandError, match="is no date"):
        call_command("pathway", "simulate", file(), "--on", "soon")
