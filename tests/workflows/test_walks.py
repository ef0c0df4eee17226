"""Whatever people do in whatever order: the ledger replays to the state, and buttons never lie."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workflows.factories import ActorFactory, LoanFactory
from tests.workflows.testapp.models import LOAN, Loan
from workflows.errors import TransitionError
from workflows.ledger import replay, verify_chain
from workflows.models import LedgerRecord
from workflows.services import available_actions, explain, perform

ACTS = sorted({edge.name for edge in LOAN.transitions})
ROLES = ("reader", "clerk", "chief")
steps = st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(ROLES), st.booleans()), max_size=12)


@pytest.mark.django_db(transaction=False)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=steps, fee=st.integers(0, 1))
def test_any_walk_leaves_a_ledger_that_replays_to_the_state(db, walk, fee):
    people = {role: ActorFactory() for role in ROLES}
    loan = LoanFactory(grants={str(person.pk): [role] for role, person in people.items()}, fee_due=fee)
    for name, role, with_reason in walk:
        before = (loan.state, loan.version)
        possible = {
            action.transition.name: action for action in available_actions(loan, people[role]) if action.possible
        }
        try:
            perform(loan, name, actor=people[role], reason="x" if with_reason else "")
        except TransitionError as refusal:
            assert (loan.state, loan.version) == before
            blamed = refusal if name in possible and not possible[name].transition.reason_required else None
            assert blamed is None
        else:
            assert name in possible
            assert loan.version == before[1] + 1
    stored = Loan.objects.get(pk=loan.pk)
    assert stored.state == replay(stored)
    assert stored.version == LedgerRecord.objects.of(stored).count()
    assert list(verify_chain(stored)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "role"), list(product(ACTS, ROLES)))
def test_button_and_door_agree_from_every_state(name, role):
    actor = ActorFactory()
    for state in LOAN.states:
        loan = LoanFactory(grants={str(actor.pk): [role]})
        Loan.objects.filter(pk=loan.pk).update(state=state.slug, paused_from="lent" if state.slug == "paused" else "")
        loan.refresh_from_db()
        offered = {action.transition.name for action in available_actions(loan, actor) if action.possible}
        try:
            told = explain(loan, name, actor).possible
        except TransitionError:
            told = False
        try:
            perform(loan, name, actor=actor, reason="x")
            done = True
        except TransitionError:
            done = False
        assert (name in offered, told) == (done, done), state.slug
