"""A new kind of requirement is one class and one line of the table; nothing else has to know of it."""

from dataclasses import dataclass
from datetime import date

import pytest
from django import forms

from credentialing.applications.assessments import assess_requirement
from credentialing.applications.services.drafts import start_application, submit_application
from credentialing.drafting.forms.parameters import TablesField, parameter_fields
from credentialing.pathways import kinds
from credentialing.pathways.loader import PathwayFileInvalid, load_pathway
from credentialing.pathways.services import publish_pathway
from tests.factories import MembershipFactory, PersonFactory
from tests.pathways.files import with_requirement
from tests.pathways.hugs import Hugs
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


@dataclass(frozen=True, kw_only=True)
class Giver:
    """From whom they are."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Keys of the pathway file: `giver`, from whom; `since`, the first day that counts; `last`, the last one."""

    giver: Giver
    since: date | None = None
    last: date | None = None


@pytest.mark.usefixtures("_hugs")
def test_parameters_may_be_tables_and_may_be_left_out(monkeypatch):
    monkeypatch.setattr(Hugs, "Parameters", Parameters)
    source = with_requirement(kind="hugs", what=None, since=1).replace(
        "since = 1", 'since = 2020-01-01\n  giver = { name = "Oma" }'
    )

    found = load_pathway(source).requirement("more").parameters
    assert found == Parameters(giver=Giver(name="Oma"), since=date(2020, 1, 1), last=None)
    with pytest.raises(PathwayFileInvalid, match="the key “nome” is not known: did you mean “name”"):
        load_pathway(source.replace('name = "Oma"', 'name = "Oma", nome = 1'))
    with pytest.raises(PathwayFileInvalid, match="“since” must be a date such as"):
        load_pathway(source.replace("since = 2020-01-01", "since = 1"))
    with pytest.raises(PathwayFileInvalid, match="“giver” must be a table"):
        load_pathway(source.replace('{ name = "Oma" }', '"Oma"'))


def test_form_of_a_kind_asks_for_tables_and_for_days_that_may_be_left_out():
    fields = parameter_fields(Parameters, {})

    assert isinstance(fields["giver"], TablesField)
    assert fields["giver"].clean('{ name = "Oma" }') == {"name": "Oma"}
    assert (fields["giver"].required, fields["since"].required) == (True, False)
    assert fields["since"].clean("2020-01-01") == date(2020, 1, 1)
    assert fields["since"].clean("") is None
    with pytest.raises(forms.ValidationError, match="Write it as in the file"):
        fields["giver"].clean("{ name = Oma }")
