"""A short form of the soak: real processes at the same door, a few rounds of each race (docs/soak.md)."""

import pytest

from tests.soak.clicks import Clicks
from tests.soak.crew import crew, server
from tests.soak.races import RACES
from tests.soak.running import faults_afterwards, run_race
from tests.soak.society import Society

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


def test_of_real_processes_at_once_only_sound_outcomes_come(tmp_path, settings):
    settings.FORMER_BASE_URLS = ["https://credentials.example.org"]  # what the factories print
    society = Society()
    with crew(tmp_path, racers=4) as racers, server(tmp_path) as address:
        races = {**RACES, "double_click": Clicks(address).race}
        tallies = [run_race(name, race, rounds=ROUNDS, crew=racers, society=society) for name, race in races.items()]
    assert [wrong for tally in tallies for wrong in tally.wrong] == []
    assert [*faults_afterwards()] == []
