"""A credential is suspended, revoked and reinstated by a decision: moved by one, decided by others."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from certificates.models import Credential
from certificates.standing import standing_on
from credentialing.accounts.models import Person
from credentialing.accounts.services import declare_conflict
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from credentialing.council.motions.counting import Tally, is_carried, is_lost, tally_of, voters_of
from credentialing.council.motions.models import Motion, MotionVote
from credentialing.council.motions.rules import rules_for
from credentialing.council.motions.services import (
    MayNotJudge,
    MotionRefused,
    cast_vote,
    close_overtaken,
    put_motion,
    second_motion,
    withdraw_motion,
)
from credentialing.council.services import change_standing
from credentialing.pathways.loader import PathwayFileInvalid
from credentialing.pathways.services import check_pathway, publish_pathway
from credentialing.registry.importing.holders import Holder
from credentialing.registry.services import import_holders
from tests.certificates.factories import awarded
from tests.factories import PersonFactory, abs_version
from tests.pathways.files import SMALL
from workflows.deadlines import meet_deadlines
from workflows.errors import NotPermitted, TransitionBlocked
from workflows.ledger import verify_chain
from workflows.models import LedgerRecord
from workflows.services import perform

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 17, tzinfo=UTC)


@pytest.fixture
def credential():
    return held("abs-leader")


@pytest.fixture
def council():
    abs_version()  # its council decides with three votes
    return [PersonFactory(name=f"Carl Council {n}", offices=["council"]) for n in range(1, 6)]


@pytest.fixture
def registrar():
    return PersonFactory(name="Rita Registrar", offices=["registrar"])


def held(scheme: str) -> Credential:
    """One of the founding cohort, awarded by nobody who holds an office here."""
    return awarded(scheme=scheme, basis="founding", actor=Person.objects.system(), now=NOON - timedelta(days=30))


def put(credential, actor, act="suspend", **more) -> Motion:
    return put_motion(credential=credential, act=act, actor=actor, reason="A complaint.", now=NOON, **more)


def vote(motion, member, choice="for", *, days=0) -> None:
    cast_vote(motion=motion, actor=member, choice=choice, now=NOON + timedelta(days=days))
    motion.refresh_from_db()
    motion.credential.refresh_from_db()


def on(days: float) -> None:
    """What time does on that day."""
    list(meet_deadlines(actor=Person.objects.system(), now=NOON + timedelta(days=days)))


# Nobody alone -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("office", ["council", "registrar", "president", "administrator"])
@pytest.mark.parametrize("act", ["suspend", "revoke"])
def test_nobody_changes_a_standing_alone(credential, office, act):
    with pytest.raises((TransitionBlocked, NotPermitted)):
        change_standing(credential=credential, name=act, actor=PersonFactory(offices=[office]), reason="x")
    credential.refresh_from_db()
    assert credential.state == "active"


def test_not_even_the_system_changes_a_standing_without_a_decision(credential):
    with pytest.raises(TransitionBlocked, match="decided by a vote"):
        perform(credential, "revoke", actor=Person.objects.system(), reason="x")


def test_decision_serves_once(credential, council, registrar):
    motion = put(credential, registrar)
    for member in council[:3]:
        vote(motion, member)
    assert motion.credential.state == "suspended"
    back = put(credential, registrar, "reinstate")
    for member in council[:3]:
        vote(back, member)
    assert back.credential.state == "active"
    with pytest.raises(TransitionBlocked):
        perform(back.credential, "suspend", actor=council[0], reason="again", now=NOON + timedelta(days=1))


def test_earlier_holder_is_taken_over_as_they_stand(council, registrar):
    definition = abs_version().definition
    line = Holder(line=1, name="Early Holder", awarded_on=NOON.date() - timedelta(days=900), status="suspended")
    import_holders(holders=[line], pathway=definition, actor=registrar)
    held = Credential.objects.get(holder__name="Early Holder")
    assert held.state == "suspended"
    with pytest.raises(TransitionBlocked):
        perform(held, "reinstate", actor=council[0], reason="x")


# Moving ---------------------------------------------------------------------------------------------------------------


def test_motion_is_put_with_the_rules_of_the_day_and_told(credential, council, registrar):
    motion = put(credential, registrar)
    assert (motion.body, motion.voters, motion.quorum, motion.majority) == ("Council", "council", 3, "simple")
    assert Letter.objects.filter(template="motion_to_vote").count() == 5
    letter = Letter.objects.get(template="motion_about_you")
    assert letter.recipient == credential.holder
    assert "A complaint." in letter.body
    event = AuditEvent.objects.get(event="council:motion:put")
    assert event.details == {"act": "suspend", "credential": str(credential.uuid), "in_danger": False}


def test_only_officers_move_and_nobody_about_themselves_or_whom_they_are_tied_to(credential, registrar):
    tied = PersonFactory(offices=["council"])
    tied.conflicts.create(other=credential.holder, relation="colleague", declared_by=tied)
    credential.holder.terms.create(role="council", starts_on=NOON.date())
    closed = PersonFactory(offices=["registrar"], is_active=False)
    for actor in (PersonFactory(), PersonFactory(offices=["treasurer"]), tied, credential.holder, closed):
        with pytest.raises(MayNotJudge):
            put(credential, actor)
    assert not Motion.objects.exists()


def test_motion_needs_a_reason_a_fitting_state_and_no_other_motion(credential, registrar):
    with pytest.raises(MotionRefused, match="Say why"):
        put_motion(credential=credential, act="suspend", actor=registrar, reason=" ", now=NOON)
    with pytest.raises(MotionRefused, match="not possible now"):
        put(credential, registrar, "reinstate")
    put(credential, registrar)
    with pytest.raises(MotionRefused, match="open motion"):
        put(credential, registrar, "revoke")


def test_database_holds_one_open_motion_a_reason_and_two_officers(credential, registrar):
    motion = put(credential, registrar)
    for fields in ({"reason": ""}, {"seconded_by": registrar}, {"act": "revoke", "in_danger": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Motion.objects.filter(pk=motion.pk).update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Motion.objects.create(
            credential=credential, act="revoke", reason="x", proposed_by=registrar, body="C", voters="council",
            quorum=1, majority="simple",
        )  # fmt: skip


def test_society_without_a_pathway_decides_by_two_of_its_council(credential, registrar):
    body, standing = rules_for(credential, NOON)
    assert (body.voters, body.quorum, standing.appeal_days, standing.confirm_days) == ("council", 2, 0, 30)


# Voting ---------------------------------------------------------------------------------------------------------------


def test_third_vote_decides_and_carries_it_out(credential, council, registrar):
    motion = put(credential, registrar)
    vote(motion, council[0])
    vote(motion, council[1], "against")
    assert motion.credential.state == "active"
    vote(motion, council[2])
    assert (motion.state, motion.credential.state, motion.minute_number) == ("in_effect", "suspended", "2026-M01")
    assert LedgerRecord.objects.of(motion.credential).last().reason == "A complaint."
    assert "A complaint." in Letter.objects.get(template="suspended").body
    assert not list(verify_chain(motion))
    evidence = LedgerRecord.objects.of(motion).last().evidence
    assert len(evidence) == 3  # the votes that were counted


def test_lost_motion_leaves_the_credential_and_says_so(credential, council, registrar):
    motion = put(credential, registrar, "revoke")
    for member in council[:3]:
        vote(motion, member, "against")
    assert (motion.state, motion.credential.state) == ("lost", "active")
    assert "stays as it is" in Letter.objects.get(template="motion_ended").subject


def test_tie_of_everybody_leaves_things_as_they_are(credential, council, registrar):
    for member in council[4:]:
        member.terms.all().delete()
    motion = put(credential, registrar)
    for member, choice in zip(council[:4], ("for", "against", "abstain", "abstain"), strict=True):
        vote(motion, member, choice)
    assert (motion.state, motion.credential.state) == ("lost", "active")


def test_whoever_moved_does_not_decide(credential, council):
    motion = put(credential, council[0])
    with pytest.raises(MayNotJudge, match="You have put this motion"):
        vote(motion, council[0])
    assert council[0] not in voters_of(motion, NOON.date())


def test_nobody_votes_twice_from_outside_tied_or_on_what_is_decided(credential, council, registrar):
    motion = put(credential, registrar)
    vote(motion, council[0])
    with pytest.raises(MotionRefused, match="already voted"):
        vote(motion, council[0])
    council[1].conflicts.create(other=credential.holder, relation="partner", declared_by=credential.holder)
    with pytest.raises(MayNotJudge, match="conflict of interest"):
        vote(motion, council[1])
    credential.holder.terms.create(role="council", starts_on=NOON.date())
    with pytest.raises(MayNotJudge, match="your own credential"):
        vote(motion, credential.holder)
    with pytest.raises(MayNotJudge, match="Only members vote"):
        vote(motion, registrar)
    for member in council[2:4]:
        vote(motion, member)
    with pytest.raises(MotionRefused, match="has been decided"):
        vote(motion, council[4])


def test_vote_of_whoever_is_tied_or_gone_by_then_is_not_counted(credential, council, registrar):
    motion = put(credential, registrar)
    for member in council[:2]:
        vote(motion, member)
    council[0].conflicts.create(other=credential.holder, relation="colleague", declared_by=council[0])
    council[1].terms.update(ends_on=NOON.date() - timedelta(days=1))
    vote(motion, council[2])
    assert (motion.state, motion.credential.state) == ("proposed", "active")
    vote(motion, council[3])
    vote(motion, council[4])
    assert motion.state == "in_effect"


def test_quorum_is_of_those_who_may_vote(credential, council, registrar):
    for member in council[:3]:
        member.conflicts.create(other=credential.holder, relation="colleague", declared_by=member)
    motion = put(credential, registrar)
    for member in council[3:]:
        vote(motion, member)
    assert motion.state == "in_effect"


def tally(cast, in_favor, against, *, quorum=3, missing=0) -> Tally:
    return Tally(cast=cast, in_favor=in_favor, against=against, quorum=quorum, missing=missing)


@pytest.mark.parametrize(
    ("count", "majority", "carried", "lost"),
    [
        (tally(2, 2, 0, missing=3), "simple", False, False),  # no quorum
        (tally(3, 2, 1, missing=2), "simple", True, False),
        (tally(4, 2, 2, missing=1), "simple", False, False),
        (tally(5, 1, 3), "simple", False, True),
        (tally(3, 0, 0), "simple", False, True),  # everybody abstained
        (tally(3, 1, 0), "simple", True, False),  # abstentions count for the quorum alone
        (tally(3, 2, 1), "two_thirds", True, False),
        (tally(4, 2, 2), "two_thirds", False, True),
        (tally(3, 1, 1, missing=2), "two_thirds", False, False),
        (tally(3, 0, 3, missing=2), "two_thirds", False, True),
        (tally(3, 3, 0, missing=2), "unanimous", True, False),
        (tally(3, 2, 1, missing=2), "unanimous", False, True),
        (tally(0, 0, 0, quorum=0), "simple", False, False),  # nobody may vote
    ],
)
def test_votes_carry_lose_or_wait(count, majority, carried, lost):
    assert (is_carried(count, majority), is_lost(count, majority)) == (carried, lost)


# At once ---


def test_two_officers_suspend_at_once_and_it_ends_unless_confirmed(credential, council, registrar):
    motion = put(credential, registrar, in_danger=True)
    assert not Letter.objects.filter(recipient=credential.holder).exists()  # before anything is done
    coordinator = PersonFactory(offices=["coordinator"])
    second_motion(motion=motion, actor=coordinator, now=NOON)
    credential.refresh_from_db()
    assert (motion.state, credential.state, motion.in_force_until) == (
        "at_once", "suspended", NOON + timedelta(days=30),
    )  # fmt: skip
    on(29.9)
    credential.refresh_from_db()
    assert credential.state == "suspended"
    on(30)
    motion.refresh_from_db()
    credential.refresh_from_db()
    assert (motion.state, credential.state) == ("lapsed", "active")
    assert "not confirmed" in Letter.objects.get(template="standing_changed").body
    assert standing_on(credential, timezone.localdate(NOON + timedelta(days=5))).status == "suspended"


def test_suspension_at_once_stands_when_the_vote_confirms_it(credential, council, registrar):
    motion = put(credential, registrar, in_danger=True)
    second_motion(motion=motion, actor=PersonFactory(offices=["president"]), now=NOON)
    for member in council[:3]:
        vote(motion, member, days=10)
    on(60)
    credential.refresh_from_db()
    assert (motion.state, credential.state) == ("in_effect", "suspended")
    assert "confirmed" in Letter.objects.get(template="suspension_confirmed").subject


def test_suspension_at_once_ends_when_the_vote_refuses_it(credential, council, registrar):
    motion = put(credential, registrar, in_danger=True)
    second_motion(motion=motion, actor=PersonFactory(offices=["president"]), now=NOON)
    for member in council[:3]:
        vote(motion, member, "against", days=10)
    assert (motion.state, motion.credential.state) == ("lost", "active")
    on(60)
    credential.refresh_from_db()
    assert LedgerRecord.objects.of(credential).filter(transition="reinstate").count() == 1


def test_second_officer_is_another_untied_one_and_does_not_decide(credential, council, registrar):
    motion = put(credential, registrar, in_danger=True)
    tied = PersonFactory(offices=["coordinator"])
    tied.conflicts.create(other=credential.holder, relation="colleague", declared_by=tied)
    for actor in (registrar, tied, credential.holder, PersonFactory(), PersonFactory(offices=["treasurer"])):
        with pytest.raises(NotPermitted):
            second_motion(motion=motion, actor=actor, now=NOON)
    second_motion(motion=motion, actor=council[0], now=NOON)
    with pytest.raises(MayNotJudge, match="suspended this credential at once"):
        vote(motion, council[0])


def test_motion_that_is_not_urgent_waits_for_the_vote(credential, council, registrar):
    motion = put(credential, registrar)
    with pytest.raises(TransitionBlocked, match="waits for the vote"):
        second_motion(motion=motion, actor=council[0], now=NOON)


def test_everybody_who_may_second_is_asked(credential, registrar):
    chair, tied = PersonFactory(offices=["ccc_chair", "reviewer"]), PersonFactory(offices=["coordinator"])
    tied.conflicts.create(other=credential.holder, relation="colleague", declared_by=tied)
    put(credential, registrar, in_danger=True)
    asked = Letter.objects.filter(template="motion_to_second").values_list("recipient", flat=True)
    assert list(asked) == [chair.pk]  # once, whatever offices they hold


# Appeals ---

APPEAL = '\n[award.standing]\nbody = "council"\nappeal_days = 30\nconfirm_days = 14\n'


def with_appeal() -> None:
    publish_pathway(
        source=SMALL.replace("[[bodies]]", f"{APPEAL}\n[[bodies]]", 1),
        actor=PersonFactory(offices=["administrator"]),
        in_force_from=NOON.date() - timedelta(days=400),
    )


def test_revocation_takes_effect_when_the_time_for_an_appeal_is_over(registrar, council):
    with_appeal()
    credential = held("small")
    motion = put(credential, registrar, "revoke")
    assert (motion.appeal_days, motion.confirm_days) == (30, 14)
    for member in council[: motion.quorum]:
        vote(motion, member)
    assert (motion.state, motion.credential.state) == ("carried", "active")
    assert motion.takes_effect_at == NOON + timedelta(days=30)
    assert "takes effect in 30 days" in Letter.objects.get(template="revocation_decided").body
    on(29)
    credential.refresh_from_db()
    assert credential.state == "active"
    on(30)
    credential.refresh_from_db()
    motion.refresh_from_db()
    assert (motion.state, credential.state) == ("in_effect", "revoked")
    assert not list(verify_chain(credential))


def test_suspension_waits_for_no_appeal(registrar, council):
    with_appeal()
    credential = held("small")
    motion = put(credential, registrar)
    for member in council[: motion.quorum]:
        vote(motion, member)
    assert motion.credential.state == "suspended"


def test_pathway_names_a_body_that_votes():
    with pytest.raises(PathwayFileInvalid, match="no body that votes"):
        check_pathway(SMALL.replace("[[bodies]]", '[award.standing]\nbody = "nobody"\n\n[[bodies]]', 1))
    assert check_pathway(SMALL).award.standing.appeal_days == 0


# Ends ---


def test_mover_withdraws_while_nothing_is_done(credential, council, registrar):
    motion = put(credential, registrar)
    with pytest.raises(NotPermitted):
        withdraw_motion(motion=motion, actor=council[0], reason="x", now=NOON)
    withdraw_motion(motion=motion, actor=registrar, reason="A mistake", now=NOON)
    assert motion.state == "withdrawn"
    put(credential, registrar)  # another may follow


def test_motion_is_closed_when_the_credential_has_gone_on(credential, council, registrar):
    motion = put(credential, registrar)
    with pytest.raises(TransitionBlocked, match="can still be carried"):
        close_overtaken(motion=motion, actor=council[0], now=NOON)
    change_standing(credential=credential, name="resign", actor=credential.holder, reason="Retired", now=NOON)
    for member in council[:2]:
        vote(motion, member)
    with pytest.raises(TransitionBlocked, match="overtaken"):
        vote(motion, council[2])
    close_overtaken(motion=motion, actor=council[3], now=NOON)
    assert motion.state == "overtaken"


def test_suspension_at_once_of_whom_has_resigned_ends_without_bringing_it_back(credential, council, registrar):
    motion = put(credential, registrar, in_danger=True)
    second_motion(motion=motion, actor=council[0], now=NOON)
    credential.refresh_from_db()
    change_standing(credential=credential, name="resign", actor=credential.holder, reason="Retired", now=NOON)
    on(30)
    credential.refresh_from_db()
    motion.refresh_from_db()
    assert (motion.state, credential.state) == ("lapsed", "resigned")


def test_minutes_number_the_motions_of_a_year(credential, council, registrar):
    for number in (1, 2):
        motion = put(credential, registrar, "suspend" if number == 1 else "reinstate")
        for member in council[:3]:
            vote(motion, member)
        assert motion.minute_number == f"2026-M{number:02}"


@pytest.mark.django_db(transaction=True)
def test_verify_finds_nothing_wrong_with_what_was_decided(credential, council, registrar):
    motion = put(credential, registrar)
    for member in council[:3]:
        vote(motion, member)
    assert MotionVote.objects.count() == 3
    out = StringIO()
    call_command("verify", stdout=out)
    assert "Everything is as it was recorded." in out.getvalue()


def test_vote_of_somebody_who_turns_out_to_be_tied_is_kept_told_and_not_counted(credential, registrar, council, client):
    motion = put(credential, registrar)
    vote(motion, council[0])
    declare_conflict(person=council[0], other=credential.holder, relation="partner", actor=council[0])

    assert tally_of(motion, NOON.date()).cast == 0
    assert {letter.recipient for letter in Letter.objects.filter(template="vote_left_out")} == set(council[1:])
    assert AuditEvent.objects.get(event="council:ballot:left_out").details["member"] == str(council[0].uuid)
    client.force_login(council[1])
    assert f"Not counted:</strong> the vote of {council[0]}." in client.get(f"/council/motions/{motion.uuid}/").text


def test_other_account_of_the_mover_is_not_asked_to_vote(credential, registrar, council):
    registrar.emailaddress_set.create(email="shared@example.org", verified=True).delete()
    council[0].emailaddress_set.create(email="shared@example.org", verified=True)
    motion = put(credential, registrar)

    assert council[0] not in voters_of(motion, NOON.date())
    with pytest.raises(Exception, match="others decide"):
        vote(motion, council[0])
