"""How letters are looked up."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from credentialing.correspondence.models import Letter  # noqa: F401 - named in annotations


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters."""

    def waiting(self) -> "LetterQuerySet":
        """Those still to be delivered, the next one first."""
        return self.filter(state="queued").order_by("due_at", "pk")

    def failed(self) -> "LetterQuerySet":
        """Those given up: somebody must look."""
        return self.filter(state="failed").order_by("created_at", "pk")

    def unclaimed(self, now: datetime) -> "LetterQuerySet":
        """Those that no worker is delivering, or whose worker is taken for dead."""
        return self.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
