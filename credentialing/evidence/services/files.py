"""Uploading and withdrawing files."""

import hashlib
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.audit.events import Event
from credentialing.evidence.inspection import inspect
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.services.cases import EvidenceRefused, lock_case, must_be_candidate, note_change
from credentialing.evidence.storage import discard, store_new


def upload_file(
    *,
    application: Application,
    requirement: str,
    actor: Person,
    title: str,
    original_name: str,
    content: bytes,
    now: datetime | None = None,
) -> EvidenceFile:
    """Inspect a file, store its bytes under a new key, then write the row; a refused file leaves nothing behind.

    Raises:
        PermissionError: not the candidate.
        EvidenceRefused: the requirement takes no files, too many, the same again, or what `inspect` refuses.
    """
    now = now or timezone.now()
    must_be_candidate(application, actor)
    if not application.requirement(requirement).takes_files:
        msg = "No file is asked for here."
        raise EvidenceRefused(msg)
    accepted = inspect(original_name, content)
    sha256 = hashlib.sha256(accepted.content).hexdigest()
    key = uuid.uuid4()
    name = store_new(f"{application.uuid}/{key}.{accepted.extension}", accepted.content)
    try:
        return _enter(
            application,
            actor,
            now,
            uuid=key,
            requirement=requirement,
            title=title,
            original_name=original_name[-255:],
            media_type=accepted.media_type,
            size=len(accepted.content),
            sha256=sha256,
            storage_name=name,
        )
    except BaseException:
        discard(name)
        raise


@transaction.atomic
def withdraw_file(*, file: EvidenceFile, actor: Person, now: datetime | None = None) -> EvidenceFile:
    """Withdraw a file: it is kept, and counts no more.

    Raises:
        PermissionError: not the candidate.
        EvidenceRefused: withdrawn already.
    """
    now = now or timezone.now()
    application = lock_case(file.application)
    must_be_candidate(application, actor)
    file = EvidenceFile.objects.get(pk=file.pk)
    if file.withdrawn_at is not None:
        msg = "This file has already been withdrawn."
        raise EvidenceRefused(msg)
    file.withdrawn_at = now
    file.save(update_fields=["withdrawn_at"])
    note_change(
        application,
        event=Event.FILE_WITHDRAWN,
        actor=actor,
        now=now,
        details={"file": str(file.uuid), "requirement": file.requirement},
    )
    return file


@transaction.atomic
def _enter(application: Application, actor: Person, now: datetime, **fields: Any) -> EvidenceFile:
    application = lock_case(application)
    standing = application.files.standing()
    if standing.count() >= settings.EVIDENCE_MAX_FILES_PER_CASE:
        msg = f"A case holds at most {settings.EVIDENCE_MAX_FILES_PER_CASE} files. Withdraw one first."
        raise EvidenceRefused(msg)
    if standing.filter(requirement=fields["requirement"], sha256=fields["sha256"]).exists():
        msg = "You have already uploaded this file here."
        raise EvidenceRefused(msg)
    file = EvidenceFile(application=application, uploaded_by=actor, uploaded_at=now, **fields)
    file.full_clean(exclude=["application"])
    file.save()
    note_change(
        application,
        event=Event.FILE_UPLOADED,
        actor=actor,
        now=now,
        details={"file": str(file.uuid), "requirement": file.requirement, "sha256": file.sha256},
    )
    return file
