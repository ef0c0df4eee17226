"""A pathway in force, and those who write and approve rules."""

from datetime import date

import pytest

from credentialing.accounts.models import Role
from credentialing.drafting.services import begin_draft, examine_draft, propose_draft
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.writing import change_values
from tests.factories import PersonFactory, abs_version, make_officers

NEXT_YEAR = date(2099, 1, 1)


@pytest.fixture
def officers(db):
    abs_version()
    return make_officers()


@pytest.fixture
def draft(officers):
    source = change_values(abs_version().source, (), {"version": "2099.1"})
    return begin_draft(slug="abs-leader", source=source, actor=officers.coordinator, what="Begun")


@pytest.fixture
def proposed(draft, officers):
    examine_draft(draft=draft, actor=officers.coordinator)
    propose_draft(
        draft=draft,
        actor=officers.coordinator,
        purpose="Twelve sessions were too few.",
        in_force_from=NEXT_YEAR,
        policy=PathwayVersion.Policy.PIN,
    )
    return draft


@pytest.fixture
def administrator(db):
    return PersonFactory(name="Ada Administrator", offices=[Role.ADMINISTRATOR])
