"""The tree as the database keeps it: leaves and complete nodes, fetched as a proof needs them."""

from collections.abc import Callable

from django.db.models import Q

from workflows.merkle import Node, root_of
from workflows.models import TreeLeaf, TreeNode

type Place = tuple[int, int]  # level, index


class TreeDamaged(Exception):
    """A leaf or node that must be there is not; `manage.py verify` names what has happened."""


def with_stored_nodes[Answer](ask: Callable[[Node], Answer]) -> Answer:
    """Let `ask` work with the stored nodes: run once to hear which it needs, and again with them (two queries).

    Raises:
        TreeDamaged: one of them is missing.
    """
    wanted: set[Place] = set()

    def note(level: int, index: int) -> bytes:
        wanted.add((level, index))
        return b""

    ask(note)
    stored = _stored(wanted)
    if missing := sorted(wanted - stored.keys()):
        msg = f"The tree lacks its node {missing[0][1]} of level {missing[0][0]}: run manage.py verify."
        raise TreeDamaged(msg)
    return ask(lambda level, index: stored[level, index])


def root_at(size: int) -> bytes:
    """The root over the first `size` entries.

    Raises:
        TreeDamaged: there are not so many, or a node is missing.
    """
    return with_stored_nodes(lambda node: root_of(size, node))


def _stored(places: set[Place]) -> dict[Place, bytes]:
    leaves = TreeLeaf.objects.filter(position__in=[index for level, index in places if level == 0])
    found: dict[Place, bytes] = {(0, leaf.position or 0): bytes.fromhex(leaf.hash) for leaf in leaves}
    above = Q(pk__in=[])
    for level, index in places:
        if level:
            above |= Q(level=level, index=index)
    found |= {(node.level, node.index): bytes.fromhex(node.hash) for node in TreeNode.objects.filter(above)}
    return found
