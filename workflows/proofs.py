"""Proofs from the stored tree: that an entry is in it, that a later tree begins with an earlier one."""

import uuid
from dataclasses import dataclass

from workflows.checkpoints import latest_checkpoint
from workflows.merkle import consistency_proof, inclusion_proof
from workflows.models import Checkpoint, TreeLeaf
from workflows.stored_tree import with_stored_nodes


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
        TreeDamaged: a node of the stored tree is missing.
    """
    leaf = TreeLeaf.objects.get(entry_id=entry)
    checkpoint = latest_checkpoint()
    if leaf.position is None or checkpoint is None or checkpoint.size <= leaf.position:
        return Inclusion(leaf=leaf)
    place, size = leaf.position, checkpoint.size
    path = with_stored_nodes(lambda node: inclusion_proof(place, size, node))
    return Inclusion(leaf=leaf, checkpoint=checkpoint, path=tuple(path))


def consistency_of(first: int, second: int) -> list[bytes]:
    """The path that shows that the tree over `second` entries begins with that over `first`.

    Raises:
        ValueError: the tree has not grown that far, or `first` is not between 1 and `second`.
        TreeDamaged: a node of the stored tree is missing.
    """
    last = TreeLeaf.objects.in_order().last()
    if last is None or last.position is None or second > last.position + 1:
        msg = f"The tree has not grown to {second} entries."
        raise ValueError(msg)
    return with_stored_nodes(lambda node: consistency_proof(first, second, node))
