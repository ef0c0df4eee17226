"""A tie that becomes known before the decision takes words and votes out; after it, the council is told."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from credentialing.accounts.models import Role
from credentialing.accounts.services import declare_conflict
from credentialing.applications.models import StageEndorsement
from credentialing.applications.services.overrides import answer_override, ask_override
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from credentialing.council.counting import count_of
from credentialing.council.models import Ballot, Decision
from credentialing.council.services import NotAVoter, VoteRefused, cast_ballot, count_votes
from credentialing.operations.demo.society import months_ago
from credentialing.operations.demo.walk import noon
from credentialing.reviews.models import SignOff
from credentialing.reviews.taking_out import take_out_what_ties_undo, take_out_words
from tests.factories import PersonFactory, make_walk
from tests.reviews.test_pages import as_person

pytestmark = pytest.mark.django_db
NOW = noon(date(2024, 3, 1))


def tie(walk, officer):
    declare_conflict(person=walk.candidate, other=officer, relation="her employer", actor=walk.candidate)


def vote(walk, index, choice="approve"):
    return cast_ballot(
        application=walk.application, actor=walk.officers.council[index], choice=choice, reason="x",
        now=noon(walk.reviewed_on + timedelta(days=1)),
    )  # fmt: skip


@pytest.fixture
def before_council():
    return make_walk(months_ago(30)).reach_council()


def counted(walk):
    decision = Decision.objects.get()
    body = walk.application.definition.council
    return [ballot.member for ballot in count_of(decision, body, timezone.now()).counted]


def test_vote_of_somebody_who_turns_out_to_be_tied_does_not_make_the_quorum(before_council):
    walk, council = before_council, before_council.officers.council
    vote(walk, 0)
    vote(walk, 1)
    tie(walk, council[0])
    assert counted(walk) == [council[1]]

    vote(walk, 2)

    walk.application.refresh_from_db()
    assert walk.application.state != "certified"
    assert Ballot.objects.count() == 3
    vote(walk, 3)
    walk.application.refresh_from_db()
    assert walk.application.state == "certified"
    assert [ballot.member for ballot in Ballot.objects.filter(left_out=True)] == [council[0]]
    event = AuditEvent.objects.get(event="council:decision:made")
    assert (event.details["counted"], event.details["left_out"]) == (3, 1)


@pytest.mark.parametrize("end", ["term", "account"])
def test_vote_of_somebody_who_has_left_the_council_is_not_counted(before_council, end):
    walk, gone = before_council, before_council.officers.council[0]
    vote(walk, 0)
    vote(walk, 1)
    if end == "term":
        gone.terms.update(ends_on=walk.reviewed_on - timedelta(days=1))
    else:
        gone.is_active = False
        gone.save()

    vote(walk, 2)

    assert Decision.objects.get().outcome == ""
    vote(walk, 3)
    assert Decision.objects.get().outcome == "approved"


def test_council_hears_of_a_vote_that_fell_out_and_of_a_tie_known_after_the_decision(before_council):
    walk, council = before_council, before_council.officers.council
    vote(walk, 0)
    tie(walk, council[0])
    left_out = Letter.objects.filter(template="vote_left_out")
    assert {letter.recipient for letter in left_out} == set(council[1:])
    assert AuditEvent.objects.get(event="council:ballot:left_out").details["member"] == str(council[0].uuid)
    for index in (1, 2, 3):
        vote(walk, index)

    tie(walk, council[1])

    after = Letter.objects.filter(template="tie_after_the_decision")
    assert {letter.recipient for letter in after} == set(council[2:])
    assert Decision.objects.get().minute_number in after[0].subject
    assert AuditEvent.objects.filter(event="council:ballot:left_out").count() == 1
    assert Decision.objects.get().outcome == "approved"
    assert len(counted(walk)) == 3


def test_votes_that_agree_once_one_fell_out_are_counted_on_demand(before_council):
    walk, council = before_council, before_council.officers.council
    for index, choice in enumerate(["decline", "approve", "abstain", "abstain"]):
        vote(walk, index, choice)
    assert Decision.objects.get().outcome == ""
    with pytest.raises(VoteRefused, match="don't decide this yet"):
        count_votes(application=walk.application, actor=council[1])
    tie(walk, council[0])
    with pytest.raises(NotAVoter, match="her employer"):
        count_votes(application=walk.application, actor=council[0])
    with pytest.raises(NotAVoter, match="Only members vote"):
        count_votes(application=walk.application, actor=walk.officers.coordinator)
    client = as_person(council[1])
    address = f"/council/cases/{walk.application.uuid}/"
    page = client.get(address).text
    assert "Count the votes and decide" in page
    assert "the vote of Carl Council 1." in page

    assert "It is decided: approved." in client.post(address + "count/", follow=True).text

    walk.application.refresh_from_db()
    assert walk.application.state == "certified"
    assert client.post(address + "count/").status_code == 409


def test_list_of_the_council_counts_as_the_decision_does(before_council):
    walk, council = before_council, before_council.officers.council
    vote(walk, 0)
    vote(walk, 1)
    assert "2 of 3 votes needed" in as_person(council[2]).get("/council/").text
    tie(walk, council[0])
    assert "1 of 3 votes needed" in as_person(council[2]).get("/council/").text


def test_vote_by_permission_counts(before_council):
    walk, council = before_council, before_council.officers.council
    tie(walk, council[0])
    asked = ask_override(candidate=walk.candidate, application=walk.application, actor=council[0], reason="x")
    answer_override(override=asked, actor=council[4], permit=True, reason="x")
    vote(walk, 0)
    assert counted(walk) == [council[0]]


@pytest.fixture
def signed():
    walk = make_walk().submit()
    walk.sign_off("admission", walk.officers.coordinator, NOW)
    return walk


def test_sign_off_of_somebody_who_turns_out_to_be_tied_counts_no_more_and_is_shown(signed):
    other = PersonFactory(name="Cleo", offices=[Role.COORDINATOR])
    tie(signed, signed.officers.coordinator)

    sign_off = SignOff.objects.get()
    assert (sign_off.tie, sign_off.taken_back_at is not None) == ("declared", True)
    assert signed.application.awaited_acts.filter(requirement="admission", role="coordinator").exists()
    letter = Letter.objects.get(template="word_taken_out")
    assert (letter.recipient, "Cora Coordinator has a declared conflict" in letter.body) == (other, True)
    assert AuditEvent.objects.get(event="reviews:requirement:taken_out").details["tie"] == "declared"
    page = as_person(other).get(f"/reviews/cases/{signed.application.uuid}/").text
    assert "Counts no more" in page
    signed.sign_off("admission", other, timezone.now())
    signed.sign_off("admission", signed.officers.chair, timezone.now())
    signed.application.refresh_from_db()
    assert signed.application.admitted_at is not None


def test_sign_off_on_which_admission_was_built_stands(signed):
    signed.sign_off("admission", signed.officers.chair, NOW)
    tie(signed, signed.officers.coordinator)
    assert SignOff.objects.standing().count() == 2
    assert not Letter.objects.filter(template="word_taken_out").exists()


@pytest.mark.parametrize("act", ["sign", "recommend"])
def test_word_on_a_stage_ahead_falls_out(signed, act):
    StageEndorsement.objects.create(
        application=signed.application,
        stage="observed",
        act=act,
        role="coordinator",
        person=signed.officers.coordinator,
    )
    PersonFactory(name="Cleo", offices=[Role.COORDINATOR])
    tie(signed, signed.officers.coordinator)
    assert StageEndorsement.objects.get().tie == "declared"
    assert not StageEndorsement.objects.standing().exists()
    assert AuditEvent.objects.filter(event="applications:stage:taken_out").exists()
    subject = "signature" if act == "sign" else "recommendation"
    assert any(subject in letter.subject for letter in Letter.objects.filter(template="word_taken_out"))


def test_what_was_tied_before_anybody_looked_falls_out_at_the_next_tick(signed):
    StageEndorsement.objects.create(
        application=signed.application, stage="observed", act="sign", role="coordinator",
        person=signed.officers.coordinator,
    )  # fmt: skip
    signed.application.supervisions.create(supervisor=signed.officers.coordinator, accepted_at=NOW)
    assert take_out_what_ties_undo(timezone.now()) == 2
    assert take_out_what_ties_undo(timezone.now()) == 0
    assert SignOff.objects.get().tie == "supervisor"


def test_words_of_the_untied_stay(signed):
    assert take_out_words(application=signed.application, person=signed.officers.coordinator, now=NOW) == 0
    assert SignOff.objects.standing().exists()
