"""Taking a file out of sight at once, and deciding what becomes of it.

What is judged is the content: every copy of the same bytes in the case shares its fate.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.permissions import officers_told_of
from credentialing.correspondence.services import send_letter
from credentialing.evidence.lifecycle import COMMITTEE, QUARANTINED, STANDING, WITHDRAWN
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.services.files import carry_out
from workflows.models import LedgerRecord

SOURCES: Mapping[str, tuple[str, ...]] = {
    "quarantine": (STANDING, WITHDRAWN),
    "release": (QUARANTINED,),
    "destroy": (QUARANTINED,),
}


@transaction.atomic
def quarantine_file(
    *,
    file: EvidenceFile,
    actor: Person,
    reason: str,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> LedgerRecord:
    """Hide a file at once from all but those who must deal with it; it counts no more. They and the candidate hear.

    Raises:
        TransitionError: the refusals of the engine.
    """
    now = now or timezone.now()
    record = _with_copies(file, "quarantine", actor=actor, reason=reason, expected_version=expected_version, now=now)
    if actor.pk != file.application.candidate_id:
        _write("file_quarantined", file, record)
    for keeper in keepers_of(file, now):
        if keeper.pk != actor.pk:
            send_letter(
                template="quarantine_to_end",
                to=keeper,
                context={"candidate": str(file.application.candidate), "path": f"/reviews/files/{file.uuid}/"},
                dedupe_key=f"quarantine_to_end:{record.uuid}:{keeper.uuid}",
            )
    return record


@transaction.atomic
def release_file(
    *,
    file: EvidenceFile,
    actor: Person,
    reason: str,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> LedgerRecord:
    """End a quarantine that wasn't needed: the file is again what it was before. The candidate hears.

    Raises:
        TransitionError: the refusals of the engine.
    """
    now = now or timezone.now()
    record = _with_copies(file, "release", actor=actor, reason=reason, expected_version=expected_version, now=now)
    _write("file_released", file, record, counts=file.state == STANDING)
    return record


@transaction.atomic
def destroy_file(
    *,
    file: EvidenceFile,
    actor: Person,
    reason: str,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> LedgerRecord:
    """Destroy what must not be kept: its bytes are erased after this step, its SHA-256 stays. The candidate hears.

    Raises:
        TransitionError: the refusals of the engine.
    """
    now = now or timezone.now()
    record = _with_copies(file, "destroy", actor=actor, reason=reason, expected_version=expected_version, now=now)
    _write("file_destroyed", file, record)
    return record


def keepers_of(file: EvidenceFile, now: datetime) -> list[Person]:
    """The officers who deal with this file in quarantine: those whom nothing ties to the candidate."""
    return officers_told_of(file.application, COMMITTEE, now)


def copies_of(file: EvidenceFile, act: str) -> list[EvidenceFile]:
    """The other files of the case with the same bytes that share the fate of this one."""
    same = file.application.files.filter(sha256=file.sha256, state__in=SOURCES[act])
    return list(same.exclude(pk=file.pk).order_by("pk"))


def _with_copies(
    file: EvidenceFile, act: str, *, actor: Person, reason: str, expected_version: int | None, now: datetime
) -> LedgerRecord:
    record = carry_out(file, act, actor=actor, reason=reason, expected_version=expected_version, now=now)
    for copy in copies_of(file, act):
        carry_out(copy, act, actor=actor, reason=reason, now=now)
    return record


def _write(template: str, file: EvidenceFile, record: LedgerRecord, *, counts: bool = False) -> None:
    """To the candidate: neither the file's title nor the reason, which might repeat what must not be seen."""
    send_letter(
        template=template,
        to=file.application.candidate,
        context={
            "requirement": file.requirement_label,
            "uploaded_on": f"{timezone.localtime(file.uploaded_at):%B %-d, %Y}",
            "open": file.application.is_open,
            "counts": counts,
            "path": f"/my/files/{file.requirement}/",
        },
        dedupe_key=f"{template}:{record.uuid}",
    )
