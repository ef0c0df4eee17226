"""Rows written by statements made once are the rows that Django would write."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.signals import post_save, pre_save

from tests.workflows.factories import ActorFactory, LoanFactory, loan_for
from tests.workflows.testapp.models import Loan, Receipt, Shelf
from workflows.models import EffectRun, LedgerRecord, TreeNode
from workflows.models.rows import insert_row, insert_rows, locked_row, update_row
from workflows.services import perform

pytestmark = pytest.mark.django_db


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_inserted_row_is_read_back_as_it_was():
    loan = Loan(title="Ulysses “1922”", grants={"7": ["clerk", "ü"]}, evidence=[{"a": 1.5}], trail=[])
    insert_row(loan)
    assert not loan._state.adding
    assert values(Loan.objects.get()) == values(loan)


def test_inserted_rows_are_read_back_and_none_is_none():
    insert_rows([TreeNode(level=1, index=index, hash=str(index) * 64) for index in range(3)], using="default")
    insert_rows([], using="default")
    assert [str(node) for node in TreeNode.objects.all()] == ["level 1, 0", "level 1, 1", "level 1, 2"]


def test_updated_row_has_those_fields_changed_and_no_others():
    loan = LoanFactory(title="Old", grants={"1": ["clerk"]})
    loan.title, loan.grants, loan.note = "New", {"2": []}, "not asked for"
    update_row(loan, ["title", "grants"])
    stored = Loan.objects.get()
    assert (stored.title, stored.grants, stored.note) == ("New", {"2": []}, "")


def test_row_that_has_gone_is_not_updated():
    loan = LoanFactory()
    Loan.objects.all().delete()
    words = rf"^Storing Loan {loan.pk} did not affect any rows: it has gone\.$"
    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        update_row(loan, ["title"])


def test_locked_row_is_a_fresh_copy_and_nothing_once_it_has_gone():
    loan = LoanFactory()
    Loan.objects.update(note="written by somebody else")
    for _ in range(2):
        copy = locked_row(loan)
        assert copy is not loan
        assert copy.note == "written by somebody else"
        assert values(copy) == values(Loan.objects.get())
    Loan.objects.all().delete()
    assert locked_row(loan) is None


def test_refused_row_spoils_the_transaction_as_any_other():
    loan = LoanFactory()
    Receipt.objects.create(loan=loan)
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert_row(Receipt(loan=loan))
        assert connection.needs_rollback
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("signal", [pre_save, post_save], ids=["before", "after"])
def test_whoever_listens_to_a_subject_hears_of_its_step(signal):
    heard = []

    def listen(instance, **_):
        heard.append(instance.state)

    actor = ActorFactory()
    loan = loan_for(actor, "clerk", shelf=Shelf.objects.create(name="A"))
    signal.connect(listen, sender=Loan)
    try:
        perform(loan, "lend", actor=actor)
    finally:
        signal.disconnect(listen, sender=Loan)
    assert heard == ["lent"]
    assert (Loan.objects.get().state, LedgerRecord.objects.get().target) == ("lent", "lent")


def test_step_stores_what_its_method_changed():
    actor = ActorFactory()
    loan = loan_for(actor, "clerk")
    perform(loan, "lend", actor=actor)
    stored = Loan.objects.get()
    assert (stored.state, stored.version, stored.trail) == ("lent", 1, ["lend"])
    assert not EffectRun.objects.exists()
