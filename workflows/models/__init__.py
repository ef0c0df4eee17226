"""What the engine keeps: the ledger, the tree over all records, effects, deadlines."""

from workflows.models.deadlines import Deadline
from workflows.models.derived import CodePointField, Derivation, Derived, DerivedQuerySet
from workflows.models.effects import EffectRun
from workflows.models.ledger import (
    LedgerRecord,
    LedgerRecordQuerySet,
    Reason,
    new_salt,
)
from workflows.models.seals import Seal, Sealed, SealedQuerySet, StoredBytes, seal_rows
from workflows.models.tree import (
    AppendOnly,
    AppendOnlyQuerySet,
    Checkpoint,
    LedgerRewritten,
    TreeEntry,
    TreeHead,
    TreeLeaf,
    TreeNode,
)

__all__ = [
    "AppendOnly",
    "AppendOnlyQuerySet",
    "Checkpoint",
    "CodePointField",
    "Deadline",
    "Derivation",
    "Derived",
    "DerivedQuerySet",
    "EffectRun",
    "LedgerRecord",
    "LedgerRecordQuerySet",
    "LedgerRewritten",
    "Reason",
    "Seal",
    "Sealed",
    "SealedQuerySet",
    "StoredBytes",
    "TreeEntry",
    "TreeHead",
    "TreeLeaf",
    "TreeNode",
    "new_salt",
    "seal_rows",
]
