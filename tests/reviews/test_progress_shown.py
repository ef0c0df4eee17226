"""Candidate and reviewer see the same progress: what is there, what is missing, why, and what is the next best step."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk():
    """A candidate who has led for some months, the last of them not confirmed yet."""
    begin = timezone.localdate() - timedelta(days=250)
    return make_walk(starts_on=begin).begin_supervision().lead(6, unconfirmed=1)


def test_home_says_the_next_best_step(client, walk):
    client.force_login(walk.candidate)

    page = client.get("/my/").text

    assert "What you can do next" in page
    assert "Ask for the sessions to be confirmed" in page or "Log a session of" in page


def test_reviewer_sees_what_is_missing_and_the_months(client, walk):
    client.force_login(walk.officers.coordinator)

    page = client.get(f"/reviews/cases/{walk.application.uuid}/").text

    for words in (
        "5 of 24 months, 1 waiting to be confirmed",
        "Next best step for the candidate: ",
        "At their pace: ",
        "Month by month",
        "not confirmed yet",
    ):
        assert words in page


def test_candidate_reads_the_same_words(client, walk):
    client.force_login(walk.candidate)

    assert "5 of 24 months, 1 waiting to be confirmed" in client.get("/my/case/group_sessions/").text
    assert "At your pace" in client.get("/my/case/supervised_sessions/").text
