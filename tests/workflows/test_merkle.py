"""The tree of RFC 6962: the vectors of Certificate Transparency, and an independent implementation beside ours."""

import collections
import collections.abc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows import merkle
from workflows.merkle import ProofInvalid, RightEdge, leaf_hash

# The eight leaves and their roots from the reference tests of Certificate Transparency (RFC 6962's own log).
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(1, 130)


class Stored:
    """A tree whose nodes are all kept."""

    def __init__(self, leaves):
        self.nodes, self.edge = {}, RightEdge()
        for place, leaf in enumerate(leaves):
            self.nodes[0, place] = leaf_hash(leaf)
            for level, index, found in self.edge.append(self.nodes[0, place]):
                assert (level, index) not in self.nodes
                assert (type(level), type(index)) == (int, int)
                self.nodes[level, index] = found

    def node(self, level, index):
        return self.nodes[level, index]

    def root(self, size):
        return merkle.root_of(size, self.node)


@pytest.fixture(scope="module")
def tree():
    return Stored(f"{number}".encode() for number in range(130))


@pytest.fixture(scope="module")
def merklelib():
    """An independent implementation (MIT), written for a Python whose `collections` still had its abstract classes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collections, "Iterable", collections.abc.Iterable, raising=False)
        yield pytest.importorskip("merklelib")


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size):
    stored = Stored(LEAVES[:size])
    assert stored.edge.root.hex() == stored.root(size).hex() == ROOTS[size]


def test_audit_paths_are_those_of_certificate_transparency():
    stored = Stored(LEAVES)
    assert [node.hex()[:16] for node in merkle.inclusion_proof(0, 8, stored.node)] == [
        "96a296d224f285c6", "5f083f0a1a33ca07", "6b47aaf29ee3c2af",
    ]  # fmt: skip
    assert merkle.inclusion_proof(0, 1, stored.node) == []
    assert [node.hex()[:16] for node in merkle.inclusion_proof(5, 8, stored.node)] == [
        "bc1a0643b12e4d2d", "ca854ea128ed050b", "d37ee418976dd957",
    ]  # fmt: skip


def test_consistency_proofs_are_those_of_certificate_transparency():
    stored = Stored(LEAVES)
    assert merkle.consistency_proof(1, 1, stored.node) == []
    assert [node.hex()[:16] for node in merkle.consistency_proof(6, 8, stored.node)] == [
        "0ebc5d3437fbe2db", "ca854ea128ed050b", "d37ee418976dd957",
    ]  # fmt: skip
    assert [node.hex()[:16] for node in merkle.consistency_proof(2, 5, stored.node)] == [
        "5f083f0a1a33ca07", "bc1a0643b12e4d2d",
    ]  # fmt: skip


@given(size=SIZES)
@settings(deadline=None, max_examples=40)
def test_independent_implementation_has_the_same_roots(tree, merklelib, size):
    other = merklelib.MerkleTree([f"{number}".encode() for number in range(size)])
    assert other.merkle_root == tree.root(size).hex()
    assert merklelib.verify_tree_consistency(
        merklelib.MerkleTree([f"{number}".encode() for number in range(130)]), tree.root(size).hex(), size
    )


@given(size=st.integers(2, 130), data=st.data())
@settings(deadline=None, max_examples=40)
def test_independent_implementation_accepts_our_audit_paths(tree, merklelib, size, data):
    place = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(place, size, tree.node)
    other = merklelib.MerkleTree([f"{number}".encode() for number in range(size)])
    nodes = other.get_proof(f"{place}".encode())._nodes
    assert [node.hash for node in nodes] == path


@given(size=SIZES, data=st.data())
@settings(deadline=None, max_examples=100)
def test_audit_path_leads_to_the_root_and_no_other_path_does(tree, size, data):
    place = data.draw(st.integers(0, size - 1))
    leaf, path = tree.node(0, place), merkle.inclusion_proof(place, size, tree.node)
    assert merkle.root_by_inclusion(leaf, place, size, path) == tree.root(size)

    with pytest.raises(ProofInvalid, match=r"^The path is too long\.$"):
        merkle.root_by_inclusion(leaf, place, size, [*path, leaf])
    if path:
        with pytest.raises(ProofInvalid, match=r"^The path is too short\.$"):
            merkle.root_by_inclusion(leaf, place, size, path[:-1])
        forged = list(path)
        forged[data.draw(st.integers(0, len(path) - 1))] = leaf_hash(b"forged")
        assert merkle.root_by_inclusion(leaf, place, size, forged) != tree.root(size)


@given(first=SIZES, second=SIZES, data=st.data())
@settings(deadline=None, max_examples=150)
def test_consistency_is_shown_and_a_rewritten_past_is_not(tree, first, second, data):
    first, second = sorted((first, second))
    path = merkle.consistency_proof(first, second, tree.node)
    known = {"first": first, "second": second, "first_root": tree.root(first), "second_root": tree.root(second)}
    merkle.verify_consistency(**known, path=path)

    other = leaf_hash(b"another past")
    for root in ("first_root", "second_root"):
        with pytest.raises(ProofInvalid):
            merkle.verify_consistency(**known | {root: other}, path=path)
    for wrong in ([*path, other], path[:-1] if path else [other]):
        with pytest.raises(ProofInvalid):
            merkle.verify_consistency(**known, path=wrong)
    if path:
        forged = list(path)
        forged[data.draw(st.integers(0, len(path) - 1))] = other
        with pytest.raises(ProofInvalid):
            merkle.verify_consistency(**known, path=forged)


def test_what_is_not_in_the_tree_has_no_proof(tree):
    for place, size in ((-1, 4), (4, 4), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            merkle.inclusion_proof(place, size, tree.node)
        with pytest.raises(ProofInvalid, match=r"^The leaf lies outside the tree\.$"):
            merkle.root_by_inclusion(leaf_hash(b""), place, size, [])
    for first, second in ((0, 4), (5, 4)):
        with pytest.raises(ValueError, match="begin with"):
            merkle.consistency_proof(first, second, tree.node)


@pytest.mark.parametrize(
    ("first", "second", "nodes"), [(0, 4, 0), (0, 4, 1), (5, 4, 0), (5, 4, 1), (0, 0, 1), (4, 4, 1), (3, 4, 0)]
)
def test_that_a_tree_begins_with_none_with_a_larger_or_without_proof_is_never_shown(first, second, nodes):
    path = [leaf_hash(b"")] * nodes
    with pytest.raises(ProofInvalid, match=r"^There is nothing to be shown\.$"):
        merkle.verify_consistency(first=first, second=second, first_root=b"", second_root=b"", path=path)


def test_whoever_is_refused_a_proof_hears_why(tree):
    known = {"first": 6, "second": 8, "first_root": tree.root(6), "second_root": tree.root(8)}
    path = merkle.consistency_proof(6, 8, tree.node)
    with pytest.raises(ProofInvalid, match=r"^The proof is too long\.$"):
        merkle.verify_consistency(**known, path=[*path, path[0]])
    with pytest.raises(ProofInvalid, match=r"^The proof is too short\.$"):
        merkle.verify_consistency(**known, path=path[:-1])
    for wrong in ({"first_root": tree.root(5)}, {"second_root": tree.root(7)}, {"path": [path[0], *path[:0:-1]]}):
        with pytest.raises(ProofInvalid, match=r"^The proof leads to another root\.$"):
            merkle.verify_consistency(**{"path": path} | known | wrong)


def test_every_tree_is_shown_to_begin_with_every_smaller_one(tree):
    for second in range(1, 36):
        for first in range(1, second + 1):
            path = merkle.consistency_proof(first, second, tree.node)
            merkle.verify_consistency(
                first=first, second=second, first_root=tree.root(first), second_root=tree.root(second), path=path
            )


def test_edge_taken_from_a_stored_tree_goes_on_as_if_it_had_never_stopped(tree):
    for size, more in pairwise(range(1, 70, 7)):
        edge = RightEdge.of(size, tree.node)
        for place in range(size, more):
            for level, index, found in edge.append(tree.node(0, place)):
                assert found == tree.node(level, index)
        assert edge.root == tree.root(more)
