"""Giving every entry its place in the tree, right after the commit that wrote it.

Writers don't queue for it: whoever finds somebody else at it leaves the work to them, and whoever has appended looks
once more before going. What is left lying nevertheless (a crash) is taken up by the next writer or by `tick`.
"""

import logging

from django.db import OperationalError, connection, models, transaction

from workflows.merkle import RightEdge
from workflows.models.tree import TreeHead, TreeLeaf, TreeNode

logger = logging.getLogger(__name__)

AT_ONCE = 1000


def sequence_after_commit() -> None:
    """Have the entries of this transaction placed when it is committed (at once where there is none)."""
    transaction.on_commit(_sequence_what_waits, robust=True)


def sequence_entries(*, at_most: int = AT_ONCE) -> int:
    """Append what waits to the tree, in the order in which it was written; answers how many entries.

    0 means that nothing waits or that somebody else is at it.
    """
    with transaction.atomic():
        head = _locked_head()
        if head is None:
            return 0
        leaves = list(TreeLeaf.objects.waiting()[:at_most])
        if not leaves:
            return 0
        edge = RightEdge(head.size, [bytes.fromhex(subtree) for subtree in head.subtrees])
        nodes = []
        for leaf in leaves:
            leaf.position = edge.size
            nodes += [
                TreeNode(level=level, index=index, hash=found.hex())
                for level, index, found in edge.append(bytes.fromhex(leaf.hash))
            ]
        leaves_of_any_kind: models.QuerySet[TreeLeaf] = models.QuerySet(TreeLeaf)
        leaves_of_any_kind.bulk_update(leaves, ["position"])  # the one change a leaf allows
        TreeNode.objects.bulk_create(nodes)
        head.size, head.subtrees = edge.size, [subtree.hex() for subtree in edge.subtrees]
        head.save()
    return len(leaves)


def waiting_entries() -> int:
    """How many entries have no place yet."""
    return TreeLeaf.objects.waiting().count()


def _sequence_what_waits() -> None:
    """Until nothing waits: an entry committed while somebody else held the head is found when they look once more."""
    try:
        while TreeLeaf.objects.waiting().exists() and sequence_entries():
            pass
    except OperationalError:
        logger.warning("The tree is busy; the entries stay in wait for the next writer or for tick.", exc_info=True)


def _locked_head() -> TreeHead | None:
    """The head under its row lock; None where somebody else holds it."""
    TreeHead.objects.get_or_create(pk=1)
    heads = TreeHead.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
    return heads.filter(pk=1).first()
