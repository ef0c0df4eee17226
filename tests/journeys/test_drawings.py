"""Where a case or a credential stands, drawn on the pages of those who ask: marked, in words, and within the CSP."""

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.operations.demo.walk import months_after
from tests.certificates.factories import awarded
from tests.decided import decided
from tests.factories import PersonFactory, abs_version, make_walk

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"
PATH = ["Draft", "Applied", "Co-leading logged", "Observed", "Workshop attended", "Certified"]
BESIDE = ["Deferred", "Declined", "On hold", "Withdrawn"]


def page_for(person, address: str) -> str:
    client = Client()
    if person:
        client.force_login(person)
    return client.get(address).text


def picture(page: str) -> ET.Element:
    (found,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    return ET.fromstring(found)  # noqa: S314 - written by ourselves a moment ago


def states(root: ET.Element, mark: str = "workflow-state") -> list[str]:
    groups = [group for group in root if mark in group.get("class", "").split()]
    return sorted(re.sub(r" \(.*", "", group.findtext(f"{SVG}title")) for group in groups)


def ways(page: str) -> list[str]:
    """The words beneath the picture."""
    return re.findall(r"<li>(.*?)</li>", page.split("</svg>")[1].split("</ul>", maxsplit=1)[0])


@pytest.fixture
def walk():
    return make_walk(months_after(timezone.localdate(), -1)).ask()


@pytest.fixture
def on_hold(walk):
    change_lifecycle(
        application=walk.application, name="hold", actor=walk.officers.coordinator, reason="A long journey."
    )
    return walk


def case_of(walk) -> str:
    return page_for(walk.officers.coordinator, f"/reviews/cases/{walk.application.uuid}/")


def test_reviewer_sees_the_case_among_all_its_states(walk):
    page = case_of(walk)
    root = picture(page)
    assert states(root) == sorted([*PATH, *BESIDE])
    assert states(root, "workflow-present") == ["Applied"]
    assert states(root, "workflow-visited") == ["Applied", "Draft"]
    assert "“Sign off: Co-leading logged” leads to Co-leading logged." in ways(page)
    assert "“Put on hold” leads to On hold." in ways(page)


def test_reviewer_sees_what_a_resting_case_may_become(on_hold):
    page = case_of(on_hold)
    assert states(picture(page), "workflow-present") == ["On hold"]
    assert ways(page) == [
        "“Resume” leads to Applied, Co-leading logged, Observed or Workshop attended.",
        "“Withdraw” leads to Withdrawn.",
    ]


def test_candidate_sees_the_main_path_alone(walk):
    page = page_for(walk.candidate, "/my/")
    root = picture(page)
    assert states(root) == sorted(PATH)
    assert states(root, "workflow-present") == ["Applied"]
    assert root.findtext(f"{SVG}title") == "The path to Credentialed Balint Group Leader; present state: Applied"
    assert ways(page) == ["“Sign off: Co-leading logged” leads to Co-leading logged."]


def test_candidate_whose_case_rests_sees_where_it_goes_on(on_hold):
    page = page_for(on_hold.candidate, "/my/")
    root = picture(page)
    assert states(root) == sorted([*PATH, "On hold"])
    assert states(root, "workflow-present") == ["On hold"]
    assert ways(page) == ["“Resume” leads to Applied."]


def test_candidate_at_the_beginning_has_nothing_behind_them():
    ada = PersonFactory()
    abs_version()
    client = Client()
    client.force_login(ada)
    client.post(reverse("applications:start"))
    root = picture(client.get("/my/").text)
    assert (states(root, "workflow-present"), states(root, "workflow-visited")) == (["Draft"], [])


def test_end_says_that_nothing_leads_on(walk):
    change_lifecycle(application=walk.application, name="decline", actor=walk.officers.chair, reason="Not this year.")
    page = page_for(walk.candidate, "/my/")
    assert states(picture(page), "workflow-present") == ["Declined"]
    assert "Nothing leads on from here." in page


def test_keeper_sees_where_a_credential_stands_and_where_it_stood():
    credential, keeper = awarded(), PersonFactory(offices=["registrar"])
    decided(credential, "suspend", reason="A complaint.", now=timezone.now() - timedelta(days=1))
    page = page_for(keeper, f"/council/registry/{credential.uuid}/")
    root = picture(page)
    assert states(root, "workflow-present") == ["Suspended"]
    assert states(root, "workflow-visited") == ["Active", "Being awarded"]
    assert "“Reinstate” leads to Active." in ways(page)


def test_public_sees_every_way_and_no_present_state():
    abs_version()
    page = page_for(None, "/pathway/")
    root = picture(page)
    assert states(root) == sorted([*PATH, *BESIDE])
    assert (states(root, "workflow-present"), states(root, "workflow-visited")) == ([], [])
    assert "From Draft: “Submit” leads to Applied." in ways(page)
    assert "Now:" not in page


def test_pictures_keep_to_the_content_security_policy(walk):
    abs_version()
    for page in (case_of(walk), page_for(walk.candidate, "/my/"), page_for(None, "/pathway/")):
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script>", page)
        assert re.search(r'role="region" aria-label="The path to [^"]+" tabindex="0"><svg', page)
