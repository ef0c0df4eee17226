"""An administrator looks after the certificates in a real browser: pause, holders without one, a seal of their own."""

from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from PIL import Image

from certificates.designs import CertificateSeal, seal_in_force, wording_in_force
from certificates.models import Certificate
from certificates.services import issue_certificate
from tests.certificates.factories import awarded, prepared
from tests.factories import PersonFactory
from tests.journeys.actors import Actor, Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def administrator(scene: Scene) -> Actor:
    person = PersonFactory(name="Ines Halloran", offices=["administrator"])
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    PersonFactory(name="Josephine Abara", offices=["president"])
    return scene.actor(person.email)


def test_administrator_pauses_goes_on_and_issues_for_earlier_holders(scene: Scene, administrator: Actor):
    issue_certificate(prepared(name="𓀀"))
    awarded(number="1987/4", basis="import", holder=PersonFactory(name="Ruth Adler"))
    administrator.go("/operations/certificates/").sees("0 of 1 issued", "1 can’t be drawn", "1 in good standing")
    administrator.press("Pause").sees("Paused: nothing is drawn").press("Issue theirs")
    scene.work_off()
    administrator.go("/operations/certificates/").sees("0 of 2 issued; 1 wait for their turn").press("Go on")
    scene.work_off()
    administrator.go("/operations/certificates/").sees("1 of 2 issued.")
    assert Certificate.objects.get(credential__number="1987/4").status == "issued"
    assert scene.faults == []


def test_administrator_chooses_a_seal(scene: Scene, administrator: Actor, tmp_path: Path):
    seal, small = tmp_path / "seal.png", tmp_path / "small.png"
    Image.new("RGBA", (400, 400), (20, 80, 90, 255)).save(seal)
    Image.new("RGBA", (20, 20)).save(small)
    administrator.go("/operations/certificates/").follow("Seal, wording").sees("Josephine Abara, President")
    administrator.fill({"file": str(small)}).press("Upload").sees("20 by 20 pixels")
    administrator.fill({"file": str(seal)}).press("Upload").sees("The seal is here")
    short = CertificateSeal.objects.get().sha256[:8]
    administrator.press(f"Use {short}").sees(f"Seal {short}", "In force")
    assert seal_in_force() == CertificateSeal.objects.get().sha256
    administrator.press("Use the drawn one").sees("the drawn seal from now on")
    assert seal_in_force() == ""
    assert scene.faults == []


def test_administrator_chooses_who_signs_and_what_the_society_is_called(scene: Scene, administrator: Actor):
    PersonFactory(name="Beatrix Amory", offices=["registrar"])
    administrator.go("/operations/certificates/design/").sees("Nobody holds this office today")
    administrator.fill({"society": "Balint Society & Friends", "office_2": "", "title_2": "Secretary"})
    administrator.press("Keep this wording").sees("There is a problem", "Choose the office whose holder signs")
    administrator.fill({"office_2": "registrar"}).press("Keep this wording").sees("The wording is kept")
    administrator.press("Use.*Friends").sees("Beatrix Amory, Secretary", "In office from")
    assert wording_in_force().society == "Balint Society & Friends"
    assert scene.faults == []
