"""Cases walked once a module and only as far as needed; what a test does to them is undone. And a browser."""

import copy
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.services.supervision import answer_supervision, ask_supervisor
from credentialing.evidence.models import Event
from credentialing.operations.demo.walk import CaseWalk, Officers, noon
from tests.factories import PersonFactory, make_officers, make_walk


@pytest.fixture(scope="module")
def society(django_db_setup: None, django_db_blocker: Any) -> Iterator[Officers]:
    """The officers, for all tests of a module, in a transaction around those of the tests."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "close", lambda: None)  # what Django does after each test would end it
        yield make_officers()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def drafted_once(society: Officers) -> CaseWalk:
    """See `drafted`."""
    return make_walk(society=society, candidate=PersonFactory(name="Dora Draft")).draft()


@pytest.fixture(scope="module")
def supervised_once(society: Officers) -> CaseWalk:
    """See `supervised`."""
    return supervise(make_walk(society=society, candidate=PersonFactory(name="Susan Supervised")).draft())


@pytest.fixture(scope="module")
def submitted_once(society: Officers) -> CaseWalk:
    """See `submitted`."""
    return make_walk(society=society, candidate=PersonFactory(name="Ada Applicant")).submit()


@pytest.fixture(scope="module")
def running_once(society: Officers) -> CaseWalk:
    """See `running`."""
    return make_walk(society=society, candidate=PersonFactory(name="Rita Running")).begin_supervision()


@pytest.fixture
def officers(society: Officers, db: None) -> Officers:
    """The officers; what a test does is undone."""
    return society


@pytest.fixture
def drafted(drafted_once: CaseWalk, officers: Officers) -> CaseWalk:
    """A case that has not been handed in: evidence is taken at any time."""
    return fresh(drafted_once)


@pytest.fixture
def supervised(supervised_once: CaseWalk, officers: Officers) -> CaseWalk:
    """A draft whose candidate has found a supervisor."""
    return fresh(supervised_once)


@pytest.fixture
def submitted(submitted_once: CaseWalk, officers: Officers) -> CaseWalk:
    """A case handed in on January 10, 2024."""
    return fresh(submitted_once)


@pytest.fixture
def running(running_once: CaseWalk, officers: Officers) -> CaseWalk:
    """A case in which supervision could begin on January 19, 2024."""
    return fresh(running_once)


@pytest.fixture
def intensive(officers: Officers) -> Event:
    """The intensive of March 14 to 17, 2024."""
    return Event.objects.create(
        name="Spring",
        place="Spokane",
        starts_on=date(2024, 3, 14),
        ends_on=date(2024, 3, 17),
        organiser=officers.organiser,
    )


@pytest.fixture
def as_(officers: Officers, client: Client) -> Callable[[Person], Client]:
    """A browser in which that person has logged in."""

    def browser(person: Person) -> Client:
        client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
        return client

    return browser


def fresh(walk: CaseWalk) -> CaseWalk:
    """The walk as it stands in the books."""
    again = copy.copy(walk)
    again.application = Application.objects.get(pk=walk.application.pk)
    return again


def supervise(walk: CaseWalk, now: datetime | None = None) -> CaseWalk:
    """The supervisor is asked and accepts."""
    now = now or noon(walk.starts_on - timedelta(days=5))
    asked = ask_supervisor(application=walk.application, supervisor=walk.supervisor, actor=walk.candidate, now=now)
    answer_supervision(supervision=asked, actor=walk.supervisor, accept=True, now=now)
    return walk
