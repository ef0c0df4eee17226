"""A holder edits the profile, and nothing that the society vouches for moves."""

import json

import pytest
from django.utils import timezone

from certificates.models import Certificate
from credentialing.accounts.models import Person
from credentialing.accounts.services import update_profile
from credentialing.applications.services.certification import signatories_on
from credentialing.registry.sharing.services import send_link
from tests.certificates.badges import issued
from tests.decided import decided
from tests.factories import PersonFactory
from tests.names.acts import held, renamed

pytestmark = pytest.mark.django_db
JSON_PLEASE = {"accept": "application/json"}


@pytest.fixture
def certificate() -> Certificate:
    return issued(held())


def what_the_public_reads(client, certificate: Certificate) -> dict[str, str]:
    """Every place where a name is vouched for."""
    credential = certificate.credential
    client.logout()
    pages = {
        address: client.get(address, headers=headers).text
        for address, headers in (
            (f"/v/{certificate.token}", {}),
            (f"/v/{certificate.token}?on=2026-04-01", {}),
            (f"/verify/?number={credential.number}", {}),
            (f"/verify/?number={credential.number}#", JSON_PLEASE),
            ("/registry/", {}),
            (f"/registry/{credential.uuid}/", {}),
            (f"/credentials/{certificate.uuid}", {}),
            (f"/v/{certificate.token}/badge.svg", {}),
        )
    }
    keeper = PersonFactory(offices=["council"])
    client.force_login(keeper)
    for address in ("/council/registry/", f"/council/registry/{credential.uuid}/"):
        pages[address] = client.get(address).text
    client.logout()
    return pages


def test_holder_s_profile_changes_nothing_that_is_vouched_for(client, certificate):
    holder = certificate.credential.holder
    client.force_login(holder)
    said = {"name": "Prof. Mallory", "certificate_name": "Prof. Mallory", "post_nominals": "MD, PhD", "city": "Boston"}
    assert client.post("/my/profile/", {**said, "listed": "on"}).status_code == 302
    Person.objects.filter(pk=holder.pk).update(certificate_name="Prof. Mallory", post_nominals="MD, PhD")  # by any way
    pages = what_the_public_reads(client, certificate)
    assert "Boston" in pages["/registry/"]
    for page in pages.values():
        assert "Mallory" not in page
        assert "PhD" not in page
    named = [address for address, page in pages.items() if "Adaeze Obi" in page]
    assert len(named) == len(pages) - 1  # the picture for websites names nobody


def test_registry_is_searched_and_sorted_by_the_names_on_record(client, django_assert_num_queries):
    people = {"Zoe First": "Z. Mallory", "Anna Last": "A. Mallory"}
    for number, (name, profile) in enumerate(people.items()):
        credential = held(holder=PersonFactory(name=name), number=str(number))
        Person.objects.filter(pk=credential.holder_id).update(name=profile, certificate_name=profile)
    page = client.get("/registry/").text
    assert 0 < page.index("Zoe First") < page.index("Anna Last")
    assert "Anna Last" in client.get("/registry/", {"q": "last"}).text
    assert "Nobody found" in client.get("/registry/", {"q": "Mallory"}).text
    with django_assert_num_queries(2):
        client.get("/registry/", {"q": "a"})


def test_replaced_edition_answers_with_the_name_in_force_and_says_that_it_was_replaced(client, certificate):
    renamed(certificate.credential, "Adaeze Nwosu")
    page = client.get(f"/v/{certificate.token}")
    assert page.status_code == 200
    assert "Adaeze Nwosu" in page.text
    assert "A newer edition has taken the place" in page.text
    assert "Adaeze Obi" not in page.text
    answer = client.get(f"/v/{certificate.token}", headers=JSON_PLEASE).json()
    assert (answer["name"], answer["post_nominals"], answer["superseded"]) == ("Adaeze Nwosu", "MD", True)
    assert json.dumps(answer).count("Obi") == 0


def test_letter_to_a_stranger_names_the_holder_as_on_record(certificate):
    holder = certificate.credential.holder
    Person.objects.filter(pk=holder.pk).update(name="Prof. Mallory", certificate_name="Prof. Mallory")
    holder.refresh_from_db()
    certificate.credential.refresh_from_db()
    letter = send_link(certificate=certificate, address="clinic@example.org", actor=holder)
    assert "Adaeze Obi" in letter.body
    assert "Mallory" not in letter.subject + letter.body


def test_officer_who_signs_does_so_under_the_name_on_record():
    president = PersonFactory(name="Josephine Abara", offices=["president"])
    held(holder=president, number="1")
    Person.objects.filter(pk=president.pk).update(certificate_name="Lady Abara")
    chair = PersonFactory(name="Charles Chair", certificate_name="C. Chair", offices=["ccc_chair"])
    signing = signatories_on(timezone.localdate())
    assert [one.name for one in signing] == ["Josephine Abara", chair.printed_name]


# The profile itself -------------------------------------------------------------------------------------------------


def test_holder_s_profile_shows_what_is_on_record_and_the_way_to_a_change(client, certificate):
    holder = certificate.credential.holder
    client.force_login(holder)
    page = client.get("/my/profile/")
    assert set(page.context["form"].fields) == {"name", "profession", "city", "country", "listed"}
    for words in ("Adaeze Obi, MD", f"/my/credentials/{certificate.credential.uuid}/name/", "nothing that the public"):
        assert words in page.text


def test_candidate_s_profile_stays_free(client):
    client.force_login(PersonFactory())
    page = client.get("/my/profile/")
    assert {"certificate_name", "post_nominals"} <= set(page.context["form"].fields)
    assert "On record" not in page.text


def test_what_a_holder_is_called_here_changes_and_the_printed_name_stays(certificate):
    holder = Person.objects.get(pk=certificate.credential.holder_id)
    holder.name = "Ada"
    update_profile(person=holder, actor=holder, changed=["name"])
    stored = Person.objects.get(pk=holder.pk)
    assert (stored.name, stored.printed_name) == ("Ada", "Adaeze Obi")


@pytest.mark.parametrize("field", ["certificate_name", "post_nominals"])
def test_what_is_vouched_for_is_not_the_profile_s_to_change(field, certificate):
    holder = Person.objects.get(pk=certificate.credential.holder_id)
    setattr(holder, field, "Prof.")
    with pytest.raises(PermissionError, match="ask for a change"):
        update_profile(person=holder, actor=holder, changed=[field])


@pytest.mark.parametrize("act", ["suspend", "revoke", "resign"])
def test_credential_that_is_no_longer_in_force_keeps_its_name_too(client, act):
    credential = held()
    decided(credential, act)
    client.force_login(credential.holder)
    assert "post_nominals" not in client.get("/my/profile/").context["form"].fields
