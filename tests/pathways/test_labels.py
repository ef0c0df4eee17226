"""Each society has its own names: for stages by who reads them, for its offices, for its bodies."""

from datetime import date

import pytest

from credentialing.accounts.models import Role
from credentialing.applications.services.drafts import start_application, submit_application
from credentialing.applications.services.lifecycle import sign_off_stage
from credentialing.correspondence.models import Letter
from credentialing.pathways.services import publish_pathway
from tests.factories import MembershipFactory, PersonFactory
from tests.pathways.files import changed

pytestmark = pytest.mark.django_db

NAMES = """label = "Seen"

  [stages.labels]
  candidate = "You have been seen"
  reviewer = "Seen by two"
  public = "Visited"
"""


@pytest.fixture
def case():
    source = changed('label = "Seen"\nsigned_by = ["coordinator"]\nrequirements = []', f"{NAMES}")
    source = changed('slug = "seen"', 'slug = "seen"\nsigned_by = ["coordinator"]\nrequirements = []', source)
    source = changed("[[bodies]]", '[roles]\ncoordinator = "Warden"\ncouncil = "Elders"\n\n[[bodies]]', source)
    publish_pathway(source=source, actor=PersonFactory(), in_force_from=date(2020, 1, 1))
    application = start_application(actor=MembershipFactory(person__name="Ada").person, pathway="small")
    submit_application(application=application, actor=application.candidate)
    return application


def test_stage_is_called_as_each_audience_calls_it(client, case):
    assert "Visited" in client.get("/pathway/").text
    client.force_login(case.candidate)
    assert "You have been seen" in client.get("/my/").text
    client.force_login(PersonFactory(offices=[Role.COORDINATOR]))
    page = client.get(f"/reviews/cases/{case.uuid}/").text
    assert "Seen by two" in page
    assert "You have been seen" not in page


def test_letter_speaks_to_the_candidate(case):
    sign_off_stage(application=case, actor=PersonFactory(offices=[Role.COORDINATOR]))

    assert "“You have been seen”" in Letter.objects.get(template="stage_reached").body


def test_offices_are_called_as_the_society_calls_them(client, case):
    coordinator = PersonFactory(offices=[Role.COORDINATOR])
    sign_off_stage(application=case, actor=coordinator)

    client.force_login(coordinator)
    assert "Warden" in client.get(f"/reviews/cases/{case.uuid}/").text
    client.force_login(case.candidate)
    assert "waiting for Elders" in client.get("/my/").text
