"""Uploading files, withdrawing them and taking that back."""

import hashlib
import logging
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.progress import note_progress
from credentialing.audit.events import Event
from credentialing.evidence.file_names import safe_name
from credentialing.evidence.inspection import inspect
from credentialing.evidence.lifecycle import HELD
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.scanner import FOUND, TOO_LARGE, ScannerDown, TooLargeToScan, record_found, scan
from credentialing.evidence.services.cases import (
    EvidenceRefused,
    FileRefused,
    lock_case,
    must_be_candidate,
    note_change,
)
from credentialing.evidence.storage import discard, store_new
from workflows.models import LedgerRecord
from workflows.services import perform

logger = logging.getLogger(__name__)


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
    """Inspect and scan a file, store its bytes under a new key, then write the row; a refused one leaves nothing.

    Nothing is locked while the file is looked at. Where the scanner doesn't answer, the file is held until it does
    (`credentialing.evidence.services.scanning`).

    Raises:
        PermissionError: not the candidate.
        FileRefused: what `inspect` refuses, or the scanner found something harmful or takes no file of this size.
        CheckingBusy: it can't be checked at this moment.
        EvidenceRefused: the requirement takes no files, too many, the same again or one that was taken out of sight.
    """
    now = now or timezone.now()
    must_be_candidate(application, actor)
    if not application.requirement(requirement).takes_files:
        msg = "No file is asked for here."
        raise EvidenceRefused(msg)
    accepted = inspect(content, client=f"account {actor.pk}")
    held = _is_to_be_held(application, actor, content)
    sha256 = hashlib.sha256(accepted.content).hexdigest()
    key = uuid.uuid4()
    name = store_new(f"{application.uuid}/{key}.{accepted.extension}", accepted.content)
    try:
        return _enter(
            application,
            actor,
            now,
            held=held,
            uuid=key,
            requirement=requirement,
            title=title,
            original_name=safe_name(original_name, accepted.extension),
            note=accepted.note,
            media_type=accepted.media_type,
            size=len(accepted.content),
            sha256=sha256,
            storage_name=name,
        )
    except BaseException:
        discard(name)
        raise


@transaction.atomic
def withdraw_file(
    *, file: EvidenceFile, actor: Person, expected_version: int | None = None, now: datetime | None = None
) -> EvidenceFile:
    """Withdraw a file: it is kept, and counts no more until the candidate restores it.

    One that waits for the virus scanner is destroyed: nobody has seen it, and restored it would pass the scanner by.

    Raises:
        TransitionError: the refusals of the engine.
    """
    act = "discard" if file.state == HELD else "withdraw"
    carry_out(file, act, actor=actor, expected_version=expected_version, now=now or timezone.now())
    return file


@transaction.atomic
def restore_file(
    *, file: EvidenceFile, actor: Person, expected_version: int | None = None, now: datetime | None = None
) -> EvidenceFile:
    """Take a withdrawal back: the file counts again.

    Raises:
        TransitionError: the refusals of the engine; there may be no room, or the same file again.
    """
    carry_out(file, "restore", actor=actor, expected_version=expected_version, now=now or timezone.now())
    return file


def carry_out(
    file: EvidenceFile,
    act: str,
    *,
    actor: Person,
    now: datetime,
    reason: str = "",
    expected_version: int | None = None,
) -> LedgerRecord:
    """One step of a file under the lock of its case, whose progress it changes; in the caller's transaction.

    Raises:
        TransitionError: the refusals of the engine.
    """
    application = Application.objects.select_for_update().get(pk=file.application_id)
    record = perform(file, act, actor=actor, reason=reason, expected_version=expected_version, now=now)
    note_progress(application, now)
    return record


def _is_to_be_held(application: Application, actor: Person, content: bytes) -> bool:
    """Whether the scanner must still be asked; of what it finds only the name and the digest are recorded."""
    try:
        found = scan(content)
    except TooLargeToScan:
        logger.warning("An upload is too large for the scanner.", exc_info=True)
        raise FileRefused(TOO_LARGE) from None
    except ScannerDown:
        logger.warning("An upload is held until the scanner answers.", exc_info=True)
        return True
    if found:
        record_found(
            name=found,
            content=content,
            actor=actor,
            subject_kind=application.subject_kind,
            subject_id=application.uuid,
        )
        raise FileRefused(FOUND)
    return False


@transaction.atomic
def _enter(application: Application, actor: Person, now: datetime, *, held: bool, **fields: Any) -> EvidenceFile:
    application = lock_case(application)
    if application.files.out_of_sight().filter(sha256=fields["sha256"]).exists():
        msg = "This very file was taken out of sight. Remove what must not be seen from it, then upload that."
        raise EvidenceRefused(msg)
    standing = application.files.taking_room()
    if standing.count() >= settings.EVIDENCE_MAX_FILES_PER_CASE:
        msg = f"A case holds at most {settings.EVIDENCE_MAX_FILES_PER_CASE} files. Withdraw one first."
        raise EvidenceRefused(msg)
    if standing.filter(requirement=fields["requirement"], sha256=fields["sha256"]).exists():
        msg = "You have already uploaded this file here."
        raise EvidenceRefused(msg)
    file = EvidenceFile(application=application, uploaded_by=actor, uploaded_at=now, **fields)
    file.full_clean(exclude=["application", "state"])
    file.save()
    if held:
        perform(file, "hold", actor=Person.objects.system(), now=now)
    note_change(
        application,
        event=Event.FILE_UPLOADED,
        actor=actor,
        now=now,
        details={"file": str(file.uuid), "requirement": file.requirement, "sha256": file.sha256},
    )
    return file
