"""Inbox, case page, and what its judges do there."""

import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from credentialing.accounts.services import declare_conflict
from credentialing.applications.models import Application, AwaitedAct
from credentialing.audit.models import AuditEvent
from credentialing.evidence.services.files import upload_file
from credentialing.operations.demo.walk import months_after, noon
from credentialing.reviews.models import SignOff
from tests.factories import PersonFactory, make_walk

pytestmark = pytest.mark.django_db


def as_person(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def walk():
    return make_walk(months_after(timezone.localdate(), -1)).ask()


@pytest.fixture
def case(walk):
    return f"/reviews/cases/{walk.application.uuid}/"


def digest_on(page: str, slug: str) -> str:
    return re.search(rf'{slug}/sign-off/.*?name="seen_digest" value="(\w+)"', page, re.DOTALL).group(1)


def test_inbox_shows_the_longest_wait_first_with_its_length(walk):
    other = make_walk(
        months_after(timezone.localdate(), -2), officers=walk.officers, candidate=PersonFactory(name="Zoe First")
    ).ask()
    AwaitedAct.objects.filter(application=walk.application).update(since=timezone.now() - timedelta(days=1))
    page = as_person(walk.officers.coordinator).get("/reviews/").text
    assert page.index("Zoe First") < page.index("Ada Applicant")
    assert "since yesterday" in page
    assert str(other.application.reference) in page


def test_empty_inbox_says_so(walk):
    page = as_person(PersonFactory(offices=["reviewer"])).get("/reviews/").text
    assert "Nothing waits for you" in page


def test_conflicts_are_named_in_the_inbox_without_a_door(walk, case):
    declare_conflict(person=walk.officers.chair, other=walk.candidate, relation="cousins", actor=walk.officers.chair)
    client = as_person(walk.officers.chair)
    page = client.get("/reviews/").text
    assert "Closed to you" in page
    assert "Ada Applicant" in page
    assert f'href="{case}"' not in page
    assert client.get(case).status_code == 404


@pytest.mark.parametrize(
    ("requirement", "address"),
    [("membership", "/people/{0.candidate.uuid}/"), ("evaluation", "/reviews/cases/{0.application.uuid}/evaluators/")],
)
def test_what_is_done_elsewhere_leads_there(walk, requirement, address):
    AwaitedAct.objects.create(
        application=walk.application, requirement=requirement, act="complete", role="coordinator", since=timezone.now()
    )
    page = as_person(walk.officers.coordinator).get("/reviews/").text
    assert address.format(walk) in page
    assert "since today" in page


def test_cases_are_found_by_name_reference_and_state(walk):
    client = as_person(walk.officers.coordinator)
    for words, found in (("ada", True), (walk.application.reference, True), ("nobody", False)):
        assert ("Ada Applicant" in client.get("/reviews/cases/", {"q": words}).text) is found
    assert "Ada Applicant" in client.get("/reviews/cases/", {"state": "applied"}).text
    assert "There is a problem" in client.get("/reviews/cases/", {"state": "nowhere"}).text
    assert "No case found" in client.get("/reviews/cases/", {"q": "nobody"}).text


def test_drafts_are_seen_by_nobody_but_their_writers():
    walk = make_walk(timezone.localdate()).draft()
    client = as_person(walk.officers.coordinator)
    assert "Ada Applicant" not in client.get("/reviews/cases/").text
    assert client.get(f"/reviews/cases/{walk.application.uuid}/").status_code == 404


def test_opening_a_case_is_recorded_and_the_candidate_sees_by_whom(walk, case):
    as_person(walk.officers.coordinator).get(case)
    event = AuditEvent.objects.get(event="applications:case:viewed")
    assert (event.actor, event.subject_id) == (walk.officers.coordinator, walk.application.uuid)
    page = as_person(walk.candidate).get("/my/history/").text
    assert "Opened the case" in page
    assert "Cora Coordinator" in page


def test_candidate_without_a_case_has_no_history():
    assert as_person(PersonFactory()).get("/my/history/").status_code == 404


def test_history_of_a_draft_says_when_it_begins():
    walk = make_walk(timezone.localdate()).draft()
    assert "Nothing yet" in as_person(walk.candidate).get("/my/history/").text


def test_evidence_lies_beside_the_decision(walk, case):
    page = as_person(walk.officers.coordinator).get(case).text
    for words in ("Family physician in a community clinic", "4 of 4", "Sam Supervisor 1", "Admission as a candidate"):
        assert words in page


def test_sign_off_on_the_page_and_its_undoing(walk, case):
    client = as_person(walk.officers.coordinator)
    digest = digest_on(client.get(case).text, "admission")
    address = case + "requirements/admission/sign-off/"
    page = client.post(address, {"seen_digest": digest}, follow=True)
    assert "Signed off: Admission as a candidate" in page.text
    assert client.post(address, {"seen_digest": digest}).status_code == 409
    undo = f"/reviews/sign-offs/{SignOff.objects.get().uuid}/take-back/"
    assert as_person(walk.officers.chair).post(undo).status_code == 403
    assert "taken back" in client.post(undo, follow=True).text
    assert client.post(undo).status_code == 409


def test_sign_off_on_other_evidence_than_was_seen_is_a_conflict(walk, case):
    client = as_person(walk.officers.coordinator)
    for digest in ("", "0" * 64):
        refused = client.post(case + "requirements/admission/sign-off/", {"seen_digest": digest})
        assert refused.status_code == 409
        assert "Look again" in refused.text


def test_judging_without_the_office_is_not_permitted(walk, case):
    reviewer = as_person(PersonFactory(offices=["reviewer"]))
    assert reviewer.post(case + "requirements/admission/sign-off/", {"seen_digest": "x"}).status_code == 403
    form = {"reason": "x", "seen_digest": "x"}
    assert reviewer.post(case + "requirements/admission/return/", form).status_code == 403
    treasurer = as_person(PersonFactory(offices=["treasurer"]))
    assert treasurer.get(case).status_code == 403


def test_unknown_requirement_or_case_is_not_found(walk, case):
    client = as_person(walk.officers.coordinator)
    assert client.post(case + "requirements/nothing/sign-off/").status_code == 404
    assert client.get(case + "requirements/nothing/return/").status_code == 404
    assert client.get(case + "lifecycle/explode/").status_code == 404
    assert client.get("/reviews/cases/00000000-0000-4000-8000-0000000000ff/").status_code == 404


def test_returning_keeps_what_was_typed_when_it_is_refused(walk, case):
    client = as_person(walk.officers.coordinator)
    address = case + "requirements/admission/return/"
    digest = client.get(address).context["form"]["seen_digest"].value()
    empty = client.post(address, {"reason": "", "seen_digest": digest})
    assert empty.context["form"].errors.keys() == {"reason"}
    long = client.post(address, {"reason": "y" * 2001, "seen_digest": digest})
    assert "y" * 2001 in long.text
    done = client.post(address, {"reason": "Tell us about your group.", "seen_digest": digest}, follow=True)
    assert "Returned to Ada Applicant" in done.text
    assert client.post(address, {"reason": "Again.", "seen_digest": digest}).status_code == 409
    mine = as_person(walk.candidate).get("/my/case/admission/").text
    assert "Tell us about your group." in mine


def test_files_of_a_case_are_named_with_their_door(walk, case):
    upload_file(
        application=walk.application,
        requirement="application_form",
        actor=walk.candidate,
        title="Curriculum vitae",
        original_name="cv.png",
        content=png(),
    )
    page = as_person(walk.officers.coordinator).get(case).text
    assert "Curriculum vitae" in page
    assert "cv.png" in page


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 20)).save(out, "PNG")
    return out.getvalue()


def test_stage_is_signed_off_after_seeing_how_far_it_carries():
    walk = make_walk(months_after(timezone.localdate(), -30)).be_evaluated()
    walk.sign_off("group_sessions", walk.officers.coordinator, noon(walk.reviewed_on))
    client, case = as_person(walk.officers.coordinator), f"/reviews/cases/{walk.application.uuid}/"
    page = client.get(case).text
    assert "The next stage is ready" in page
    for words in ("Sessions led or co-led (24)", "Leads with a light hand", "Recommends the candidate", "$900"):
        assert words in page
    asking = client.get(case + "stage/").text
    for label in ("Co-leading logged", "Observed", "Workshop attended"):
        assert f"<b>{label}</b>" in asking
    stale = client.post(case + "stage/", {"version": "0"})
    assert stale.status_code == 409
    version = Application.objects.get(pk=walk.application.pk).version
    done = client.post(case + "stage/", {"version": str(version)}, follow=True).text
    assert "“Co-leading logged”, then “Observed”, then “Workshop attended”" in done
    assert client.post(case + "stage/", {"version": str(version)}).status_code == 409
    assert client.get(case + "stage/").status_code == 409
    reviewer = as_person(PersonFactory(offices=["reviewer"]))
    assert "The next stage is ready" not in reviewer.get(case).text
    undo = f"/reviews/sign-offs/{SignOff.objects.get(requirement='group_sessions').uuid}/take-back/"
    assert client.post(undo).status_code == 409


def test_stage_that_is_not_ready_is_not_signed(walk, case):
    client = as_person(walk.officers.coordinator)
    assert client.get(case + "stage/").status_code == 409
    assert client.post(case + "stage/", {"version": "x"}).status_code == 409
    assert as_person(PersonFactory(offices=["reviewer"])).post(case + "stage/").status_code == 403


def test_hold_needs_a_reason_and_resume_does_not(walk, case):
    client = as_person(walk.officers.coordinator)
    assert "Put on hold" in client.get(case).text
    refused = client.post(case + "lifecycle/hold/", {"reason": ""})
    assert refused.context["form"].errors.keys() == {"reason"}
    assert "on hold" in client.post(case + "lifecycle/hold/", {"reason": "Leave."}, follow=True).text
    assert client.post(case + "lifecycle/hold/", {"reason": "Leave."}).status_code == 409
    assert not AwaitedAct.objects.filter(application=walk.application).exists()
    assert "goes on" in client.post(case + "lifecycle/resume/", {}, follow=True).text
    assert AwaitedAct.objects.filter(application=walk.application).exists()


def test_declining_says_that_it_can_not_be_undone_and_is_for_the_committee(walk, case):
    client = as_person(walk.officers.coordinator)
    assert "can&#x27;t be undone" in client.get(case + "lifecycle/decline/").text
    reviewer = as_person(PersonFactory(offices=["reviewer"]))
    assert reviewer.post(case + "lifecycle/decline/", {"reason": "x"}).status_code == 403
    client.post(case + "lifecycle/decline/", {"reason": "No group in sight."})
    assert Application.objects.get().state == "declined"


def test_stepping_aside_closes_the_case(walk, case):
    client = as_person(walk.officers.chair)
    assert client.post(case + "step-aside/", {"relation": ""}).context["form"].errors
    assert "stepped aside" in client.post(case + "step-aside/", {"relation": "colleagues"}, follow=True).text
    assert client.get(case).status_code == 404


def test_organizers_ball_leads_to_the_case(walk):
    AwaitedAct.objects.create(
        application=walk.application, requirement="", act="sign_off_stage", role="coordinator", since=timezone.now()
    )
    page = as_person(walk.officers.coordinator).get("/reviews/").text
    assert "The next stage can be signed off" in page


def test_own_case_can_not_be_stepped_aside_from(walk, case):
    walk.candidate.terms.create(role="reviewer", starts_on=walk.starts_on)
    assert as_person(walk.candidate).post(case + "step-aside/", {"relation": "x"}).status_code == 404
