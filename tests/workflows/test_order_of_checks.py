"""Which refusal people hear when several stand in the way, on which day roles count, and what a refusal leaves."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django_tasks_db.models import DBTaskResult

from tests.by_hand import write_by_hand
from tests.workflows.factories import ActorFactory, LoanFactory, loan_for
from tests.workflows.testapp.models import FaultyLoan, FickleLoan, Loan
from workflows import effects
from workflows.errors import NoSuchTransition, NotPermitted, ReasonRequired, StaleVersion, TransitionBlocked
from workflows.models import LedgerRecord, Reason
from workflows.outbox import Outbox
from workflows.services import available_actions, explain, perform

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return ActorFactory()


def put(loan: Loan, **stored: object) -> Loan:
    """Bring the loan by force to what only a walk would reach."""
    write_by_hand(loan, **stored)
    loan.refresh_from_db()
    return loan


def test_somebody_elses_change_comes_before_everything(actor):
    loan = put(LoanFactory(fee_due=1), state="returned", version=2)
    with pytest.raises(StaleVersion):
        perform(loan, "lend", actor=actor, expected_version=1)


def test_present_state_comes_before_ones_role(actor):
    loan = put(LoanFactory(), state="returned")
    with pytest.raises(NoSuchTransition):
        perform(loan, "lend", actor=actor)


@pytest.mark.parametrize("roles", [(), ("reader",)])
def test_role_comes_before_what_is_missing(actor, roles):
    """A stranger isn't told what the case lacks."""
    with pytest.raises(NotPermitted, match="role"):
        perform(loan_for(actor, *roles, fee_due=1), "lend", actor=actor)


def test_objection_comes_before_what_is_missing(actor):
    with pytest.raises(NotPermitted, match="oneself"):
        perform(loan_for(actor, "clerk", fee_due=1, refuses=[actor.pk]), "lend", actor=actor)


def test_role_comes_before_the_objection(actor):
    with pytest.raises(NotPermitted, match="role"):
        perform(loan_for(actor, "reader", refuses=[actor.pk]), "lend", actor=actor)


def test_missing_things_come_before_the_missing_reason(actor):
    loan = FaultyLoan.objects.create(title="x", grants={str(actor.pk): ["chief"]})
    with pytest.raises(TransitionBlocked) as blocked:
        perform(loan, "confess", actor=actor)
    assert not isinstance(blocked.value, ReasonRequired)


def test_missing_reason_reads_like_any_other_missing_thing(actor):
    loan = put(loan_for(actor, "chief"), state="lent")
    with pytest.raises(TransitionBlocked) as blocked:
        perform(loan, "write_off", actor=actor)
    assert [(item.code, item.message) for item in blocked.value.unmet] == [("reason_required", "Give a reason.")]


def test_button_for_an_act_with_a_reason_is_offered_without_one(actor):
    loan = put(loan_for(actor, "chief"), state="lent")
    assert explain(loan, "write_off", actor).possible


def test_role_written_down_is_one_that_the_act_asks_for(actor):
    """Who is an archivist and a clerk lends as a clerk; who may in two roles always does it in the same one."""
    assert perform(loan_for(actor, "archivist", "clerk"), "lend", actor=actor).role == "clerk"
    assert perform(loan_for(actor, "clerk", "chief"), "lend", actor=actor).role == "chief"


@pytest.mark.parametrize(("hour", "may"), [(4, True), (6, False)])
def test_roles_count_on_the_societys_own_day(actor, settings, hour, may):
    settings.TIME_ZONE = "America/New_York"
    loan = loan_for(actor, "clerk", granted_until=date(2026, 3, 1))
    now = datetime(2026, 3, 2, hour, tzinfo=UTC)
    assert {action.transition.name for action in available_actions(loan, actor, now=now)} == (
        {"lend", "pause"} if may else set()
    )
    assert explain(loan, "lend", actor, now=now).permitted is may
    if may:
        assert perform(loan, "lend", actor=actor, now=now).recorded_at == now
    else:
        with pytest.raises(NotPermitted):
            perform(loan, "lend", actor=actor, now=now)


def test_guard_is_told_who_acts_why_when_and_on_which_edge(actor):
    loan = FickleLoan.objects.create(title="x", grants={str(actor.pk): ["chief"]})
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with pytest.raises(TransitionBlocked) as blocked:
        perform(loan, "testify", actor=actor, reason=" Because. ", now=now)
    assert str(blocked.value) == f"{actor.pk}|Because.|2026-03-01 12:00|testify"
    shown = explain(loan, "testify", actor, now=now)
    assert shown.unmet[0].message == f"{actor.pk}||2026-03-01 12:00|testify"
    assert shown in available_actions(loan, actor, now=now)


def test_door_looks_at_what_is_stored_not_at_what_the_caller_holds(actor):
    held = loan_for(actor, "clerk")
    put(Loan.objects.get(pk=held.pk), fee_due=1)
    with pytest.raises(TransitionBlocked):
        perform(held, "lend", actor=actor)
    held.grants = {}
    put(Loan.objects.get(pk=held.pk), fee_due=0)
    assert perform(held, "lend", actor=actor).target == "lent"


def test_refusal_leaves_what_the_caller_has_typed(actor):
    loan = LoanFactory()
    loan.note = "typed, never saved"
    with pytest.raises(NotPermitted):
        perform(loan, "lend", actor=actor)
    assert loan.note == "typed, never saved"


def test_objection_shows_on_the_button(actor):
    loan = loan_for(actor, "clerk", refuses=[actor.pk], fee_due=1)
    shown = {action.transition.name: action for action in available_actions(loan, actor)}
    assert (shown["lend"].permitted, shown["lend"].refusal) == (False, "One doesn't lend to oneself.")
    assert shown["lend"].unmet == ()
    assert shown["pause"].possible


def test_subject_that_was_never_stored_is_refused(actor):
    with pytest.raises(StaleVersion):
        perform(Loan(title="x", grants={str(actor.pk): ["clerk"]}), "lend", actor=actor)


@pytest.fixture
def full_queue(monkeypatch):
    """The first effect is enqueued; for the second there is no room."""
    room = iter([True, False])
    enqueue = Outbox.enqueue

    def enqueue_while_there_is_room(*arguments):
        if next(room):
            return enqueue(*arguments)
        msg = "no room in the queue"
        raise OSError(msg)

    monkeypatch.setattr(Outbox, "enqueue", enqueue_while_there_is_room)
    for name in ("a bell", "another bell"):
        effects.subscribe(subject_kind="loan", transition="write_off", name=name, act=lambda record: None)
    yield
    for name in ("a bell", "another bell"):
        effects.unsubscribe(subject_kind="loan", transition="write_off", name=name)


def test_step_whose_effects_can_not_follow_is_no_step(actor, full_queue):
    loan = put(loan_for(actor, "chief"), state="lent")
    with pytest.raises(OSError, match="no room"):
        perform(loan, "write_off", actor=actor, reason="Left on a train.")
    assert (loan.state, loan.version, loan.trail) == ("lent", 0, [])
    stored = Loan.objects.get(pk=loan.pk)
    assert (stored.state, stored.version, stored.trail) == ("lent", 0, [])
    assert not LedgerRecord.objects.exists()
    assert not Reason.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_method_that_leads_elsewhere_leaves_nothing(actor):
    loan = FaultyLoan.objects.create(title="x", grants={str(actor.pk): ["chief"]})
    with pytest.raises(ImproperlyConfigured, match="bungle led from asked to lost, but the definition says lent"):
        perform(loan, "bungle", actor=actor)
    assert (loan.state, loan.version) == ("asked", 0)
    assert Loan.objects.get(pk=loan.pk).state == "asked"
    assert not LedgerRecord.objects.exists()
