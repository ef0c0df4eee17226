"""`bin/mutation`: make the mutants, try each, and say which survive that docs/mutation.md doesn't explain."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.mutation.forking import KILLED, NOT_HERE, SURVIVED, TIMEOUT, Forking, words_of
from tests.mutation.mutants import Mutant, mutants_of

EXPLAINED = Path("docs/mutation.md")
RESULTS = Path("var/mutation.json")
SLOW = "--deselect=tests/workflows/test_walks.py::test_engine_does_what_the_dicts_say_on_any_walk"
ENGINE = ["tests/workflows", SLOW]
CASE = [f"tests/applications/test_{name}.py" for name in ("lifecycle", "stages", "certification", "progress")]
FILES = [
    f"tests/certificates/test_{name}.py" for name in ("attacks", "badges", "baking", "examining", "keys_of_badges")
]
SIGNATURES = [f"tests/certificates/test_{name}.py" for name in ("attacks", "signing")]
ISSUE = [f"tests/certificates/test_{name}.py" for name in ("crashes", "effects", "issuing")]
SCOPE = {
    "workflows/guards.py": ENGINE,
    "workflows/services.py": ENGINE,
    "workflows/subjects.py": ENGINE,
    "workflows/models/rows.py": ENGINE,
    "workflows/definitions.py": ENGINE,
    "workflows/ledger.py": ENGINE,
    "workflows/merkle.py": ENGINE,
    "workflows/canonical.py": ENGINE,
    "workflows/effects.py": ENGINE,
    "workflows/deadlines.py": ENGINE,
    "workflows/sequencer.py": ENGINE,
    "credentialing/applications/guards.py": CASE,
}
ASKED_FOR = {  # what guards the certificates: tried when it is named
    "certificates/examination.py": FILES,
    "certificates/badge/baking.py": FILES,
    "certificates/badge/checking.py": FILES,
    "certificates/badge/graph.py": FILES,
    "certificates/badge/integrity.py": FILES,
    "certificates/uploads.py": FILES,
    "certificates/signing/examining.py": SIGNATURES,
    "certificates/issuing.py": ISSUE,
}
WORDS = {SURVIVED: "lives in a fork:", TIMEOUT: "ran out of time:"}
OPTIONS = ["-q", "-p", "no:cacheprovider", "-p", "tests.mutation.swapped"]


def main() -> int:
    """1 where a mutant survives unexplained."""
    parser = argparse.ArgumentParser(prog="bin/mutation", description=__doc__)
    parser.add_argument(
        "only",
        nargs="*",
        metavar="FILE[:FUNCTION]",
        help="nothing but these (the function “import” is what the import runs)",
    )
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time (1)")
    parser.add_argument("--quick", action="store_true", help="forks only: nothing that the import runs")
    options = parser.parse_args()
    began = time.monotonic()
    wanted = [entry.partition(":") for entry in options.only] or [(path, "", "") for path in SCOPE]
    mutants = [
        mutant
        for path, _, function in wanted
        for mutant in mutants_of(Path(path))
        if not function or (mutant.function or "import") == function
    ]
    outcomes: dict[Mutant, int] = {}
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        for tests in (ENGINE, CASE, FILES, SIGNATURES, ISSUE):
            if mine := [mutant for mutant in mutants if (SCOPE | ASKED_FOR)[mutant.path] is tests]:
                outcomes |= try_all(mine, tests, Path(folder), options)
    report(mutants, outcomes)
    print(f"{time.monotonic() - began:.0f} s")
    return 1 if unexplained(outcomes) else 0


def try_all(mutants: list[Mutant], tests: list[str], folder: Path, options: argparse.Namespace) -> dict[Mutant, int]:
    """The outcome of each mutant: in a fork where that shows it, in a process of its own where only the import does.

    A survivor of the fork is tried again in a process of its own: what the warm process had worked out before the
    change could have hidden it.
    """
    forking = Forking(mutants, folder, options.jobs, tell)
    ended = pytest.main([*OPTIONS, f"--basetemp={folder / 'pytest'}", *tests], plugins=[forking])
    if ended != pytest.ExitCode.OK or forking.failed:
        sys.exit(f"these fail without any change: {forking.failed}")
    outcomes = forking.outcomes
    print(f"{len(mutants)} mutants tried in {sum(forking.seconds.values()):.0f} s")
    if options.quick:
        return {mutant: outcome for mutant, outcome in outcomes.items() if outcome != NOT_HERE}
    again = [
        mutant for mutant, outcome in outcomes.items() if outcome in {NOT_HERE, SURVIVED} and forking.tests[mutant]
    ]
    print(f"{len(again)} of them go on to a process of their own", flush=True)
    if again and alone(forking.control, forking.tests[again[0]], folder) != SURVIVED:
        sys.exit("in a process of their own they fail without any change")
    with ThreadPoolExecutor(options.jobs) as pool:
        ended_alone = pool.map(lambda mutant: alone(mutant, forking.tests[mutant], folder), again)
        for mutant, outcome in zip(again, ended_alone, strict=True):
            outcomes[mutant] = outcome
            if outcome == SURVIVED:
                print(f"lives by itself: {mutant.path}:{mutant.lines.start} {mutant.words}", flush=True)
    return outcomes


def tell(mutant: Mutant, outcome: int) -> None:
    """Say at once what a fork doesn't kill."""
    if outcome in {SURVIVED, TIMEOUT} and mutant.number >= 0:
        print(f"{WORDS[outcome]} {mutant.path}:{mutant.lines.start} {mutant.words}", flush=True)


def alone(mutant: Mutant, tests: list[str], folder: Path) -> int:
    """Try one mutant in a process of its own."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        source, names = Path(own, "source"), Path(own, "tests")
        source.write_text(mutant.source)
        names.write_text("\n".join(tests))
        environment = os.environ | {"MUTATION_PATH": mutant.path, "MUTATION_SOURCE": str(source), "TMPDIR": own}
        command = [sys.executable, "-m", "pytest", *OPTIONS, "-x", f"--basetemp={own}/pytest", f"@{names}"]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, timeout=300, check=False)
        except subprocess.TimeoutExpired:
            return TIMEOUT
    return KILLED if done.returncode else SURVIVED


def unexplained(outcomes: dict[Mutant, int]) -> list[Mutant]:
    """The survivors that the document doesn't name."""
    explained = EXPLAINED.read_text() if EXPLAINED.exists() else ""
    return [mutant for mutant, outcome in outcomes.items() if not outcome and mutant.words not in explained]


def report(mutants: list[Mutant], outcomes: dict[Mutant, int]) -> None:
    """Print the figures by file and the survivors, and keep everything in var/mutation.json."""
    print(f"\n| {'file':40} | mutants | killed | timeouts | survived | killed, % |")
    print(f"| {'-' * 40} | {'-' * 6}: | {'-' * 5}: | {'-' * 7}: | {'-' * 7}: | {'-' * 8}: |")
    for path in [*dict.fromkeys(mutant.path for mutant in mutants), "together"]:
        count = words_of(outcome for mutant, outcome in outcomes.items() if path in {mutant.path, "together"})
        dead = 100 * (count["killed"] + count["timeouts"]) / (count["mutants"] or 1)
        figures = f"{count['mutants']:7} | {count['killed']:6} | {count['timeouts']:8} | {count['survived']:8}"
        print(f"| {path:40} | {figures} | {dead:9.1f} |")
    for path in dict.fromkeys(mutant.path for mutant in unexplained(outcomes)):
        print(f"\nsurvivors in {path} that {EXPLAINED} doesn't explain:")
        for mutant in unexplained(outcomes):
            if mutant.path == path:
                print(f"{mutant.lines.start:4} {mutant.words}")
    everything = [{"path": m.path, "line": m.lines.start, "words": m.words, "outcome": o} for m, o in outcomes.items()]
    RESULTS.write_text(json.dumps(everything, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    sys.exit(main())
