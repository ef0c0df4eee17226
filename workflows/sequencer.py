"""Giving every entry its place in the tree, right after the commit that wrote it.

Writers don't queue for it: whoever finds somebody else at it leaves the work to them, and whoever has appended looks
once more before going. What is left lying nevertheless (a crash) is taken up by the next writer or by `tick`.
"""

import logging
from typing import cast

from django.db import OperationalError, connection, transaction

from workflows.merkle import RightEdge
from workflows.models.rows import insert_rows, locked_row, update_row
from workflows.models.tree import TreeHead, TreeLeaf, TreeNode

logger = logging.getLogger(__name__)

AT_ONCE = 1000
WAITING = "SELECT id, hash FROM workflows_treeleaf WHERE position IS NULL ORDER BY id LIMIT %s"
PLACE = "UPDATE workflows_treeleaf SET position = %s WHERE id = %s"


def sequence_after_commit() -> None:
    """Have the entries of this transaction placed when it is committed (at once where there is none)."""
    transaction.on_commit(_sequence_what_waits, robust=True)


def sequence_entries(*, at_most: int = AT_ONCE) -> int:
    """Append what waits to the tree, in the order in which it was written; answers how many entries.

    0 means that nothing waits or that somebody else is at it.
    """
    return _append_what_waits(at_most) or 0


def waiting_entries() -> int:
    """How many entries have no place yet."""
    return TreeLeaf.objects.waiting().count()


def _sequence_what_waits() -> None:
    """Until nothing waits: an entry committed while somebody else held the head is found when they look once more."""
    try:
        while _waiting(at_most=1) and _append_what_waits(AT_ONCE) is not None:
            pass
    except OperationalError:
        logger.warning("The tree is busy; the entries stay in wait for the next writer or for tick.", exc_info=True)


def _append_what_waits(at_most: int) -> int | None:
    """Append so many entries to the tree; answers how many, or None where somebody else is at it."""
    with transaction.atomic():
        _leave_durability_to_the_next_commit()
        head = _locked_head()
        if head is None:
            return None
        waiting = _waiting(at_most=at_most)
        if not waiting:
            return 0
        edge = RightEdge(head.size, [bytes.fromhex(subtree) for subtree in head.subtrees])
        places, nodes = [], []
        for key, leaf in waiting:
            places.append((edge.size, key))
            nodes += [
                TreeNode(level=level, index=index, hash=found.hex())
                for level, index, found in edge.append(bytes.fromhex(leaf))
            ]
        with connection.cursor() as cursor:
            cursor.executemany(PLACE, places)  # the one change a leaf allows
        insert_rows(nodes, using=connection.alias)
        head.size, head.subtrees = edge.size, [subtree.hex() for subtree in edge.subtrees]
        update_row(head, ["size", "subtrees"])
    return len(waiting)


def _leave_durability_to_the_next_commit() -> None:
    """Don't wait for the disk (PostgreSQL): places lost in a crash are given again.

    What is committed later, such as a signed checkpoint, reaches the disk only after this: the log is written in order.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")


def _waiting(*, at_most: int) -> list[tuple[int, str]]:
    """Key and hash of the leaves without a place, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [at_most])
        return cast("list[tuple[int, str]]", cursor.fetchall())


def _locked_head() -> TreeHead | None:
    """The head under its row lock; None where somebody else holds it."""
    skip = connection.features.has_select_for_update_skip_locked
    head = locked_row(TreeHead(pk=1), skip_locked=skip)
    if head is None and TreeHead.objects.get_or_create(pk=1)[1]:
        head = locked_row(TreeHead(pk=1), skip_locked=skip)
    return head
