"""What somebody with the database's password and without the triggers could do."""

from typing import Any

from django.db import models

from workflows.triggers import lifted_triggers


def write_by_hand(row: models.Model, **fields: Any) -> None:
    """Change a row past every door: cases in a state that would take years to reach, and insiders' forgeries."""
    with lifted_triggers():
        models.QuerySet(type(row)).filter(pk=row.pk).update(**fields)
