"""Every derived column against what it must hold: a search goes by them."""

from collections.abc import Iterator

from django.apps import apps

from workflows.models.derived import Derived, rows_out_of_step
from workflows.verification.findings import Finding


def derived_models() -> list[type[Derived]]:
    """Every kind of row with derived columns."""
    return [model for model in apps.get_models() if issubclass(model, Derived) and not model._meta.proxy]


def examine_derived() -> Iterator[Finding]:
    """Table by table."""
    for model in derived_models():
        for row in rows_out_of_step(model):
            about = f"{model._meta.verbose_name} {getattr(row, 'uuid', row.pk)}"
            yield Finding(about=about, message="isn't found by what it says: run manage.py search_keys")
