"""A new kind of requirement is one class and one line of the table; nothing else has to know of it."""

from datetime import date

import pytest

from credentialing.applications.assessments import assess_requirement
from credentialing.applications.services.drafts import start_application, submit_application
from credentialing.pathways import kinds
from credentialing.pathways.services import publish_pathway
from tests.factories import MembershipFactory, PersonFactory
from tests.pathways.files import with_requirement
from workflows.errors import TransitionBlocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def _hugs(monkeypatch):
    monkeypatch.setitem(kinds.KINDS, "hugs", "tests.pathways.hugs.Hugs")
    kinds.lookups.cache_clear()
    yield
    kinds.lookups.cache_clear()


@pytest.mark.usefixtures("_hugs")
def test_kind_of_ones_own_gates_counts_and_speaks():
    source = with_requirement(kind="hugs", what=None, hugs=8, gate="submit")
    version = publish_pathway(source=source, actor=PersonFactory(), in_force_from=date(2020, 1, 1))
    requirement = version.definition.requirement("more")
    assert kinds.sentence_of(requirement) == "Give 8 hugs."

    short = start_application(actor=MembershipFactory(person__name="Bo").person, pathway="small")
    with pytest.raises(TransitionBlocked, match="2 of 8"):
        submit_application(application=short, actor=short.candidate)

    long = start_application(actor=MembershipFactory(person__name="Philippa").person, pathway="small")
    submit_application(application=long, actor=long.candidate)
    assert assess_requirement(long, "more", date(2030, 1, 1)).progress.met
