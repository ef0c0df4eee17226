"""The Merkle tree of Certificate Transparency (RFC 6962 §2.1): roots, inclusion and consistency proofs.

A tree is read through a function `node(level, index)` that answers the hash of the complete subtree over the leaves
`index * 2**level` up to, but without, `(index + 1) * 2**level`. Whoever keeps those answers every question in
O(log n) of them; whoever reads all leaves in order keeps only the right edge (`RightEdge`).
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

type Node = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()


class ProofInvalid(ValueError):
    """The proof doesn't show what it should show."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry; the prefix keeps a leaf from being taken for a node (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class RightEdge:
    """The complete subtrees along the right edge of a growing tree: all that is needed to append and to tell the root.

    For `size` leaves there is one subtree for every 1 in the binary form of `size`, the largest first.
    """

    def __init__(self, size: int = 0, subtrees: Iterable[bytes] = ()) -> None:
        self.size = size
        self.subtrees = list(subtrees)

    @classmethod
    def of(cls, size: int, node: Node) -> "RightEdge":
        """The right edge of a stored tree."""
        return cls(size, [node(level, index) for level, index in complete_subtrees(size)])

    def append(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Add the hash of a leaf; answers each subtree above it that it completes: level, index, hash."""
        self.subtrees.append(leaf)
        self.size += 1
        level, rest = 0, self.size
        while rest % 2 == 0:
            right, left = self.subtrees.pop(), self.subtrees.pop()
            self.subtrees.append(node_hash(left, right))
            level, rest = level + 1, rest // 2
            yield level, rest - 1, self.subtrees[-1]

    @property
    def root(self) -> bytes:
        """The Merkle tree hash over all leaves so far."""
        return _root_over(self.subtrees)


def complete_subtrees(size: int) -> Iterator[tuple[int, int]]:
    """Level and index of the complete subtrees of which a tree of that size consists, from the left."""
    begin = 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            yield level, begin >> level
            begin += 1 << level


def root_of(size: int, node: Node) -> bytes:
    """The root over the first `size` leaves (RFC 6962 §2.1)."""
    return RightEdge.of(size, node).root


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """The audit path of one leaf in the tree over the first `size` leaves (RFC 6962 §2.1.1).

    Raises:
        ValueError: the leaf is not in that tree.
    """
    if not 0 <= index < size:
        msg = f"There is no leaf {index} in a tree of {size}."
        raise ValueError(msg)
    path, begin, end = [], 0, size
    while end - begin > 1:
        split = begin + _largest_power_below(end - begin)
        if index < split:
            path.append(_range_hash(split, end, node))
            end = split
        else:
            path.append(_range_hash(begin, split, node))
            begin = split
    return path[::-1]


def consistency_proof(first: int, second: int, node: Node) -> list[bytes]:
    """The nodes that show that the tree over `second` leaves begins with that over `first` (RFC 6962 §2.1.2).

    Raises:
        ValueError: `first` is not between 1 and `second`.
    """
    if not 0 < first <= second:
        msg = f"A tree of {second} can't be shown to begin with one of {first}."
        raise ValueError(msg)
    path, begin, end, whole = [], 0, second, True
    while first != end:
        split = begin + _largest_power_below(end - begin)
        if first <= split:
            path.append(_range_hash(split, end, node))
            end = split
        else:
            path.append(_range_hash(begin, split, node))
            begin, whole = split, False
    if not whole:
        path.append(_range_hash(begin, end, node))
    return path[::-1]


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root to which an audit path leads (RFC 9162 §2.1.3.2).

    Raises:
        ProofInvalid: the path has not the length that this place in the tree needs.
    """
    if not 0 <= index < size:
        msg = "The leaf lies outside the tree."
        raise ProofInvalid(msg)
    place, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            msg = "The path is too long."
            raise ProofInvalid(msg)
        if place & 1 or place == last:
            root = node_hash(sibling, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        msg = "The path is too short."
        raise ProofInvalid(msg)
    return root


def verify_consistency(
    *, first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the tree with the second root begins with the tree with the first (RFC 9162 §2.1.4.2).

    Raises:
        ProofInvalid: it doesn't, or the proof doesn't show it.
    """
    if first == second and not path:
        _must_equal(first_root, second_root)
        return
    nodes = list(path)
    if not 0 < first < second or not nodes:
        msg = "There is nothing to be shown."
        raise ProofInvalid(msg)
    if first & (first - 1) == 0:
        nodes.insert(0, first_root)
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            msg = "The proof is too long."
            raise ProofInvalid(msg)
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        msg = "The proof is too short."
        raise ProofInvalid(msg)
    _must_equal(old, first_root)
    _must_equal(new, second_root)


def _must_equal(found: bytes, wanted: bytes) -> None:
    if found != wanted:
        msg = "The proof leads to another root."
        raise ProofInvalid(msg)


def _range_hash(begin: int, end: int, node: Node) -> bytes:
    """The hash over a range that is a subtree of the tree: it begins at a multiple of a power of two not below it."""
    subtrees = [node(level, (begin >> level) + index) for level, index in complete_subtrees(end - begin)]
    return _root_over(subtrees)


def _root_over(subtrees: Sequence[bytes]) -> bytes:
    """The hash over complete subtrees, the largest first."""
    if not subtrees:
        return EMPTY_ROOT
    *others, root = subtrees
    for subtree in reversed(others):
        root = node_hash(subtree, root)
    return root


def _largest_power_below(number: int) -> int:
    """The largest power of two smaller than the number (which is at least 2)."""
    return 1 << (number - 1).bit_length() - 1
