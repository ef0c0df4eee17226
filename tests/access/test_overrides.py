"""Judging in spite of a tie: asked for, permitted by a second untied officer with a reason, never in one's own case."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from credentialing.accounts.models import Person, Role
from credentialing.accounts.services import declare_conflict
from credentialing.applications.models import Application, Override
from credentialing.applications.permissions import (
    objection_to_deciding,
    objection_to_judging,
    officers_told_of,
    untied_among,
)
from credentialing.applications.services.overrides import (
    MayNotPermit,
    OverrideRefused,
    answer_override,
    answerable_by,
    ask_override,
    objection_to_permitting,
    take_back_override,
)
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from credentialing.evidence.models import LogEntry
from credentialing.operations.demo.walk import noon
from tests.certificates.factories import awarded
from tests.factories import PersonFactory, make_walk
from tests.reviews.test_pages import as_person

pytestmark = pytest.mark.django_db
NOW = noon(date(2024, 3, 1))


def co_led(case, person):
    return LogEntry.objects.create(
        application=case, held_on=date(2024, 2, 1), role="co_led", setting="open", present=8, co_leader_name="X",
        confirmed_at=NOW, confirmed_by=person, confirmed_as="co_leader",
    )  # fmt: skip


@pytest.fixture
def walk():
    walk = make_walk().submit()
    co_led(walk.application, walk.officers.coordinator)
    return walk


@pytest.fixture
def asked(walk):
    return ask_override(
        candidate=walk.candidate, application=walk.application, actor=walk.officers.coordinator, reason="I am alone."
    )


def permit(asked, by, **changed):
    return answer_override(
        **{"override": asked, "actor": by, "permit": True, "reason": "Nobody else is left."} | changed
    )


def test_permission_opens_the_case_signing_and_letters_and_is_told_to_those_who_decide(walk, asked):
    coordinator, case = walk.officers.coordinator, walk.application
    assert objection_to_judging(coordinator, case)

    given = permit(asked, walk.officers.chair)

    assert (given.outcome, given.answered_by, given.answered_as) == ("permitted", walk.officers.chair, "ccc_chair")
    assert objection_to_judging(coordinator, case) == ""
    assert list(Application.objects.reviewable_by(coordinator)) == [case]
    assert not Application.objects.in_conflict_with(coordinator).exists()
    assert officers_told_of(case, ["coordinator"], NOW) == [coordinator]
    assert untied_among([coordinator], case) == {coordinator.pk}
    walk.sign_off("admission", coordinator, NOW)
    page = as_person(walk.officers.chair).get(f"/reviews/cases/{case.uuid}/").text
    assert "judges by permission of Charles Chair" in page
    assert "Nobody else is left." in page
    assert (
        "judges by permission of Charles Chair"
        in as_person(walk.officers.council[0]).get(f"/council/cases/{case.uuid}/").text
    )


def test_request_is_recorded_without_its_words_and_goes_to_those_who_can_answer(walk, asked):
    told = {letter.recipient for letter in Letter.objects.filter(template="override_asked")}
    assert told == {walk.officers.chair}
    event = AuditEvent.objects.get(event="applications:override:asked")
    assert (event.subject_id, event.details["ties"]) == (walk.application.uuid, ["co_leader"])
    assert "alone" not in str(event.details)
    permit(asked, walk.officers.chair)
    assert AuditEvent.objects.get(event="applications:override:answered").details["outcome"] == "permitted"
    assert "Nobody else is left." in Letter.objects.get(template="override_answered").body


def test_where_chair_and_president_are_missing_the_council_is_asked(walk):
    walk.officers.chair.terms.update(ends_on=date(2024, 1, 1))
    ask_override(
        candidate=walk.candidate, application=walk.application, actor=walk.officers.coordinator, reason="I am alone."
    )
    told = {letter.recipient for letter in Letter.objects.filter(template="override_asked")}
    assert told == set(walk.officers.council)


def test_where_nobody_can_answer_the_request_is_kept_and_nobody_is_written_to(walk):
    for officer in (walk.officers.chair, *walk.officers.council):
        declare_conflict(person=officer, other=walk.candidate, relation="cousin", actor=officer)
    asked = ask_override(
        candidate=walk.candidate, application=walk.application, actor=walk.officers.coordinator, reason="I am alone."
    )
    assert not Letter.objects.filter(template="override_asked").exists()
    assert list(Override.objects.waiting()) == [asked]


def test_only_a_second_untied_officer_permits(walk, asked):
    tied, stranger = PersonFactory(offices=[Role.REGISTRAR]), PersonFactory(offices=[Role.TREASURER])
    co_led(walk.application, tied)
    walk.candidate.terms.create(role=Role.COUNCIL, starts_on="2015-01-01")
    for person, why in (
        (walk.officers.coordinator, "what you have asked"),
        (walk.candidate, "This is about you"),
        (tied, "tied to the candidate yourself"),
        (stranger, "Coordinator, chair, president, registrar or a member"),
    ):
        with pytest.raises(MayNotPermit, match=why):
            permit(asked, person)
        assert asked not in answerable_by(person, NOW)
    assert answerable_by(walk.officers.chair, NOW) == [asked]


def test_permitted_tied_officer_permits_nobody_else(walk, asked):
    permit(asked, walk.officers.chair)
    co_led(walk.application, walk.officers.chair)
    second = ask_override(
        candidate=walk.candidate, application=walk.application, actor=walk.officers.chair, reason="Both of us."
    )
    assert "tied to the candidate yourself" in objection_to_permitting(second, walk.officers.coordinator, NOW)


def test_nobody_is_permitted_in_their_own_case(walk):
    walk.candidate.terms.create(role=Role.COUNCIL, starts_on="2015-01-01")
    with pytest.raises(OverrideRefused, match="own case"):
        ask_override(
            candidate=walk.candidate, application=walk.application, actor=walk.candidate, reason="I know best."
        )
    with pytest.raises(IntegrityError, match="override_never_in_ones_own_case"), transaction.atomic():
        Override.objects.create(
            person=walk.candidate,
            candidate=walk.candidate,
            application=walk.application,
            kinds=" declared ",
            reason="x",
        )


@pytest.mark.parametrize(
    ("who", "reason", "why"),
    [("chair", "Why not", "nothing to permit"), ("coordinator", "  ", "Say why"), ("stranger", "x", "hold an office")],
)
def test_request_needs_an_office_a_tie_and_a_reason(walk, who, reason, why):
    actor = PersonFactory() if who == "stranger" else getattr(walk.officers, who)
    with pytest.raises(OverrideRefused, match=why):
        ask_override(candidate=walk.candidate, application=walk.application, actor=actor, reason=reason)


def test_request_is_asked_once_and_answered_once(walk, asked):
    with pytest.raises(OverrideRefused, match="asked already"):
        ask_override(candidate=walk.candidate, application=walk.application, actor=asked.person, reason="Again.")
    with pytest.raises(OverrideRefused, match="Say why"):
        permit(asked, walk.officers.chair, reason=" ")
    permit(asked, walk.officers.chair, permit=False)
    assert objection_to_judging(asked.person, walk.application)
    with pytest.raises(OverrideRefused, match="already been answered"):
        permit(asked, walk.officers.chair)
    with pytest.raises(OverrideRefused, match="over already"):
        take_back_override(override=asked, actor=asked.person)


def test_tie_that_becomes_known_later_is_not_covered(walk, asked):
    permit(asked, walk.officers.chair)
    declare_conflict(person=walk.candidate, other=asked.person, relation="her employer", actor=walk.candidate)
    assert "her employer" in objection_to_judging(asked.person, walk.application)
    assert not Application.objects.reviewable_by(asked.person).exists()


def test_permission_is_for_one_case_or_for_what_somebody_holds(walk, asked):
    permit(asked, walk.officers.chair)
    coordinator = asked.person
    assert objection_to_deciding(coordinator, walk.candidate)
    credential = awarded(holder=walk.candidate)
    assert credential.objection_to(coordinator, None)
    permit(ask_override(candidate=walk.candidate, application=None, actor=coordinator, reason="x"), walk.officers.chair)
    assert objection_to_deciding(coordinator, walk.candidate) == ""
    assert credential.objection_to(walk.candidate, None) == ""


def test_permission_taken_back_takes_out_what_nothing_is_built_on(walk, asked):
    permit(asked, walk.officers.chair)
    walk.sign_off("admission", asked.person, NOW)
    with pytest.raises(MayNotPermit):
        take_back_override(override=asked, actor=PersonFactory(offices=[Role.TREASURER]))

    take_back_override(override=asked, actor=walk.officers.chair)

    assert objection_to_judging(asked.person, walk.application)
    assert walk.application.sign_offs.get().tie == "co_leader"
    with pytest.raises(OverrideRefused, match="over already"):
        take_back_override(override=asked, actor=walk.officers.chair)


def test_request_can_be_taken_back_by_whoever_asked(walk, asked):
    take_back_override(override=asked, actor=asked.person)
    assert answerable_by(walk.officers.chair, NOW) == []
    with pytest.raises(OverrideRefused):
        permit(asked, walk.officers.chair)


def test_pages_lead_from_why_it_is_closed_to_permission(walk):
    coordinator, chair = as_person(walk.officers.coordinator), as_person(walk.officers.chair)
    address = f"/reviews/cases/{walk.application.uuid}/tied/"
    assert address in coordinator.get("/reviews/").text
    assert "You have confirmed a session of this candidate as co-leader" in coordinator.get(address).text
    assert coordinator.post(address, {"ask": "1", "reason": ""}).status_code == 422
    assert "Waits for an answer" in coordinator.post(address, {"ask": "1", "reason": "I am alone."}, follow=True).text
    assert coordinator.post(address, {"ask": "1", "reason": "Again."}).status_code == 409
    assert "You have asked for permission" in coordinator.get(address).text
    (asked,) = Override.objects.all()
    assert f"/reviews/permissions/{asked.uuid}/" in chair.get("/reviews/").text
    assert "I am alone." in chair.get(f"/reviews/permissions/{asked.uuid}/").text
    assert coordinator.post(f"/reviews/permissions/{asked.uuid}/", {"permit": "1", "reason": "x"}).status_code == 403
    assert chair.post(f"/reviews/permissions/{asked.uuid}/", {"permit": "1"}).status_code == 422
    done = chair.post(f"/reviews/permissions/{asked.uuid}/", {"permit": "1", "reason": "Go on."}, follow=True)
    assert "Permitted. Cora Coordinator gets an e-mail." in done.text
    assert chair.post(f"/reviews/permissions/{asked.uuid}/", {"refuse": "1", "reason": "No."}).status_code == 409
    assert coordinator.get(f"/reviews/cases/{walk.application.uuid}/").status_code == 200
    assert "Taken back" in chair.post(f"/reviews/permissions/{asked.uuid}/take-back/", follow=True).text
    assert chair.post(f"/reviews/permissions/{asked.uuid}/take-back/").status_code == 409
    assert coordinator.get(f"/reviews/cases/{walk.application.uuid}/").status_code == 404


def test_stepping_aside_on_the_page_is_recorded(walk):
    client = as_person(walk.officers.coordinator)
    client.post(f"/reviews/cases/{walk.application.uuid}/tied/", {"step_aside": "1"})
    assert AuditEvent.objects.filter(event="reviews:recusal:declared", actor=walk.officers.coordinator).exists()


def test_page_of_a_credential_says_why_and_takes_a_request(walk):
    council = walk.officers.council[0]
    credential = awarded(holder=walk.candidate)
    co_led(walk.application, council)
    client = as_person(council)
    assert "You are tied to" in client.get(f"/council/registry/{credential.uuid}/").text
    assert client.post(f"/council/registry/{credential.uuid}/standing/resign/", {"reason": "x"}).status_code == 403
    assert client.get(f"/council/registry/{credential.uuid}/motion/").status_code == 403
    assert client.post(f"/council/registry/{credential.uuid}/tied/", {"reason": ""}).status_code == 422
    assert client.post(f"/council/registry/{credential.uuid}/tied/", {"reason": "Alone."}).status_code == 302
    assert client.post(f"/council/registry/{credential.uuid}/tied/", {"reason": "Alone."}).status_code == 409
    assert Override.objects.get().application is None


def test_sign_off_by_permission_counts(walk, asked):
    permit(asked, walk.officers.chair)
    walk.sign_off("admission", asked.person, NOW)
    walk.sign_off("admission", walk.officers.chair, NOW)
    walk.application.refresh_from_db()
    assert walk.application.admitted_at is not None


def test_permission_by_somebody_who_turns_out_to_be_tied_ends_and_its_holder_is_told(walk, asked):
    coordinator, chair = walk.officers.coordinator, walk.officers.chair
    permit(asked, chair)
    walk.sign_off("admission", coordinator, NOW)
    declare_conflict(person=chair, other=walk.candidate, relation="partner", actor=chair)

    assert objection_to_judging(coordinator, walk.application)
    assert Override.objects.get().taken_back_by == Person.objects.system()
    told = Letter.objects.get(template="override_answered", subject__startswith="You may not judge any more").body
    assert "is tied to the candidate too" in told
    assert "refused" not in told
    assert walk.application.sign_offs.get().taken_back_at
