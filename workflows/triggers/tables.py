"""Which tables the rules hold, read from the models."""

from dataclasses import dataclass
from typing import Any, cast

from django.apps import apps
from django.db import models

from workflows.models import AppendOnly, LedgerRecord, TreeLeaf
from workflows.subjects import WorkflowSubject

GAP = "A ledger record continues its subject: from its present state, with the next number."
UNRECORDED = "A state changes only with the ledger record of the step."
BEGINNING = "A subject begins in its initial state."
KEPT = "What has ledger records is kept."
GUARDED = frozenset({"uuid", "state", "version"})
CHANGELESS = "A ledger record comes with the change of its subject."


@dataclass(frozen=True, kw_only=True)
class AppendOnlyTable:
    """A table whose rows are written once."""

    name: str
    never_changes: str
    never_removed: str
    keys: tuple[tuple[str, ...], ...]  # every unique key: SQLite's REPLACE would remove a row through any of them
    columns: tuple[str, ...]
    placed: str = ""  # the one column that is filled in later, once


@dataclass(frozen=True, kw_only=True)
class SubjectTable:
    """A table of one kind of subject."""

    name: str
    kind: str
    initial: str


def ledger_table() -> str:
    """Where the steps stand."""
    return LedgerRecord._meta.db_table


def append_only_tables() -> list[AppendOnlyTable]:
    """Every table of what is recorded."""
    return [
        AppendOnlyTable(
            name=model._meta.db_table,
            never_changes=model.never_changes(),
            never_removed=model.never_removed(),
            keys=tuple(_keys(model)),
            columns=tuple(_column(field) for field in model._meta.concrete_fields),
            placed="position" if model is TreeLeaf else "",
        )
        for model in _own_tables()
        if issubclass(model, AppendOnly)
    ]


def subject_tables() -> list[SubjectTable]:
    """Every table of subjects."""
    return [
        SubjectTable(name=model._meta.db_table, kind=model.subject_kind, initial=_field(model, "state").get_default())
        for model in _own_tables()
        if issubclass(model, WorkflowSubject)
    ]


def _own_tables() -> list[type[models.Model]]:
    models_with_tables = [model for model in apps.get_models() if not model._meta.proxy]
    return sorted(models_with_tables, key=lambda model: model._meta.db_table)


def _keys(model: type[models.Model]) -> list[tuple[str, ...]]:
    single = [(_column(field),) for field in model._meta.concrete_fields if field.unique]
    several = [
        tuple(_column(_field(model, name)) for name in constraint.fields)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields
    ]
    return single + several


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    return cast("models.Field[Any, Any]", model._meta.get_field(name))


def _column(field: models.Field[Any, Any]) -> str:
    return cast("str", field.column)
