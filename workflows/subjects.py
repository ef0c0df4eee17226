"""What moves through a workflow: the abstract model, and what the engine asks of it."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django_fsm import FSMFieldMixin

from workflows.definitions import Transition, WorkflowDefinition
from workflows.guards import Guard


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

    class Meta:
        abstract = True

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Reload from the database; the state can't be written meanwhile."""
        protected = [
            field.attname
            for field in self._meta.concrete_fields
            if isinstance(field, FSMFieldMixin) and getattr(field, "protected", False)
        ]
        taken = {name: self.__dict__.pop(name) for name in protected if name in self.__dict__}
        try:
            super().refresh_from_db(*args, **kwargs)
        except BaseException:
            self.__dict__.update(taken)
            raise
        for name, value in taken.items():
            self.__dict__.setdefault(name, value)


class WorkflowSubject(ProtectedStateMixin):
    """Something with a state that only `workflows.services.perform` changes.

    A subclass declares `state = FSMField(protected=True)` and a django-fsm method for every act of its definition.
    """

    subject_kind: ClassVar[str]
    state: Any

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def save(
        self,
        force_insert: Any = False,  # noqa: FBT002 - Django's signature
        force_update: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Store everything but state and version, which only `perform` writes."""
        if not self._state.adding and update_fields is None:
            update_fields = [
                field.name
                for field in self._meta.concrete_fields
                if not field.primary_key and field.name not in {"state", "version"}
            ]
        super().save(force_insert=force_insert, force_update=force_update, using=using, update_fields=update_fields)

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

    def evidence_snapshot(self) -> list[EvidenceReference]:
        """The evidence on which a step stands at this moment."""
        return []

    def rules_digest(self) -> str:
        """The digest of the rules in force for this subject."""
        return self.workflow_definition().digest
