"""The holder of a certificate in a real browser: takes it and the card, shows it, sends it, asks for a correction."""

import pymupdf
import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from playwright.sync_api import expect

from certificates.models import Certificate
from certificates.services import issue_certificate
from tests.certificates.factories import awarded, prepared
from tests.factories import PersonFactory
from tests.journeys.actors import Actor, Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def holder(scene: Scene) -> tuple[Actor, Certificate]:
    person = PersonFactory(name="Adaeze Obi", post_nominals="MD")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    certificate = issue_certificate(prepared(awarded(holder=person), verify_base_url=scene.address))
    return scene.actor(person.email), certificate


def test_holder_takes_shows_sends_and_asks(scene: Scene, holder: tuple[Actor, Certificate]):
    registrar = PersonFactory(name="Ruth Adler", offices=["registrar"])
    actor, certificate = holder
    number = certificate.credential.number
    actor.go(f"/my/certificates/{certificate.uuid}/").sees("Your certificate", number, "Valid")

    with actor.page.expect_download() as taken:
        actor.page.get_by_role("link", name="Download the certificate").click()
    assert taken.value.path().read_bytes() == certificate.read()
    with actor.page.expect_download() as taken:
        actor.page.get_by_role("link", name="Card for your wallet").click()
    assert taken.value.suggested_filename == f"card-{number}.pdf"
    with pymupdf.open(stream=taken.value.path().read_bytes()) as card:
        assert number in card[0].get_text()

    linkedin = actor.page.get_by_role("link", name="LinkedIn").get_attribute("href")
    assert linkedin.startswith("https://www.linkedin.com/profile/add?")
    assert f"certId={number}" in linkedin
    snippet = actor.page.get_by_label("HTML for your website").input_value()
    elsewhere = scene.actor()
    elsewhere.page.set_content(f"<!doctype html><title>My practice</title>{snippet}")
    picture = elsewhere.page.get_by_role("img", name="check this credential")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    elsewhere.page.get_by_role("link").click()
    elsewhere.sees("Adaeze Obi", "Valid")

    actor.fill({"address": "hospital@example.org"}).press("Send the link").sees("on its way to hospital@example.org")
    actor.follow("Ask for a change of name or degrees").sees("Adaeze Obi, MD")
    actor.fill({"name": "Adaeze Nwosu", "kind": "name"}).press("Ask for this change").sees("with the registrar", number)
    scene.work_off()
    assert {"hospital@example.org", registrar.email} <= {address for letter in mail.outbox for address in letter.to}
    assert certificate.token in scene.link_in_letter_to("hospital@example.org")

    actor.go(f"/my/certificates/{certificate.uuid}/")
    actor.fill({"address": "nobody"}).press("Send the link").sees("There is a problem")
    assert scene.faults == []


def test_copying_says_that_it_has_copied(scene: Scene, holder: tuple[Actor, Certificate]):
    actor, certificate = holder
    actor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    actor.go(f"/my/certificates/{certificate.uuid}/")
    for label in ("Link to check it", "HTML for your website"):
        field = actor.page.locator(".field", has=actor.page.get_by_label(label))
        field.get_by_role("button", name="Copy").click()
        expect(field.get_by_role("status")).not_to_be_empty()
        copied = actor.page.evaluate("navigator.clipboard.readText()")
        assert copied == actor.page.get_by_label(label).input_value()


def test_pages_of_a_certificate_that_lost_its_standing_say_so(scene: Scene, holder: tuple[Actor, Certificate]):
    actor, certificate = holder
    Certificate.objects.filter(pk=certificate.pk).update(status="superseded")
    actor.go(f"/my/certificates/{certificate.uuid}/").sees("replaced by a newer one")
    assert actor.page.get_by_role("link", name="Card for your wallet").count() == 0
    assert scene.faults == []
