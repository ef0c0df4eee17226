"""Many sessions answered at once by their supervisor: each by itself, so that one refusal undoes no other answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from credentialing.accounts.models import Person
from credentialing.applications.progress import refreshed_once
from credentialing.evidence.models import LogEntry, SupervisionSession
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.log import confirm_log_entry, deny_log_entry
from credentialing.evidence.services.supervision import answer_supervision_sessions


@dataclass(frozen=True)
class Answers:
    """What became of the chosen sessions."""

    done: int
    refused: tuple[str, ...]  # which session, and why

    @property
    def numbers(self) -> str:
        """How many were answered, in words."""
        return "One session" if self.done == 1 else f"{self.done} sessions"


@transaction.atomic
def answer_sessions(
    *,
    entries: Sequence[LogEntry],
    sessions: Sequence[SupervisionSession],
    actor: Person,
    confirm: bool,
    reason: str = "",
    now: datetime | None = None,
) -> Answers:
    """Confirm sessions, or say of all of them what is not right: what can't be answered today is named with the reason.

    Raises:
        PermissionError: never; it is among the reasons.
    """
    done, refused = 0, []
    with refreshed_once():
        for entry in entries:
            why = _refusal_of(lambda entry=entry: _answer_entry(entry, actor, confirm, reason, now))
            refused += [f"{entry.application.candidate}, group on {_day(entry)}: {why}"] if why else []
            done += not why
        for session in sessions:
            why = _refusal_of(
                lambda session=session: answer_supervision_sessions(
                    sessions=[session], actor=actor, confirm=confirm, reason=reason, now=now
                )
            )
            refused += [f"{session.application.candidate}, supervision on {_day(session)}: {why}"] if why else []
            done += not why
    return Answers(done=done, refused=tuple(refused))


def _answer_entry(entry: LogEntry, actor: Person, confirm: bool, reason: str, now: datetime | None) -> None:  # noqa: FBT001 - of this module
    if confirm:
        confirm_log_entry(entry=entry, role="supervisor", actor=actor, now=now)
    else:
        deny_log_entry(entry=entry, role="supervisor", actor=actor, reason=reason, now=now)


def _refusal_of(act: Callable[[], object]) -> str:
    """Do it by itself; answers why not, "" when it is done."""
    try:
        with transaction.atomic():
            act()
    except (EvidenceRefused, PermissionError) as refusal:
        return str(refusal)
    return ""


def _day(of: LogEntry | SupervisionSession) -> str:
    return f"{of.held_on:%B} {of.held_on.day}, {of.held_on.year}"
