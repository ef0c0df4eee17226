"""Societies decide in their own ways: on admission, by other members, by stricter majorities, after others' words."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from certificates.models import Credential
from credentialing.accounts.models import Role
from credentialing.applications.models import Application, AwaitedAct, StageEndorsement
from credentialing.applications.services.drafts import start_application, submit_application
from credentialing.applications.services.endorsing import (
    EndorsementRefused,
    recommend_candidate,
    take_back_endorsement,
)
from credentialing.applications.services.lifecycle import change_lifecycle, sign_off_stage
from credentialing.correspondence.models import Letter
from credentialing.council.counting import outcome_of
from credentialing.council.models import Ballot, Decision
from credentialing.council.services import NotAVoter, VoteRefused, cast_ballot
from credentialing.pathways.definitions import Body
from credentialing.pathways.months import add_months
from credentialing.pathways.services import publish_pathway
from tests.factories import MembershipFactory, PersonFactory
from tests.pathways.files import SMALL, changed
from workflows.errors import NotPermitted, StaleVersion, TransitionBlocked
from workflows.verification import examine

pytestmark = pytest.mark.django_db

BODY = 'slug = "council"\nlabel = "Council"\nquorum = 2'
ADMISSION = '''
  [[stages.requirements]]
  slug = "acceptance"
  kind = "decision"
  label = "Acceptance"
  body = "council"

[[stages]]
slug = "seen"'''


def case_on(source):
    publish_pathway(source=source, actor=PersonFactory(), in_force_from=date(2020, 1, 1))
    candidate = MembershipFactory(person__name="Ada Applicant").person
    application = start_application(actor=candidate, pathway="small")
    submit_application(application=application, actor=candidate)
    return application


@pytest.fixture
def council(db):
    return [PersonFactory(name=f"Carl Council {n}", offices=[Role.COUNCIL]) for n in range(4)]


@pytest.fixture
def coordinator(db):
    return PersonFactory(name="Cora Coordinator", offices=[Role.COORDINATOR])


def vote(application, members, *choices, **kwargs):
    for member, choice in zip(members, choices, strict=False):
        cast_ballot(application=application, actor=member, choice=choice, reason="Because", **kwargs)
    application.refresh_from_db()


def roles_awaited(application):
    return {(act.requirement, act.act, act.role) for act in AwaitedAct.objects.filter(application=application)}


class TestAdmission:
    SOURCE = changed('\n[[stages]]\nslug = "seen"', ADMISSION)

    def test_board_accepts_onto_the_path_and_awards_at_its_end(self, council, coordinator):
        case = case_on(self.SOURCE)
        assert roles_awaited(case) == {("acceptance", "complete", "council")}

        vote(case, council, "approve", "approve")

        assert case.admitted_at
        assert case.state == "applied"
        assert Letter.objects.filter(template="admitted", recipient=case.candidate).exists()
        sign_off_stage(application=case, actor=coordinator)
        vote(case, council, "approve", "approve")
        assert case.state == "certified"
        assert [d.requirement for d in Decision.objects.order_by("pk")] == ["acceptance", "decision"]
        assert Credential.objects.get().holder == case.candidate
        assert list(examine()) == []

    def test_board_that_declines_ends_the_case_and_nobody_does_so_alone(self, council, coordinator):
        case = case_on(self.SOURCE)
        for person in (council[0], coordinator):
            with pytest.raises(Exception, match=r"ballots|role"):
                change_lifecycle(application=case, name="decline", actor=person, reason="x")

        vote(case, council, "decline", "decline")

        assert case.state == "declined"

    def test_admission_is_not_deferred(self, council):
        case = case_on(self.SOURCE)
        with pytest.raises(VoteRefused, match="can't be deferred"):
            vote(case, council, "defer")

    def test_votes_to_defer_count_against_where_nothing_can_be_deferred_any_more(self, council):
        """They may stem from before the case was moved to another version."""
        case = case_on(self.SOURCE)
        decision = Decision.objects.create(application=case, requirement="acceptance", attempt=1)
        Ballot.objects.create(decision=decision, member=council[0], choice="defer", reason="x")
        Ballot.objects.create(decision=decision, member=council[1], choice="defer", reason="x")

        vote(case, council[2:], "decline")

        assert case.state == "declined"

    def test_acceptance_stands_when_the_end_is_decided_on_another_attempt(self, council, coordinator):
        case = case_on(self.SOURCE)
        vote(case, council, "approve", "approve")
        sign_off_stage(application=case, actor=coordinator)
        vote(case, council, "defer", "defer")
        change_lifecycle(application=case, name="reopen", actor=coordinator)
        case.refresh_from_db()

        vote(case, council, "approve", "approve")

        assert (case.attempt, case.state) == (2, "certified")

    def test_page_of_the_ballot_asks_what_can_be_answered(self, client, council):
        case = case_on(self.SOURCE)
        client.force_login(council[0])
        assert "Acceptance" in client.get("/council/").text

        page = client.get(f"/council/cases/{case.uuid}/").text

        assert "Council: Acceptance" in page
        assert "Defer" not in page


def test_members_of_another_office_vote_where_the_body_is_made_of_them(council):
    reviewers = [PersonFactory(offices=[Role.REVIEWER]) for _ in range(2)]
    coordinator = PersonFactory(offices=[Role.COORDINATOR])
    case = case_on(changed(BODY, f'{BODY}\nvoters = "reviewer"'))
    sign_off_stage(application=case, actor=coordinator)
    with pytest.raises(NotAVoter):
        vote(case, council, "approve")

    vote(case, reviewers, "approve", "approve")

    assert case.state == "certified"


@pytest.mark.parametrize(
    ("majority", "choices", "outcome"),
    [
        ("two_thirds", ["approve", "approve"], "approved"),
        ("two_thirds", ["approve", "approve", "decline"], "approved"),
        ("two_thirds", ["approve", "decline"], "declined"),
        ("two_thirds", ["approve", "decline", "defer"], "deferred"),
        ("two_thirds", ["approve", "decline", "decline"], "declined"),
        ("two_thirds", ["approve", "defer", "abstain"], "deferred"),
        ("two_thirds", ["abstain", "abstain"], ""),
        ("two_thirds", ["approve"], ""),
        ("unanimous", ["approve", "approve", "abstain"], "approved"),
        ("unanimous", ["approve", "approve", "approve", "defer"], "deferred"),
        ("unanimous", ["approve", "decline", "decline"], "declined"),
    ],
)
def test_stricter_majorities(majority, choices, outcome):
    assert outcome_of(choices, Body(slug="council", label="Council", quorum=2, majority=majority)) == outcome


class TestRecommendation:
    SOURCE = changed(BODY, f'{BODY}\nrecommended_by = ["ccc_chair"]')

    @pytest.fixture
    def chair(self, db):
        return PersonFactory(name="Charles Chair", offices=[Role.CCC_CHAIR])

    def test_board_waits_for_the_committee_s_word(self, council, coordinator, chair):
        case = case_on(self.SOURCE)
        with pytest.raises(EndorsementRefused):
            recommend_candidate(application=case, actor=chair)  # the stage before is not signed yet
        sign_off_stage(application=case, actor=coordinator)
        case.refresh_from_db()
        assert roles_awaited(case) == {("", "recommend", "ccc_chair")}
        assert not Letter.objects.filter(template="ready_for_council").exists()
        with pytest.raises(VoteRefused):
            vote(case, council, "approve")
        with pytest.raises(EndorsementRefused, match="office"):
            recommend_candidate(application=case, actor=coordinator)

        recommend_candidate(application=case, actor=chair, reason="Ready.")

        assert roles_awaited(case) == {("decision", "complete", "council")}
        assert Letter.objects.filter(template="ready_for_council").count() == 4
        vote(case, council, "approve", "approve")
        assert case.state == "certified"

    def test_word_is_taken_back_until_something_is_built_on_it(self, council, coordinator, chair):
        case = case_on(self.SOURCE)
        sign_off_stage(application=case, actor=coordinator)
        said = recommend_candidate(application=case, actor=chair)
        with pytest.raises(EndorsementRefused, match="their own"):
            take_back_endorsement(endorsement=said, actor=coordinator)

        take_back_endorsement(endorsement=said, actor=chair)

        with pytest.raises(VoteRefused):
            vote(case, council, "approve")
        again = recommend_candidate(application=case, actor=chair)
        vote(case, council, "approve", "approve")
        with pytest.raises(EndorsementRefused, match="reached"):
            take_back_endorsement(endorsement=again, actor=chair)
        with pytest.raises(EndorsementRefused, match="already"):
            take_back_endorsement(endorsement=said, actor=chair)

    def test_voters_are_asked_when_the_last_word_is_there(self, council, coordinator, chair):
        case = case_on(changed(BODY, f'{BODY}\nrecommended_by = ["ccc_chair", "registrar"]'))
        sign_off_stage(application=case, actor=coordinator)
        recommend_candidate(application=case, actor=chair)
        assert not Letter.objects.filter(template="ready_for_council").exists()

        recommend_candidate(application=case, actor=PersonFactory(offices=[Role.REGISTRAR]))

        assert Letter.objects.filter(template="ready_for_council").count() == 4

    def test_word_on_which_somebody_was_admitted_stands(self, council, coordinator, chair):
        case = case_on(changed('\n[[stages]]\nslug = "seen"', ADMISSION, self.SOURCE))
        said = recommend_candidate(application=case, actor=chair)
        vote(case, council, "approve", "approve")

        with pytest.raises(EndorsementRefused, match="admitted on this"):
            take_back_endorsement(endorsement=said, actor=chair)

    def test_word_on_a_case_that_has_ended_stands(self, coordinator, chair):
        case = case_on(self.SOURCE)
        sign_off_stage(application=case, actor=coordinator)
        said = recommend_candidate(application=case, actor=chair)
        change_lifecycle(application=case, name="withdraw", actor=case.candidate, reason="x")

        with pytest.raises(EndorsementRefused, match="ended"):
            take_back_endorsement(endorsement=said, actor=chair)

    def test_word_counts_for_one_attempt(self, council, coordinator, chair):
        case = case_on(self.SOURCE)
        sign_off_stage(application=case, actor=coordinator)
        recommend_candidate(application=case, actor=chair)
        vote(case, council, "defer", "defer")
        change_lifecycle(application=case, name="reopen", actor=coordinator)

        with pytest.raises(VoteRefused):
            vote(case, council, "approve")
        recommend_candidate(application=case, actor=chair)
        vote(case, council, "approve", "approve")

        assert case.state == "certified"

    def test_nobody_recommends_themselves_or_whom_they_are_tied_to(self, coordinator):
        case = case_on(self.SOURCE)
        sign_off_stage(application=case, actor=coordinator)
        from credentialing.accounts.models import Term

        Term.objects.create(person=case.candidate, role=Role.CCC_CHAIR, starts_on=date(2015, 1, 1))
        with pytest.raises(EndorsementRefused):
            recommend_candidate(application=case, actor=case.candidate)

    def test_page_lets_the_chair_recommend(self, client, coordinator, chair):
        case = case_on(self.SOURCE)
        sign_off_stage(application=case, actor=coordinator)
        client.force_login(chair)
        assert "To be recommended" in client.get("/reviews/").text
        page = f"/reviews/cases/{case.uuid}/recommend/"
        assert page in client.get(f"/reviews/cases/{case.uuid}/").text

        assert "Recommend" in client.get(page).text
        client.post(page, {"reason": "Ready."})

        assert case.stage_endorsements.get().reason == "Ready."
        assert "Ready." in client.get(f"/reviews/cases/{case.uuid}/").text
        assert client.post(page, {"reason": "Again."}).status_code == 409
        client.post(f"/reviews/endorsements/{case.stage_endorsements.get().pk}/take-back/")
        assert case.stage_endorsements.get().taken_back_at


class TestStage:
    def source(self, lines):
        return changed('label = "Seen"\n', f'label = "Seen"\n{lines}\n')

    def test_several_different_people_sign(self, coordinator):
        other = PersonFactory(offices=[Role.COORDINATOR])
        case = case_on(self.source("quorum = 2"))

        assert sign_off_stage(application=case, actor=coordinator) == []
        case.refresh_from_db()
        assert case.state == "applied"
        with pytest.raises(TransitionBlocked, match="1 of 2 have signed"):
            sign_off_stage(application=case, actor=coordinator)
        (record,) = sign_off_stage(application=case, actor=other)

        assert (record.target, case.stage_endorsements.count()) == ("seen", 2)
        assert list(examine()) == []

    def test_nobody_s_signature_is_kept_who_may_not_sign_or_before_everything_is_there(self, coordinator):
        case = case_on(self.source("quorum = 2"))
        with pytest.raises(NotPermitted):
            sign_off_stage(application=case, actor=PersonFactory(offices=[Role.TREASURER]))
        with pytest.raises(StaleVersion):
            sign_off_stage(application=case, actor=coordinator, expected_version=case.version + 1)
        membership = case.candidate.memberships.get()
        membership.ends_on = date(2020, 1, 1)
        membership.save()
        with pytest.raises(TransitionBlocked, match="embership"):
            sign_off_stage(application=case, actor=coordinator)

        assert not case.stage_endorsements.exists()

    def test_who_has_signed_moves_the_case_when_enough_have_signed_meanwhile(self, coordinator):
        """As after a move to a version that asks for fewer."""
        case = case_on(self.source("quorum = 2"))
        for person in (coordinator, PersonFactory(offices=[Role.COORDINATOR])):
            StageEndorsement.objects.create(
                application=case, stage="seen", attempt=1, act=StageEndorsement.Act.SIGN, role="coordinator",
                person=person, created_at=timezone.now(),
            )  # fmt: skip

        (record,) = sign_off_stage(application=case, actor=coordinator)

        assert (record.target, case.stage_endorsements.count()) == ("seen", 2)

    def test_body_in_between_lets_the_stage_be_signed_and_the_candidate_is_told(self, council, coordinator):
        case = case_on(
            changed(
                "requirements = []\n",
                "[[stages.requirements]]\nslug = 'interim'\nkind = 'decision'\nlabel = 'Interim'\nbody = 'council'\n",
            )
        )
        with pytest.raises(TransitionBlocked):
            sign_off_stage(application=case, actor=coordinator)

        vote(case, council, "approve", "approve")

        assert case.state == "applied"
        letter = Letter.objects.get(template="requirement_signed_off", recipient=case.candidate)
        assert "Interim" in letter.body
        (record,) = sign_off_stage(application=case, actor=coordinator)
        assert record.target == "seen"

    def test_stage_is_recommended_before_it_is_signed(self, coordinator):
        chair = PersonFactory(offices=[Role.CCC_CHAIR])
        case = case_on(self.source('recommended_by = ["ccc_chair"]'))
        with pytest.raises(TransitionBlocked, match="Not recommended yet"):
            sign_off_stage(application=case, actor=coordinator)

        recommend_candidate(application=case, actor=chair)
        sign_off_stage(application=case, actor=coordinator)

        assert Application.objects.get().state == "seen"

    def test_page_says_that_others_must_sign_too(self, client, coordinator):
        case = case_on(self.source("quorum = 2"))
        client.force_login(coordinator)
        page = f"/reviews/cases/{case.uuid}/stage/"
        assert client.get(page).status_code == 200

        response = client.post(page, {"version": case.version}, follow=True)

        assert "1 of 2 have signed" in response.text
        assert page not in response.text


def test_who_does_not_reach_the_award_may_get_what_stands_beside_it(council, coordinator):
    award = 'number_prefix = "SML"'
    case = case_on(changed(award, f'{award}\nconsolation = "Letter of Participation"'))
    sign_off_stage(application=case, actor=coordinator)

    vote(case, council, "decline", "decline", consolation=True)

    assert case.state == "declined"
    assert Decision.objects.get().consolation
    assert "Letter of Participation" in Letter.objects.get(template="consolation").body


def test_nothing_beside_the_award_is_given_where_the_path_knows_none(council, coordinator):
    case = case_on(SMALL)
    sign_off_stage(application=case, actor=coordinator)

    vote(case, council, "decline", "decline", consolation=True)

    assert not Decision.objects.get().consolation
    assert not Letter.objects.filter(template="consolation").exists()


def test_credential_of_a_path_with_a_term_ends_with_it(council, coordinator):
    award = 'number_prefix = "SML"'
    case = case_on(changed(award, f"{award}\n\n  [award.renewal]\n  valid_months = 36"))
    sign_off_stage(application=case, actor=coordinator)

    vote(case, council, "approve", "approve")

    held = Credential.objects.get()
    assert held.valid_until == add_months(held.awarded_on, 36) - timedelta(days=1)
    assert held.certificates.get().printed.valid_until == held.valid_until
