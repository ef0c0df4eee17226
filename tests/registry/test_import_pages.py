"""The registrar's page of an import: each row and guess is seen before anything is recorded; the file is let go."""

import re

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from certificates.models import Credential
from credentialing.audit.models import AuditEvent
from credentialing.registry.importing import kept, views
from tests.certificates.factories import awarded
from tests.factories import PersonFactory, abs_version

pytestmark = pytest.mark.django_db
BARE = 6
DOUBTFUL = 'Name,Awarded,Status\n"Jane Example, MD",03/04/2004,Deceased\nBo Li,05/04/2005,\n'


@pytest.fixture
def registrar(client):
    abs_version()
    person = PersonFactory(email="registrar@example.org", offices=["registrar"])
    client.force_login(person)
    return person


@pytest.fixture
def bring(client, registrar):
    def run(text: str) -> str:
        file = SimpleUploadedFile("leaders.csv", text.encode())
        return client.post(reverse("registry:import"), {"file": file, "pathway": "abs-leader"}).url

    return run


def seen_on(page) -> str:
    return re.search(r'name="seen" value="(\w+)"', page.text)[1]


def test_list_is_looked_at_asked_about_and_then_imported(client, bring):
    at = bring(DOUBTFUL)
    page = client.get(at)
    assert "2 questions." in page.text
    assert "(optional)" not in page.text
    assert "Import 2 holders" not in page.text
    assert client.post(at, {"dates:B:order": "dmy", "status:deceased": "resigned"}).url == at
    page = client.get(at)
    assert "Jane Example, MD" in page.text
    assert "April 3, 2004" in page.text
    assert "list: Deceased" in page.text
    done = client.post(f"{at}confirm/", {"seen": seen_on(page)}, follow=True)
    assert "2 added, 0 stood already" in done.text
    assert {(c.recorded_name, c.recorded_post_nominals, str(c.awarded_on)) for c in Credential.objects.all()} == {
        ("Jane Example", "MD", "2004-04-03"), ("Bo Li", "", "2005-04-05"),
    }  # fmt: skip
    assert AuditEvent.objects.filter(event="registry:holders:imported").count() == 1
    assert client.get(at).status_code == 404


def test_undecided_list_is_not_imported_by_a_forged_confirmation(client, bring):
    at = bring(DOUBTFUL)
    assert client.post(f"{at}confirm/", {"seen": ""}).status_code == 409
    digest = re.search(r"\w{64}", client.get(at).context["seen"])[0]
    refused = client.post(f"{at}confirm/", {"seen": digest})
    assert refused.status_code == 409
    assert "Nothing was imported" in refused.text
    assert not Credential.objects.exists()


def test_what_was_changed_in_another_tab_is_not_imported_unseen(client, bring):
    at = bring('Name,Awarded\n"Jane Example, MD",2004-03-15\n')
    seen = seen_on(client.get(at))
    client.post(at, {"names:degrees": "keep"})
    refused = client.post(f"{at}confirm/", {"seen": seen})
    assert refused.status_code == 409
    assert "no longer what you saw" in refused.text
    assert not Credential.objects.exists()


def test_rows_that_stand_already_or_contradict_are_shown_beside_the_new_ones(client, bring):
    standing = awarded(number="X-1", holder=PersonFactory(name="Jane Example"), basis="import")
    known = f"Name,No,Awarded\nJANE EXAMPLE,x–1,{standing.awarded_on}\nBo Li,X-2,2005-04-05\n"
    page = client.get(bring(known))
    assert "Stands already as" in page.text
    assert "Import 1 holder<" in page.text
    page = client.get(bring("Name,No,Awarded\nSomebody Else,X-1,2004-03-15\n"))
    assert "The number X-1 belongs to Jane Example" in page.text
    assert "Import 1 holder" not in page.text


def test_faulty_rows_are_named_and_can_be_left_out(client, bring):
    at = bring("Name,Awarded\nJane Example,2004-03-15\nBo Li,never\n")
    assert "line 3, column B (Awarded): “never” is no full date" in client.get(at).text
    client.post(at, {"faults": "leave-out"})
    page = client.get(at)
    assert "1 row left out" in page.text
    client.post(f"{at}confirm/", {"seen": seen_on(page)})
    assert Credential.objects.get().recorded_name == "Jane Example"


def test_list_is_seen_by_whoever_brought_it_alone_and_forgotten_when_told(client, bring, registrar):
    at = bring(DOUBTFUL)
    other = PersonFactory(offices=["registrar"])
    client.force_login(other)
    assert client.get(at).status_code == 404
    client.force_login(registrar)
    client.post(f"{at}drop/")
    assert client.get(at).status_code == 404
    assert not Credential.objects.exists()


def test_list_is_kept_for_half_an_hour(registrar, monkeypatch):
    kept_for = []
    monkeypatch.setattr(cache, "set", lambda key, value, timeout: kept_for.append(timeout))
    kept.keep(kept.KeptList(content=b"", name="", pathway="", choices={}), person=registrar)
    assert kept_for == [30 * 60]


def test_file_that_is_too_large_and_missing_rules_are_told(client, bring, registrar):
    file = SimpleUploadedFile("leaders.csv", b"x" * (5 * 1024 * 1024 + 1))
    page = client.post(reverse("registry:import"), {"file": file, "pathway": "abs-leader"})
    assert "larger than 5 MB" in page.text


def test_page_asks_the_database_as_often_for_three_standing_rows_as_pages_do(client, bring, django_assert_num_queries):
    at = bring("Name,No,Awarded\nJane Example,X-1,2004-03-15\n")
    client.get(at)
    with django_assert_num_queries(BARE + 3):
        client.get(at)
    at = bring("Name,No,Awarded\nJane Example,X-1,2004-03-15\nBo Li,X-2,2004-03-15\nUna Dale,X-3,2004-03-15\n")
    with django_assert_num_queries(BARE + 9):
        client.get(at)


def test_list_too_long_for_a_page_is_sent_to_the_command(client, bring, monkeypatch):
    monkeypatch.setattr(views, "MOST_ROWS", 1)
    at = bring("Name,Awarded\nJane Example,2004-03-15\nBo Li,2004-03-15\n")
    page = client.get(at)
    assert "manage.py import_holders" in page.text
    assert "Import 2 holders" not in page.text
    refused = client.post(f"{at}confirm/", {"seen": page.context["seen"]})
    assert refused.status_code == 409
    assert not Credential.objects.exists()
