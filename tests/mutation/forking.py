"""One warm process in which every test has run once; each mutant is tried in a fork of it, by what touches it."""

import gc
import os
import shutil
import signal
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import CodeType, FunctionType

import coverage
import pytest
from django.db import connections

from tests.mutation.mutants import Mutant

SURVIVED, KILLED, TIMEOUT, NOT_HERE = 0, 1, 2, 3


class Forking:
    """A pytest plugin: runs all tests unchanged, then tries every mutant; `outcomes` says how each ended."""

    def __init__(self, mutants: list[Mutant], folder: Path, jobs: int) -> None:
        self.mutants = mutants
        unchanged = next(mutant for mutant in mutants if mutant.function)
        self.control = replace(unchanged, source=Path(unchanged.path).read_text())
        self.folder = folder
        self.jobs = jobs
        self.outcomes: dict[Mutant, int] = {}
        self.seconds: dict[Mutant, float] = {}
        self.tests: dict[Mutant, list[str]] = {}
        self.failed: list[str] = []
        self._in_fork = False
        self._took: dict[str, float] = {}
        self._touched: dict[str, dict[int, set[str]]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted
        self._run_unchanged(session)
        if self.failed:
            return True
        self.tests = {mutant: self._tests_for(mutant) for mutant in self.mutants}
        self.tests[self.control] = sorted(self._took, key=self._took.__getitem__)
        connections.close_all()
        functions = _functions({str(Path(mutant.path).resolve()) for mutant in self.mutants})
        items = {item.nodeid: item for item in session.items}
        gc.freeze()
        running: dict[int, tuple[Mutant, float, float]] = {}
        for mutant in [self.control, *self.mutants]:
            while len(running) >= self.jobs:
                self._reap(running)
            pid = os.fork()
            if not pid:
                self._try(mutant, functions, [items[name] for name in self.tests[mutant]], session)
            limit = 20 + 3 * sum(self._limit(name) for name in self.tests[mutant])
            running[pid] = mutant, time.monotonic(), min(limit, 600)
        while running:
            self._reap(running)
        if self.outcomes.pop(self.control):
            self.failed.append("any of them, in a fork")
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._took[report.nodeid] = self._took.get(report.nodeid, 0) + (report.duration if report.when == "call" else 0)
        if report.failed:
            if self._in_fork:
                os._exit(KILLED)
            self.failed.append(report.nodeid)

    def _run_unchanged(self, session: pytest.Session) -> None:
        recorder = coverage.Coverage(
            data_file=None, config_file=False, include=sorted({mutant.path for mutant in self.mutants})
        )
        recorder.start()
        for item, following in pairwise([*session.items, session]):
            recorder.switch_context(item.nodeid)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        recorder.stop()
        data = recorder.get_data()
        for path in data.measured_files():
            lines = data.contexts_by_lineno(path)
            self._touched[path] = {line: {name for name in names if name} for line, names in lines.items()}

    def _tests_for(self, mutant: Mutant) -> list[str]:
        """The tests that touch the changed lines, or else the function, or else the file; the quickest first."""
        touched = self._touched.get(str(Path(mutant.path).resolve()), {})
        for lines in (mutant.lines if mutant.function else (), mutant.function_lines, touched):
            if found := set().union(*(touched.get(line, set()) for line in lines)):
                return sorted(found, key=lambda name: (self._took[name], name))
        return []

    def _limit(self, name: str) -> float:
        return 5 + 10 * self._took[name]

    def _try(
        self,
        mutant: Mutant,
        functions: dict[tuple[str, str], list[FunctionType]],
        items: list[pytest.Item],
        session: pytest.Session,
    ) -> None:
        """In the fork: put the change in place, run the tests until one fails, and say by the exit how it ended."""
        try:
            os.setsid()
            self._in_fork = True
            session.config.pluginmanager.unregister(name="terminalreporter")
            settings = connections["default"].settings_dict
            settings["NAME"] = shutil.copy(settings["NAME"], self.folder / f"{os.getpid()}.sqlite3")
            if not _put_in_place(mutant, functions):
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
            self.outcomes[mutant] = TIMEOUT if late else os.waitstatus_to_exitcode(status)
            for left in self.folder.glob(f"{pid}.sqlite3*"):
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
