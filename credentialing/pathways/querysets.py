"""How pathway versions are looked up."""

from datetime import date
from typing import TYPE_CHECKING

from workflows.models import SealedQuerySet

if TYPE_CHECKING:
    from credentialing.pathways.models import PathwayVersion


class PathwayVersionQuerySet(SealedQuerySet["PathwayVersion"]):
    """Published versions."""

    def in_force(self, on: date) -> "PathwayVersionQuerySet":
        """Those in force on that day, the newest first."""
        return self.filter(in_force_from__lte=on).select_related("pathway").order_by("-in_force_from", "-pk")

    def offered(self, on: date) -> "list[PathwayVersion]":
        """Of each pathway the version in force on that day, in the order of their names: for these one can apply.

        One whose rules can't be read is not offered, and no former one in its place.
        """
        newest: dict[int, PathwayVersion] = {}
        for version in self.in_force(on):
            newest.setdefault(version.pathway_id, version)
        readable = (version for version in newest.values() if version.is_readable)
        return sorted(readable, key=lambda version: (version.pathway.name, version.pk))
