"""What a stranger learns, and who may take the document."""

import json
from datetime import date

import pytest

from certificates import services
from certificates.models import Certificate
from certificates.services import issue_certificate
from credentialing.audit.models import AuditEvent
from tests.certificates.factories import awarded, prepared
from tests.factories import PersonFactory
from workflows.services import perform

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(monkeypatch):
    monkeypatch.setattr(services, "render_in_child", lambda _facts, token: b"%PDF-1.7 " + token.encode())
    return issue_certificate(prepared())


def answer(client, certificate) -> dict:
    return client.get(f"/v/{certificate.token}", headers={"accept": "application/json"}).json()


def test_code_opens_a_page_for_everybody(client, certificate):
    page = client.get(f"/v/{certificate.token}")
    assert page.status_code == 200
    for words in ("Adaeze Obi", "Credentialed Balint Group Leader", "Valid", certificate.credential.number):
        assert words in page.text
    assert "Accept" in page.headers["Vary"]


def test_machines_get_the_same_answer(client, certificate):
    found = answer(client, certificate)
    assert (found["status"], found["name"], found["awarded_on"]) == ("active", "Adaeze Obi", "2026-03-28")
    assert found["valid_until"] is None


@pytest.mark.parametrize(
    ("act", "status", "words"),
    [("suspend", "suspended", "Suspended"), ("revoke", "revoked", "Revoked"), ("resign", "resigned", "Given up")],
)
def test_standing_of_today_comes_from_the_registry_not_from_the_paper(client, certificate, act, status, words):
    perform(certificate.credential, act, actor=PersonFactory(offices=["council", "registrar"]), reason="x")
    assert answer(client, certificate)["status"] == status
    assert words in client.get(f"/v/{certificate.token}").text


def test_credential_that_has_run_out_is_expired_since_its_last_day(client, certificate):
    credential = certificate.credential
    credential.valid_until = date(2026, 4, 1)
    credential.save()
    found = answer(client, certificate)
    assert (found["status"], found["status_since"]) == ("expired", "2026-04-01")
    perform(credential, "expire", actor=PersonFactory(offices=["registrar"]))
    assert answer(client, certificate)["status_since"] == "2026-04-01"


def test_expired_without_a_last_day_tells_the_day_it_was_recorded(client, certificate):
    perform(certificate.credential, "expire", actor=PersonFactory(offices=["registrar"]))
    assert answer(client, certificate)["status_since"] == certificate.credential.state_since.date().isoformat()


def test_replaced_edition_says_so_and_still_answers(client, certificate):
    Certificate.objects.filter(pk=certificate.pk).update(status="superseded")
    assert answer(client, certificate)["superseded"] is True
    assert "newer edition" in client.get(f"/v/{certificate.token}").text


@pytest.mark.parametrize("token", ["nothing", "%00", "../../etc/passwd", "x" * 500])
def test_unknown_code_is_told_in_words(client, token):
    page = client.get(f"/v/{token}")
    assert page.status_code == 404
    if token.isalnum():
        assert "knows no certificate" in page.text
        assert client.get(f"/v/{token}", headers={"accept": "application/json"}).json() == {"status": "unknown"}


def test_number_is_found_however_it_is_typed(client, certificate):
    number = certificate.credential.number
    for typed in (number, number.lower(), f"  {number} "):
        assert "Adaeze Obi" in client.get("/verify/", {"number": typed}).text


def test_pasted_address_leads_to_the_page_of_its_certificate(client, certificate):
    response = client.get("/verify/", {"number": f"https://x.example/v/{certificate.token}/"})
    assert response.url == f"/v/{certificate.token}"


def test_holder_without_a_document_is_found_by_number(client):
    credential = awarded(number="ABS-1999-0007", basis="import")
    assert "Valid" in client.get("/verify/", {"number": credential.number}).text


@pytest.mark.parametrize("number", ["ABS-1900-0001", "' OR 1=1", "<script>"])
def test_unknown_number_is_told_in_words_and_escaped(client, number):
    page = client.get("/verify/", {"number": number})
    assert page.status_code == 404
    assert "knows no certificate" in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize(("number", "words"), [("", "Enter the number"), ("x" * 81, "too long"), ("\x00", "Null")])
def test_number_that_can_not_be_one_is_refused_at_the_field(client, number, words):
    page = client.get("/verify/", {"number": number})
    assert page.status_code == 200
    assert words in page.text or not number.strip()


def test_pages_of_verification_take_no_writes(client, certificate):
    assert client.post(f"/v/{certificate.token}").status_code == 405
    assert client.post("/verify/").status_code == 405


def test_holder_and_keepers_take_the_document_and_that_is_recorded(client, certificate):
    for person in (certificate.credential.holder, PersonFactory(offices=["registrar"])):
        client.force_login(person)
        response = client.get(f"/certificates/{certificate.uuid}.pdf")
        assert response.content == certificate.read()
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["Cache-Control"] == "no-store"
        assert AuditEvent.objects.filter(event="certificates:certificate:downloaded", actor=person).exists()


def test_others_do_not_learn_that_there_is_a_document(client, certificate):
    address = f"/certificates/{certificate.uuid}.pdf"
    assert client.get(address).url.startswith("/accounts/login/")
    client.force_login(PersonFactory(offices=["supervisor"]))
    assert client.get(address).status_code == 404


def test_document_that_is_not_drawn_yet_can_not_be_taken(client):
    certificate = prepared()
    client.force_login(certificate.credential.holder)
    assert client.get(f"/certificates/{certificate.uuid}.pdf").status_code == 404


def test_pending_credential_is_answered_as_not_in_force(client):
    certificate = prepared()
    type(certificate.credential).objects.filter(pk=certificate.credential.pk).update(state="pending")
    assert json.loads(json.dumps(answer(client, certificate)))["status"] == "pending"


def test_address_in_the_code_is_the_one_that_answers(client, certificate):
    assert certificate.verification_url == f"https://credentials.example.org/v/{certificate.token}"
