"""What somebody with the database's password and without the triggers could do."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import models

from workflows.canonical import canonical
from workflows.ledger import digest
from workflows.merkle import RightEdge, leaf_hash
from workflows.models import LedgerRecord, TreeEntry, TreeHead, TreeLeaf, TreeNode
from workflows.triggers import lifted_triggers


def rows_of(model: type[models.Model]) -> models.QuerySet[Any]:
    """The table as SQL sees it: nothing of ours refuses or seals."""
    return models.QuerySet(model)


def write_by_hand(row: models.Model, **fields: Any) -> None:
    """Change a row past every door: cases in a state that would take years to reach, and insiders' forgeries."""
    with lifted_triggers():
        rows_of(type(row)).filter(pk=row.pk).update(**fields)


def remove_by_hand(*rows: models.Model) -> None:
    """Remove rows past every door."""
    with lifted_triggers():
        for row in rows:
            rows_of(type(row)).filter(pk=row.pk)._raw_delete("default")


def insert_by_hand(row: models.Model) -> None:
    """Put a row in past every door: without leaf, without seal."""
    with lifted_triggers():
        rows_of(type(row)).bulk_create([row])


def recompute_chain(records: Iterable[LedgerRecord]) -> None:
    """Make the digests of a changed chain fit again, as an insider would."""
    previous = ""
    for record in records:
        record.previous_digest = previous
        record.digest = previous = digest(record)
        write_by_hand(record, previous_digest=record.previous_digest, digest=record.digest)


def recompute_leaf(entry: TreeEntry) -> None:
    """Make the leaf fit a changed entry."""
    fresh = type(entry).objects.get(pk=entry.pk)
    write_by_hand(TreeLeaf.objects.get(entry_id=entry.uuid), hash=leaf_hash(canonical(fresh.content())).hex())


def rebuild_tree() -> None:
    """Make nodes and head fit the leaves, as an insider would who knows how the tree is kept."""
    edge = RightEdge()
    with lifted_triggers():
        rows_of(TreeNode).all()._raw_delete("default")
        for position, leaf in enumerate(rows_of(TreeLeaf).filter(position__isnull=False).order_by("position")):
            rows_of(TreeLeaf).filter(pk=leaf.pk).update(position=position)
            for level, index, node in edge.append(bytes.fromhex(leaf.hash)):
                rows_of(TreeNode).bulk_create([TreeNode(level=level, index=index, hash=node.hex())])
        rows_of(TreeHead).update(size=edge.size, subtrees=[subtree.hex() for subtree in edge.subtrees])


def sha256(content: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(content).hexdigest()
