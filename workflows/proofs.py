"""Proofs from the stored tree: that an entry is in it, that a later tree begins with an earlier one."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from workflows.checkpoints import latest_checkpoint
from workflows.merkle import Node, consistency_proof, inclusion_proof
from workflows.models import Checkpoint, TreeLeaf, TreeNode

type Place = tuple[int, int]  # level, index


@dataclass(frozen=True, kw_only=True)
class Inclusion:
    """Where an entry stands, and the newest checkpoint with the path that leads to its root."""

    leaf: TreeLeaf
    checkpoint: Checkpoint | None = None
    path: tuple[bytes, ...] = ()

    @property
    def placed(self) -> bool:
        """Whether the entry has its place in the tree."""
        return self.leaf.position is not None

    @property
    def place(self) -> int:
        """The place as people count, from one (nought while there is none)."""
        return 0 if self.leaf.position is None else self.leaf.position + 1

    @property
    def proved(self) -> bool:
        """Whether a signed checkpoint covers it."""
        return self.checkpoint is not None


def inclusion_of(entry: uuid.UUID) -> Inclusion:
    """How the entry hangs in the tree under the newest checkpoint; without a path where none covers it yet.

    Raises:
        TreeLeaf.DoesNotExist: there is no such entry.
    """
    leaf = TreeLeaf.objects.get(entry_id=entry)
    checkpoint = latest_checkpoint()
    if leaf.position is None or checkpoint is None or checkpoint.size <= leaf.position:
        return Inclusion(leaf=leaf)
    place, size = leaf.position, checkpoint.size
    path = _with_stored_nodes(lambda node: inclusion_proof(place, size, node))
    return Inclusion(leaf=leaf, checkpoint=checkpoint, path=tuple(path))


def consistency_of(first: int, second: int) -> list[bytes]:
    """The path that shows that the tree over `second` entries begins with that over `first`.

    Raises:
        ValueError: the tree has not grown that far, or `first` is not between 1 and `second`.
    """
    last = TreeLeaf.objects.in_order().last()
    if last is None or last.position is None or second > last.position + 1:
        msg = f"The tree has not grown to {second} entries."
        raise ValueError(msg)
    return _with_stored_nodes(lambda node: consistency_proof(first, second, node))


def _with_stored_nodes(prove: Callable[[Node], list[bytes]]) -> list[bytes]:
    """Ask once which nodes the proof needs, fetch them in two queries, then prove."""
    wanted: set[Place] = set()

    def ask(level: int, index: int) -> bytes:
        wanted.add((level, index))
        return b""

    prove(ask)
    stored = _stored(wanted)
    return prove(lambda level, index: stored[level, index])


def _stored(places: set[Place]) -> dict[Place, bytes]:
    leaves = TreeLeaf.objects.filter(position__in=[index for level, index in places if level == 0])
    found: dict[Place, bytes] = {(0, leaf.position or 0): bytes.fromhex(leaf.hash) for leaf in leaves}
    above = Q(pk__in=[])
    for level, index in places:
        if level:
            above |= Q(level=level, index=index)
    found |= {(node.level, node.index): bytes.fromhex(node.hash) for node in TreeNode.objects.filter(above)}
    return found
