"""What was recorded before there was a tree is taken into it: once, when such a database is brought up to date.

Nothing vouches for what it said before that day, and the log says so. A database that has lost its tree looks the
same to itself; whoever has kept a checkpoint (the council gets one each month) sees the difference: `verify --since`.
"""

import logging
from typing import Any

from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor

from workflows.canonical import canonical
from workflows.merkle import leaf_hash
from workflows.models import Checkpoint, LedgerRecord, Seal, TreeEntry, TreeLeaf
from workflows.models.seals import seal_rows
from workflows.sequencer import sequence_after_commit
from workflows.verification.entries import entry_models
from workflows.verification.seals import sealed_models

logger = logging.getLogger(__name__)


def take_in_what_was_before(*, using: str = "default", **_: Any) -> int:
    """Give every entry of a database without a tree its leaf, in the order of their instants, and seal every row.

    Answers how many entries were taken in: none where there is a tree, or where migrations are still to be run.
    """
    if using != "default" or not _is_from_before():
        return 0
    executor = MigrationExecutor(connections[using])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return 0
    with transaction.atomic():
        leafed = set(TreeLeaf.objects.values_list("entry_id", flat=True))
        entries = [row for model in entry_models() for row in model._base_manager.exclude(uuid__in=leafed)]
        for entry in sorted(entries, key=_when):
            digest = leaf_hash(canonical(entry.content())).hex()
            TreeLeaf.objects.create(entry_kind=entry.entry_kind, entry_id=entry.uuid, hash=digest)
        for sealed in sealed_models():
            known = set(Seal.objects.filter(row_kind=sealed._meta.label_lower).values_list("row_id", flat=True))
            seal_rows(sealed, [pk for pk in sealed._base_manager.values_list("pk", flat=True) if pk not in known])
        sequence_after_commit()
    logger.warning(
        "This database comes from before the ledger had a tree: %s entries were taken into it, and nothing vouches for "
        "what they said before today. Make a checkpoint now (manage.py tick), and keep it.",
        len(entries),
    )
    return len(entries)


def _when(entry: TreeEntry) -> tuple[Any, int]:
    """Every kind of entry says when it was recorded."""
    return getattr(entry, "recorded_at"), entry.pk  # noqa: B009 - each kind has the column, the abstract one has not


def _is_from_before() -> bool:
    steps = TreeLeaf.objects.filter(entry_kind=LedgerRecord.entry_kind)
    return LedgerRecord.objects.exists() and not steps.exists() and not Checkpoint.objects.exists()
