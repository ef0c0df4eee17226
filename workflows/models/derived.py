"""Columns that are computed from others of their row, so that the database can search and sort by them.

They say nothing of their own, so no seal covers them: a better computation may replace them without a new seal. What
keeps them right is that every way to write goes through here, and that `manage.py verify` computes them again.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """How one column follows from others."""

    sources: tuple[str, ...]
    compute: Callable[..., str]

    def value(self, row: models.Model) -> str:
        """What the column must hold."""
        return self.compute(*(getattr(row, source) or "" for source in self.sources))


class CodePointField(models.CharField):  # type: ignore[type-arg]  # a column as any other of its kind
    """A column put in order by code points on every engine, whatever the collation of the database."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        """On SQLite that is so anyway."""
        found = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            found["collation"] = "C"
        return found


class DerivedQuerySet[Row: "Derived"](models.QuerySet[Row]):
    """Rows whose derived columns follow also when many are written at once."""

    def update(self, **kwargs: Any) -> int:
        """Change rows, and what is derived from what changed (`bulk_update` comes here too)."""
        wanted = self.model.derived_from(kwargs)
        if not wanted:
            return super().update(**kwargs)
        with transaction.atomic(using=self.db):
            rows = self.model._base_manager.using(self.db)
            locked = self.order_by("pk").select_related(None).only("pk").select_for_update(of=("self",))
            keys = [row.pk for row in locked]
            count = super().update(**kwargs)
            for row in rows.filter(pk__in=keys).order_by("pk"):
                rows.filter(pk=row.pk).update(**row.derived_values(wanted))
        return count

    def bulk_create(self, objs: Iterable[Row], *args: Any, **kwargs: Any) -> list[Row]:
        """Store many rows with what is derived."""
        made = list(objs)
        for row in made:
            row.derive(row.derived)
        return super().bulk_create(made, *args, **kwargs)


class Derived(models.Model):
    """A row with derived columns; its manager is a `DerivedQuerySet` (a system check looks)."""

    derived: ClassVar[Mapping[str, Derivation]]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row with what follows from what is stored."""
        only = kwargs.get("update_fields")
        if only is None:
            self.derive(self.derived)
        else:
            wanted = self.derived_from(only)
            self.derive(wanted)
            kwargs["update_fields"] = [*only, *(name for name in wanted if name not in only)]
        super().save(*args, **kwargs)

    @classmethod
    def derived_from(cls, fields: Iterable[str]) -> list[str]:
        """The derived columns that follow from some of these."""
        changed = set(fields)
        return [name for name, one in cls.derived.items() if changed & {name, *one.sources}]

    def derived_values(self, names: Collection[str]) -> dict[str, str]:
        """What these derived columns must hold."""
        return {name: self.derived[name].value(self) for name in names}

    def derive(self, names: Collection[str]) -> None:
        """Set these derived columns."""
        for name, value in self.derived_values(names).items():
            setattr(self, name, value)


def rows_out_of_step(model: type[Derived]) -> Iterable[Derived]:
    """Those whose derived columns aren't what they must be."""
    for row in model._base_manager.order_by("pk").iterator(chunk_size=500):
        if any(getattr(row, name) != value for name, value in row.derived_values(model.derived).items()):
            yield row


def put_in_step(model: type[Derived]) -> int:
    """Compute the derived columns of every row anew; answers how many were not what they must be."""
    count = 0
    for row in list(rows_out_of_step(model)):
        model._base_manager.filter(pk=row.pk).update(**row.derived_values(model.derived))
        count += 1
    return count
