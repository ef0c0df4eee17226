"""Every entry against its leaf, every leaf in its place, the tree against its own nodes and against checkpoints."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from workflows.merkle import RightEdge
from workflows.models import TreeHead, TreeLeaf, TreeNode
from workflows.verification.checkpoints import Witnesses
from workflows.verification.entries import entry_models, readers
from workflows.verification.findings import Finding, Progress

AT_ONCE = 5000


def examine_tree(witnesses: Witnesses, progress: Progress) -> Iterator[Finding]:
    """Rebuild the tree from its leaves, chunk by chunk, and compare on the way."""
    head = TreeHead.objects.filter(pk=1).first() or TreeHead()
    last = TreeLeaf.objects.in_order().last()
    size = 0 if last is None or last.position is None else last.position + 1
    edge, known = RightEdge(), readers()
    yield from witnesses.compare(edge)
    for begin in range(0, size, AT_ONCE):
        end = min(begin + AT_ONCE, size)
        found = {entry.position: entry for reader in known for entry in reader.placed(begin, end)}
        nodes: dict[tuple[int, int], str] = {}
        for position in range(begin, end):
            entry = found.get(position)
            if entry is None:
                leaf = TreeLeaf.objects.filter(position=position).first()
                if leaf is None:
                    yield Finding(about=f"entry {position} of the tree", message="is missing")
                    return
                yield Finding(about=f"{leaf.entry_kind} {leaf.entry_id}", message="has been removed")
                hashed = leaf.hash
            else:
                if fault := entry.fault:
                    yield Finding(about=entry.about, message=fault)
                hashed = entry.hash
            for level, index, node in edge.append(bytes.fromhex(hashed)):
                nodes[level, index] = node.hex()
            yield from witnesses.compare(edge)
        yield from _faulty_nodes(begin, end, nodes)
        progress("entries", end, size)
    yield from _faults_of_head(head, edge)
    yield from witnesses.beyond(edge.size)
    for reader in known:
        for entry in reader.waiting():
            if fault := entry.fault:
                yield Finding(about=entry.about, message=fault)
    yield from _without_leaf()
    yield from _without_entry()


def _faulty_nodes(begin: int, end: int, wanted: dict[tuple[int, int], str]) -> Iterator[Finding]:
    level = 1
    while begin >> level < end >> level:
        stored = dict(
            TreeNode.objects.filter(level=level, index__gte=begin >> level, index__lt=end >> level).values_list(
                "index", "hash"
            )
        )
        for index in range(begin >> level, end >> level):
            if stored.get(index) != wanted[level, index]:
                yield Finding(
                    about=f"node {index} on level {level} of the tree",
                    message="is not the hash of what lies below it" if index in stored else "is missing",
                )
        level += 1


def _faults_of_head(head: TreeHead, edge: RightEdge) -> Iterator[Finding]:
    if head.size != edge.size:
        yield Finding(
            about="the tree",
            message=f"holds {edge.size} entries, but has been grown to {head.size}",
        )
    elif head.subtrees != [subtree.hex() for subtree in edge.subtrees]:
        yield Finding(about="the tree", message="is not the one that has been grown")
    if TreeNode.objects.count() != edge.size - edge.size.bit_count():
        yield Finding(about="the tree", message="has nodes that belong to no entry, or lacks some")


def _without_leaf() -> Iterator[Finding]:
    """Entries that were written past the door: each is stored together with its leaf."""
    for model in entry_models():
        leaves = TreeLeaf.objects.filter(entry_id=OuterRef("uuid"), entry_kind=model.entry_kind)
        rows = model._base_manager.filter(~Exists(leaves)).order_by("pk")
        for row in rows.iterator():
            yield Finding(about=f"{model.entry_kind} {row.uuid}", message="was put in past the ledger")


def _without_entry() -> Iterator[Finding]:
    """Leaves that wait for their place and whose entries are gone (those of the tree have been looked at)."""
    waiting = TreeLeaf.objects.waiting()
    lost = [waiting.exclude(entry_kind__in=[model.entry_kind for model in entry_models()])]
    lost += [
        waiting.filter(~Exists(model._base_manager.filter(uuid=OuterRef("entry_id"))), entry_kind=model.entry_kind)
        for model in entry_models()
    ]
    for leaves in lost:
        for leaf in leaves:
            yield Finding(about=f"{leaf.entry_kind} {leaf.entry_id}", message="has been removed")
