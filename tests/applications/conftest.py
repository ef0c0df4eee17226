"""Cases as the tests of this folder need them: cheap, and on real dates."""

from datetime import UTC, datetime
from typing import Any

import pytest

from credentialing.applications.models import Application
from credentialing.applications.services.drafts import start_application
from credentialing.council.models import Decision
from credentialing.operations.demo.walk import CaseWalk, Officers
from tests.by_hand import write_by_hand
from tests.factories import PersonFactory, abs_version, make_officers, make_walk

NOON = datetime(2024, 1, 15, 17, tzinfo=UTC)


def decide(application: Application, act: str) -> None:
    """The council has voted for it."""
    outcome = {"defer": "deferred", "decline": "declined"}[act]
    Decision.objects.update_or_create(
        application=application,
        requirement=application.definition.balloted[-1].slug,
        attempt=application.attempt,
        defaults={"outcome": outcome, "decided_at": NOON, "minute_number": "2024-01"},
    )


def put(application: Application, state: str, **fields: Any) -> Application:
    """Set a case down in a state, as if it had come there, for what happens from there on."""
    fields.setdefault("submitted_at", application.submitted_at or NOON)
    write_by_hand(application, state=state, **fields)
    application.refresh_from_db()
    return application


@pytest.fixture
def officers(db) -> Officers:
    return make_officers()


@pytest.fixture
def walk(officers) -> CaseWalk:
    return make_walk(society=officers)


@pytest.fixture
def submitted(walk) -> Application:
    return walk.submit().application


@pytest.fixture
def draft(db) -> Application:
    abs_version()
    return start_application(actor=PersonFactory(name="Dora Draft"), now=NOON)


@pytest.fixture
def own(client, draft) -> Application:
    """The case of whoever is logged in."""
    client.force_login(draft.candidate)
    return draft
