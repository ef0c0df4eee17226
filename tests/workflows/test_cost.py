"""What a step costs in SQL statements: they are everything, django-fsm itself is microseconds."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.workflows.factories import ActorFactory, loan_for
from tests.workflows.testapp.models import Loan, Shelf
from workflows import effects
from workflows.guards import Unmet
from workflows.services import perform

AT_MOST = 10  # lock, guard's question, last record, record, leaf, reason, subject, effect, its task: nine


@pytest.fixture
def asking_guard(monkeypatch):
    """A guard that asks the database, and an effect that follows."""

    def on_a_shelf(subject, context):
        if not Shelf.objects.filter(loans=subject).exists():
            yield Unmet(code="no_shelf", message="It stands on no shelf.")

    monkeypatch.setattr(Loan, "guards", lambda self: {"paid": on_a_shelf})
    effects.subscribe(subject_kind="loan", transition="lend", name="bell", act=lambda record: None)
    yield
    effects.unsubscribe(subject_kind="loan", transition="lend", name="bell")


@pytest.mark.django_db
def test_whole_step_takes_at_most_ten_statements(asking_guard):
    actor = ActorFactory()
    loan = loan_for(actor, "clerk", shelf=Shelf.objects.create(name="A"))
    with CaptureQueriesContext(connection) as asked:
        perform(loan, "lend", actor=actor, reason="For the weekend.")
    statements = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert 8 <= len(statements) <= AT_MOST, statements
