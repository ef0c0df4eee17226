"""Pages that are open to everybody."""

from workflows.access import View, public

__all__ = ["View", "public"]
