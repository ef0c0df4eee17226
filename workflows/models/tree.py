"""The tree over everything that is recorded: what makes a rewritten past visible to others (RFC 6962)."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import F
from django.utils import timezone

from workflows.canonical import canonical
from workflows.merkle import leaf_hash
from workflows.models.rows import insert_row


class LedgerRewritten(Exception):
    """Somebody tried to change or remove what has been recorded."""


class AppendOnlyQuerySet[Entry: "AppendOnly"](models.QuerySet[Entry]):
    """Rows that can be read and appended but neither changed nor removed."""

    def update(self, **kwargs: Any) -> int:  # noqa: ARG002 - always refused
        """Refuse: what is recorded never changes.

        Raises:
            LedgerRewritten: always.
        """
        raise LedgerRewritten(self.model.never_changes())

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: what is recorded is never removed.

        Raises:
            LedgerRewritten: always.
        """
        raise LedgerRewritten(self.model.never_removed())


class AppendOnly(models.Model):
    """A row that is written once; the database holds the same rule by triggers (`workflows.triggers`)."""

    called: ClassVar[str] = "This"  # how a refusal names it: "A ledger record"

    class Meta:
        abstract = True

    def save(self, *_args: Any, using: str | None = None, **_kwargs: Any) -> None:
        """Append it.

        Raises:
            LedgerRewritten: it has been stored already.
        """
        if not self._state.adding:
            raise LedgerRewritten(self.never_changes())
        insert_row(self, using=using)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:  # noqa: ARG002 - always refused
        """Refuse: what is recorded is never removed.

        Raises:
            LedgerRewritten: always.
        """
        raise LedgerRewritten(self.never_removed())

    @classmethod
    def never_changes(cls) -> str:
        """What a refused change says."""
        return f"{cls.called} never changes."

    @classmethod
    def never_removed(cls) -> str:
        """What a refused removal says."""
        return f"{cls.called} is never removed."


class TreeEntry(AppendOnly):
    """Something recorded: stored together with its leaf, which gets its place in the tree after the commit."""

    entry_kind: ClassVar[str] = ""
    covers: ClassVar[Mapping[str, str]] = {}  # name in the recorded content: field, or field of a related row

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append the entry and its leaf.

        Raises:
            LedgerRewritten: it has been stored already.
        """
        from workflows.sequencer import sequence_after_commit  # noqa: PLC0415 - the sequencer works on these models

        super().save(*args, **kwargs)
        TreeLeaf.objects.create(
            entry_kind=self.entry_kind, entry_id=self.uuid, hash=leaf_hash(canonical(self.content())).hex()
        )
        sequence_after_commit()

    def content(self) -> dict[str, Any]:
        """What is recorded, as plain JSON without personal text: this is what the tree covers."""
        return {name: _plain(_followed(self, path)) for name, path in self.covers.items()}


def _followed(row: models.Model, path: str) -> Any:
    """The value at the end of a path such as `actor__uuid`; None where a relation is empty."""
    value: Any = row
    for name in path.split("__"):
        value = None if value is None else getattr(value, name)
    return value


def _plain(value: Any) -> Any:
    """A value as the recorded content holds it: numbers and JSON as they are, instants in UTC, the rest as text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, str | uuid.UUID):
        return str(value)
    return value


class TreeLeafQuerySet(AppendOnlyQuerySet["TreeLeaf"]):
    """Leaves."""

    def waiting(self) -> "TreeLeafQuerySet":
        """Those without a place yet, the oldest first."""
        return self.filter(position__isnull=True).order_by("pk")

    def places_of(self, entries: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
        """The place of each of these entries, counted from one; those that wait are left out."""
        placed = self.filter(entry_id__in=list(entries), position__isnull=False)
        return dict(placed.values_list("entry_id", F("position") + 1))

    def in_order(self) -> "TreeLeafQuerySet":
        """Those of the tree, from its first."""
        return self.filter(position__isnull=False).order_by("position")


class TreeLeaf(AppendOnly):
    """The hash of one entry; its position, once given by the sequencer, never changes.

    Written with the entry, so that an entry without a leaf can't be; placed later, so that writers never wait for
    one another (the merge delay of Certificate Transparency).
    """

    called: ClassVar[str] = "A leaf of the tree"

    entry_kind = models.SlugField()
    entry_id = models.UUIDField(unique=True)
    hash = models.CharField(max_length=64)
    position = models.PositiveBigIntegerField(null=True, unique=True, editable=False)

    objects = TreeLeafQuerySet.as_manager()

    class Meta:
        ordering = ("position",)
        indexes = [models.Index(fields=["id"], condition=models.Q(position__isnull=True), name="tree_leaf_waiting")]

    def __str__(self) -> str:
        return f"{self.entry_kind} {self.entry_id} at {self.position}"


class TreeNode(AppendOnly):
    """The hash of one complete subtree above the leaves: `index * 2**level` up to `(index + 1) * 2**level`."""

    called: ClassVar[str] = "A node of the tree"

    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ("level", "index")
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="tree_node_one_per_place")]

    def __str__(self) -> str:
        return f"level {self.level}, {self.index}"


class TreeHead(models.Model):
    """How far the tree has grown: one row, locked by whoever appends."""

    size = models.PositiveBigIntegerField(default=0)
    subtrees = models.JSONField(default=list)  # the right edge, so that appending reads no other row

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="tree_head_is_one")]

    def __str__(self) -> str:
        return f"{self.size} leaves"


class Checkpoint(AppendOnly):
    """The signed head of the tree at one size: what others keep, so that a rewritten past is found out."""

    called: ClassVar[str] = "A checkpoint"

    size = models.PositiveBigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    note = models.TextField()  # the signed note, as it is published (C2SP tlog-checkpoint)
    signed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ("size",)

    def __str__(self) -> str:
        return f"{self.size} entries, {self.root[:12]}"
