"""Many at the same door at once: one goes through, the others get a clear refusal, and no record is doubled."""

import threading

import pytest
from django.db import OperationalError, connection

from tests.workflows.factories import ActorFactory, loan_for
from tests.workflows.testapp.models import Loan
from workflows.errors import NoSuchTransition, StaleVersion
from workflows.ledger import verify_chain
from workflows.models import LedgerRecord
from workflows.services import perform

MANY = 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("expected_version", [None, 0])
def test_of_many_at_once_one_goes_through(expected_version):
    actor = ActorFactory()
    loan = loan_for(actor, "clerk")
    start, outcomes = threading.Barrier(MANY), []

    def rush():
        mine = Loan.objects.get(pk=loan.pk)
        start.wait()
        try:
            perform(mine, "lend", actor=actor, expected_version=expected_version)
            outcomes.append("done")
        except (NoSuchTransition, StaleVersion) as refusal:
            outcomes.append(type(refusal).__name__)
        except OperationalError as error:  # a full queue at SQLite's door
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=rush) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = "NoSuchTransition" if expected_version is None else "StaleVersion"
    assert sorted(outcomes) == sorted(["done", *[refused] * (MANY - 1)])
    assert LedgerRecord.objects.of(loan).count() == 1
    assert list(verify_chain(Loan.objects.get(pk=loan.pk))) == []
