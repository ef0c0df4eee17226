"""Whatever people do in whatever order: the ledger replays to the state, and buttons never lie."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workflows.factories import ActorFactory, LoanFactory
from tests.workflows.testapp.models import LOAN, Loan
from workflows.errors import NoSuchTransition, NotPermitted, TransitionBlocked, TransitionError
from workflows.ledger import replay, verify_chain
from workflows.models import LedgerRecord
from workflows.services import Action, available_actions, explain, perform

ACTS = sorted({edge.name for edge in LOAN.transitions})
ROLES = ("reader", "clerk", "chief")
EDGES = {(edge.name, edge.source, edge.target): edge.roles for edge in LOAN.transitions}
some_act = st.one_of(st.sampled_from(ACTS), st.integers(0, len(ACTS)))  # by name, or one of those offered
steps = st.lists(st.tuples(some_act, st.sampled_from(ROLES), st.booleans()), max_size=15)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=steps, fee=st.sampled_from([0, 0, 1]))
def test_any_walk_leaves_a_ledger_that_replays_to_the_state(db, walk, fee):
    people = {role: ActorFactory() for role in ROLES}
    loan = LoanFactory(grants={str(person.pk): [role] for role, person in people.items()}, fee_due=fee)
    done = []
    for pick, role, with_reason in [("lend", "clerk", False), *walk]:
        before = (loan.state, loan.version)
        offered = {action.transition.name: action for action in available_actions(loan, people[role])}
        name = pick if isinstance(pick, str) else [*offered, "inspect"][pick % (len(offered) + 1)]
        expected = (
            name in offered and offered[name].possible and (with_reason or not offered[name].transition.reason_required)
        )
        try:
            record = perform(loan, name, actor=people[role], reason="x" if with_reason else "")
        except TransitionError:
            assert not expected
            assert (loan.state, loan.version) == before
        else:
            assert expected
            assert (record.source, record.sequence, loan.state) == (before[0], before[1] + 1, record.target)
            assert role == record.role
            assert role in EDGES[name, record.source, record.target]
            done.append((name, people[role].pk))
        assert loan.state == replay(loan)
    stored = Loan.objects.get(pk=loan.pk)
    assert (stored.state, stored.version, stored.trail) == (replay(stored), len(done), [name for name, _ in done])
    assert list(LedgerRecord.objects.of(stored).values_list("transition", "actor")) == done
    assert list(verify_chain(stored)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state.slug for state in LOAN.states])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    roles=st.sets(st.sampled_from(ROLES)),
    refused=st.booleans(),
    facts=st.fixed_dictionaries(
        {
            "fee_due": st.integers(0, 1),
            "overdue": st.booleans(),
            "closed": st.booleans(),
            "paused_from": st.sampled_from(["asked", "lent"]),
        }
    ),
)
def test_button_explanation_and_door_agree(db, state, roles, refused, facts):
    """Whoever it is, whatever is missing: what is offered is done, and what is not offered is refused."""
    actor = ActorFactory()
    loan = LoanFactory(grants={str(actor.pk): sorted(roles)}, refuses=[actor.pk] if refused else [], **facts)
    Loan.objects.filter(pk=loan.pk).update(state=state)
    for name in ACTS:
        loan = Loan.objects.get(pk=loan.pk)
        offered = {action.transition.name: action for action in available_actions(loan, actor)}
        try:
            told = explain(loan, name, actor)
        except NoSuchTransition as refusal:
            assert name not in offered
            told = refusal
        else:
            assert offered.get(name, told) == told
            assert name in offered or not told.permitted
        assert outcome(loan, name, actor) == said(told)


def said(told: Action | NoSuchTransition) -> object:
    """What the explanation lets one expect of the door."""
    if isinstance(told, NoSuchTransition):
        return NoSuchTransition
    if not told.permitted:
        return told.refusal
    return list(told.unmet) or told.transition.target


def outcome(loan: Loan, name: str, actor: Any) -> object:
    """What the door does; undone again."""
    try:
        with transaction.atomic():
            target = perform(loan, name, actor=actor, reason="x").target
            transaction.set_rollback(True)
            return target
    except NoSuchTransition:
        return NoSuchTransition
    except NotPermitted as refusal:
        return str(refusal)
    except TransitionBlocked as blocked:
        return blocked.unmet
