"""How audit events are looked up."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models

if TYPE_CHECKING:
    from credentialing.audit.models import AuditEvent  # noqa: F401 - named in strings

NEVER_CHANGES = "An audit event never changes."
NEVER_REMOVED = "An audit event is never removed."


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Events, which can be read and appended but neither changed nor removed."""

    def update(self, **kwargs: Any) -> int:  # noqa: ARG002 - always refused
        """Refuse: events never change.

        Raises:
            TypeError: always.
        """
        raise TypeError(NEVER_CHANGES)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: events are never removed.

        Raises:
            TypeError: always.
        """
        raise TypeError(NEVER_REMOVED)

    def about(self, subject_kind: str, subject_id: UUID) -> "AuditEventQuerySet":
        """Those about one subject."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id).select_related("actor")

    def views(self) -> "AuditEventQuerySet":
        """Those that tell who saw something."""
        return self.filter(models.Q(event__endswith=":viewed") | models.Q(event__endswith=":downloaded"))
