"""Keeping cases up to date with what changes about people."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from credentialing.accounts.signals import person_changed
from credentialing.applications.models import Application
from credentialing.applications.progress import refresh_progress


@receiver(person_changed)
def refresh_cases_of_member(*, name: str, subject_id: UUID, **_: Any) -> None:
    """A membership recorded or ended changes how far the person's open case is."""
    if name == "accounts:membership:recorded":
        for application in Application.objects.filter(candidate__uuid=subject_id):
            if application.is_open:
                refresh_progress(application)
