"""Compute anew by what people, holders and numbers are found."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from workflows.models.derived import put_in_step
from workflows.verification.derived import derived_models


class Command(BaseCommand):
    """For a newer Unicode, or rows changed by hand: `manage.py verify` says that they aren't found by what they say."""

    help = "Compute anew by what people, holders and numbers are found."

    def handle(self, **_options: Any) -> None:
        """Say for each kind of row how many were mended."""
        for model in derived_models():
            with transaction.atomic():
                count = put_in_step(model)
            self.stdout.write(f"{model._meta.verbose_name_plural}: {count} mended")
