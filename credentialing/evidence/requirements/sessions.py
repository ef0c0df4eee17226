"""Sessions as the kinds see them: what was logged, and since when each thing about it is known."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.applications.requirements import content_digest
from workflows.subjects import EvidenceReference

LED = ("co_led", "led")


@dataclass(frozen=True, kw_only=True)
class Session:
    """One logged session. `client` is a pseudonym; `recorded` says that a recording was reviewed in supervision."""

    reference: EvidenceReference
    held_on: date
    known_on: date
    confirmed_on: date | None = None
    denied_on: date | None = None
    removed_on: date | None = None
    recorded: bool = True
    debriefed: bool = False
    minutes: int = 0
    cases: int = 1
    role: str = "co_led"
    format: str = ""
    setting: str = ""
    mode: str = ""
    client: str = ""
    confirmed_as: str = ""

    def as_of(self, day: date) -> "Session | None":
        """What was known of it on that day; None while it was not there."""
        if max(self.held_on, self.known_on) > day or (self.removed_on and self.removed_on <= day):
            return None
        return replace(
            self,
            confirmed_on=_by(self.confirmed_on, day),
            denied_on=_by(self.denied_on, day),
            removed_on=None,
        )


def _by(known_on: date | None, day: date) -> date | None:
    return known_on if known_on is not None and known_on <= day else None


def _day(instant: datetime | None) -> date | None:
    return timezone.localdate(instant) if instant else None


def as_of(sessions: tuple[Session, ...], day: date) -> tuple[Session, ...]:
    """Those that were there on that day, in the order in which they were held."""
    known = (session.as_of(day) for session in sessions)
    return tuple(sorted((s for s in known if s is not None), key=lambda s: (s.held_on, s.reference.id)))


def log_sessions(application: Application) -> tuple[Session, ...]:
    """The log entries of a case; one that was edited is another one since then."""
    return tuple(
        Session(
            reference=EvidenceReference(
                kind="log_entry",
                id=str(e.uuid),
                sha256=content_digest(
                    e.held_on, e.minutes, e.role, e.format, e.setting, e.present, e.cases, e.co_leader_name
                ),
            ),
            held_on=e.held_on,
            known_on=timezone.localdate(e.created_at),
            confirmed_on=_day(e.confirmed_at),
            denied_on=_day(e.denied_at),
            removed_on=_day(e.removed_at),
            recorded=e.recorded,
            debriefed=e.debriefed,
            minutes=e.minutes,
            cases=e.cases,
            role=e.role,
            format=e.format,
            setting=e.setting,
            client=e.client,
            confirmed_as=e.confirmed_as,
        )
        for e in application.log_entries.all()
    )


def supervision_sessions(application: Application) -> tuple[Session, ...]:
    """The supervision sessions of a case."""
    return tuple(
        Session(
            reference=EvidenceReference(
                kind="supervision_session",
                id=str(s.uuid),
                sha256=content_digest(s.held_on, s.minutes, s.mode, s.recording_reviewed, s.supervisor_id),
            ),
            held_on=s.held_on,
            known_on=timezone.localdate(s.created_at),
            confirmed_on=_day(s.confirmed_at),
            denied_on=_day(s.denied_at),
            removed_on=_day(s.removed_at),
            recorded=s.recording_reviewed,
            minutes=s.minutes,
            mode=s.mode,
            role="",
        )
        for s in application.supervision_sessions.all()
    )
