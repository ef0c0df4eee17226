"""System checks: what would let the engine's promises fail silently."""

from collections.abc import Iterator, Sequence
from importlib.metadata import distributions
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's name
from django.db import connections

from workflows.definitions import WorkflowDefinition
from workflows.models import Derived, DerivedQuerySet, Sealed, SealedQuerySet
from workflows.subjects import WorkflowSubject
from workflows.triggers import missing_triggers

NO_WORKER = frozenset({"django.tasks.backends.dummy.DummyBackend", "django.tasks.backends.immediate.ImmediateBackend"})


@register("workflows")
def one_django_fsm(**_: Any) -> list[CheckMessage]:
    """Both distributions write the package `django_fsm`: together they overwrite each other (DESIGN §3)."""
    installed = {(found.metadata["Name"] or "").lower().replace("_", "-") for found in distributions()}
    if {"django-fsm", "django-fsm-2"} <= installed:
        return [
            Error(
                "django-fsm and django-fsm-2 are both installed and overwrite each other.",
                hint="pip uninstall django-fsm django-fsm-2, then install django-fsm-2 alone.",
                id="workflows.E001",
            )
        ]
    return []


@register("workflows")
def every_edge_is_bound(**_: Any) -> list[CheckMessage]:
    """Every act of a definition is a django-fsm transition of its model that may start where the edge starts."""
    return [
        Error(f"{model.__name__}: {fault}", obj=model, id="workflows.E002")
        for model in apps.get_models()
        if issubclass(model, WorkflowSubject) and not model._meta.proxy
        for definition in model.known_definitions()
        for fault in _unbound(model, definition)
    ]


def _unbound(model: type[WorkflowSubject], definition: WorkflowDefinition) -> Iterator[str]:
    for edge in definition.transitions:
        meta = getattr(getattr(model, edge.name, None), "_django_fsm", None)
        if meta is None:
            yield f"{edge.name} of “{definition.name}” is no django-fsm transition."
        elif not meta.has_transition(edge.source):
            yield f"{edge.name} of “{definition.name}” can't start from {edge.source}."


@register("workflows")
def every_actor_has_a_pseudonym(**_: Any) -> list[CheckMessage]:
    """A record names its actor by a uuid: the key of the row never leaves, and a name may be erased."""
    if "uuid" in {field.name for field in get_user_model()._meta.concrete_fields}:
        return []
    return [Error("The user model has no field “uuid” by which the ledger could name an actor.", id="workflows.E006")]


@register("workflows")
def every_change_of_sealed_rows_is_seen(**_: Any) -> list[CheckMessage]:
    """Changing many rows at once goes past `save`; only a `SealedQuerySet` seals them then."""
    return [
        Error(
            f"{model.__name__} is sealed, but its manager is none of a SealedQuerySet.", obj=model, id="workflows.E007"
        )
        for model in apps.get_models()
        if issubclass(model, Sealed) and not isinstance(model._default_manager.all(), SealedQuerySet)
    ]


@register(Tags.models)
def every_derived_column_follows(**_: Any) -> list[CheckMessage]:
    """Changing many rows at once goes past `save`; only a `DerivedQuerySet` computes derived columns then."""
    return [
        Error(
            f"{model.__name__} has derived columns, but its manager is none of a DerivedQuerySet.",
            obj=model,
            id="workflows.E011",
        )
        for model in apps.get_models()
        if issubclass(model, Derived) and not isinstance(model._default_manager.all(), DerivedQuerySet)
    ]


@register("workflows")
def somebody_does_the_effects(**_: Any) -> list[CheckMessage]:
    """Effects are enqueued with their step and done after it: by a worker, not at once and not never."""
    backend = getattr(settings, "TASKS", {}).get("default", {}).get("BACKEND", "")
    if backend in NO_WORKER or not backend:
        return [
            Warning(
                "No task backend does the effects after the commit of their step.",
                hint="TASKS['default']['BACKEND'] = 'django_tasks_db.DatabaseBackend' and run manage.py db_worker.",
                id="workflows.W003",
            )
        ]
    return []


@register("workflows")
def sqlite_can_wait(**_: Any) -> list[CheckMessage]:
    """Without WAL readers block writers; without IMMEDIATE a transaction that reads first fails instead of waiting."""
    found: list[CheckMessage] = []
    for alias, database in settings.DATABASES.items():
        if not database["ENGINE"].endswith("sqlite3"):
            continue
        options = database.get("OPTIONS", {})
        if options.get("transaction_mode") != "IMMEDIATE" or "journal_mode=wal" not in str(
            options.get("init_command", "")
        ).lower().replace(" ", ""):
            found.append(
                Warning(
                    f"The SQLite database “{alias}” doesn't wait for other writers.",
                    hint="OPTIONS: transaction_mode 'IMMEDIATE', init_command 'PRAGMA journal_mode=WAL;'.",
                    id="workflows.W004",
                )
            )
    return found


@register(Tags.database)
def triggers_stand(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The database holds the rules itself (a warning, not an error: `migrate` must be able to mend it)."""
    return [
        Warning(
            f"The database “{alias}” lacks the triggers {', '.join(missing)}.",
            hint="Run manage.py migrate: it puts them back.",
            id="workflows.W005",
        )
        for alias in databases or ()
        if alias in connections and (missing := missing_triggers(using=alias))
    ]
