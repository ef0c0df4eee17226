"""What `bin/bench` makes of its figures: ratios round by round, goals, and the exit status."""

import json
from itertools import count

import pytest

from bench import __main__ as command
from bench.measuring import Contender, Spread, clock_for, interleaved, ratios
from bench.reports import Goal, Report, lines_of

SECONDS = {"driver": [1.0, 2.0, 4.0], "ours": [3.0, 4.0, 20.0]}


def report(*goals: Goal) -> Report:
    lines = lines_of(SECONDS, "driver")
    return Report(name="step", database="sqlite", limit="driver", lines=lines, goals=goals, facts={"clock": "ours"})


def test_ratio_is_that_of_each_round_and_its_median():
    assert ratios(SECONDS, "ours", "driver") == Spread(median=3.0, least=2.0, greatest=5.0)


def test_line_stands_beside_the_limit():
    driver, ours = lines_of(SECONDS, "driver")
    assert driver.ratio == Spread(median=1.0, least=1.0, greatest=1.0)
    assert ours.per_second.median == 0.25
    assert ours.ratio.median == 3.0


def test_contenders_take_turns_and_the_first_round_is_thrown_away():
    done = []
    clock = count()
    contenders = [
        Contender(name=name, run=lambda times, name=name: done.append((name, times)), times=times, tidy=tidied)
        for name, times, tidied in (("a", 2, lambda: done.append("tidy")), ("b", 4, lambda: None))
    ]
    taken = interleaved(contenders, rounds=2, clock=lambda: next(clock))
    assert done == [("a", 2), "tidy", ("b", 4), ("b", 4), ("a", 2), "tidy", ("a", 2), "tidy", ("b", 4)]
    assert taken == {"a": [0.5, 0.5], "b": [0.25, 0.25]}


def test_time_of_the_processor_counts_where_the_database_lives_in_our_process():
    assert [clock_for(vendor).__name__ for vendor in ("sqlite", "postgresql")] == ["process_time", "perf_counter"]


@pytest.mark.parametrize(
    ("value", "must", "passed", "verdict"),
    [
        (10, True, True, "met"),
        (10.1, True, False, "MISSED"),
        (10.1, False, True, "not met"),
    ],
)
def test_only_a_goal_that_must_be_met_fails_the_run(value, must, passed, verdict):
    found = report(Goal(what="step", value=value, at_most=10, must=must), Goal(what="other", value=0, at_most=1))
    assert found.passed is passed
    assert verdict in found.as_text()


def test_figures_are_written_for_programs_too(tmp_path):
    path = tmp_path / "new" / "step.json"
    report(Goal(what="step", value=11, at_most=10, must=True)).write(path)
    written = json.loads(path.read_text())
    assert written["passed"] is False
    assert written["goals"][0]["met"] is False
    assert written["lines"][1]["ratio"] == {"median": 3.0, "least": 2.0, "greatest": 5.0}


def test_one_benchmark_decides_the_exit_status(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(command, "run", lambda name, path, *, rounds: asked.append((name, path, rounds)) or 1)
    assert command.main(["transition", "--json", str(tmp_path / "x.json"), "--rounds", "3"]) == 1
    assert asked == [("transition", tmp_path / "x.json", 3)]


def test_worst_of_several_decides(monkeypatch):
    class Ended:
        def __init__(self, returncode):
            self.returncode = returncode

    monkeypatch.setattr(command.subprocess, "run", lambda call, **_: Ended(1 if call[-1] == "transition" else 0))
    assert command.main(["transition", "verify"]) == 1
    assert command.main(["verify", "verify"]) == 0


@pytest.mark.parametrize("arguments", [["nothing"], ["transition", "verify", "--json", "x.json"]])
def test_what_can_not_be_done_is_said(arguments, capsys):
    with pytest.raises(SystemExit):
        command.main(arguments)
    assert "nothing" in capsys.readouterr().err or "--json" in arguments
