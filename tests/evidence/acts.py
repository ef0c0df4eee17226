"""What people do in these tests, and what is on record afterwards."""

from datetime import date
from typing import Any

from django.urls import reverse

from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from credentialing.evidence.models import EvidenceFile, LogEntry, SupervisionSession
from credentialing.evidence.services.files import upload_file
from credentialing.evidence.services.log import add_log_entry
from credentialing.evidence.services.supervision import record_supervision_session
from credentialing.operations.demo.walk import CaseWalk, noon
from tests.evidence.samples import pdf

NOW = noon(date(2024, 3, 20))


def group(**changes: Any) -> dict[str, Any]:
    """A session that was co-led on March 9, 2024."""
    return {
        "held_on": date(2024, 3, 9),
        "minutes": 90,
        "role": "co_led",
        "format": "in_person",
        "setting": "residency",
        "present": 8,
        "cases": 2,
        "recorded": False,
        "debriefed": True,
        "co_leader_name": "Jordan Wells",
        "co_leader_email": "jordan@example.net",
        **changes,
    }


def log(walk: CaseWalk, **changes: Any) -> LogEntry:
    """The candidate logs a group."""
    return add_log_entry(application=walk.application, actor=walk.candidate, now=NOW, **group(**changes))


def secret_of(template: str) -> str:
    """What the link in the last such letter ends with; only the letter knows it."""
    return Letter.objects.filter(template=template).latest("pk").secret


def supervision(**changes: Any) -> dict[str, Any]:
    """A supervision session of March 12, 2024."""
    return {
        "held_on": date(2024, 3, 12),
        "minutes": 60,
        "mode": "individual",
        "recording_reviewed": True,
        "recording_of": date(2024, 3, 9),
        "recording_destroyed_on": date(2024, 3, 12),
        **changes,
    }


def record(walk: CaseWalk, actor: Any = None, **changes: Any) -> SupervisionSession:
    """The candidate (or somebody else) records a supervision session."""
    return record_supervision_session(
        application=walk.application, actor=actor or walk.candidate, now=NOW, **supervision(**changes)
    )


def upload(walk: CaseWalk, *, slug: str = "recording_consent", content: bytes | None = None) -> EvidenceFile:
    """The candidate uploads a scan."""
    return upload_file(
        application=walk.application,
        requirement=slug,
        actor=walk.candidate,
        title="Mrs. Smith's session",
        original_name="smith.pdf",
        content=content or pdf(),
        now=NOW,
    )


def progress(walk: CaseWalk, slug: str) -> Any:
    """What is stored about one requirement of a case."""
    return walk.application.requirement_progress.get(requirement=slug)


def recorded(subject: Any) -> list[str]:
    """The names of the events recorded of a subject, oldest first."""
    return [e.event for e in AuditEvent.objects.filter(subject_id=subject.uuid).order_by("pk")]


def letters(to: str) -> list[Letter]:
    """The letters to an address, oldest first."""
    return list(Letter.objects.filter(to_address=to).order_by("pk"))


def page(name: str, item: Any, *slug: str) -> str:
    """The address of a page about one thing."""
    return reverse(f"evidence:{name}", args=[item.uuid, *slug])
