"""Whose file is read next: of each client one, few at once on a machine, and nobody waits for long."""

import subprocess
import sys
from contextlib import ExitStack

import pytest

from limited import turns
from limited.turns import TooBusy, turn

HOLDS = """
import sys
from django.conf import settings
settings.configure(LIMITED_DIR={folder!r}, LIMITED_AT_ONCE=4, SECRET_KEY="k")
from limited.turns import turn
with turn({client!r}):
    print("holding", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(settings, tmp_path, monkeypatch):
    settings.LIMITED_DIR, settings.LIMITED_AT_ONCE, settings.SECRET_KEY = str(tmp_path / "limited"), 4, "k"
    monkeypatch.setattr(turns, "PATIENCE", 0)


def test_three_slow_clients_keep_no_other_from_their_turn():
    with ExitStack() as slow:
        for client in ("address 1", "address 2", "address 3"):
            slow.enter_context(turn(client))
        with turn("address 4"):
            pass


def test_one_client_has_one_turn_however_often_it_asks():
    with turn("address 1"):
        for _ in range(5):
            with pytest.raises(TooBusy), turn("address 1"):
                pass
        with turn("address 2"):
            pass
    with turn("address 1"):
        pass


def test_when_different_clients_have_all_turns_the_next_is_asked_to_come_back(settings):
    settings.LIMITED_AT_ONCE = 2
    with turn("address 1"), turn("address 2"), pytest.raises(TooBusy), turn("address 3"):
        pass
    with turn("address 3"):
        pass


def test_refused_client_gives_its_own_place_back(settings):
    settings.LIMITED_AT_ONCE = 1
    with turn("address 1"), pytest.raises(TooBusy), turn("address 2"):
        pass
    with turn("address 2"):
        pass


def test_whoever_finds_no_turn_waits_a_moment_for_one(monkeypatch):
    waited = []
    monkeypatch.setattr(turns, "PATIENCE", 1000)
    with ExitStack() as first:
        first.enter_context(turn("address 1"))
        monkeypatch.setattr(turns.time, "sleep", lambda seconds: (waited.append(seconds), first.close()))
        with turn("address 1"):
            assert waited == [turns.PAUSE]


def test_turns_are_those_of_the_machine_and_a_killed_process_gives_its_own_back(settings):
    script = HOLDS.format(folder=settings.LIMITED_DIR, client="address 1")
    other = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with other:
        assert other.stdout.readline() == "holding\n"
        with pytest.raises(TooBusy), turn("address 1"):
            pass
        other.kill()
        other.wait()
        with turn("address 1"):
            pass
