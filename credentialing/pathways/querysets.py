"""How pathway versions are looked up."""

from datetime import date
from typing import TYPE_CHECKING

from workflows.models import SealedQuerySet

if TYPE_CHECKING:
    from credentialing.pathways.models import PathwayVersion  # noqa: F401 - named in strings


class PathwayVersionQuerySet(SealedQuerySet["PathwayVersion"]):
    """Published versions."""

    def in_force(self, on: date) -> "PathwayVersionQuerySet":
        """Those in force on that day, the newest first."""
        return self.filter(in_force_from__lte=on).select_related("pathway").order_by("-in_force_from", "-pk")
