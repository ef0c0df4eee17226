"""The long form: `python -m tests.soak [--rounds N] [--database sqlite|postgres] [--kill] [--only RACE]`.

Prints a table and exits 1 on anything unsound (docs/soak.md).
"""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from tests.soak.databases import place_for


def main() -> int:
    """Run, and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--kill", action="store_true", help="kill -9 at random moments instead of races")
    parser.add_argument("--only", action="append", metavar="RACE", help="only this race (may be given again)")
    parser.add_argument("--seed", type=int, default=None, help="of the moments of the kills")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is put away then too
    with place_for(options.database):
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        folder = Path(os.environ["CREDENTIALING_DATA_DIR"])
        wrong = kill(options, folder) if options.kill else races(options, folder)
    for line in wrong:
        say(line)
    say(f"{len(wrong)} faults." if wrong else "Nothing unsound, and manage.py verify finds nothing.")
    return 1 if wrong else 0


def races(options: argparse.Namespace, folder: Path) -> list[str]:
    """Every race, one after the other."""
    from tests.soak.clicks import Clicks
    from tests.soak.crew import crew, server
    from tests.soak.races import RACES
    from tests.soak.running import HEAD, faults_afterwards, run_race
    from tests.soak.society import Society

    society, wrong = Society(), []
    say(HEAD)
    with crew(folder, racers=4) as racers, server(folder) as address:
        known = {**RACES, "double_click": Clicks(address).race}
        for name in options.only or known:
            tally = run_race(name, known[name], rounds=options.rounds, crew=racers, society=society)
            say(tally.line())
            wrong += [f"{name}, {fault}" for fault in tally.wrong]
            wrong += [f"{name}: {tally.locked} locked"] * bool(tally.locked)
            wrong += [f"{name}: {tally.server_faults} server faults"] * bool(tally.server_faults)
    return [*wrong, *faults_afterwards()]


def kill(options: argparse.Namespace, folder: Path) -> list[str]:
    """Killed again and again."""
    from tests.soak.kills import run_kills

    begun = time.monotonic()
    toll = run_kills(rounds=options.rounds, folder=folder, seed=options.seed)
    say(f"{toll.rounds} kills in {time.monotonic() - begun:.0f} seconds")
    say("acknowledged: " + ", ".join(f"{kind} {number}" for kind, number in sorted(toll.acknowledged.items())))
    say("left by the kills and mended: " + ", ".join(f"{kind} {number}" for kind, number in sorted(toll.left.items())))
    return toll.wrong


def say(words: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
