import pytest

from tests.workflows.factories import ActorFactory, loan_for
from workflows.services import perform

pytestmark = pytest.mark.django_db


def test_perform_brings_the_callers_object_up_to_date():
    actor = ActorFactory()
    loan = loan_for(actor, "clerk")
    perform(loan, "lend", actor=actor)
    assert (loan.state, loan.version) == ("lent", 1)
