"""The holder's page: nobody else's, and whatever leaves it says what the certificate says."""

import html
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from certificates.looking import TooBusy
from certificates.models import Certificate
from certificates.rendering import RenderingFailed
from credentialing.accounts.limit_table import RATES
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from credentialing.registry.sharing import views
from credentialing.registry.sharing.links import linkedin_address, website_snippet
from credentialing.registry.sharing.services import send_link
from limited.running import NoChild
from tests.certificates.badges import issued, pdf_with
from tests.certificates.factories import awarded
from tests.decided import decided
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate() -> Certificate:
    return issued()


@pytest.fixture
def page(client, certificate):
    client.force_login(certificate.credential.holder)
    return f"/my/certificates/{certificate.uuid}/"


def test_holder_finds_everything_on_one_page(client, certificate, page):
    text = client.get(page).text
    for kind in ("png", "svg"):
        assert f"/credentials/{certificate.uuid}.{kind}" in text
    for words in (f"/certificates/{certificate.uuid}.pdf", certificate.verification_url, "linkedin.com", "Valid"):
        assert words in text


def test_certificate_without_a_badge_offers_none(client, certificate, page, monkeypatch):
    monkeypatch.setattr(Certificate, "read", lambda _self: pdf_with(None))
    assert "Open Badge" not in client.get(page).text


def test_replaced_edition_says_so(client, certificate, page):
    Certificate.objects.filter(pk=certificate.pk).update(status="superseded")
    assert "replaced by a newer one" in client.get(page).text


def test_holder_takes_the_card(client, certificate, page):
    assert f"{page}card.pdf" in client.get(page).text
    answer = client.get(f"{page}card.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="card-{certificate.credential.number}.pdf"'
    assert (answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_suspended_holder_is_offered_and_given_no_card(client, certificate, page):
    decided(certificate.credential, "suspend")
    assert "card.pdf" not in client.get(page).text
    refused = client.get(f"{page}card.pdf")
    assert (refused.status_code, "good standing" in refused.text) == (409, True)


@pytest.mark.parametrize("fault", [RenderingFailed, TooBusy])
def test_card_that_can_not_be_drawn_now_is_said_in_words(client, page, monkeypatch, fault):
    def fail(_certificate):
        raise fault

    monkeypatch.setattr(views, "card_of", fail)
    refused = client.get(f"{page}card.pdf")
    assert (refused.status_code, "again in a minute" in refused.text) == (503, True)


@pytest.mark.parametrize("path", ["", "card.pdf", "send/"])
def test_nobody_else_gets_to_the_page(client, certificate, path):
    address = f"/my/certificates/{certificate.uuid}/{path}"
    ask = client.get if path in {"", "card.pdf"} else client.post
    assert ask(address).url.startswith("/accounts/login/")
    client.force_login(PersonFactory(offices=["registrar", "council"]))
    assert ask(address).status_code == 404


def test_profile_link_is_filled_in_with_what_the_paper_says():
    last = date(2030, 5, 1)
    certificate = issued(awarded(valid_until=last), designation="Leader & Guide", valid_until=last)
    address = urlsplit(linkedin_address(certificate))
    assert (address.scheme, address.netloc, address.path) == ("https", "www.linkedin.com", "/profile/add")
    assert parse_qs(address.query) == {
        "startTask": ["CERTIFICATION_NAME"],
        "name": ["Leader & Guide"],
        "organizationName": ["American Balint Society"],
        "issueYear": ["2026"],
        "issueMonth": ["3"],
        "expirationYear": ["2030"],
        "expirationMonth": ["5"],
        "certUrl": [certificate.verification_url],
        "certId": [certificate.credential.number],
    }


def test_snippet_holds_names_as_text(client):
    certificate = issued(designation='Leader "><script>alert(1)</script>')
    snippet = website_snippet(certificate)
    assert "<script>" not in snippet
    assert f'<a href="{certificate.verification_url}">' in snippet
    client.force_login(certificate.credential.holder)
    text = client.get(f"/my/certificates/{certificate.uuid}/").text
    assert f'value="{html.escape(snippet)}"' in text.replace("&#x27;", "&#39;")


def test_picture_for_websites_shows_the_standing_of_the_day(client, certificate):
    address = f"/v/{certificate.token}/badge.svg"
    assert "Valid" in client.get(address).text
    decided(certificate.credential, "suspend")
    answer = client.get(address)
    assert "Suspended" in answer.text
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert client.get("/v/nothing/badge.svg").status_code == 404


def test_machine_that_can_start_no_process_says_so_in_words(client, certificate, monkeypatch):
    def full(*_, **__):
        raise NoChild

    monkeypatch.setattr("certificates.badge.views.badge_svg", full)
    answer = client.get(f"/v/{certificate.token}/badge.svg")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "try again in a minute" in answer.text


def test_link_is_sent_in_words_of_the_society(client, certificate, page):
    answer = client.post(f"{page}send/", {"address": "hospital@example.org"}, follow=True)
    assert "on its way to hospital@example.org" in answer.text
    letter = Letter.objects.get(template="certificate_link")
    assert letter.to_address == "hospital@example.org"
    assert f"/v/{certificate.token}" in letter.body
    assert "Adaeze Obi" in letter.body
    event = AuditEvent.objects.get(event="certificates:certificate:sent")
    assert (event.actor, event.subject_id, event.details) == (certificate.credential.holder, certificate.uuid, {})


def test_society_is_no_machine_for_letters_to_strangers(client, certificate, page, settings):
    settings.ACCOUNT_RATE_LIMITS = RATES | {"letter_to_stranger": "2/h/key"}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for name in "ab":
            assert client.post(f"{page}send/", {"address": f"{name}@example.org"}).status_code == 302
        refused = client.post(f"{page}send/", {"address": "kept@example.org"})
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
        assert 'value="kept@example.org"' in refused.text
        assert Letter.objects.filter(template="certificate_link").count() == 2
        clock.shift(timedelta(hours=1))
        assert client.post(f"{page}send/", {"address": "kept@example.org"}).status_code == 302


def test_what_can_not_be_sent_is_told_at_its_field(client, page):
    answer = client.post(f"{page}send/", {"address": "nobody"})
    assert (answer.status_code, "There is a problem" in answer.text) == (200, True)
    assert not Letter.objects.filter(template="certificate_link").exists()


def test_services_are_for_the_holder_alone(certificate):
    stranger = PersonFactory(offices=["registrar"])
    with pytest.raises(PermissionError):
        send_link(certificate=certificate, address="a@example.org", actor=stranger)


def test_pages_that_change_something_take_no_reading_and_the_others_no_writing(client, page):
    assert client.get(f"{page}send/").status_code == 405
    assert client.post(page).status_code == 405
