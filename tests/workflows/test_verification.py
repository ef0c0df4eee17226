"""What honest use can't have made is found and named, whoever made it; and what honest use made is not suspected."""

import shutil
from pathlib import Path

import pytest
from django.db import transaction

from tests.by_hand import (
    insert_by_hand,
    rebuild_tree,
    recompute_chain,
    recompute_leaf,
    remove_by_hand,
    rows_of,
    write_by_hand,
)
from tests.workflows.factories import ActorFactory, loan_for
from tests.workflows.testapp.models import Loan
from workflows.checkpoints import laid_down, make_checkpoint
from workflows.models import Checkpoint, LedgerRecord, Reason, TreeEntry, TreeHead, TreeLeaf, TreeNode
from workflows.sequencer import sequence_entries
from workflows.services import perform
from workflows.signing import rotate_key
from workflows.triggers import lifted_triggers, remove_triggers
from workflows.verification import Finding, examination, examine, examining, tree

pytestmark = pytest.mark.django_db
STEPS = ("lend", "inspect", "extend", "write_off", "find_again", "give_back")


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.LEDGER_CHECKPOINTS_DIR = str(tmp_path / "checkpoints")


@pytest.fixture
def actor():
    return ActorFactory()


def walked(actor, *steps: str) -> Loan:
    loan = loan_for(actor, "reader", "clerk", "chief")
    for name in steps:
        perform(loan, name, actor=actor, reason="Because.")
    return loan


@pytest.fixture
def loans(actor):
    """Three loans with six records each, all in the tree, and a checkpoint over them."""
    made = [walked(actor, *STEPS) for _ in range(3)]
    make_checkpoint()
    return made


def record(loan: Loan, sequence: int) -> LedgerRecord:
    return LedgerRecord.objects.get(subject_id=loan.uuid, sequence=sequence)


def found(**options) -> list[str]:
    return [str(finding) for finding in examine(**options)]


def first(**options) -> str:
    return next(iter(found(**options)), "")


def checkpoint_file() -> Path:
    return [*laid_down()][-1]


# Honest use -----------------------------------------------------------------------------------------------


def test_nothing_is_found_where_nothing_has_happened():
    assert found() == []


def test_honest_records_are_not_suspected(loans, actor):
    walked(actor, "pause", "resume", "lend")
    sequence_entries()
    walked(actor, "lend")  # waits for its place
    assert found(since=checkpoint_file()) == []


def test_entries_across_chunks_are_read_as_one_tree(loans, actor, monkeypatch):
    monkeypatch.setattr(tree, "AT_ONCE", 7)
    assert found() == []
    write_by_hand(TreeNode.objects.get(level=3, index=1), hash="0" * 64)
    assert found() == ["node 1 on level 3 of the tree: is not the hash of what lies below it"]


def test_erased_reason_is_no_fault(loans):
    Reason.objects.filter(record__subject_id=loans[0].uuid).delete()
    assert found() == []


def test_progress_is_told_to_the_end(loans):
    told: list[tuple[str, int, int]] = []
    assert not [*examine(progress=lambda *step: told.append(step))]
    assert ("entries", 18, 18) in told
    assert ("loans", 3, 3) in told


# Records ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"role": "king"},
        {"target": "lost"},
        {"transition": "bungle"},
        {"evidence": [{"kind": "file", "id": "1", "sha256": "0" * 64}]},
        {"reason_digest": "0" * 64},
        {"rules_digest": "0" * 64},
        {"definition_digest": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_edited_record_is_named(loans, change):
    write_by_hand(record(loans[1], 3), **change)
    assert first() == f"loan {loans[1].uuid}, record 3: has been changed since it was recorded"


def test_record_of_another_actor_is_named(loans):
    write_by_hand(record(loans[1], 3), actor=ActorFactory())
    assert first() == f"loan {loans[1].uuid}, record 3: has been changed since it was recorded"


def test_re_dated_record_is_named(loans):
    past = record(loans[0], 2).recorded_at.replace(year=1999)
    write_by_hand(record(loans[0], 2), recorded_at=past)
    assert first() == f"loan {loans[0].uuid}, record 2: has been changed since it was recorded"


def test_removed_record_is_named(loans):
    gone = record(loans[0], 3)
    remove_by_hand(gone.kept_reason, gone)
    assert found()[:1] == [f"step {gone.uuid}: has been removed"]
    assert f"loan {loans[0].uuid}, record 3: record 3 is missing" in found()


def test_record_removed_with_its_leaf_is_named(loans):
    gone = record(loans[0], 3)
    remove_by_hand(gone.kept_reason, gone, TreeLeaf.objects.get(entry_id=gone.uuid))
    assert first() == "entry 2 of the tree: is missing"


def test_inserted_record_is_named(loans):
    copy = record(loans[0], 6)
    copy.pk, copy.uuid, copy.sequence = None, LedgerRecord().uuid, 7
    insert_by_hand(copy)
    assert f"step {copy.uuid}: was put in past the ledger" in found()


def test_inserted_record_with_a_leaf_of_its_own_is_named(loans):
    """Even with a fitting chain and a waiting leaf: the subject tells another number of steps."""
    copy = record(loans[0], 6)
    copy.pk, copy.uuid, copy.sequence = None, LedgerRecord().uuid, 7
    insert_by_hand(copy)
    recompute_chain(LedgerRecord.objects.of(loans[0]))
    fresh = LedgerRecord.objects.get(pk=copy.pk)
    insert_by_hand(TreeLeaf(entry_kind="step", entry_id=copy.uuid, hash="0" * 64))
    recompute_leaf(fresh)
    assert f"loan {loans[0].uuid}, record 7: the subject has version 6, the ledger 7 records" in found()


def test_swapped_records_are_named(loans):
    one, two = record(loans[0], 2), record(loans[0], 3)
    with lifted_triggers():
        rows = rows_of(LedgerRecord)
        rows.filter(pk=one.pk).update(sequence=9)
        rows.filter(pk=two.pk).update(sequence=2)
        rows.filter(pk=one.pk).update(sequence=3)
    assert first() == f"loan {loans[0].uuid}, record 3: has been changed since it was recorded"


def test_swapped_leaves_are_named(loans):
    one, two = TreeLeaf.objects.get(position=4), TreeLeaf.objects.get(position=5)
    with lifted_triggers():
        rows = rows_of(TreeLeaf)
        rows.filter(pk=one.pk).update(position=99)
        rows.filter(pk=two.pk).update(position=4)
        rows.filter(pk=one.pk).update(position=5)
    assert "node 2 on level 1 of the tree: is not the hash of what lies below it" in found()


def test_digest_that_is_not_the_records_own_is_named(loans):
    write_by_hand(record(loans[2], 6), digest="0" * 64)
    assert found() == [f"loan {loans[2].uuid}, record 6: carries another digest than its own"]


def test_changed_entry_that_waits_for_its_place_is_named(loans, actor):
    loan = walked(actor, "lend")
    write_by_hand(record(loan, 1), role="king")
    assert first() == f"loan {loan.uuid}, record 1: has been changed since it was recorded"


def test_removed_entry_that_waits_for_its_place_is_named(loans, actor):
    loan = walked(actor, "lend")
    gone = record(loan, 1)
    remove_by_hand(gone.kept_reason, gone)
    assert first() == f"step {gone.uuid}: has been removed"


def test_leaf_of_an_unknown_kind_is_named(loans):
    leaf = TreeLeaf(entry_kind="dream", entry_id=LedgerRecord().uuid, hash="0" * 64)
    insert_by_hand(leaf)
    assert found() == [f"dream {leaf.entry_id}: has been removed"]


def test_changed_reason_is_named(loans):
    Reason.objects.filter(record=record(loans[0], 4)).update(text="Another.")
    assert found() == [f"loan {loans[0].uuid}, record 4: has another reason than was recorded"]


def test_role_that_may_not_take_the_edge_is_named(loans):
    """A chain that fits in itself can still tell what the rules never allowed."""
    write_by_hand(record(loans[0], 4), role="reader")
    recompute_chain(LedgerRecord.objects.of(loans[0]))
    assert f"loan {loans[0].uuid}, record 4: write_off was recorded in the role reader, which may not do it" in found()


def test_records_of_nothing_are_named(loans):
    with lifted_triggers():
        rows_of(Loan).filter(pk=loans[1].pk)._raw_delete("default")
    expected = [f"loan {loans[1].uuid}, record {n}: tells of something that is not there any more" for n in range(1, 7)]
    assert found() == expected
    write_by_hand(record(loans[0], 1), subject_kind="dream")
    assert f"dream {loans[0].uuid}, record 1: tells of something that is not there any more" in found()


# The tree, and what others keep of it ----------------------------------------------------------------------


def test_cut_tail_is_named(loans):
    """The last three records, their leaves and the state: everything set back but the head of the tree."""
    gone = [record(loans[2], sequence) for sequence in (4, 5, 6)]
    leaves = TreeLeaf.objects.filter(entry_id__in=[one.uuid for one in gone])
    remove_by_hand(*[one.kept_reason for one in gone], *gone, *leaves)
    write_by_hand(loans[2], state="lent", version=3)
    assert "the tree: holds 15 entries, but has been grown to 18" in found()


def test_cut_tail_with_a_mended_tree_is_named_by_the_checkpoint(loans):
    gone = [record(loans[2], sequence) for sequence in (4, 5, 6)]
    leaves = TreeLeaf.objects.filter(entry_id__in=[one.uuid for one in gone])
    remove_by_hand(*[one.kept_reason for one in gone], *gone, *leaves)
    write_by_hand(loans[2], state="lent", version=3)
    rebuild_tree()
    with lifted_triggers():
        rows_of(Checkpoint).all()._raw_delete("default")
    assert found() == [
        (
            f"checkpoint {checkpoint_file().name}: 18 entries were signed, and there are 15: "
            "the end has been cut off, or an earlier database put back"
        )
    ]


def rewrite_the_past(loan: Loan) -> None:
    """A whole chain recomputed by an insider who knows everything but the key: it fits in itself."""
    for sequence, change in ((4, {"transition": "give_back", "target": "returned", "role": "clerk"}),):
        write_by_hand(record(loan, sequence), **change)
    later = [record(loan, sequence) for sequence in (5, 6)]
    leaves = TreeLeaf.objects.filter(entry_id__in=[one.uuid for one in later])
    remove_by_hand(*[one.kept_reason for one in later], *later, *leaves)
    write_by_hand(loan, state="returned", version=4)
    recompute_chain(LedgerRecord.objects.of(loan))
    for one in LedgerRecord.objects.of(loan):
        recompute_leaf(one)
    rebuild_tree()
    with lifted_triggers():
        rows_of(Checkpoint).all()._raw_delete("default")


def test_recomputed_chain_is_named_by_the_checkpoint(loans, actor):
    rewrite_the_past(loans[0])
    for _ in range(2):  # and as much has happened since as was there before
        walked(actor, "lend")
    sequence_entries()
    assert found() == [
        (
            f"checkpoint {checkpoint_file().name}: the first 18 entries are not those that were signed: "
            "the past has been rewritten"
        )
    ]


def test_checkpoint_that_somebody_kept_tells_when_all_here_has_been_rewritten(loans, tmp_path, actor):
    kept = shutil.copy(checkpoint_file(), tmp_path / "kept.txt")
    rewrite_the_past(loans[0])
    shutil.rmtree(checkpoint_file().parent)
    walked(actor, "lend", "inspect")
    make_checkpoint()
    assert found() == []  # nothing here can tell
    assert first(since=kept) == (
        "checkpoint kept.txt: the first 18 entries are not those that were signed: the past has been rewritten"
    )


def test_yesterdays_database_is_named_by_todays_checkpoint(loans, actor):
    with transaction.atomic():
        walked(actor, "lend")
        make_checkpoint()
        transaction.set_rollback(True)  # everything in the database is as it was before; the folder is not
    assert first() == (
        f"checkpoint {checkpoint_file().name}: 19 entries were signed, and there are 18: "
        "the end has been cut off, or an earlier database put back"
    )


@pytest.mark.parametrize("note", ["", "Hello\n", "a/b\n3\nx\n\n— a/b AAAA\n"], ids=["empty", "text", "unsigned"])
def test_checkpoint_that_nobody_has_signed_is_named(loans, tmp_path, note):
    (tmp_path / "mine.txt").write_text(note, encoding="utf-8")
    assert first(since=tmp_path / "mine.txt").startswith("checkpoint mine.txt: ")


def test_file_of_something_else_among_the_checkpoints_is_named(loans):
    (checkpoint_file().parent / "0000-odd.txt").write_bytes(b"\xff\xfe\x00")
    assert first().startswith("checkpoint 0000-odd.txt: This is no signed note")


def test_forged_checkpoint_in_the_database_is_named(loans):
    forged = Checkpoint.objects.get()
    write_by_hand(forged, note=forged.note.replace("\n18\n", "\n17\n"))
    assert first().startswith("checkpoint of 18 entries: The signature doesn't belong to this text")


def test_checkpoints_of_a_former_key_count(loans, actor):
    rotate_key()
    walked(actor, "lend")
    make_checkpoint()
    assert found() == []


def test_missing_node_and_odd_nodes_are_named(loans):
    remove_by_hand(TreeNode.objects.get(level=2, index=1))
    assert found() == [
        "node 1 on level 2 of the tree: is missing",
        "the tree: has nodes that belong to no entry, or lacks some",
    ]


def test_head_of_another_tree_is_named(loans):
    rows_of(TreeHead).update(subtrees=["0" * 64])
    assert found() == ["the tree: is not the one that has been grown"]
    rows_of(TreeHead).all()._raw_delete("default")
    assert found() == ["the tree: holds 18 entries, but has been grown to 0"]


# Subjects --------------------------------------------------------------------------------------------------


def test_state_changed_by_hand_is_named(loans):
    write_by_hand(loans[0], state="lost")
    assert found() == [f"loan {loans[0].uuid}, record 6: the subject is in lost, the ledger says returned"]


def test_version_changed_by_hand_is_named(loans):
    write_by_hand(loans[0], version=9)
    assert found() == [f"loan {loans[0].uuid}, record 6: the subject has version 9, the ledger 6 records"]


def test_lifted_triggers_are_named(loans):
    remove_triggers()
    assert any("workflows_ledgerrecord_never_shrinks: is missing" in line for line in found())


# Rules of others -------------------------------------------------------------------------------------------


def test_rule_of_another_package_is_asked(monkeypatch):
    monkeypatch.setattr(examining, "_examinations", {})

    @examination
    def shelves_are_dusted():
        yield Finding(about="shelf 3", message="is dusty")

    assert examination(shelves_are_dusted) is shelves_are_dusted
    assert found() == ["shelf 3: is dusty"]


def test_every_kind_of_entry_is_read():
    from django.apps import apps

    from workflows.verification.entries import readers

    kinds = {model.entry_kind for model in apps.get_models() if issubclass(model, TreeEntry)}
    assert {reader.model.entry_kind for reader in readers()} == kinds >= {"step", "seal", "event"}
