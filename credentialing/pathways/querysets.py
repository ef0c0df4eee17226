"""How pathway versions are looked up."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from credentialing.pathways.models import PathwayVersion  # noqa: F401 - named in strings


class PathwayVersionQuerySet(models.QuerySet["PathwayVersion"]):
    """Published versions."""

    def in_force(self, on: date) -> "PathwayVersionQuerySet":
        """Those in force on that day, the newest first."""
        return self.filter(in_force_from__lte=on).select_related("pathway").order_by("-in_force_from", "-pk")
