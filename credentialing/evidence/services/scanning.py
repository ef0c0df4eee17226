"""Files that came while the scanner was down: asked about again until it answers, then they count or are gone."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.correspondence.services import send_letter
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.presentation import told_that_it_stays
from credentialing.evidence.scanner import FileNotScanned, ScannerDown, TooLargeToScan, record_found, scan
from credentialing.evidence.services.files import carry_out
from workflows.errors import TransitionError

AT_ONCE = 20  # files in one round, so that whatever else waits for its turn gets it
GONE = "The same file was taken out of sight meanwhile."
logger = logging.getLogger(__name__)


def scan_what_waits(now: datetime) -> int:
    """Ask the scanner about every file that waits; answers about how many it gave word. Again, it changes nothing."""
    done = 0
    for file in EvidenceFile.objects.held().select_related("application")[:AT_ONCE]:
        try:
            content = file.read()
            found = scan(content)
        except FileNotScanned as reason:
            logger.warning("Evidence file %s can't be scanned and stays held.", file.uuid, exc_info=True)
            _tell_that_it_stays(file, now, too_large=isinstance(reason, TooLargeToScan))
            continue
        except ScannerDown:
            logger.info("The scanner is still down.", exc_info=True)
            return done
        except OSError:
            logger.exception("The bytes of evidence file %s can't be read from the store.", file.uuid)
            continue
        try:
            _decide(file, content, found, now)
        except TransitionError:  # another worker was faster
            continue
        done += 1
    return done


@transaction.atomic
def _tell_that_it_stays(file: EvidenceFile, now: datetime, *, too_large: bool) -> None:
    """Once: the file will not count by itself, and what the candidate can do."""
    send_letter(
        template="file_not_scanned",
        to=file.application.candidate,
        context={
            "requirement": file.requirement_label,
            "uploaded_on": f"{timezone.localtime(file.uploaded_at):%B %-d, %Y}",
            "too_large": too_large,
            "open": file.application.is_open,
            "path": f"/my/files/{file.requirement}/",
        },
        dedupe_key=told_that_it_stays(file),
        now=now,
    )


@transaction.atomic
def _decide(file: EvidenceFile, content: bytes, found: str, now: datetime) -> None:
    system = Person.objects.system()
    if not found and not file.application.files.out_of_sight().filter(sha256=file.sha256).exists():
        carry_out(file, "clear", actor=system, now=now)
        return
    reason = f"The virus scanner found something harmful: {found}." if found else GONE
    record = carry_out(file, "reject", actor=system, reason=reason, now=now)
    application = file.application
    if found:
        record_found(
            name=found,
            content=content,
            actor=system,
            subject_kind=application.subject_kind,
            subject_id=application.uuid,
        )
    send_letter(
        template="file_rejected",
        to=application.candidate,
        context={
            "requirement": file.requirement_label,
            "uploaded_on": f"{timezone.localtime(file.uploaded_at):%B %-d, %Y}",
            "harmful": bool(found),
            "open": application.is_open,
            "path": f"/my/files/{file.requirement}/",
        },
        dedupe_key=f"file_rejected:{record.uuid}",
    )
