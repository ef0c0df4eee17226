"""Uploaded files as evidence."""

from collections.abc import Mapping

from credentialing.applications.models import Application
from workflows.subjects import EvidenceReference


def file_references(application: Application) -> Mapping[str, tuple[EvidenceReference, ...]]:
    """The standing files of a case by requirement."""
    found: dict[str, tuple[EvidenceReference, ...]] = {}
    for file in application.files.standing():
        reference = EvidenceReference(kind="file", id=str(file.uuid), sha256=file.sha256)
        found[file.requirement] = (*found.get(file.requirement, ()), reference)
    return found
