"""The pages about names on record: the holder's own, and those of the officers who decide."""

import pytest
from django.test import Client

from certificates.models import Certificate, Credential
from credentialing.accounts.models import ConflictOfInterest, Person
from credentialing.names.models import NameChange
from credentialing.names.services import confirm_change, refuse_change
from tests.certificates.badges import issued
from tests.certificates.factories import prepared
from tests.factories import PersonFactory
from tests.names.acts import PROOF, approved, asked, entered, held, renamed

pytestmark = pytest.mark.django_db
LIST = "/council/registry/names/"
WISH = {"name": "Adaeze Nwosu", "post_nominals": "MD", "kind": "name", "explanation": "Married."}
SEEN = {"approve-proof": PROOF, "approve-proof_seen_on": "2026-04-02"}


def as_person(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def officer(*roles: str) -> Person:
    return PersonFactory(offices=roles)


def differs(credential: Credential, name: str = "Prof. Obi") -> Credential:
    Person.objects.filter(pk=credential.holder_id).update(certificate_name=name)
    return Credential.objects.get(pk=credential.pk)


# The holder ---------------------------------------------------------------------------------------------------------


def test_holder_asks_from_the_page_of_the_certificate_sees_how_far_it_is_and_withdraws():
    certificate = issued(held())
    credential = certificate.credential
    client, ask = as_person(credential.holder), f"/my/credentials/{credential.uuid}/name/"
    assert ask in client.get(f"/my/certificates/{certificate.uuid}/").text
    page = client.get(ask)
    assert page.context["form"].initial == {"name": "Adaeze Obi", "post_nominals": "MD"}
    assert "Your profile says something else" not in page.text
    done = client.post(ask, WISH, follow=True)
    assert "The registrar has your request" in done.text
    mine = f"/my/name-changes/{NameChange.objects.get().uuid}/"
    assert client.get(ask).url == mine
    assert client.post(ask, WISH).status_code == 409
    withdrawn = client.post(f"{mine}withdraw/", follow=True).text
    assert "This was withdrawn" in withdrawn
    assert client.post(f"{mine}withdraw/").status_code == 409
    assert client.get(f"{mine}withdraw/").status_code == 405


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": "", "kind": "name"}, "name"),
        ({"name": "Adaeze Obi", "kind": "degrees"}, "name"),
        ({"name": "Adaeze 𓀀", "kind": "name"}, "name"),
        ({"name": "Adaeze Obi", "post_nominals": "𓀀", "kind": "degrees"}, "post_nominals"),
        ({"name": "Adaeze Nwosu", "kind": "degrees"}, "kind"),
        ({"name": "Adaeze Obi", "post_nominals": "PhD", "kind": "spelling"}, "kind"),
        ({"name": "Adaeze Nwosu", "kind": ""}, "kind"),
    ],
)
def test_wish_that_says_nothing_or_the_wrong_kind_is_told_at_its_field(said, field):
    credential = held()
    client = as_person(credential.holder)
    answer = client.post(f"/my/credentials/{credential.uuid}/name/", {"post_nominals": "MD", **said})
    assert answer.context["form"].errors.keys() == {field}
    assert not NameChange.objects.exists()


def test_holder_reads_every_outcome_and_no_name_of_who_decided():
    credential, registrar, president = held(), officer("registrar"), officer("president")
    client = as_person(credential.holder)
    change = approved(credential, registrar)
    mine = f"/my/name-changes/{change.uuid}/"
    page = client.get(mine).text
    assert "waits for" not in page.split("<main")[0]
    assert "once a second officer has confirmed it" in page
    assert PROOF in page
    assert str(registrar) not in page
    refuse_change(change=change, actor=president, reason="Not that person.")
    assert "Not that person." in client.get(mine).text
    assert "This is on record now" in client.get(f"/my/name-changes/{renamed(credential, 'Ada').uuid}/").text


def test_holder_whose_profile_differs_keeps_what_stands():
    credential = differs(held())
    client, ask = as_person(credential.holder), f"/my/credentials/{credential.uuid}/name/"
    page = client.get(ask).text
    assert "Your profile says something else: <b>Prof. Obi, MD</b>" in page
    assert "now says what is on record" in client.post(f"{ask}keep/", follow=True).text
    assert Person.objects.get(pk=credential.holder_id).certificate_name == "Adaeze Obi"


def test_nobody_else_gets_to_a_holder_s_pages():
    credential = held()
    change = asked(credential)
    for address in (
        f"/my/credentials/{credential.uuid}/name/", f"/my/name-changes/{change.uuid}/",
        f"/my/name-changes/{change.uuid}/withdraw/", f"/my/credentials/{credential.uuid}/name/keep/",
    ):  # fmt: skip
        assert as_person(officer("registrar", "president")).post(address).status_code in {404, 405}
        assert Client().post(address).status_code in {302, 405}
    assert as_person(officer("registrar")).get(f"/my/name-changes/{change.uuid}/").status_code == 404


def test_home_of_a_holder_leads_to_another_spelling_where_the_certificate_can_not_be_printed():
    certificate = prepared(held())
    Certificate.objects.filter(pk=certificate.pk).update(status="refused", problem="No font has it.")
    page = as_person(certificate.credential.holder).get("/my/").text
    assert f"/my/credentials/{certificate.credential.uuid}/name/" in page


# Those who decide ---------------------------------------------------------------------------------------------------


def test_change_goes_from_the_registrar_s_list_to_the_second_person_s_and_on_record():
    credential, registrar, president = issued(held()).credential, officer("registrar"), officer("president")
    change = asked(credential, explanation="Married in May.")
    page = f"{LIST}{change.uuid}/"
    first, second = as_person(registrar), as_person(president)
    assert "1 change of name waits for you" in first.get("/council/registry/").text
    assert page in first.get(LIST).text
    assert "Nothing waits for you" in second.get(LIST).text
    shown = first.get(page).text
    assert "Married in May." in shown
    assert "Confirm the change" not in shown

    refused = first.post(f"{page}approve/", {"approve-proof": ""})
    assert (refused.status_code, "There is a problem" in refused.text) == (422, True)
    done = first.post(f"{page}approve/", {**SEEN, "version": "0"}, follow=True).text
    assert "counts once a second officer" in done
    assert "You have approved this change" in done
    assert "Nothing waits for you" in first.get(LIST).text

    assert page in second.get(LIST).text.split("Decided lately")[0]
    assert "Confirm the change" in second.get(page).text
    assert second.post(f"{page}confirm/", {"version": "0"}).status_code == 409
    assert "It is on record" in second.post(f"{page}confirm/", {"version": "1"}, follow=True).text
    assert second.post(f"{page}confirm/").status_code == 409
    assert page in first.get(f"/council/registry/{credential.uuid}/").text
    assert "Decided lately" in first.get(LIST).text


def test_refusal_asks_for_a_reason():
    change, client = asked(held()), as_person(officer("registrar"))
    page = f"{LIST}{change.uuid}/"
    assert client.post(f"{page}refuse/", {}).status_code == 422
    assert "Refused. The holder is told why." in client.post(f"{page}refuse/", {"refuse-reason": "x"}, follow=True).text


def test_officer_of_the_wrong_kind_is_told_so():
    admin, registrar = officer("administrator"), officer("registrar")
    change = asked(held())
    answer = as_person(admin).post(f"{LIST}{change.uuid}/approve/", SEEN)
    assert (answer.status_code, "The registrar decides" in answer.text) == (403, True)
    assert "The registrar decides" in as_person(admin).get(f"{LIST}{change.uuid}/").text
    assert as_person(registrar).post(f"{LIST}{change.uuid}/confirm/").status_code == 409


@pytest.mark.parametrize("office", ["council", "supervisor", "treasurer", "reviewer"])
def test_other_offices_have_no_such_pages(office):
    change, client = asked(held()), as_person(officer(office))
    credential = change.credential
    for address in (LIST, f"{LIST}{change.uuid}/", f"/council/registry/{credential.uuid}/name/"):
        assert client.get(address).status_code == 403
    assert "Names on record" not in client.get("/council/registry/").text


def test_one_s_own_change_and_that_of_a_tie_are_not_found():
    holder, sister = officer("registrar", "president"), officer("registrar", "president")
    credential = held(holder=holder)
    ConflictOfInterest.objects.create(person=holder, other=sister, relation="Sisters", declared_by=holder)
    change = asked(credential)
    for person in (holder, sister):
        client = as_person(person)
        assert client.get(f"{LIST}{change.uuid}/").status_code == 404
        assert str(change.uuid) not in client.get(LIST).text
        for act in ("approve", "confirm", "refuse"):
            assert client.post(f"{LIST}{change.uuid}/{act}/", SEEN).status_code == 404
        assert client.get(f"/council/registry/{credential.uuid}/name/").status_code == 403
        for act in ("keep", "write"):
            assert client.post(f"/council/registry/{credential.uuid}/name/{act}/").status_code == 403


def test_president_s_home_is_the_list():
    client = as_person(officer("president"))
    assert client.get("/home/").url == LIST
    assert "Names" in client.get(LIST).text


# For a holder, and what differs -------------------------------------------------------------------------------------


def test_registrar_enters_a_change_for_a_holder_who_wrote():
    credential = held()
    client, page = as_person(officer("registrar")), f"/council/registry/{credential.uuid}/name/"
    assert client.get(page).context["form"].initial == {"name": "Adaeze Obi", "post_nominals": "MD"}
    assert client.post(page, WISH).context["form"].errors.keys() == {"proof", "proof_seen_on"}
    data = {**WISH, "proof": PROOF, "proof_seen_on": "2026-04-02"}
    assert "counts once a second officer" in client.post(page, data, follow=True).text
    change = NameChange.objects.get()
    assert client.get(page).url == f"{LIST}{change.uuid}/"
    assert client.post(page, data).status_code == 409
    confirm_change(change=change, actor=officer("president"))
    degrees = {**data, "post_nominals": "MD, PhD", "kind": "degrees"}
    assert "It is on record" in client.post(page, degrees, follow=True).text


def test_profile_that_differs_is_listed_with_its_day_and_settled_in_three_ways():
    credential = differs(held())
    registrar = officer("registrar")
    client, page = as_person(registrar), f"/council/registry/{credential.uuid}/name/"
    assert "1 profile differs from the record" in client.get("/council/registry/").text
    listed = client.get(LIST).text
    for words in ("Prof. Obi, MD", "not known", page):
        assert words in listed
    assert "The profile says something else" in client.get(page).text
    assert "asked by e-mail" in client.post(f"{page}write/", follow=True).text
    assert page in client.get(LIST).text
    assert "What is on record stays" in client.post(f"{page}keep/", follow=True).text
    assert "All profiles say what is on record" in client.get(LIST).text
    entered(differs(credential), registrar)
    assert "All profiles say what is on record" in client.get(LIST).text
    assert "Profiles that say something else" not in as_person(officer("president")).get(LIST).text


def test_profile_changed_by_its_holder_is_listed_with_the_day_on_which_it_was():
    credential = held()
    client = as_person(credential.holder)
    Credential.objects.filter(pk=credential.pk).update(name_to_check=True)
    client.post("/my/profile/", {"name": "Ada", "city": "Boston", "listed": "on"})
    client.post("/my/profile/", {"name": "Ada", "city": "Springfield", "listed": "on"})
    page = as_person(officer("registrar")).get(LIST)
    (difference,) = page.context["differences"]
    assert (difference.differs, difference.since.year > 2000) == (False, True)
    assert "the record was taken from it" in page.text
    assert "Nobody has looked at this entry yet" in as_person(officer("registrar")).get(
        f"/council/registry/{credential.uuid}/name/"
    ).text  # fmt: skip


def test_empty_list_says_that_nothing_waits():
    page = as_person(officer("registrar")).get(LIST).text
    for words in ("Nothing waits for you", "All profiles say what is on record"):
        assert words in page
    assert "Decided lately" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_the_same_number_of_questions_for_one_row_and_for_three(rows, django_assert_num_queries):
    registrar = officer("registrar")
    for number in range(rows):
        asked(held(number=f"a{number}"))
        approved(held(number=f"b{number}"), registrar)
        renamed(held(number=f"c{number}"), "Adaeze Nwosu")
        differs(held(number=f"d{number}"))
    client = as_person(registrar)
    with django_assert_num_queries(12):
        client.get(LIST)
