"""One warm process in which every test has run once; each mutant is tried in a fork of it, by what touches it."""

import gc
import os
import shutil
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from django.db import connections

from tests.mutation.mutants import Mutant

SURVIVED, KILLED, TIMEOUT, NOT_HERE = 0, 1, 2, 3


class Forking:
    """A pytest plugin: runs all tests unchanged, then tries every mutant; `outcomes` says how each ended."""

    def __init__(self, mutants: list[Mutant], folder: Path, jobs: int, tried: Callable[[Mutant, int], object]) -> None:
        self.tried = tried
        self.mutants = mutants
        unchanged = next((mutant for mutant in mutants if mutant.function), mutants[0])
        self.control = replace(unchanged, source=Path(unchanged.path).read_text())
        self.folder = folder
        self.jobs = jobs
        self.outcomes: dict[Mutant, int] = {}
        self.killers: dict[Mutant, str] = {}
        self.seconds: dict[Mutant, float] = {}
        self.tests: dict[Mutant, list[str]] = {}
        self.failed: list[str] = []
        self._in_fork = False
        self._took: dict[str, float] = {}
        self._touched: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._functions: dict[tuple[str, str], list[FunctionType]] = {}
        self._items: dict[str, pytest.Item] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted
        self._functions = _functions({str(Path(mutant.path).resolve()) for mutant in self.mutants})
        self._run_unchanged(session)
        if self.failed:
            return True
        self.tests = {mutant: self._tests_for(mutant) for mutant in self.mutants}
        connections.close_all()
        self._items = {item.nodeid: item for item in session.items}
        gc.freeze()
        self._try_all(self.mutants, session)
        self._try_again_unchanged(session)
        return True

    def _try_all(self, mutants: Iterable[Mutant], session: pytest.Session) -> None:
        running: dict[int, tuple[Mutant, float, float]] = {}
        for mutant in mutants:
            while len(running) >= self.jobs:
                self._reap(running)
            pid = os.fork()
            if not pid:
                self._try(mutant, [self._items[name] for name in self.tests[mutant]], session)
            limit = 20 + 3 * sum(self._limit(name) for name in self.tests[mutant])
            running[pid] = mutant, time.monotonic(), min(limit, 600)
        while running:
            self._reap(running)

    def _try_again_unchanged(self, session: pytest.Session) -> None:
        """Whatever a test has killed must live through the same tests, in the same order, where nothing is changed.

        Where it doesn't, or nobody knows what killed it, a process of its own has to say.
        """
        doubted = [mutant for mutant, outcome in self.outcomes.items() if outcome == KILLED]
        controls: dict[tuple[str, ...], Mutant] = {}
        for number, mutant in enumerate(doubted):
            self.outcomes[mutant] = NOT_HERE
            tests = self.tests[mutant]
            if (killer := self.killers[mutant]) in tests:
                control = controls.setdefault(tuple(tests), replace(self.control, number=-number - 1))
                known = self.tests.get(control, [])
                self.tests[control] = max(known, tests[: tests.index(killer) + 1], key=len)
        self._try_all(controls.values(), session)
        for mutant in doubted:
            control = controls.get(tuple(self.tests[mutant]))
            if control and self.killers[mutant] in self.tests[mutant] and self.outcomes[control] == SURVIVED:
                self.outcomes[mutant] = KILLED
        for control in controls.values():
            del self.outcomes[control]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._took[report.nodeid] = self._took.get(report.nodeid, 0) + (report.duration if report.when == "call" else 0)
        if report.failed:
            if self._in_fork:
                (self.folder / f"{os.getpid()}.killer").write_text(report.nodeid)
                os._exit(KILLED)
            self.failed.append(report.nodeid)

    def _run_unchanged(self, session: pytest.Session) -> None:
        """Run every test once, noting how long it takes and which lines it touches."""
        now_running = ""

        def note(code: CodeType, line: int) -> None:
            self._touched[code.co_filename][line].add(now_running)

        tool, events = sys.monitoring.COVERAGE_ID, sys.monitoring.events
        sys.monitoring.use_tool_id(tool, "mutation")
        sys.monitoring.register_callback(tool, events.LINE, note)
        for functions in self._functions.values():
            for code in _nested(functions[0].__code__):
                sys.monitoring.set_local_events(tool, code, events.LINE)
        for item, following in pairwise([*session.items, session]):
            now_running = item.nodeid
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        sys.monitoring.free_tool_id(tool)

    def _tests_for(self, mutant: Mutant) -> list[str]:
        """The tests that touch the changed lines, or else the function, or else the file; the quickest first."""
        touched = self._touched[str(Path(mutant.path).resolve())]
        for lines in (mutant.lines if mutant.function else (), mutant.function_lines, touched):
            if found := set().union(*(touched.get(line, set()) for line in lines)):
                return sorted(found, key=lambda name: (self._took[name], name))
        return []

    def _limit(self, name: str) -> float:
        return 5 + 10 * self._took[name]

    def _try(self, mutant: Mutant, items: list[pytest.Item], session: pytest.Session) -> None:
        """In the fork: put the change in place, run the tests until one fails, and say by the exit how it ended."""
        try:
            os.setsid()
            self._in_fork = True
            session.config.pluginmanager.unregister(name="terminalreporter")
            settings = connections["default"].settings_dict
            settings["NAME"] = shutil.copy(settings["NAME"], self.folder / f"{os.getpid()}.sqlite3")
            if not _put_in_place(mutant, self._functions):
                os._exit(NOT_HERE)
            signal.signal(signal.SIGALRM, lambda *_: os._exit(TIMEOUT))
            for item, following in pairwise([*items, session]):
                signal.setitimer(signal.ITIMER_REAL, self._limit(item.nodeid))
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            os._exit(SURVIVED)
        except BaseException:  # noqa: BLE001 - the fork must not go on as if it were the parent
            os._exit(KILLED)

    def _reap(self, running: dict[int, tuple[Mutant, float, float]]) -> None:
        time.sleep(0.005)
        for pid, (mutant, began, limit) in list(running.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            self.seconds[mutant] = time.monotonic() - began
            late = not done and self.seconds[mutant] > limit
            if not done and not late:
                continue
            del running[pid]
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)  # it, and what it has started
            if late:
                os.waitpid(pid, 0)
            ended = TIMEOUT if late else os.waitstatus_to_exitcode(status)
            self.outcomes[mutant] = ended if ended in {SURVIVED, TIMEOUT, NOT_HERE} else KILLED
            self.tried(mutant, self.outcomes[mutant])
            killer = self.folder / f"{pid}.killer"
            self.killers[mutant] = killer.read_text() if killer.exists() else ""
            for left in self.folder.glob(f"{pid}.*"):
                left.unlink()


def _functions(paths: set[str]) -> dict[tuple[str, str], list[FunctionType]]:
    """Every function of these files, by file and qualified name, wherever decorators have put it."""
    found = defaultdict(list)
    for thing in gc.get_objects():
        if type(thing) is FunctionType and thing.__code__.co_filename in paths:
            found[thing.__code__.co_filename, thing.__code__.co_qualname].append(thing)
    return found


def _put_in_place(mutant: Mutant, functions: dict[tuple[str, str], list[FunctionType]]) -> bool:
    """Give the functions of that name the changed code; False where only a fresh import would show the change."""
    path = str(Path(mutant.path).resolve())
    code = next((c for c in _codes(compile(mutant.source, path, "exec")) if c.co_qualname == mutant.function), None)
    targets = functions.get((path, mutant.function), [])
    if code is None or not targets:
        return False
    try:
        for function in targets:
            function.__code__ = code
    except ValueError:  # it closes over other names now
        return False
    return True


def _nested(code: CodeType) -> Iterator[CodeType]:
    """A function and all inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The functions of a module or class, without those inside other functions."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            if not constant.co_flags & 0x1 or constant.co_name.startswith("<generic parameters"):  # CO_OPTIMIZED
                yield from _codes(constant)


def words_of(outcomes: Iterable[int]) -> dict[str, int]:
    """How many were killed, ran out of time or survived."""
    outcomes = list(outcomes)
    return {
        "mutants": len(outcomes),
        "killed": sum(outcome not in {SURVIVED, TIMEOUT} for outcome in outcomes),
        "timeouts": outcomes.count(TIMEOUT),
        "survived": outcomes.count(SURVIVED),
    }
