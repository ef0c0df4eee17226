"""`python -m bench [name …]`: run benchmarks, print ratios, write JSON; 1 when a goal that must be met is missed."""

import argparse
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = {
    "certificates": "bench.certificates",
    "progress": "bench.progress",
    "transition": "bench.transition",
    "verify": "bench.verify",
}


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; one process for each benchmark, so that none warms or fills another's memory."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", type=Path, help="where the figures go (default: var/bench/<name>.json)")
    parser.add_argument("--rounds", type=int, default=25, help="how often each contender runs at most (default: 25)")
    asked = parser.parse_args(arguments)
    names = asked.names or list(BENCHMARKS)
    if unknown := sorted(set(names) - BENCHMARKS.keys()):
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    if len(names) == 1:
        return run(names[0], asked.json or ROOT / "var" / "bench" / f"{names[0]}.json", rounds=asked.rounds)
    if asked.json:
        parser.error("--json takes the figures of one benchmark: name it")
    own = [sys.executable, "-m", "bench", "--rounds", str(asked.rounds)]
    return max(subprocess.run([*own, name], check=False, cwd=ROOT).returncode for name in names)  # noqa: S603 - ourselves


def run(name: str, path: Path, *, rounds: int) -> int:
    """Run one benchmark on a database made for it; answers the exit status."""
    import django  # noqa: PLC0415 - only this process needs it

    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - settings first

    for own_tables_too in (False, True):  # ours refer to those of the migrations
        call_command("migrate", run_syncdb=own_tables_too, verbosity=0)
    report = import_module(BENCHMARKS[name]).measure(rounds=rounds)
    report.write(path)
    sys.stdout.write(report.as_text() + "\n\n")
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main())
