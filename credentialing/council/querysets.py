"""How decisions are looked up."""

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from credentialing.council.models import Decision


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions."""

    def made(self) -> "DecisionQuerySet":
        """Final ones, the newest first."""
        return self.exclude(outcome="").select_related("application__candidate").order_by("-decided_at", "-pk")
