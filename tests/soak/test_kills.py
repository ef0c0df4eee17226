"""A short form of the soak: killed at random moments, nothing acknowledged is lost, nothing stays half done."""

import pytest

from tests.soak.kills import run_kills

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_acknowledged_outlives_a_kill_and_nothing_stays_half_done(tmp_path):
    toll = run_kills(rounds=3, folder=tmp_path)
    assert toll.wrong == []
    assert toll.acknowledged.total() > 0
