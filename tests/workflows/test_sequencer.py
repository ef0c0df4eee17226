"""Every entry gets its place in the tree after its commit, once, and in the order of writing."""

import threading

import pytest
from django.db import DatabaseError, OperationalError, connection, models, transaction

from tests.workflows.factories import ActorFactory, loan_for
from tests.workflows.holding import held_elsewhere, where_rows_are_locked
from workflows import sequencer
from workflows.canonical import canonical
from workflows.merkle import RightEdge, leaf_hash
from workflows.models import LedgerRecord, TreeHead, TreeLeaf, TreeNode
from workflows.sequencer import sequence_entries, waiting_entries
from workflows.services import perform


def lend(number=1):
    actor = ActorFactory()
    return [perform(loan_for(actor, "clerk"), "lend", actor=actor) for _ in range(number)]


def tree_of_the_records() -> RightEdge:
    """The tree as whoever has only the records would build it."""
    edge = RightEdge()
    for leaf in TreeLeaf.objects.in_order():
        record = LedgerRecord.objects.get(uuid=leaf.entry_id)
        for level, index, found in edge.append(leaf_hash(canonical(record.content()))):
            assert TreeNode.objects.get(level=level, index=index).hash == found.hex()
    return edge


def assert_tree_is_whole(size: int) -> None:
    head, edge = TreeHead.objects.get(), tree_of_the_records()
    assert list(TreeLeaf.objects.in_order().values_list("position", flat=True)) == list(range(size))
    assert (head.size, head.subtrees) == (size, [subtree.hex() for subtree in edge.subtrees])
    assert not TreeLeaf.objects.waiting().exists()


@pytest.mark.django_db
def test_entry_waits_until_it_is_placed():
    records = lend(5)
    assert waiting_entries() == 5
    assert [sequence_entries(at_most=3), sequence_entries(at_most=3), sequence_entries(at_most=3)] == [3, 2, 0]
    assert_tree_is_whole(5)
    placed = TreeLeaf.objects.in_order().values_list("entry_id", flat=True)
    assert list(placed) == [record.uuid for record in records]
    assert str(TreeLeaf.objects.in_order().first()).endswith("at 0")
    assert (str(TreeNode.objects.first()), str(TreeHead.objects.get())) == ("level 1, 0", "5 leaves")


@pytest.mark.django_db
def test_rolled_back_step_leaves_no_leaf():
    with transaction.atomic():
        lend()
        transaction.set_rollback(True)
    assert not TreeLeaf.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_committed_step_is_in_the_tree_at_once():
    lend(3)
    assert_tree_is_whole(3)


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_one_dense_tree():
    def work() -> None:
        try:
            lend(4)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while sequence_entries():
        pass
    assert_tree_is_whole(16)


@pytest.mark.django_db(transaction=True)
def test_busy_tree_stops_no_step_and_is_caught_up_later(monkeypatch, caplog):
    def busy() -> None:
        msg = "database is locked"
        raise OperationalError(msg)

    with monkeypatch.context() as patch:
        patch.setattr(sequencer, "_locked_head", busy)
        lend()
    assert waiting_entries() == 1
    (said,) = (record for record in caplog.records if record.name == "workflows.sequencer")
    assert said.getMessage() == "The tree is busy; the entries stay in wait for the next writer or for tick."
    assert said.exc_info[0] is OperationalError
    lend()
    assert_tree_is_whole(2)


@pytest.mark.django_db(transaction=True)
def test_fault_in_the_tree_comes_after_the_commit_and_undoes_no_step(monkeypatch):
    def broken() -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(sequencer, "_locked_head", broken)
        (record,) = lend()
    assert LedgerRecord.objects.get() == record
    assert waiting_entries() == 1


@pytest.mark.django_db
def test_head_held_by_somebody_else_is_left_to_them(monkeypatch):
    lend()
    monkeypatch.setattr(sequencer, "_locked_head", lambda: None)
    assert sequence_entries() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [{"position": 0}, {"position": 7}, {"hash": "f" * 64}, {"position": None}, {"entry_kind": "event"}],
)
def test_place_once_given_never_changes(change):
    lend(2)
    sequence_entries()
    last = TreeLeaf.objects.in_order().last()
    with pytest.raises(DatabaseError), transaction.atomic():
        models.QuerySet(TreeLeaf).filter(pk=last.pk).update(**change)


@pytest.mark.django_db
def test_waiting_leaf_can_be_placed_and_nothing_else():
    lend()
    leaf = TreeLeaf.objects.waiting().get()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        models.QuerySet(TreeLeaf).filter(pk=leaf.pk).update(position=0, hash="f" * 64)
    with pytest.raises(DatabaseError, match="never removed"), transaction.atomic():
        models.QuerySet(TreeLeaf).filter(pk=leaf.pk)._raw_delete("default")
    assert models.QuerySet(TreeLeaf).filter(pk=leaf.pk).update(position=0) == 1


@where_rows_are_locked
@pytest.mark.django_db(transaction=True)
def test_writer_does_not_wait_for_whoever_is_at_the_tree():
    lend()
    with held_elsewhere(TreeHead.objects.all()):
        lend()
        assert waiting_entries() == 1
    assert sequence_entries() == 1
