"""Proofs from the stored tree, checked by an independent implementation, in a constant number of questions."""

import collections
import collections.abc
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.workflows.trees import entry, plant, sign, words
from workflows.merkle import ProofInvalid, leaf_hash, root_by_inclusion, verify_consistency
from workflows.models import TreeLeaf
from workflows.proofs import consistency_of, inclusion_of

pytestmark = pytest.mark.django_db
SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100]


@pytest.fixture
def merklelib(monkeypatch):
    """An independent implementation (MIT), written for a Python whose `collections` still had its abstract classes."""
    monkeypatch.setattr(collections, "Iterable", collections.abc.Iterable, raising=False)
    return pytest.importorskip("merklelib")


def statements(act) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def test_independent_implementation_accepts_the_path_of_every_entry(merklelib):
    chance = random.Random(6962)
    hasher = merklelib.Hasher()
    for size in SIZES:
        plant(size, begin=TreeLeaf.objects.count())
        checkpoint = sign(size)
        other = merklelib.MerkleTree([words(number) for number in range(size)])
        for place in sorted(chance.sample(range(size), min(size, 5))):
            found = inclusion_of(entry(place))
            assert (found.placed, found.proved, found.place, found.checkpoint) == (True, True, place + 1, checkpoint)
            theirs = other.get_proof(words(place))._nodes
            assert list(found.path) == [node.hash for node in theirs]
            if found.path:
                ours = [merklelib.AuditNode(node, their.type) for node, their in zip(found.path, theirs, strict=True)]
                assert merklelib.verify_leaf_inclusion(words(place), ours, hasher, other.merkle_root)
                assert not merklelib.verify_leaf_inclusion(words(size), ours, hasher, other.merkle_root)
            assert root_by_inclusion(leaf_hash(words(place)), place, size, found.path).hex() == other.merkle_root


def test_consistency_leads_to_the_roots_of_the_independent_implementation(merklelib):
    plant(70)
    roots = {
        size: bytes.fromhex(merklelib.MerkleTree([words(number) for number in range(size)]).merkle_root)
        for size in range(1, 71)
    }
    for first in range(1, 71, 3):
        for second in range(first, 71, 5):
            path = consistency_of(first, second)
            known = {"first": first, "second": second, "second_root": roots[second], "path": path}
            verify_consistency(**known, first_root=roots[first])
            with pytest.raises(ProofInvalid):
                verify_consistency(**known, first_root=leaf_hash(b"another past"))


def test_proof_reaches_the_newest_checkpoint_and_not_what_came_after():
    plant(5)
    sign(3)
    plant(9, begin=5)
    covered = inclusion_of(entry(2))
    assert (covered.checkpoint.size, len(covered.path)) == (3, 1)
    later = inclusion_of(entry(3))
    assert (later.placed, later.proved, later.place, later.path) == (True, False, 4, ())
    newest = sign(9)
    assert inclusion_of(entry(3)).checkpoint == newest


def test_entry_without_a_place_has_no_proof():
    plant(2)
    sign(2)
    TreeLeaf.objects.create(entry_kind="step", entry_id=entry(2), hash=leaf_hash(words(2)).hex())
    found = inclusion_of(entry(2))
    assert (found.placed, found.proved, found.place, found.path) == (False, False, 0, ())


def test_entry_that_is_not_there_is_told():
    with pytest.raises(TreeLeaf.DoesNotExist):
        inclusion_of(entry(0))


def test_proofs_ask_no_more_of_a_large_tree_than_of_a_small_one():
    plant(5)
    sign(5)
    small = statements(lambda: inclusion_of(entry(1))), statements(lambda: consistency_of(3, 5))
    plant(1500, begin=5)
    sign(1500)
    assert (statements(lambda: inclusion_of(entry(777))), statements(lambda: consistency_of(777, 1500))) == small
    assert small == (4, 3)


@pytest.mark.parametrize(("first", "second"), [(0, 3), (-1, 3), (4, 3), (1, 6), (1, 2**70), (2**70, 2**71)])
def test_sizes_that_the_tree_never_had_are_refused(first, second):
    plant(5)
    with pytest.raises(ValueError, match=r"has not grown|be shown to begin with"):
        consistency_of(first, second)


def test_empty_tree_begins_with_nothing():
    with pytest.raises(ValueError, match="has not grown to 1 entries"):
        consistency_of(1, 1)
