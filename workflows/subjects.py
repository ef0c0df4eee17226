"""What moves through a workflow: the abstract model, and what the engine asks of it."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.signals import post_save, pre_save
from django_fsm import FSMFieldMixin

from workflows.definitions import Transition, WorkflowDefinition
from workflows.guards import Guard
from workflows.models.rows import update_row

ENGINE_FIELDS = frozenset({"state", "version"})


@dataclass(frozen=True, kw_only=True)
class EvidenceReference:
    """One piece of evidence that was counted, pinned by the SHA-256 of its content."""

    kind: str
    id: str
    sha256: str


class ProtectedStateMixin(models.Model):
    """Keeps a protected state field refreshable.

    django-fsm-2 4.2.4 switches the protection of the *class-level* field off while it refreshes, so another thread
    can write meanwhile and a failed refresh leaves it off for good. Here the value is taken out of the instance
    instead, and put back on error.
    """

    _reloading: frozenset[str] = frozenset()

    class Meta:
        abstract = True

    def get_deferred_fields(self) -> set[str]:
        """The fields not loaded; a state taken out for reloading isn't one, or Django would leave it out."""
        return super().get_deferred_fields() - self._reloading

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Self] | None = None,
    ) -> None:
        """Reload from the database; the state can't be written meanwhile."""
        wanted = None if fields is None else frozenset(fields)
        taken = {
            field.attname: self.__dict__.pop(field.attname)
            for field in self._meta.concrete_fields
            if isinstance(field, FSMFieldMixin)
            and field.protected
            and field.attname in self.__dict__
            and (wanted is None or field.attname in wanted)
        }
        self._reloading = frozenset(taken)
        try:
            super().refresh_from_db(using=using, fields=wanted, from_queryset=from_queryset)
        except BaseException:
            self.__dict__.update(taken)
            raise
        finally:
            del self._reloading
        for name, value in taken.items():
            self.__dict__.setdefault(name, value)


class WorkflowSubject(ProtectedStateMixin):
    """Something with a state that only `workflows.services.perform` changes.

    A subclass declares `state = FSMField(protected=True)` and a django-fsm method for every act of its definition.
    Such a method changes fields of its own object and nothing else: it doesn't save, mail or write to other rows.
    """

    subject_kind: ClassVar[str]
    state: Any
    _in_step: bool = False

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def save(
        self,
        *,
        force_insert: bool | tuple[models.base.ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Store everything but state and version, which only `perform` writes."""
        if not (self._state.adding or self._in_step or force_insert):
            if update_fields is None:
                update_fields = self._loaded_fields()
            update_fields = [name for name in update_fields if name not in ENGINE_FIELDS]
        super().save(force_insert=force_insert, force_update=force_update, using=using, update_fields=update_fields)

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """Store the row; for a step by a statement made at once, unless somebody listens to Django's signals."""
        listened_to = any(signal.has_listeners(type(self)) for signal in (pre_save, post_save))
        if self._in_step and not (listened_to or self._meta.parents):
            update_row(self, sorted(kwargs["update_fields"]))
        else:
            super().save_base(*args, **kwargs)

    def save_step(self) -> None:
        """Store the step that `perform` has just made (nobody else calls this)."""
        self.version += 1
        self._in_step = True
        try:
            self.save(update_fields=self._loaded_fields())
        finally:
            del self._in_step

    def take_over(self, other: Self) -> None:
        """Become what `other`, a copy of the same row, is: without a query, and with the state closed throughout."""
        for field in (*self._meta.concrete_fields, *self._meta.private_fields):
            if field.concrete and field.attname in other.__dict__:
                self.__dict__[field.attname] = other.__dict__[field.attname]
            if field.is_relation and field.is_cached(other):
                field.set_cached_value(self, field.get_cached_value(other))
            elif field.is_relation and field.is_cached(self):
                field.delete_cached_value(self)
        for relation in self._meta.related_objects:
            if relation.is_cached(self):
                relation.delete_cached_value(self)
        self._prefetched_objects_cache: dict[str, Any] = {}

    def _loaded_fields(self) -> list[str]:
        deferred = self.get_deferred_fields()
        return [
            field.name
            for field in self._meta.concrete_fields
            if not (field.primary_key or field.generated or field.attname in deferred)
        ]

    @classmethod
    def known_definitions(cls) -> Iterable[WorkflowDefinition]:
        """The definitions that are known before there is any subject: the system checks look at them."""
        return ()

    def workflow_definition(self) -> WorkflowDefinition:
        """The rules this subject moves by."""
        raise NotImplementedError

    def roles_of(self, actor: Any, on: date) -> frozenset[str]:
        """The roles in which `actor` stands to this subject on that day."""
        raise NotImplementedError

    def objection_to(self, actor: Any, transition: Transition) -> str:  # noqa: ARG002 - overridden
        """Why this very person must not do this although a role allows it (separation of duties); "" if nothing."""
        return ""

    def guards(self) -> Mapping[str, Guard]:
        """The guards that the definition names."""
        return {}

    def evidence_snapshot(self, now: datetime) -> list[EvidenceReference]:  # noqa: ARG002 - overridden
        """The evidence on which a step stands at that moment."""
        return []

    def rules_digest(self) -> str:
        """The digest of the rules in force for this subject."""
        return self.workflow_definition().digest
