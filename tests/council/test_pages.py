"""The council's pages, and the registry as its keepers see it."""

import pytest
from django.test import Client
from django.utils import timezone

from certificates.models import Certificate
from credentialing.accounts.services import declare_conflict
from credentialing.applications.models import Application
from credentialing.audit.models import AuditEvent
from credentialing.council.models import Ballot
from credentialing.operations.demo.walk import months_after
from tests.certificates.factories import awarded, prepared
from tests.factories import PersonFactory, make_walk

pytestmark = pytest.mark.django_db


def as_person(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_council_votes_on_the_page_and_decides_with_the_quorum():
    walk = make_walk(months_after(timezone.localdate(), -30)).reach_council()
    case = f"/council/cases/{walk.application.uuid}/"
    outsider = walk.officers.council[3]
    declare_conflict(person=outsider, other=walk.candidate, relation="cousins", actor=outsider)
    closed = as_person(outsider).get("/council/").text
    assert "Closed to you" in closed
    assert case not in closed
    assert as_person(outsider).get(case).status_code == 404

    first = as_person(walk.officers.council[0])
    assert "0 of 3 votes needed" in first.get("/council/").text
    page = first.get(case).text
    assert "Your vote" in page
    assert "Leads with a light hand" in page
    assert AuditEvent.objects.filter(event="applications:case:viewed", actor=walk.officers.council[0]).count() == 1
    for form, fields in (
        ({}, {"choice"}),
        ({"choice": "maybe"}, {"choice"}),
        ({"choice": "decline"}, {"reason"}),
        ({"choice": "defer", "reason": "x", "defer_until": "2001-01-01"}, {"defer_until"}),
    ):
        refused = first.post(case, form)
        assert refused.context["form"].errors.keys() == fields
    checking = first.post(case, {"choice": "approve", "reason": "", "defer_until": "2999-01-01"})
    assert "Approve" in checking.text
    assert not Ballot.objects.exists()
    cast = {"choice": "approve", "confirmed": "yes"}
    assert "1 of 3 needed" in first.post(case, cast, follow=True).text
    assert first.post(case, cast).status_code == 409
    assert "You have voted" in first.get(case).text
    assert "You have voted" in first.get("/council/").text

    as_person(walk.officers.council[1]).post(case, cast)
    done = as_person(walk.officers.council[2]).post(case, cast, follow=True).text
    assert "Ada Applicant is certified" in done
    assert Application.objects.get(pk=walk.application.pk).state == "certified"
    after = first.get("/council/").text
    assert "No case waits for the council" in after
    assert "Approved" in after
    assert "Approved" in first.get(case).text
    assert as_person(walk.officers.coordinator).get(case).status_code == 403


def test_case_that_is_not_ready_has_no_ballot():
    walk = make_walk(months_after(timezone.localdate(), -1)).submit()
    member = as_person(walk.officers.council[0])
    page = member.get(f"/council/cases/{walk.application.uuid}/").text
    assert "This case isn't before you to vote on now." in page
    assert "Check your vote" not in page
    cast = {"choice": "approve", "confirmed": "yes"}
    assert member.post(f"/council/cases/{walk.application.uuid}/", cast).status_code == 409


def test_member_who_supervises_reads_neither_case_nor_ballot():
    walk = make_walk(months_after(timezone.localdate(), -1)).admit()
    walk.supervisor.terms.create(role="council", starts_on=walk.starts_on)
    cast = {"choice": "approve", "confirmed": "yes"}
    assert as_person(walk.supervisor).post(f"/council/cases/{walk.application.uuid}/", cast).status_code == 404


def test_registry_of_the_keepers_shows_everybody_with_number_dates_and_status():
    listed = awarded(holder=PersonFactory(name="Nora Feldman"))
    hidden = awarded(holder=PersonFactory(name="Hidden Person", listed=False), number="ABS-1999-0001")
    client = as_person(PersonFactory(offices=["registrar"]))
    page = client.get("/council/registry/").text
    for words in ("Nora Feldman", "Hidden Person", listed.number, hidden.number, "March 28, 2026", "not listed"):
        assert words in page
    assert "Nora" not in client.get("/council/registry/", {"q": "1999"}).text
    assert "Nobody found" in client.get("/council/registry/", {"q": "zzz"}).text
    assert client.get("/council/registry/", {"q": "x" * 101}).status_code == 200


def test_empty_registry_says_how_holders_are_brought_in():
    assert "Bring in earlier holders" in as_person(PersonFactory(offices=["council"])).get("/council/registry/").text


def test_standing_is_changed_after_a_page_that_says_what_it_means():
    credential = awarded()
    page = f"/council/registry/{credential.uuid}/"
    client = as_person(PersonFactory(offices=["council"]))
    assert "Resign" in client.get(page).text
    act = page + "standing/resign/"
    assert "every printed certificate" in client.get(act).text
    assert client.post(act, {"reason": ""}).context["form"].errors.keys() == {"reason"}
    assert "now: resigned" in client.post(act, {"reason": "Report."}, follow=True).text
    assert client.post(act, {"reason": "Report."}).status_code == 409
    assert "Report." in client.get(page).text


@pytest.mark.parametrize("verb", ["suspend", "revoke", "reinstate"])
def test_what_is_decided_by_a_vote_leads_to_a_motion(verb):
    credential = awarded()
    client = as_person(PersonFactory(offices=["registrar"]))
    page = f"/council/registry/{credential.uuid}/"
    assert f"{page}motion/?act=suspend" in client.get(page).text
    assert f"standing/{verb}/" not in client.get(page).text
    for answer in (client.get(f"{page}standing/{verb}/"), client.post(f"{page}standing/{verb}/", {"reason": "x"})):
        assert answer.headers["Location"] == f"{page}motion/?act={verb}"
    credential.refresh_from_db()
    assert credential.state == "active"


def test_ones_own_credential_is_not_ones_to_keep():
    holder = PersonFactory(offices=["council"])
    credential = awarded(holder=holder)
    client = as_person(holder)
    assert "motion/?act" not in client.get(f"/council/registry/{credential.uuid}/").text
    answer = client.post(f"/council/registry/{credential.uuid}/motion/", {"act": "suspend", "reason": "x"})
    assert (answer.status_code, "own credential" in answer.text) == (403, True)


def test_certificate_that_can_not_be_drawn_is_told_with_the_way_to_another_spelling():
    certificate = prepared(name="𓀀")
    Certificate.objects.filter(pk=certificate.pk).update(status="refused", problem="No font has it.")
    client = as_person(PersonFactory(offices=["registrar"]))
    assert "No font has it." in client.get("/council/registry/").text
    page = f"/council/registry/{certificate.credential.uuid}/"
    assert f"{page}name/" in client.get(page).text
    assert f"{page}name/" not in as_person(PersonFactory(offices=["council"])).get(page).text


def test_unknown_credential_is_not_found():
    client = as_person(PersonFactory(offices=["council"]))
    assert client.get("/council/registry/00000000-0000-4000-8000-0000000000ff/").status_code == 404


def test_registry_asks_the_same_number_of_questions_for_one_and_for_many(django_assert_max_num_queries):
    client = as_person(PersonFactory(offices=["council"]))
    for number in range(12):
        awarded(holder=PersonFactory(), number=f"ABS-2001-{number:04}")
    with django_assert_max_num_queries(8):
        client.get("/council/registry/")


def test_case_that_changed_while_a_vote_was_written_is_a_conflict():
    walk = make_walk(months_after(timezone.localdate(), -1)).submit()
    member = as_person(walk.officers.council[0])
    refused = member.post(f"/council/cases/{walk.application.uuid}/", {"choice": "abstain", "confirmed": "yes"})
    assert "isn't before the Council" in refused.text.replace("&#x27;", "'")


def test_vote_to_defer_needs_no_date():
    walk = make_walk(months_after(timezone.localdate(), -1)).submit()
    page = as_person(walk.officers.council[0]).post(
        f"/council/cases/{walk.application.uuid}/", {"choice": "defer", "reason": "More."}
    )
    assert "Check your vote" in page.text
