"""Uploaded files as evidence."""

from collections.abc import Mapping
from datetime import date

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.evidence.lifecycle import STANDING
from workflows.subjects import EvidenceReference


def file_references(application: Application, on: date) -> Mapping[str, tuple[EvidenceReference, ...]]:
    """The files of a case that stood on that day, by requirement.

    Of a file that was withdrawn and restored only the last change is known without its ledger.
    """
    found: dict[str, tuple[EvidenceReference, ...]] = {}
    for file in sorted(application.files.all(), key=lambda file: (file.uploaded_at, file.pk)):
        there = file.state == STANDING or timezone.localdate(file.state_since) > on
        if there and file.ever_stood and timezone.localdate(file.uploaded_at) <= on:
            reference = EvidenceReference(kind="file", id=str(file.uuid), sha256=file.sha256)
            found[file.requirement] = (*found.get(file.requirement, ()), reference)
    return found
