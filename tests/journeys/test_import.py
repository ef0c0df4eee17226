"""The registrar brings a list in, in a real browser: uploads, answers what is doubtful, looks at the rows, confirms."""

from pathlib import Path

import pytest
from allauth.account.models import EmailAddress

from certificates.models import Credential
from tests.factories import PersonFactory, abs_version
from tests.journeys.actors import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = (
    'Name,Awarded,Status,City\n"Jane Example, MD",03/04/2004,Deceased,Boston\n"Li, Bo",05/04/2005,Active,Rochester\n'
    "Una Dale,never,Active,Boston\n"
)


def test_registrar_brings_a_list_in(scene: Scene, tmp_path: Path):
    abs_version()
    person = PersonFactory(name="Ruth Adler", offices=["registrar"])
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    path = tmp_path / "leaders.csv"
    path.write_text(LIST, encoding="utf-8")
    registrar = scene.actor(person.email).go("/council/registry/").follow("Bring in earlier holders")
    registrar.fill({"file": path}).press("Look at the list")
    registrar.sees("2 questions", "“never” is no full date", "“Deceased” says that somebody has died")
    registrar.fill({"dates:B:order": "dmy", "status:deceased": "resigned", "faults": "leave-out"})
    registrar.press("Read the list this way").sees("Jane Example, MD", "April 3, 2004", "list: Deceased")
    registrar.press("Import 2 holders").sees("2 added, 0 stood already")
    assert set(Credential.objects.values_list("recorded_name", flat=True)) == {"Jane Example", "Bo Li"}
    assert scene.faults == []
