"""Seals: what a row said, kept in the tree, so that a row changed by hand is found (`workflows.verification`)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.core.files.storage import Storage
from django.db import models, transaction
from django.utils import timezone

from workflows.canonical import content_digest
from workflows.models.derived import Derived
from workflows.models.tree import AppendOnlyQuerySet, TreeEntry

REMOVED = ""


class SealQuerySet(AppendOnlyQuerySet["Seal"]):
    """Seals."""

    def of(self, model: type[models.Model], pks: Iterable[Any]) -> "SealQuerySet":
        """Those of these rows, in the order in which they were set."""
        return self.filter(row_kind=model._meta.label_lower, row_id__in=list(pks)).order_by("pk")


class Seal(TreeEntry):
    """The digest of a row after it was stored; the last one of a row must be that of what the row says today.

    It names the fields it covers, so that a later field doesn't break it. An empty digest tells that the row was
    removed. Nothing of the row itself stands here, so what must be erasable stays erasable (and is sealed anew).
    """

    entry_kind: ClassVar[str] = "seal"
    called: ClassVar[str] = "A seal"
    covers: ClassVar[Mapping[str, str]] = {
        "row_kind": "row_kind",
        "row_id": "row_id",
        "fields": "fields",
        "sha256": "sha256",
        "recorded_at": "recorded_at",
    }

    row_kind = models.CharField(max_length=100)
    row_id = models.PositiveBigIntegerField()
    fields = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = SealQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["row_kind", "row_id"], name="seal_of_a_row")]

    def __str__(self) -> str:
        return f"{self.row_kind} {self.row_id} {self.sha256[:12]}"

    def fits(self, row: models.Model) -> bool:
        """Whether the row, freshly loaded, still says what was sealed.

        Raises:
            FieldDoesNotExist: a field that the seal covers has gone; the migration should have sealed the row anew.
        """
        return self.sha256 == sealed_digest(row, self.fields.split())


def sealed_digest(row: models.Model, names: Sequence[str]) -> str:
    """SHA-256 over the named fields of a row as it was loaded from the database."""
    values = {name: _as_stored(row, name) for name in names}
    return content_digest({"row_kind": row._meta.label_lower, "row_id": row.pk, "values": values})


def _as_stored(row: models.Model, name: str) -> Any:
    field = row._meta.get_field(name)
    if not isinstance(field, models.Field):
        msg = f"{row._meta.label}.{name} is no column."
        raise TypeError(msg)
    value = field.value_from_object(row)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return None if value is None else field.value_to_string(row)


class SealedQuerySet[Row: "Sealed"](models.QuerySet[Row]):
    """Rows whose every change leaves a seal, also when many are changed at once."""

    def update(self, **kwargs: Any) -> int:
        """Change rows and seal them anew."""
        with transaction.atomic(using=self.db):
            keys = self._locked_keys()
            count = self.model._base_manager.using(self.db).filter(pk__in=keys).update(**kwargs)
            seal_rows(self.model, keys)
        return count

    def bulk_create(self, objs: Iterable[Row], *args: Any, **kwargs: Any) -> list[Row]:
        """Store many rows and seal each."""
        with transaction.atomic(using=self.db):
            rows = super().bulk_create(objs, *args, **kwargs)
            seal_rows(self.model, [row.pk for row in rows])
        return rows

    def delete(self) -> tuple[int, dict[str, int]]:
        """Remove rows and say so in the tree."""
        with transaction.atomic(using=self.db):
            keys = self._locked_keys()
            done = self.model._base_manager.using(self.db).filter(pk__in=keys).delete()
            seal_removal(self.model, keys)
        return done

    def _locked_keys(self) -> list[Any]:
        """The rows meant, locked, so that nobody changes them between the change and its seal."""
        rows = self.order_by("pk").select_related(None).only("pk").select_for_update(of=("self",))
        return [row.pk for row in rows]


class Sealed(models.Model):
    """A row that may change, but never unseen: with every change its digest goes into the tree.

    A subclass has a `SealedQuerySet` as its manager (a system check looks), so that changing many is seen too.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row and seal what is stored."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            seal_rows(type(self), [self.pk])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Remove the row and say so in the tree."""
        with transaction.atomic():
            key = self.pk
            done = super().delete(*args, **kwargs)
            seal_removal(type(self), [key])
        return done

    def stored_bytes(self) -> "StoredBytes | None":
        """The file that belongs to the row, if there is one; verification reads it again."""
        return None


@dataclass(frozen=True, kw_only=True)
class StoredBytes:
    """A file in a store, with the SHA-256 that its bytes must have."""

    storage: Storage
    name: str
    sha256: str


def seal_rows(model: type[models.Model], keys: Iterable[Any]) -> None:
    """Seal what these rows say now, read back from the database (an instance in memory may be out of date).

    A migration that removes or renames a sealed column calls this for every row.
    """
    derived = model.derived if issubclass(model, Derived) else {}
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key and field.name not in derived]
    for row in model._base_manager.filter(pk__in=list(keys)).order_by("pk"):
        Seal.objects.create(
            row_kind=model._meta.label_lower, row_id=row.pk, fields=" ".join(names), sha256=sealed_digest(row, names)
        )


def seal_removal(model: type[models.Model], keys: Iterable[Any]) -> None:
    """Say that these rows were removed."""
    for key in keys:
        Seal.objects.create(row_kind=model._meta.label_lower, row_id=key, sha256=REMOVED)
