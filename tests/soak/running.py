"""Running rounds, and what a run tells."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO

from django.core.management import CommandError, call_command
from django.db import transaction

from tests.soak.acts import DONE, LOCKED
from tests.soak.crew import Crew
from tests.soak.races import Race
from tests.soak.society import Society
from workflows.sequencer import sequence_entries, waiting_entries

STATUS_FIRST_SERVER_FAULT = 500


@dataclass
class Tally:
    """What came of the rounds of one race."""

    name: str
    rounds: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    locked: int = 0
    server_faults: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def line(self) -> str:
        """One row of the table."""
        came = ", ".join(f"{name} {number}" for name, number in sorted(self.outcomes.items()))
        numbers = (
            f"{self.rounds} | {came} | {self.locked} | {self.server_faults} | {len(self.wrong)} | {self.seconds:.0f}"
        )
        return f"| {self.name.replace('_', ' ')} | {numbers} |"


HEAD = "| race | rounds | outcomes | locked | 5xx | unsound | seconds |\n|---|---|---|---|---|---|---|"


def run_race(name: str, race: Race, *, rounds: int, crew: Crew, society: Society) -> Tally:
    """So many rounds of one race."""
    tally, begun = Tally(name), time.monotonic()
    for number in range(rounds):
        with transaction.atomic():  # the tree is brought up to date once, not after every act of the preparation
            jobs, judge = race(society, number)
        results = crew.race(jobs)
        outcomes = [words if name_ == DONE and words.isdigit() and job.act == "click" else name_
                    for job, (name_, words) in zip(jobs, results, strict=True)]  # fmt: skip
        tally.rounds += 1
        tally.outcomes.update(outcomes)
        tally.locked += outcomes.count(LOCKED)
        tally.server_faults += sum(one.isdigit() and int(one) >= STATUS_FIRST_SERVER_FAULT for one in outcomes)
        faults = list(judge(outcomes))
        if faults:
            said = "; ".join(words for one, words in results if one != DONE)
            tally.wrong.append(f"round {number}: {'; '.join(faults)} ({said})")
    tally.seconds = time.monotonic() - begun
    return tally


def faults_afterwards() -> Iterator[str]:
    """What the whole ledger, every sealed row and both stores say when all is done."""
    while sequence_entries():
        pass
    if waiting_entries():
        yield f"{waiting_entries()} entries have no place in the tree"
    told = StringIO()
    try:
        call_command("verify", stdout=told)
    except CommandError as fault:
        yield f"{fault} {told.getvalue()}"
