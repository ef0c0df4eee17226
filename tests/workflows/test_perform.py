"""The one door: what it checks, in which order, and that a refusal leaves everything as it was."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from tests.workflows.factories import ActorFactory, LoanFactory, loan_for
from tests.workflows.testapp.models import FaultyLoan, FickleLoan, Loan, Shelf
from workflows.errors import NoSuchTransition, NotPermitted, ReasonRequired, StaleVersion, TransitionBlocked
from workflows.guards import Unmet
from workflows.models import LedgerRecord
from workflows.services import available_actions, explain, perform

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def actor():
    return ActorFactory()


def unchanged(loan: Loan) -> bool:
    fresh = Loan.objects.get(pk=loan.pk)
    return (fresh.state, fresh.version, fresh.trail) == (loan.state, loan.version, loan.trail) and not (
        LedgerRecord.objects.of(loan).count() - loan.version
    )


def test_step_changes_state_and_version_and_leaves_one_record(actor):
    loan = loan_for(actor, "clerk", evidence=[{"kind": "card", "id": "7", "sha256": "a" * 64}])
    record = perform(loan, "lend", actor=actor, now=NOON)
    stored = Loan.objects.get(pk=loan.pk)
    assert (stored.state, stored.version, stored.trail) == ("lent", 1, ["lend"])
    assert (record.sequence, record.source, record.target, record.role) == (1, "asked", "lent", "clerk")
    assert record.recorded_at == NOON
    assert record.evidence == [{"kind": "card", "id": "7", "sha256": "a" * 64}]


def test_stranger_is_refused_and_nothing_changes(actor):
    loan = LoanFactory()
    with pytest.raises(NotPermitted, match=r"^You don't hold a role that may do this\.$"):
        perform(loan, "lend", actor=actor)
    assert unchanged(loan)


def test_act_that_the_state_does_not_allow_is_refused_in_words(actor):
    loan = loan_for(actor, "reader")
    words = "^This is not possible any more, or not yet: the present state is “Asked for”\\.$"
    with pytest.raises(NoSuchTransition, match=words):
        perform(loan, "give_back", actor=actor)
    assert unchanged(loan)


def test_unknown_act_is_refused(actor):
    with pytest.raises(NoSuchTransition):
        perform(loan_for(actor, "clerk"), "burn", actor=actor)


def test_stale_version_is_refused_before_anything_else_is_looked_at(actor):
    loan = LoanFactory()
    with pytest.raises(StaleVersion, match=r"^Somebody else has changed this since you looked at it\.$"):
        perform(loan, "lend", actor=actor, expected_version=4)
    assert unchanged(loan)


def test_subject_that_has_gone_is_stale(actor):
    loan = loan_for(actor, "clerk")
    Loan.objects.filter(pk=loan.pk).delete()
    with pytest.raises(StaleVersion, match=r"^This no longer exists\.$"):
        perform(loan, "lend", actor=actor)


def test_guard_blocks_and_says_what_is_missing(actor):
    loan = loan_for(actor, "clerk", fee_due=3)
    with pytest.raises(TransitionBlocked) as blocked:
        perform(loan, "lend", actor=actor)
    assert [(item.code, item.need) for item in blocked.value.unmet] == [("fee_due", "3")]
    assert str(blocked.value) == "The fee is due."
    assert unchanged(loan)


def test_what_a_guard_does_not_know_it_leaves_empty():
    unmet = Unmet(code="fee_due", message="The fee is due.")
    assert (unmet.requirement, unmet.have, unmet.need, unmet.remedy_url) == ("", "", "", "")


def test_every_guard_is_asked_so_that_people_hear_of_all_faults_at_once(actor):
    loan = loan_for(actor, "clerk", "reader")
    perform(loan, "lend", actor=actor)
    Loan.objects.filter(pk=loan.pk).update(overdue=True, fee_due=1)
    loan.refresh_from_db()
    with pytest.raises(TransitionBlocked) as blocked:
        perform(loan, "extend", actor=actor)
    assert [item.code for item in blocked.value.unmet] == ["overdue", "fee_due"]


def test_guard_that_fails_blocks_instead_of_letting_through(actor, caplog):
    loan = FaultyLoan.objects.create(title="x", grants={str(actor.pk): ["chief"]})
    with pytest.raises(TransitionBlocked) as blocked:
        perform(loan, "explode", actor=actor)
    told = Unmet(code="guard_failed", message="This can't be checked at the moment. Please tell us.")
    assert blocked.value.unmet == [told, told]
    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("workflows.guards", "Guard broken failed"),
        ("workflows.guards", "Guard unknown failed"),
    ]


@pytest.mark.parametrize("reason", ["", "   \n"])
def test_reason_is_required_where_the_edge_says_so(actor, reason):
    loan = loan_for(actor, "chief")
    perform(loan, "lend", actor=actor)
    with pytest.raises(ReasonRequired):
        perform(loan, "write_off", actor=actor, reason=reason)
    assert unchanged(loan)


def test_reason_is_kept_apart_under_its_digest(actor):
    loan = loan_for(actor, "chief")
    perform(loan, "lend", actor=actor)
    record = perform(loan, "write_off", actor=actor, reason="  Left on a train.  ")
    assert record.reason == "Left on a train."
    assert "train" not in str(record.content())
    assert len(record.reason_digest) == 64


def test_objection_to_a_person_stands_above_their_role(actor):
    loan = loan_for(actor, "clerk", refuses=[actor.pk])
    with pytest.raises(NotPermitted, match="oneself"):
        perform(loan, "lend", actor=actor)
    action = explain(loan, "lend", actor)
    assert (action.permitted, action.refusal) == (False, "One doesn't lend to oneself.")


def test_roles_are_those_of_the_edge_that_is_really_taken(actor):
    """A reader may resume a paused request, but not a paused loan."""
    loan = loan_for(actor, "clerk")
    perform(loan, "lend", actor=actor)
    perform(loan, "pause", actor=actor)
    reader = ActorFactory()
    Loan.objects.filter(pk=loan.pk).update(grants={str(reader.pk): ["reader"], str(actor.pk): ["clerk"]})
    loan.refresh_from_db()
    with pytest.raises(NotPermitted):
        perform(loan, "resume", actor=reader)
    assert perform(loan, "resume", actor=actor).target == "lent"


def test_act_with_several_targets_takes_the_one_the_actor_may(actor):
    loan = loan_for(actor, "clerk", "reader")
    perform(loan, "pause", actor=actor)
    record = perform(loan, "settle", actor=actor)
    assert (record.target, record.role) == ("lost", "clerk")


def test_final_state_is_left_by_a_named_exit_only(actor):
    loan = loan_for(actor, "chief")
    perform(loan, "lend", actor=actor)
    perform(loan, "write_off", actor=actor, reason="x")
    assert perform(loan, "find_again", actor=actor).target == "lent"


def test_step_that_stays_in_its_state_is_recorded_all_the_same(actor):
    loan = loan_for(actor, "chief")
    perform(loan, "lend", actor=actor)
    record = perform(loan, "inspect", actor=actor)
    assert (record.source, record.target, loan.version) == ("lent", "lent", 2)


def test_condition_of_the_method_closes_the_act(actor):
    loan = loan_for(actor, "clerk", closed=True)
    with pytest.raises(NoSuchTransition):
        perform(loan, "lend", actor=actor)
    assert "lend" not in {action.transition.name for action in available_actions(loan, actor)}


def test_rollback_leaves_neither_step_nor_record(actor):
    loan = loan_for(actor, "clerk")

    def fail():
        with transaction.atomic():
            perform(loan, "lend", actor=actor)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert Loan.objects.get(pk=loan.pk).state == "asked"
    assert not LedgerRecord.objects.of(loan).exists()


def test_callers_other_changes_are_not_written_by_a_step(actor):
    loan = loan_for(actor, "clerk")
    loan.note = "typed, never saved"
    perform(loan, "lend", actor=actor)
    assert Loan.objects.get(pk=loan.pk).note == ""


def test_caller_sees_the_step_with_its_cached_relations_renewed(actor):
    old, new = Shelf.objects.create(name="old"), Shelf.objects.create(name="new")
    loan = loan_for(actor, "clerk", shelf=old)
    assert loan.shelf.name == "old"
    Loan.objects.filter(pk=loan.pk).update(shelf=new)
    perform(loan, "lend", actor=actor)
    assert loan.shelf.name == "new"


@pytest.mark.parametrize("name", ["vanish", "evaporate"])
def test_act_without_a_method_names_what_the_programmer_has_to_write(actor, name):
    loan = FaultyLoan.objects.create(title="x", grants={str(actor.pk): ["reader"]})
    with pytest.raises(ImproperlyConfigured, match=f"^FaultyLoan has no django-fsm transition {name}\\.$"):
        perform(loan, name, actor=actor)


@pytest.mark.parametrize("reason", ["", "Because."])
@pytest.mark.parametrize("name", ["heed", "weigh"])
def test_where_an_act_leads_may_hang_on_who_acts_why_and_when(actor, name, reason):
    told = f"{actor.pk}|{reason}|2026-03-01 12:00|{name}"
    loan = FickleLoan.objects.create(title="x", note=told, grants={str(actor.pk): ["chief"]})
    foreseen = "paused" if reason else "lent"  # before a reason is given
    assert explain(loan, name, actor, now=NOON).transition.target == foreseen
    assert [
        action.transition.target
        for action in available_actions(loan, actor, now=NOON)
        if action.transition.name == name
    ] == [foreseen]
    assert perform(loan, name, actor=actor, reason=reason, now=NOON).target == "lent"


def test_of_two_edges_a_method_that_stays_takes_the_one_that_stays(actor):
    loan = FickleLoan.objects.create(title="x", grants={str(actor.pk): ["chief"]})
    assert perform(loan, "idle", actor=actor).target == "asked"


def test_partly_loaded_object_can_be_explained(actor):
    loan = loan_for(actor, "clerk")
    perform(loan, "pause", actor=actor)
    assert explain(Loan.objects.defer("note").get(), "resume", actor).transition.target == "asked"


@pytest.mark.parametrize("name", ["bungle", "vanish", "wander"])
def test_model_that_disagrees_with_its_definition_is_a_programmers_fault(actor, name):
    loan = FaultyLoan.objects.create(title="x", grants={str(actor.pk): ["chief", "reader", "clerk"]})
    if name == "wander":
        perform(loan, "pause", actor=actor)
        with pytest.raises(NoSuchTransition):
            perform(loan, name, actor=actor)
    else:
        with pytest.raises(ImproperlyConfigured):
            perform(loan, name, actor=actor)


def test_edge_that_the_method_does_not_know_is_no_edge(actor):
    loan = FaultyLoan.objects.create(title="x", grants={str(actor.pk): ["chief"]})
    with pytest.raises(NoSuchTransition):
        perform(loan, "balk", actor=actor)


def test_available_actions_are_those_of_ones_roles_with_what_is_missing(actor):
    loan = loan_for(actor, "clerk", fee_due=2)
    actions = {action.transition.name: action for action in available_actions(loan, actor)}
    assert set(actions) == {"lend", "pause"}
    assert not actions["lend"].possible
    assert [item.code for item in actions["lend"].unmet] == ["fee_due"]
    assert actions["pause"].possible


def test_what_is_possible_is_neither_refused_nor_lacks_anything(actor):
    action = explain(loan_for(actor, "clerk"), "lend", actor)
    assert (action.permitted, action.refusal, action.unmet) == (True, "", ())


def test_explaining_changes_nothing(actor):
    loan = loan_for(actor, "clerk")
    assert explain(loan, "lend", actor).possible
    assert unchanged(loan)


def test_looking_ahead_leaves_no_trace_in_the_object(actor):
    """To which state `resume` leads is tried on a copy, whose lists aren't the object's own."""
    loan = loan_for(actor, "clerk")
    perform(loan, "pause", actor=actor)
    assert explain(loan, "resume", actor).transition.target == "asked"
    assert available_actions(loan, actor)
    assert (loan.state, loan.trail, loan.paused_from) == ("paused", ["pause"], "asked")
    perform(loan, "resume", actor=actor)
    assert Loan.objects.get(pk=loan.pk).trail == ["pause", "resume"]


def test_of_two_edges_the_one_is_taken_to_which_the_method_leads(actor):
    loan = FaultyLoan.objects.create(title="x", grants={str(actor.pk): ["chief"]})
    assert perform(loan, "fork", actor=actor).target == "paused"


def test_step_without_a_reason_has_none(actor):
    loan = loan_for(actor, "clerk")
    assert perform(loan, "lend", actor=actor).reason == ""


def test_reason_for_a_refusal_says_no_more_than_it_was_given():
    unmet = Unmet(code="late", message="Too late.")
    assert (unmet.requirement, unmet.have, unmet.need, unmet.remedy_url) == ("", "", "", "")


def test_number_and_version_of_a_subject_are_in_no_form():
    for name in ("uuid", "version"):
        assert Loan._meta.get_field(name).editable is False
