"""What a stranger learns, and who may take the document."""

import re
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from certificates import issuing
from certificates.models import Certificate
from certificates.services import issue_certificate
from certificates.signals import certificate_downloaded
from certificates.verification import initials
from credentialing.accounts.models import Term
from credentialing.audit.models import AuditEvent
from tests.by_hand import write_by_hand
from tests.certificates.factories import awarded, prepared
from tests.factories import PersonFactory
from workflows.services import perform

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(monkeypatch):
    monkeypatch.setattr(issuing, "document_of", lambda certificate: b"%PDF-1.7 " + certificate.token.encode())
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


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("active", "in force today"),
        ("suspended", "may not use it at present"),
        ("expired", "has not been renewed"),
        ("revoked", "It is not valid"),
        ("resigned", "no longer in force"),
        ("pending", "not in force yet"),
    ],
)
def test_every_standing_is_explained_in_a_sentence(client, certificate, status, sentence):
    write_by_hand(certificate.credential, state=status)
    assert sentence in client.get(f"/v/{certificate.token}").text
    assert answer(client, certificate)["status"] == status


def test_day_of_a_change_is_the_societys_own_and_not_that_of_greenwich(client, settings):
    settings.TIME_ZONE = "America/New_York"
    certificate = prepared(awarded(now=datetime(2026, 3, 28, 15, tzinfo=UTC)))
    evening = datetime(2026, 6, 2, 2, 30, tzinfo=UTC)  # June 1, half past ten at night in New York
    perform(certificate.credential, "suspend", actor=PersonFactory(offices=["council"]), reason="x", now=evening)
    assert answer(client, certificate)["status_since"] == "2026-06-01"


def test_reinstated_credential_counts_from_its_award(client, certificate):
    council = PersonFactory(offices=["council"])
    for act in ("suspend", "reinstate"):
        perform(certificate.credential, act, actor=council, reason="x")
    assert answer(client, certificate)["status_since"] == "2026-03-28"


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
    assert answer(client, certificate)["status_since"] == timezone.localdate().isoformat()


def test_expired_before_its_last_day_counts_from_the_day_it_was_recorded(client):
    certificate = prepared(awarded(valid_until=date(2999, 1, 1)))
    perform(certificate.credential, "expire", actor=PersonFactory(offices=["registrar"]))
    found = answer(client, certificate)
    assert (found["status"], found["valid_until"]) == ("expired", "2999-01-01")
    assert found["status_since"] == timezone.localdate().isoformat()


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
        told = client.get(f"/v/{token}", headers={"accept": "application/json"})
        assert (told.status_code, told.json()) == (404, {"status": "unknown"})
        assert "Accept" in page.headers["Vary"]


def test_number_is_found_however_it_is_typed(client, certificate):
    number = certificate.credential.number
    for typed in (number, number.lower(), f"  {number} "):
        assert "Adaeze Obi" in client.get("/verify/", {"number": typed}).text


def test_pasted_address_leads_to_the_page_of_its_certificate(client, certificate):
    response = client.get("/verify/", {"number": f"https://x.example/v/{certificate.token}/"})
    assert response.url == f"/v/{certificate.token}"


def test_machines_may_ask_by_number_too(client, certificate):
    json_please = {"accept": "application/json"}
    number = certificate.credential.number
    assert client.get("/verify/", {"number": number}, headers=json_please).json()["number"] == number
    told = client.get("/verify/", {"number": "ABS-1900-0001"}, headers=json_please)
    assert (told.status_code, told.json()) == (404, {"status": "unknown"})


@pytest.fixture
def unlisted(certificate):
    holder = certificate.credential.holder
    holder.listed = False
    holder.save()
    return certificate


def test_number_of_a_holder_who_is_not_listed_tells_status_and_initials_alone(client, unlisted):
    number = unlisted.credential.number

    page = client.get("/verify/", {"number": number}).text
    told = client.get("/verify/", {"number": number}, headers={"accept": "application/json"}).json()

    assert "A. O." in page
    assert "Valid" in page
    for hidden in ("Adaeze", "Obi", unlisted.token, str(unlisted.uuid), "2026", unlisted.credential.designation):
        assert hidden not in page.replace(number, ""), hidden
    assert told == {"name": "A. O.", "number": number, "status": "active", "on": timezone.localdate().isoformat()}


def test_code_on_the_certificate_of_a_holder_who_is_not_listed_answers_whole(client, unlisted):
    by_code = client.get("/verify/", {"number": unlisted.token}, follow=True).text
    assert "Adaeze Obi" in by_code
    assert unlisted.credential.designation in by_code
    as_json = client.get(f"/v/{unlisted.token}", headers={"accept": "application/json"}).json()
    assert as_json["name"] == "Adaeze Obi"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lovelace", "A. L."),
        ("Jean-Luc de la Fuente", "J. L. D. L. F."),
        ("\u201cKit\u201d O\u2019Neil", "K. O."),
        ("A\u030angstro\u0308m \u00e9mile", "A\u030a. \u00c9."),
        ("王小明", "王."),
        ("नूर अमीन", "न. अ."),
        ("1 – 2", ""),
    ],
)
def test_initials_are_first_letters_with_their_marks(name, letters):
    assert initials(name) == letters


def test_form_greets_whoever_comes_without_a_number(client):
    page = client.get("/verify/")
    assert page.status_code == 200
    assert "knows no certificate" not in page.text
    assert "Enter the number that stands" not in page.text


def test_pending_credential_is_not_found_by_its_number(client):
    credential = awarded()
    write_by_hand(credential, state="pending")
    assert client.get("/verify/", {"number": credential.number}).status_code == 404


def test_name_of_a_holder_is_text_and_never_markup(client):
    certificate = prepared(awarded(holder=PersonFactory(name="<img src=x onerror=alert(1)>")))
    page = client.get(f"/v/{certificate.token}").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_name_as_it_is_printed_answers_and_not_the_other(client):
    certificate = prepared(awarded(holder=PersonFactory(name="A. Obi", certificate_name="Adaeze N. Obi")))
    assert answer(client, certificate)["name"] == "Adaeze N. Obi"


def test_stranger_learns_no_more_than_the_paper_says(client, certificate):
    assert set(answer(client, certificate)) == {
        "name",
        "post_nominals",
        "designation",
        "number",
        "status",
        "awarded_on",
        "status_since",
        "valid_until",
        "on",
        "superseded",
        "ledger_entry",
    }
    assert certificate.credential.holder.email not in client.get(f"/v/{certificate.token}").text


def test_codes_can_not_be_guessed(certificate):
    other = prepared()
    assert certificate.token != other.token
    assert re.fullmatch(r"[\w-]{16}", other.token)


def test_holder_without_a_document_is_found_by_number(client):
    credential = awarded(number="ABS-1999-0007", basis="import")
    assert "Valid" in client.get("/verify/", {"number": credential.number}).text


@pytest.mark.parametrize("number", ["ABS-1900-0001", "' OR 1=1", "<script>"])
def test_unknown_number_is_told_in_words_and_escaped(client, number):
    page = client.get("/verify/", {"number": number})
    assert page.status_code == 404
    assert "knows no certificate" in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("number", "words"), [("", "Enter the number"), ("x" * 81, "too long"), ("A\x00B", "Null characters")]
)
def test_number_that_can_not_be_one_is_refused_at_the_field(client, number, words):
    page = client.get("/verify/", {"number": number})
    assert page.status_code == 200
    assert words in page.text
    assert "knows no certificate" not in page.text


def test_pages_of_verification_take_no_writes(client, certificate):
    assert client.post(f"/v/{certificate.token}").status_code == 405
    assert client.post("/verify/").status_code == 405


def test_holder_and_keepers_take_the_document_and_that_is_recorded(client, certificate):
    keepers = [PersonFactory(offices=[office]) for office in ("registrar", "coordinator", "council", "ccc_chair")]
    for person in (certificate.credential.holder, *keepers):
        client.force_login(person)
        response = client.get(f"/certificates/{certificate.uuid}.pdf")
        assert response.content == certificate.read()
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert AuditEvent.objects.filter(event="certificates:certificate:downloaded", actor=person).exists()


def test_others_do_not_learn_that_there_is_a_document(client, certificate):
    address = f"/certificates/{certificate.uuid}.pdf"
    assert client.get(address).url.startswith("/accounts/login/")
    former = PersonFactory(offices=["registrar"])
    Term.objects.filter(person=former).update(ends_on=date(2016, 1, 1))
    for person in (PersonFactory(), PersonFactory(offices=["supervisor", "observer", "treasurer"]), former):
        client.force_login(person)
        assert client.get(address).status_code == 404
    assert not AuditEvent.objects.filter(event="certificates:certificate:downloaded").exists()


def test_download_that_can_not_be_recorded_is_not_made(client, certificate):
    def refuse(**_):
        raise PermissionError

    certificate_downloaded.connect(refuse)
    client.force_login(certificate.credential.holder)
    try:
        with pytest.raises(PermissionError):
            client.get(f"/certificates/{certificate.uuid}.pdf")
    finally:
        certificate_downloaded.disconnect(refuse)


def test_number_with_quotes_and_accents_makes_a_sound_file_name(client, certificate):
    type(certificate.credential).objects.filter(pk=certificate.credential.pk).update(number='É "7"')
    client.force_login(certificate.credential.holder)
    named = client.get(f"/certificates/{certificate.uuid}.pdf").headers["Content-Disposition"]
    assert named == "attachment; filename*=utf-8''certificate-%C3%89%20%227%22.pdf"


def test_replaced_edition_can_still_be_taken(client, certificate):
    Certificate.objects.filter(pk=certificate.pk).update(status="superseded")
    client.force_login(certificate.credential.holder)
    assert client.get(f"/certificates/{certificate.uuid}.pdf").content == certificate.read()


def test_unknown_document_is_not_found(client):
    client.force_login(PersonFactory(offices=["registrar"]))
    assert client.get("/certificates/00000000-0000-4000-8000-000000000000.pdf").status_code == 404


def test_document_that_is_not_drawn_yet_can_not_be_taken(client):
    certificate = prepared()
    client.force_login(certificate.credential.holder)
    assert client.get(f"/certificates/{certificate.uuid}.pdf").status_code == 404


def test_address_in_the_code_is_the_one_that_answers(client, certificate):
    assert certificate.verification_url == f"https://credentials.example.org/v/{certificate.token}"
