"""Cadence, count and duration: what the log adds up to."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.applications.progress import gate_opened_on
from credentialing.applications.requirements import content_digest
from credentialing.evidence.requirements.months import (
    Month,
    add_months,
    in_words,
    month_of,
)
from credentialing.pathways.definitions import SUPERVISION_GATE, Requirement
from credentialing.pathways.kinds import Progress
from workflows.subjects import EvidenceReference

NOT_OPEN_YET = "Starts when you are admitted, the agreement is signed and the first-year fee has been received."


@dataclass(frozen=True, kw_only=True)
class Session:
    """One logged session as a kind sees it."""

    reference: EvidenceReference
    held_on: date
    confirmed: bool
    denied: bool = False
    recorded: bool = True
    debriefed: bool = False


@dataclass(frozen=True, kw_only=True)
class LogFacts:
    """The sessions of a case and the days from which they count."""

    sessions: tuple[Session, ...]
    counts_from: date | None


def _uncounted(sessions: tuple[Session, ...], why: str) -> tuple[str, ...]:
    return tuple(f"{in_words(session.held_on)}: {why}" for session in sessions)


def _days_on_which_months_were_full(sessions: tuple[Session, ...], per_month: int) -> list[date]:
    """For each calendar month with enough sessions the day of the one that made it enough, in order."""
    days: dict[Month, list[date]] = {}
    for day in sorted(session.held_on for session in sessions):
        days.setdefault(month_of(day), []).append(day)
    return [month[per_month - 1] for month in days.values() if len(month) >= per_month]


class Cadence:
    """At least so many sessions in each of so many calendar months."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Sessions per month, months, how many months may be missed, and whether each must be confirmed."""

        per_month: int
        months: int
        missed_months_allowed: int = 0
        needs_confirmation: bool = True

    def gather(self, requirement: Requirement, application: Application) -> LogFacts:  # noqa: ARG002 - protocol
        return LogFacts(
            sessions=log_sessions(application),
            counts_from=timezone.localdate(application.submitted_at).replace(day=1)
            if application.submitted_at
            else None,
        )

    def assess(self, requirement: Requirement, facts: LogFacts, on: date) -> Progress:
        """Months with enough confirmed sessions, from the month of the application on."""
        rule = requirement.parameters
        logged = tuple(s for s in facts.sessions if s.held_on <= on)
        if facts.counts_from is None:
            return Progress(
                met=False, started=bool(logged), summary="Counts from your application on", cannot_start="Apply first."
            )
        inside = tuple(s for s in logged if s.held_on >= facts.counts_from)
        counted = tuple(s for s in inside if not s.denied and (s.confirmed or not rule.needs_confirmation))
        full = _days_on_which_months_were_full(counted, rule.per_month)
        need = rule.months - rule.missed_months_allowed
        met = len(full) >= need
        open_sessions = tuple(s for s in inside if s not in counted and not s.denied)
        summary = f"{min(len(full), rule.months)} of {rule.months} months"
        if open_sessions:
            summary += f", {len(open_sessions)} waiting to be confirmed"
        return Progress(
            met=met,
            started=bool(logged),
            summary=summary,
            have=str(len(full)),
            need=str(need),
            waiting_on="candidate" if not met else "",
            uncounted=_uncounted(open_sessions, "not confirmed yet")
            + _uncounted(tuple(s for s in logged if s.denied), "denied by whoever was asked")
            + _uncounted(tuple(s for s in logged if s.held_on < facts.counts_from), "before you applied"),
            references=tuple(s.reference for s in counted),
            met_on=full[need - 1] if met else None,
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        times = "one session" if rule.per_month == 1 else f"{rule.per_month} sessions"
        words = f"Lead or co-lead at least {times} in each of {rule.months} calendar months."
        return words + (" Each is confirmed by your co-leader or supervisor." if rule.needs_confirmation else "")


class Duration:
    """So many months must have passed since supervision could begin."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Calendar months."""

        months: int

    def gather(self, requirement: Requirement, application: Application) -> LogFacts:  # noqa: ARG002 - protocol
        return LogFacts(sessions=(), counts_from=gate_opened_on(application, SUPERVISION_GATE, timezone.localdate()))

    def assess(self, requirement: Requirement, facts: LogFacts, on: date) -> Progress:
        """Whether the day has come."""
        if facts.counts_from is None:
            return Progress(met=False, started=False, summary="Not begun", waiting_on="", cannot_start=NOT_OPEN_YET)
        due = add_months(facts.counts_from, requirement.parameters.months)
        met = on >= due
        reference = EvidenceReference(kind="duration", id=requirement.slug, sha256=content_digest(facts.counts_from))
        return Progress(
            met=met,
            started=on >= facts.counts_from,
            summary=f"Since {in_words(facts.counts_from)}" if met else f"Reached on {in_words(due)}",
            waiting_on="candidate" if not met else "",
            references=(reference,),
            met_on=due if met else None,
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        return f"Be a candidate for at least {requirement.parameters.months} months from the start of supervision."


class Count:
    """At least so many supervision sessions, or debriefs."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """`unit`: supervision_session or debrief; `advised_per_year` is shown and never blocks."""

        unit: str
        at_least: int
        advised_per_year: int = 0
        needs_recording: bool = False
        needs_confirmation: bool = False

    def gather(self, requirement: Requirement, application: Application) -> LogFacts:
        if requirement.parameters.unit == "debrief":
            sessions = tuple(s for s in log_sessions(application) if s.debriefed)
            return LogFacts(sessions=sessions, counts_from=date.min)
        opened = gate_opened_on(application, SUPERVISION_GATE, timezone.localdate())
        return LogFacts(sessions=supervision_sessions(application), counts_from=opened)

    def assess(self, requirement: Requirement, facts: LogFacts, on: date) -> Progress:
        """Confirmed sessions on recordings, from the day on which supervision could begin."""
        rule = requirement.parameters
        logged = tuple(s for s in facts.sessions if s.held_on <= on)
        if facts.counts_from is None:
            return Progress(
                met=False,
                started=False,
                summary=f"0 of {rule.at_least}",
                have="0",
                need=str(rule.at_least),
                waiting_on="",
                cannot_start=NOT_OPEN_YET,
            )
        early = tuple(s for s in logged if s.held_on < facts.counts_from)
        unrecorded = tuple(s for s in logged if rule.needs_recording and not s.recorded and s not in early)
        standing = tuple(s for s in logged if s not in early and s not in unrecorded and not s.denied)
        counted = tuple(s for s in standing if s.confirmed or not rule.needs_confirmation)
        waiting = tuple(s for s in standing if s not in counted)
        met = len(counted) >= rule.at_least
        summary = f"{len(counted)} of {rule.at_least}"
        if waiting:
            summary += f", {len(waiting)} waiting for your supervisor"
        return Progress(
            met=met,
            started=bool(logged),
            summary=summary,
            have=str(len(counted)),
            need=str(rule.at_least),
            waiting_on="" if met else ("supervisor" if waiting else "candidate"),
            uncounted=_uncounted(waiting, "not confirmed yet")
            + _uncounted(early, "before supervision could begin")
            + _uncounted(unrecorded, "no recording was reviewed")
            + _uncounted(tuple(s for s in logged if s.denied), "denied by your supervisor"),
            references=tuple(s.reference for s in counted),
            met_on=sorted(s.held_on for s in counted)[rule.at_least - 1] if met else None,
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        if rule.unit == "debrief":
            return "Debrief with your co-leader, ideally after every group."
        words = f"Have at least {rule.at_least} supervision sessions"
        words += " on recordings of your groups" if rule.needs_recording else ""
        return words + (f", about {rule.advised_per_year} a year." if rule.advised_per_year else ".")


def log_sessions(application: Application) -> tuple[Session, ...]:
    """The standing log entries of a case."""
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
            confirmed=e.confirmed_at is not None,
            denied=e.denied_at is not None,
            recorded=e.recorded,
            debriefed=e.debriefed,
        )
        for e in application.log_entries.standing()
    )


def supervision_sessions(application: Application) -> tuple[Session, ...]:
    """The standing supervision sessions of a case."""
    return tuple(
        Session(
            reference=EvidenceReference(
                kind="supervision_session",
                id=str(s.uuid),
                sha256=content_digest(s.held_on, s.minutes, s.mode, s.recording_reviewed, s.supervisor_id),
            ),
            held_on=s.held_on,
            confirmed=s.confirmed_at is not None,
            denied=s.denied_at is not None,
            recorded=s.recording_reviewed,
        )
        for s in application.supervision_sessions.standing()
    )
