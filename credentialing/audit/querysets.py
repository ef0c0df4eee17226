"""How audit events are looked up."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models

from workflows.models import AppendOnlyQuerySet

if TYPE_CHECKING:
    from credentialing.audit.models import AuditEvent  # noqa: F401 - named in strings


class AuditEventQuerySet(AppendOnlyQuerySet["AuditEvent"]):
    """Events, which can be read and appended but neither changed nor removed."""

    def about(self, subject_kind: str, subject_id: UUID) -> "AuditEventQuerySet":
        """Those about one subject."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id).select_related("actor")

    def views(self) -> "AuditEventQuerySet":
        """Those that tell who saw something."""
        return self.filter(models.Q(event__endswith=":viewed") | models.Q(event__endswith=":downloaded"))
