"""Files that candidates upload: stored once under a server-made key, never changed."""

import uuid

from django.core.files.storage import storages
from django.db import models
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.evidence.querysets import EvidenceFileQuerySet
from workflows.models import Sealed, StoredBytes


class EvidenceFile(Sealed):
    """One uploaded file for one requirement; withdrawn files are kept but count no more."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="files")
    requirement = models.SlugField()
    title = models.CharField("what this is", max_length=200)
    original_name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_name = models.CharField(max_length=200, unique=True)
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = EvidenceFileQuerySet.as_manager()

    class Meta:
        ordering = ("uploaded_at", "pk")
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="evidence_file_is_not_empty"),
            models.UniqueConstraint(
                fields=["application", "requirement", "sha256"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="evidence_file_uploaded_once_per_requirement",
                violation_error_message="You have already uploaded this file here.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def stored_bytes(self) -> StoredBytes:
        return StoredBytes(storage=storages["evidence"], name=self.storage_name, sha256=self.sha256)

    def read(self) -> bytes:
        """The stored bytes."""
        with storages["evidence"].open(self.storage_name) as stored:
            content: bytes = stored.read()
        return content
