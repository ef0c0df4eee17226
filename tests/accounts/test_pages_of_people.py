"""The officers' pages of people: who gets in, and what they answer to each refusal."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from credentialing.accounts.models import Role, Term
from credentialing.accounts.services import declare_conflict
from tests.factories import MembershipFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return PersonFactory(name="Ada Applicant")


@pytest.fixture
def admin():
    return PersonFactory(name="Root", offices=[Role.ADMINISTRATOR])


@pytest.fixture
def cora():
    return PersonFactory(name="Cora", offices=[Role.COORDINATOR])


def term_data(**changed):
    return {
        "term-role": Role.TREASURER.value,
        "term-starts_on": str(timezone.localdate()),
        "term-ends_on": "",
    } | changed


def member_data(**changed):
    return {"membership-number": "7", "membership-starts_on": "2025-01-01", "membership-ends_on": ""} | changed


@pytest.mark.parametrize("role", Role.values)
def test_people_are_shown_to_their_keepers_and_to_nobody_else(client, ada, role):
    client.force_login(PersonFactory(offices=[role]))
    keepers = {Role.ADMINISTRATOR, Role.COORDINATOR, Role.REGISTRAR}
    expected = 200 if role in keepers else 403

    assert client.get(reverse("accounts:people")).status_code == expected
    assert client.get(reverse("accounts:person", args=[ada.uuid])).status_code == expected


@pytest.mark.parametrize("name", ["people", "profile"])
def test_visitors_are_asked_to_log_in(client, name):
    address = reverse(f"accounts:{name}")

    assert client.get(address).headers["Location"] == f"/accounts/login/?next={address}"


def test_term_that_ends_ends_at_the_next_request(client, cora):
    client.force_login(cora)
    assert client.get("/people/").status_code == 200

    cora.terms.update(ends_on=timezone.localdate() - timedelta(days=1))

    assert client.get("/people/").status_code == 403


def test_people_are_searched_by_name(client, cora, ada):
    client.force_login(cora)

    page = client.get("/people/", {"q": "applic"}).text

    assert "Ada Applicant" in page
    assert f'href="/people/{cora.uuid}/"' not in page
    assert "Nobody found" in client.get("/people/", {"q": "nobody"}).text


def test_search_that_makes_no_sense_is_explained(client, cora):
    client.force_login(cora)

    answer = client.get("/people/", {"q": "x" * 101})

    assert answer.status_code == 200
    assert "error-summary" in answer.text


def test_people_are_shown_by_pages(client, cora):
    for _ in range(52):
        PersonFactory()
    client.force_login(cora)

    assert client.get("/people/", {"page": "2"}).text.count('<th scope="row">') == 3


def test_person_shows_offices_memberships_and_conflicts(client, cora, ada):
    Term.objects.create(person=ada, role=Role.OBSERVER, starts_on="2020-01-01")
    MembershipFactory(person=ada, starts_on=date(2021, 2, 3), number="4711")
    declare_conflict(person=ada, other=cora, relation="cousin", actor=ada)
    client.force_login(cora)

    page = client.get(f"/people/{ada.uuid}/").text

    assert "Credentialing evaluator" in page
    assert "number 4711" in page
    assert "Cora: cousin" in page


@pytest.mark.parametrize(
    ("office", "offices_form", "membership_form"),
    [(Role.ADMINISTRATOR, True, False), (Role.COORDINATOR, False, True), (Role.REGISTRAR, False, True)],
)
def test_each_keeper_sees_the_form_of_what_they_may_change(client, ada, office, offices_form, membership_form):
    keeper = PersonFactory(offices=[office])
    client.force_login(keeper)

    page = client.get(f"/people/{ada.uuid}/").text
    own = client.get(f"/people/{keeper.uuid}/").text

    assert ("Give an office" in page) is offices_form
    assert ("Record a membership" in page) is membership_form
    assert "Give an office" not in own
    assert "Record a membership" not in own


def test_administrator_gives_an_office_on_the_page(client, admin, ada):
    client.force_login(admin)

    answer = client.post(f"/people/{ada.uuid}/offices/", term_data(), follow=True)

    assert "Ada Applicant now holds that office." in answer.text
    assert ada.roles_on(timezone.localdate()) == {Role.TREASURER}


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "words"),
    [
        ("2120-03-01", "", "Ada Applicant holds that office from March 1, 2120 on."),
        ("2020-03-01", "2021-02-28", "Ada Applicant is on record for that office until February 28, 2021."),
    ],
)
def test_an_office_of_another_time_is_not_said_to_be_held_now(client, admin, ada, starts_on, ends_on, words):
    client.force_login(admin)
    term = term_data(**{"term-starts_on": starts_on, "term-ends_on": ends_on})

    answer = client.post(f"/people/{ada.uuid}/offices/", term, follow=True)

    assert words in answer.text
    assert ada.roles_on(timezone.localdate()) == frozenset()


def test_page_refuses_a_term_that_ends_before_it_starts_and_keeps_what_was_typed(client, admin, ada):
    client.force_login(admin)

    answer = client.post(f"/people/{ada.uuid}/offices/", term_data(**{"term-ends_on": "2020-01-02"}))

    assert answer.status_code == 422
    assert "end before it starts" in answer.text
    assert 'value="2020-01-02"' in answer.text
    assert not ada.terms.exists()


def test_page_refuses_a_term_without_its_first_day(client, admin, ada):
    client.force_login(admin)

    assert client.post(f"/people/{ada.uuid}/offices/", term_data(**{"term-starts_on": ""})).status_code == 422


def test_office_held_already_is_a_conflict_not_a_fault(client, admin, ada):
    client.force_login(admin)
    client.post(f"/people/{ada.uuid}/offices/", term_data())

    answer = client.post(f"/people/{ada.uuid}/offices/", term_data())

    assert answer.status_code == 409
    assert "already holds this office" in answer.text
    assert f'href="/people/{ada.uuid}/"' in answer.text
    assert ada.terms.count() == 1


def test_administrator_gives_themself_no_office_on_the_page(client, admin):
    client.force_login(admin)

    assert client.post(f"/people/{admin.uuid}/offices/", term_data()).status_code == 403
    assert admin.terms.count() == 1


def test_coordinator_gives_no_office_on_the_page(client, cora, ada):
    client.force_login(cora)

    assert client.post(f"/people/{ada.uuid}/offices/", term_data()).status_code == 403
    assert not ada.terms.exists()


def test_administrator_ends_an_office_once(client, admin, ada):
    term = Term.objects.create(person=ada, role=Role.COUNCIL, starts_on="2020-01-01")
    client.force_login(admin)
    address = f"/people/{ada.uuid}/offices/{term.pk}/end/"

    assert "The office has ended." in client.post(address, follow=True).text
    assert ada.roles_on(timezone.localdate()) == frozenset()
    again = client.post(address)
    assert again.status_code == 409
    assert "already ended" in again.text


def test_administrator_does_not_end_their_own_office(client, admin):
    client.force_login(admin)

    assert client.post(f"/people/{admin.uuid}/offices/{admin.terms.get().pk}/end/").status_code == 403
    assert admin.roles_on(timezone.localdate())


def test_term_of_somebody_else_is_not_found_under_this_person(client, admin, ada):
    other = Term.objects.create(person=PersonFactory(), role=Role.COUNCIL, starts_on="2020-01-01")
    client.force_login(admin)

    assert client.post(f"/people/{ada.uuid}/offices/{other.pk}/end/").status_code == 404
    other.refresh_from_db()
    assert other.ends_on is None


def test_coordinator_records_a_membership_on_the_page(client, cora, ada):
    client.force_login(cora)

    answer = client.post(f"/people/{ada.uuid}/memberships/", member_data(), follow=True)

    assert "The membership of Ada Applicant is recorded." in answer.text
    assert ada.memberships.get().number == "7"


@pytest.mark.parametrize("changed", [{"membership-starts_on": "2999-01-01"}, {"membership-ends_on": "2024-01-01"}])
def test_page_refuses_impossible_memberships(client, cora, ada, changed):
    client.force_login(cora)

    answer = client.post(f"/people/{ada.uuid}/memberships/", member_data(**changed))

    assert answer.status_code == 422
    assert not ada.memberships.exists()


def test_nobody_records_their_own_membership_on_the_page(client, cora):
    client.force_login(cora)

    assert client.post(f"/people/{cora.uuid}/memberships/", member_data()).status_code == 403
    assert not cora.memberships.exists()


@pytest.mark.parametrize("tail", ["", "offices/", "memberships/"])
def test_person_who_does_not_exist_is_not_found(client, tail):
    client.force_login(PersonFactory(offices=[Role.ADMINISTRATOR, Role.COORDINATOR]))
    address = f"/people/{uuid4()}/{tail}"

    answer = client.post(address, term_data() | member_data()) if tail else client.get(address)

    assert answer.status_code == 404


@pytest.mark.parametrize("tail", ["offices/", "memberships/", "offices/1/end/"])
def test_acts_on_people_are_never_done_by_following_a_link(client, ada, tail):
    client.force_login(PersonFactory(offices=[Role.ADMINISTRATOR, Role.COORDINATOR]))

    assert client.get(f"/people/{ada.uuid}/{tail}").status_code == 405
