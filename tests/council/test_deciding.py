"""The council decides by ballots: quorum of distinct members, majority of the votes other than abstentions."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from certificates.models import Certificate, Credential
from credentialing.accounts.models import Role
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.models import AwaitedAct
from credentialing.applications.services.drafts import start_application, submit_application
from credentialing.applications.services.lifecycle import change_lifecycle, sign_off_stage
from credentialing.correspondence.models import Letter
from credentialing.council import services
from credentialing.council.counting import outcome_of
from credentialing.council.forms import BallotForm
from credentialing.council.models import Ballot, Decision
from credentialing.council.services import (
    NotAVoter,
    VoteRefused,
    cast_ballot,
    decision_ahead,
)
from credentialing.drafting.services import begin_draft
from credentialing.operations.demo.walk import noon
from credentialing.pathways.definitions import Body
from credentialing.pathways.loader import load_pathway
from credentialing.pathways.services import publish_pathway
from credentialing.reviews.services import sign_off_requirement
from tests.certificates.factories import awarded
from tests.decided import decided
from tests.factories import MembershipFactory, PersonFactory, make_walk
from tests.pathways.files import SMALL, changed
from workflows.ledger import verify_chain

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk():
    return make_walk().reach_council()


def vote(walk, member: int, choice: str = "approve", **kwargs) -> Ballot:
    now = noon(walk.reviewed_on + timedelta(days=20 + member))
    values = {"actor": walk.officers.council[member], "now": now, **kwargs}
    return cast_ballot(application=walk.application, choice=choice, **values)


def test_third_approval_certifies_awards_and_prepares_the_certificate(walk):
    for member in range(2):
        vote(walk, member)
    walk.application.refresh_from_db()
    assert walk.application.state == "workshop_attended"
    vote(walk, 2)
    walk.application.refresh_from_db()
    assert walk.application.state == "certified"
    credential = Credential.objects.get(holder=walk.candidate)
    year = walk.reviewed_on.year
    assert (credential.state, credential.number) == ("active", f"ABS-{year}-0001")
    assert Certificate.objects.get().status == "intent"
    decision = Decision.objects.get()
    assert (decision.outcome, decision.minute_number) == ("approved", f"{year}-01")
    assert list(verify_chain(walk.application)) == []
    assert not AwaitedAct.objects.filter(application=walk.application).exists()
    assert Letter.objects.filter(template="certified", recipient=walk.candidate).count() == 1
    assert str(decision).endswith("Approved")
    with pytest.raises(VoteRefused, match="isn't before"):
        vote(walk, 3)


def test_refused_votes_change_nothing(walk):
    vote(walk, 0)
    with pytest.raises(VoteRefused, match="already voted"):
        vote(walk, 0)
    with pytest.raises(NotAVoter, match="Only members"):
        vote(walk, 1, actor=walk.officers.coordinator)
    for choice in ("defer", "decline"):
        with pytest.raises(VoteRefused, match="Say why"):
            vote(walk, 1, choice, reason=" ")
    walk.supervisor.terms.create(role="council", starts_on=date(2015, 1, 1))
    with pytest.raises(NotAVoter, match="supervise"):
        vote(walk, 1, actor=walk.supervisor)
    walk.candidate.terms.create(role="council", starts_on=date(2015, 1, 1))
    with pytest.raises(NotAVoter, match="own case"):
        vote(walk, 1, actor=walk.candidate)
    assert Ballot.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Ballot.objects.create(decision=Decision.objects.get(), member=walk.officers.council[0], choice="abstain")
    assert str(Ballot.objects.get()).endswith(": approve")
    assert str(Decision.objects.get()).endswith(": open")


def test_deferral_tells_conditions_and_leads_to_a_new_decision(walk):
    until = walk.reviewed_on + timedelta(days=200)
    vote(walk, 0, "defer", reason="Six more sessions.", defer_until=until)
    vote(walk, 1, "abstain")
    vote(walk, 2, "defer", reason="Work on silence.")
    walk.application.refresh_from_db()
    assert (walk.application.state, walk.application.deferred_until) == ("deferred", until)
    assert walk.application.conditions == "Six more sessions.\n\nWork on silence."
    assert not Credential.objects.exists()
    change_lifecycle(application=walk.application, name="reopen", actor=walk.officers.coordinator, now=noon(until))
    assert (walk.application.state, walk.application.attempt) == ("workshop_attended", 2)
    for member in range(3):
        vote(walk, member, now=noon(until + timedelta(days=3)))
    walk.application.refresh_from_db()
    assert walk.application.state == "certified"
    assert Decision.objects.made().count() == 2


def test_decline_ends_the_case_with_the_reasons(walk):
    for member in range(3):
        vote(walk, member, "decline", reason="Not suited.")
    walk.application.refresh_from_db()
    assert (walk.application.state, walk.application.is_open) == ("declined", False)
    assert "Not suited." in Letter.objects.get(template="declined").body


def test_draw_and_missing_quorum_leave_the_decision_open():
    for choices, outcome in (
        (["approve", "approve"], ""),
        (["approve", "decline", "abstain"], ""),
        (["abstain", "abstain", "abstain"], ""),
        (["approve", "abstain", "abstain"], "approved"),
        (["approve", "approve", "decline"], "approved"),
        (["approve", "approve", "decline", "decline"], ""),
        (["approve", "approve", "decline", "defer"], ""),
        (["decline", "decline", "decline", "approve"], "declined"),
        (["defer", "defer", "abstain"], "deferred"),
    ):
        assert outcome_of(choices, Body(slug="council", label="Council", quorum=3)) == outcome, choices


def test_ballot_on_a_decision_that_was_made_meanwhile_is_refused(walk):
    Decision.objects.create(
        application=walk.application,
        requirement="council_decision",
        attempt=1,
        outcome="deferred",
        minute_number="2026-09",
        decided_at=noon(walk.reviewed_on),
    )
    with pytest.raises(VoteRefused, match="already decided"):
        vote(walk, 0)


def test_minutes_of_a_year_are_numbered_and_unique(walk):
    Decision.objects.create(
        application=walk.application, requirement="council_decision", attempt=9, outcome="deferred",
        minute_number=f"{walk.reviewed_on.year}-07",
        decided_at=noon(walk.reviewed_on),
    )  # fmt: skip
    for member in range(3):
        vote(walk, member)
    assert Decision.objects.get(attempt=1).minute_number == f"{walk.reviewed_on.year}-08"


def test_minute_number_that_another_decision_takes_meanwhile_is_left_to_it(walk, monkeypatch):
    """Two decisions at once on PostgreSQL: both have seen the same last number (tests/soak races them for real)."""
    year = walk.reviewed_on.year
    Decision.objects.create(
        application=walk.application, requirement="council_decision", attempt=9, outcome="deferred",
        minute_number=f"{year}-01",
        decided_at=noon(walk.reviewed_on),
    )  # fmt: skip
    look_up, seen = services._next_minute, iter([f"{year}-01"])
    monkeypatch.setattr(services, "_next_minute", lambda day: next(seen, None) or look_up(day))
    for member in range(3):
        vote(walk, member)
    assert Decision.objects.get(attempt=1).minute_number == f"{year}-02"


def test_decision_that_breaks_another_rule_is_not_tried_again(walk):
    undated = Decision(
        application=walk.application, requirement="council_decision", attempt=1, outcome="approved", decided_at=None
    )
    with pytest.raises(IntegrityError, match="decision_decided_with_date_and_minute"):
        services._enter_in_minutes(undated, walk.reviewed_on)


def test_case_whose_evidence_changed_is_no_longer_before_the_council(walk):
    assert decision_ahead(walk.application, walk.reviewed_on)
    walk.candidate.memberships.update(ends_on=walk.reviewed_on - timedelta(days=1))
    assert not decision_ahead(walk.application, walk.reviewed_on)
    with pytest.raises(VoteRefused, match="isn't before"):
        vote(walk, 0)


def test_earlier_states_are_not_before_the_council():
    walk = make_walk().submit()
    assert not decision_ahead(walk.application, walk.starts_on)


def test_change_of_standing_is_told_to_the_holder():
    credential = awarded()
    decided(credential, "suspend", reason="Until the report is in.")
    assert "Until the report is in." in Letter.objects.get(template="suspended").body
    decided(credential, "reinstate", reason="It is in.")
    letter = Letter.objects.get(template="standing_changed")
    assert letter.subject == "Your credential is now active"


def test_vote_decides_though_a_committee_signs_in_the_last_stage_before_it():
    bodies = 'quorum = 2\nvoters = "reviewer"\n\n[[bodies]]\nslug = "committee"\nlabel = "Committee"\nby = "sign_off"'
    approval = '\n\n  [[stages.requirements]]\n  slug = "approval"\n  kind = "decision"\n  label = "Approval"\n'
    last = f'label = "Certified"{approval}  body = "committee"\n  signed_by = ["coordinator"]'
    source = changed('label = "Certified"', last, changed("quorum = 2", bodies))
    publish_pathway(source=source, actor=PersonFactory(), in_force_from=date(2020, 1, 1))
    candidate, coordinator = MembershipFactory().person, PersonFactory(offices=[Role.COORDINATOR])
    case = start_application(actor=candidate, pathway="small")
    submit_application(application=case, actor=candidate)
    sign_off_stage(application=case, actor=coordinator)
    digest = assess_requirement(case, "approval", localdate()).digest
    sign_off_requirement(application=case, requirement="approval", actor=coordinator, seen_digest=digest)

    for _ in range(2):
        cast_ballot(application=case, actor=PersonFactory(offices=[Role.REVIEWER]), choice="approve")

    case.refresh_from_db()
    assert case.state == "certified"
    assert begin_draft(slug="small", source=source, actor=coordinator, what="x").quorum == 2


def test_ballot_offers_the_title_that_the_path_knows_beside_the_award_at_its_end_alone():
    titled = load_pathway(changed('number_prefix = "SML"', 'number_prefix = "SML"\nconsolation = "Small Friend"'))
    plain = load_pathway(SMALL)
    end = titled.requirement("decision")

    assert BallotForm(definition=titled, requirement=end).fields["consolation"].label == (
        "If you decline: grant the Small Friend"
    )
    assert "consolation" not in BallotForm(definition=plain, requirement=plain.requirement("decision")).fields
    assert "consolation" not in BallotForm(definition=titled, requirement=replace(end, stage="applied")).fields
