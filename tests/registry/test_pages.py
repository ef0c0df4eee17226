"""What the public sees: the pathway drawn from its data, the registry, and nothing of those who are not listed."""

import pytest

from certificates import issuing
from certificates.services import issue_certificate
from credentialing.accounts.models import Person
from tests.certificates.factories import awarded, prepared
from tests.decided import decided
from tests.factories import PersonFactory, abs_version

pytestmark = pytest.mark.django_db


def test_start_page_leads_everywhere(client):
    abs_version()
    awarded()
    page = client.get("/").text
    for words in ("1 person holds", "/pathway/", "/registry/", "/verify/", "Credentialed Balint Group Leader"):
        assert words in page


def test_start_page_of_an_empty_society_says_so(client):
    assert "no pathway has been published" in client.get("/").text
    assert "No pathway has been published yet" in client.get("/pathway/").text
    assert "Nobody is certified yet" in client.get("/registry/").text


def test_start_page_leads_whoever_is_logged_in_to_their_own(client):
    abs_version()
    client.force_login(PersonFactory())
    assert "Go to your page" in client.get("/").text
    assert "Go to your path" in client.get("/pathway/").text


def test_pathway_is_drawn_from_its_data(client):
    version = abs_version()
    page = client.get("/pathway/").text
    for requirement in version.definition.requirements:
        assert requirement.label.replace("'", "&#x27;") in page
    for words in ("24 calendar months", "at least 12", "3 Leadership Intensives", "$900", "Before you apply"):
        assert words in page


def test_registry_lists_those_who_agreed_with_number_since_when_and_status(client):
    shown = awarded(holder=PersonFactory(name="Nora Feldman", city="Boston", country="USA"))
    hidden = awarded(holder=PersonFactory(name="Hidden Person", listed=False))
    page = client.get("/registry/").text
    for words in ("Nora Feldman", shown.number, "March 28, 2026", "Active", "Boston"):
        assert words in page
    assert "Hidden Person" not in page
    assert client.get(f"/registry/{hidden.uuid}/").status_code == 404
    assert "Valid" in client.get("/verify/", {"number": hidden.number}).text


@pytest.mark.parametrize("words", ["feldman", "ABS-2026", "bost", "usa", "Ф"])
def test_leaders_are_found_by_name_number_and_place(client, words):
    awarded(holder=PersonFactory(name="Nora Feldman Ф", city="Boston", country="USA"))
    awarded(holder=PersonFactory(name="Zoe Adams", city="Toronto", country="Canada"), number="X-1")
    page = client.get("/registry/", {"q": words}).text
    assert "Nora Feldman" in page
    assert "Zoe Adams" not in page


def test_nobody_found_leads_to_the_check_by_number(client):
    awarded()
    page = client.get("/registry/", {"q": "zzz"}).text
    assert "Nobody found" in page
    assert "/verify/" in page
    assert client.get("/registry/", {"q": "x" * 101}).status_code == 200


def test_page_of_a_leader_tells_the_standing_of_today(client, monkeypatch):
    monkeypatch.setattr(issuing, "document_of", lambda certificate: b"%PDF-1.7 " + certificate.token.encode())
    credential = awarded(
        holder=PersonFactory(name="Nora Feldman", profession="Physician", city="Boston"), basis="import"
    )
    certificate = issue_certificate(prepared(credential))
    page = client.get(f"/registry/{credential.uuid}/").text
    for words in ("Nora Feldman", "Valid", "Physician", "brought over", f"/v/{certificate.token}"):
        assert words in page
    decided(credential, "suspend")
    assert "Suspended since" in client.get(f"/registry/{credential.uuid}/").text


def test_long_registry_has_pages(client):
    for number in range(52):
        awarded(holder=Person.objects.create_user(None, name=f"Leader {number:02}"), number=f"N-{number:02}")
    first = client.get("/registry/").text
    assert "Leader 00" in first
    assert "Leader 51" not in first
    assert "Leader 51" in client.get("/registry/", {"page": "2"}).text
    assert "Leader 51" in client.get("/registry/", {"page": "999"}).text
    assert "Leader 00" in client.get("/registry/", {"page": "x"}).text


def test_registry_asks_the_same_number_of_questions_however_long_it_is(client, django_assert_max_num_queries):
    for number in range(15):
        awarded(holder=Person.objects.create_user(None, name=f"Leader {number}"), number=f"N-{number}")
    with django_assert_max_num_queries(2):
        client.get("/registry/")


def test_names_are_shown_as_text(client):
    credential = awarded(holder=PersonFactory(name="<script>alert(1)</script>"))
    for address in ("/registry/", f"/registry/{credential.uuid}/"):
        assert "<script>alert" not in client.get(address).text


def test_public_pages_take_no_writes(client):
    for address in ("/", "/pathway/", "/registry/"):
        assert client.post(address).status_code == 405
