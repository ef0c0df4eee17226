"""Quarantine on its pages: reported after a warning, hidden at once, dealt with by others, and never done twice."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from credentialing.accounts.models import ConflictOfInterest
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.audit.models import AuditEvent
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.services.quarantine import destroy_file, quarantine_file, release_file
from tests.evidence.acts import NOW, letters, page, upload
from tests.evidence.samples import pdf
from tests.factories import PersonFactory
from workflows.models import LedgerRecord

FILES = reverse("evidence:files", args=["recording_consent"])
LIST = reverse("evidence:quarantined-files")
TITLE = "Mrs. Smith&#x27;s session"


@pytest.fixture
def file(running):
    return upload(running)


@pytest.fixture
def reviewer(officers):
    return PersonFactory(offices=["reviewer"])


@pytest.fixture
def held(running, file, reviewer):
    quarantine_file(file=file, actor=reviewer, reason="Names somebody on page 2.", now=NOW)
    return file


def browser(person) -> Client:
    client = Client()
    client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def words(version=0, reason="Names somebody on page 2."):
    return {"reason": reason, "version": version}


def state_of(file) -> str:
    return EvidenceFile.objects.get(pk=file.pk).state


@pytest.mark.parametrize("who", ["reviewer", "coordinator", "council", "supervisor", "candidate"])
def test_whoever_reads_the_file_finds_the_way_to_report_it(running, reviewer, file, who):
    officers = running.officers
    case = f"/reviews/cases/{running.application.uuid}/"
    person, start = {
        "reviewer": (reviewer, case),
        "coordinator": (officers.coordinator, case),
        "council": (officers.council[0], f"/council/cases/{running.application.uuid}/"),
        "supervisor": (running.supervisor, page("supervised", running.application)),
        "candidate": (running.candidate, FILES),
    }[who]
    client = browser(person)
    assert page("file-quarantine", file) in client.get(start).text

    asked = client.get(page("file-quarantine", file)).text
    assert "At once nobody can open it" in asked
    assert state_of(file) == "standing"

    done = client.post(page("file-quarantine", file), words(), follow=True)
    assert "The file is in quarantine" in done.text
    assert state_of(file) == "quarantined"
    assert client.get(page("file", file)).status_code == (200 if who == "coordinator" else 404)
    assert TITLE not in client.get(start).text


def test_quarantine_without_a_reason_is_not_begun(reviewer, file):
    answer = browser(reviewer).post(page("file-quarantine", file), words(reason=" "))

    assert list(answer.context["form"].errors) == ["reason"]
    assert state_of(file) == "standing"


@pytest.mark.parametrize("method", ["get", "post"])
def test_second_click_is_told_that_it_has_been_done(reviewer, file, method):
    client = browser(reviewer)
    client.post(page("file-quarantine", file), words())

    again = getattr(client, method)(page("file-quarantine", file), words())
    assert again.status_code == 409
    assert "out of sight already" in again.text
    assert TITLE not in again.text
    assert LedgerRecord.objects.of(file).count() == 1


def test_report_of_a_file_that_has_changed_since_it_was_seen_is_refused(running, reviewer, file):
    browser(running.candidate).post(page("file-withdraw", file))

    again = browser(reviewer).post(page("file-quarantine", file), words(version=0))
    assert again.status_code == 409
    assert state_of(file) == "withdrawn"


def test_those_who_may_not_open_the_case_find_no_file_to_report(running, file):
    officers = running.officers
    ConflictOfInterest.objects.create(
        person=officers.chair, other=running.candidate, relation="cousin", declared_by=running.candidate
    )
    for other in (officers.chair, officers.treasurer, officers.observers[0], PersonFactory()):
        for method in ("get", "post"):
            answer = getattr(browser(other), method)(page("file-quarantine", file), words())
            assert answer.status_code == 404
    assert state_of(file) == "standing"


def test_supervisor_with_a_declared_conflict_leaves_the_report_to_others(running, file):
    ConflictOfInterest.objects.create(
        person=running.supervisor, other=running.candidate, relation="cousin", declared_by=running.candidate
    )
    answer = browser(running.supervisor).post(page("file-quarantine", file), words())
    assert answer.status_code == 403
    assert "cousin" in answer.text


def test_candidate_reads_why_and_what_to_do_and_not_the_title(running, held):
    told = browser(running.candidate).get(FILES).text

    assert "In quarantine" in told
    assert "Names somebody on page 2." in told
    assert "They decide whether it is released or destroyed" in told
    assert "remove everything confidential and upload that file" in told
    assert TITLE not in told
    assert "smith.pdf" not in told
    assert "was taken out of sight" in browser(running.candidate).get("/my/case/recording_consent/").text


def test_candidate_of_a_closed_case_is_not_asked_for_another_file(running, held):
    change_lifecycle(application=running.application, name="withdraw", actor=running.candidate)
    told = browser(running.candidate).get(FILES).text
    assert "In quarantine" in told
    assert "upload that file" not in told


def test_candidate_reports_a_file_of_their_own(running, file):
    client = browser(running.candidate)
    before = len(letters(running.candidate.email))
    assert "You can upload a file from which" in client.get(page("file-quarantine", file)).text

    answer = client.post(page("file-quarantine", file), words(), follow=True)
    assert answer.redirect_chain == [(FILES, 302)]
    assert len(letters(running.candidate.email)) == before


def test_officers_who_deal_with_it_see_it_in_their_inbox_and_on_its_page(running, held):
    for keeper in (running.officers.coordinator, running.officers.chair):
        client = browser(keeper)
        for place in (reverse("reviews:inbox"), LIST):
            shown = client.get(place).text
            assert page("quarantined-file", held) in shown
            assert "Waits for you" in shown
            assert TITLE not in shown
        one = client.get(page("quarantined-file", held)).text
        assert TITLE in one
        assert "Names somebody on page 2." in one
        for end in ("release", "destroy"):
            assert page("quarantine-end", held, end) in one


def test_who_reported_it_is_told_that_a_colleague_decides(running, file):
    coordinator = running.officers.coordinator
    quarantine_file(file=file, actor=coordinator, reason="x", now=NOW)
    client = browser(coordinator)

    assert "Waits for a colleague" in client.get(LIST).text
    one = client.get(page("quarantined-file", file)).text
    assert "somebody else decides how that ends" in one
    for end in ("release", "destroy"):
        address = page("quarantine-end", file, end)
        assert address not in one
        for method in ("get", "post"):
            answer = getattr(client, method)(address, words(version=1))
            assert answer.status_code == 403
            assert "somebody else decides" in answer.text
    assert state_of(file) == "quarantined"


@pytest.mark.parametrize(("end", "state"), [("release", "standing"), ("destroy", "destroyed")])
def test_quarantine_is_ended_once_after_a_page_that_says_what_that_means(running, held, end, state):
    client, address = browser(running.officers.chair), page("quarantine-end", held, end)
    meaning = {"release": "Nothing speaks against this file", "destroy": "erased for good"}[end]
    asked = client.get(address)
    assert meaning in asked.text
    version = int(re.search(r'name="version" value="(\d+)"', asked.text).group(1))
    assert list(client.post(address, words(version, "")).context["form"].errors) == ["reason"]

    done = client.post(address, words(version, "So decided."), follow=True)
    assert f"The file is {'released' if end == 'release' else 'destroyed'}." in done.text
    assert "Nothing is in quarantine" in done.text
    assert state_of(held) == state

    for other in ("release", "destroy"):
        assert client.post(page("quarantine-end", held, other), words(version)).status_code == 409
        assert client.get(page("quarantine-end", held, other)).status_code == 409
    assert client.get(page("quarantined-file", held)).status_code == 409
    assert state_of(held) == state


def test_click_meant_for_an_earlier_quarantine_does_not_end_this_one(running, held, reviewer):
    release_file(file=held, actor=running.officers.chair, reason="Fine.", now=NOW)
    quarantine_file(file=held, actor=reviewer, reason="Not fine.", now=NOW)

    stale = browser(running.officers.coordinator).post(page("quarantine-end", held, "destroy"), words(version=1))
    assert stale.status_code == 409
    assert state_of(held) == "quarantined"


def test_file_in_quarantine_is_downloaded_by_those_who_deal_with_it_and_that_is_recorded(running, held, reviewer):
    officers = running.officers
    for other in (running.candidate, running.supervisor, reviewer, officers.council[0], officers.treasurer):
        assert browser(other).get(page("file", held)).status_code == 404
    assert not AuditEvent.objects.filter(event="evidence:file:downloaded").exists()

    assert browser(officers.chair).get(page("file", held)).content == held.read()
    assert AuditEvent.objects.get(event="evidence:file:downloaded").actor == officers.chair


def test_pages_of_what_is_in_quarantine_are_closed_to_those_tied_to_the_candidate(running, held):
    officers = running.officers
    running.supervisor.terms.create(role="coordinator", starts_on=NOW.date())
    ConflictOfInterest.objects.create(
        person=officers.chair, other=running.candidate, relation="cousin", declared_by=running.candidate
    )
    for tied in (running.supervisor, officers.chair):
        client = browser(tied)
        assert "Nothing is in quarantine" in client.get(LIST).text
        for address in (page("quarantined-file", held), page("quarantine-end", held, "release")):
            assert client.get(address).status_code == 404
        assert client.post(page("quarantine-end", held, "release"), words(1)).status_code == 404
    assert state_of(held) == "quarantined"


def test_there_are_two_ends_and_no_third(running, held):
    assert browser(running.officers.chair).get(page("quarantine-end", held, "lose")).status_code == 404
    never = upload(running, content=pdf(pages=2))
    assert browser(running.officers.chair).get(page("quarantined-file", never)).status_code == 404


def test_copies_are_announced(running, file):
    upload(running, slug="supervision_agreement")
    quarantine_file(file=file, actor=running.supervisor, reason="x", now=NOW)

    assert "every copy shares its fate" in browser(running.officers.chair).get(page("quarantined-file", file)).text


def test_judges_see_that_a_file_is_out_of_sight_and_not_what_it_was(running, held, reviewer):
    case = f"/reviews/cases/{running.application.uuid}/"
    shown = browser(reviewer).get(case).text
    assert "is in quarantine: only the coordinator and the chair can open it" in shown
    assert "Put a file into quarantine: Consent to recording" in shown
    assert "Names somebody on page 2." in shown
    assert TITLE not in shown

    destroy_file(file=held, actor=running.officers.chair, reason="It must not be kept.", now=NOW)
    shown = browser(reviewer).get(case).text
    assert "was destroyed" in shown
    assert "Destroyed a file: Consent to recording" in shown
    mine = browser(running.candidate).get(FILES).text
    assert "Nobody can read it any more." in mine
    assert "It must not be kept." in mine


def test_registrar_comes_back_to_the_case(running, file):
    registrar = PersonFactory(offices=["registrar"])
    answer = browser(registrar).post(page("file-quarantine", file), words())
    assert answer.url == f"/reviews/cases/{running.application.uuid}/#recording_consent"
