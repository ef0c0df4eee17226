"""Attendance and observation: what happened at intensives."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.applications.requirements import content_digest
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Progress
from workflows.subjects import EvidenceReference


class Attendance:
    """At least so many events attended, each for long enough; the last one evaluated where that is asked."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Kind of event, how many, days needed at each, and whether the last must be the evaluated one."""

        event: str
        events: int
        days_each: int = 1
        last_assessed: bool = False

    @dataclass(frozen=True, kw_only=True)
    class Attended:
        """One event on whose roster the person stands."""

        ended_on: date
        status: str
        days: int
        assessed: bool
        reference: EvidenceReference

    def gather(self, requirement: Requirement, application: Application) -> tuple["Attendance.Attended", ...]:
        rows = (
            application.candidate.attendances.filter(event__kind=requirement.parameters.event)
            .select_related("event")
            .order_by("event__ends_on", "pk")
        )
        return tuple(
            self.Attended(
                ended_on=row.event.ends_on,
                status=row.status,
                days=row.days_attended,
                assessed=row.assessed,
                reference=EvidenceReference(
                    kind="attendance",
                    id=str(row.uuid),
                    sha256=content_digest(row.event_id, row.days_attended, row.assessed),
                ),
            )
            for row in rows
        )

    def assess(self, requirement: Requirement, facts: tuple["Attendance.Attended", ...], on: date) -> Progress:
        """Events over by that day, attended for long enough."""
        rule = requirement.parameters
        whole = [a for a in facts if a.status == "attended" and a.days >= rule.days_each and a.ended_on <= on]
        claimed = [a for a in facts if a.status == "claimed"]
        short = [a for a in facts if a.status == "attended" and a.days < rule.days_each]
        enough = len(whole) >= rule.events
        # One that comes after the evaluated one takes nothing away.
        completing = [a for a in whole[rule.events - 1 :] if a.assessed or not rule.last_assessed]
        met = bool(completing)
        summary = f"{min(len(whole), rule.events)} of {rule.events}"
        if enough and not met:
            summary += "; the last one must be the evaluated one"
        elif claimed:
            summary += f", {len(claimed)} waiting for the organizer"
        return Progress(
            met=met,
            started=bool(facts),
            summary=summary,
            have=str(len(whole)),
            need=str(rule.events),
            waiting_on="" if met else ("organiser" if claimed or enough else "candidate"),
            uncounted=tuple(f"{a.days} of {rule.days_each} days, ended {a.ended_on:%Y-%m-%d}" for a in short),
            references=tuple(a.reference for a in whole),
            met_on=completing[0].ended_on if met else None,
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        many = "one Leadership Intensive" if rule.events == 1 else f"{rule.events} Leadership Intensives in total"
        last = "; you are evaluated at the last" if rule.last_assessed else ""
        return f"Attend {many}, {rule.days_each} days each{last}."


class Observation:
    """Evaluations by several distinct observers, each alone."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """How many distinct observers, and the rule: `all` must find the candidate ready."""

        observers: int
        rule: str = "all"

    @dataclass(frozen=True, kw_only=True)
    class Asked:
        """One observer who was asked."""

        observer: int
        filed_on: date | None
        ready: bool
        reference: EvidenceReference

    @dataclass(frozen=True, kw_only=True)
    class Facts:
        """Who was asked at the latest event, and whether the candidate's next intensive is the last one."""

        asked: tuple["Observation.Asked", ...] = ()
        last_is_next: bool = True

    def gather(self, requirement: Requirement, application: Application) -> "Observation.Facts":  # noqa: ARG002 - protocol
        latest = application.observations.select_related("event").order_by("-event__starts_on").first()
        if latest is None:
            return self.Facts(last_is_next=self._last_is_next(application))
        asked = tuple(
            self.Asked(
                observer=row.evaluator_id,
                filed_on=timezone.localdate(row.filed_at) if row.filed_at else None,
                ready=row.outcome == "ready",
                reference=EvidenceReference(
                    kind="observation",
                    id=str(row.uuid),
                    sha256=content_digest(
                        row.evaluator_id,
                        row.outcome,
                        row.comments,
                        *((r.item, r.value, r.text) for r in row.ratings.all()),
                    ),
                ),
            )
            for row in application.observations.filter(event=latest.event).prefetch_related("ratings")
        )
        return self.Facts(asked=asked)

    def _last_is_next(self, application: Application) -> bool:
        for requirement in application.definition.requirements:
            if requirement.kind == "attendance" and requirement.parameters.last_assessed:
                rule = requirement.parameters
                attended = application.candidate.attendances.attended().filter(event__kind=rule.event)
                return attended.filter(days_attended__gte=rule.days_each).count() >= rule.events - 1
        return True

    def assess(self, requirement: Requirement, facts: "Observation.Facts", on: date) -> Progress:
        """Enough distinct observers have filed, and all of them found the candidate ready (latest event only)."""
        rule = requirement.parameters
        asked = facts.asked
        filed = [a for a in asked if a.filed_on is not None and a.filed_on <= on]
        observers = {a.observer for a in filed}
        not_ready = [a for a in filed if not a.ready]
        met = len(observers) >= rule.observers and not not_ready
        if len({a.observer for a in asked}) < rule.observers:
            waiting_on = "coordinator"
        elif len(filed) < len(asked):
            waiting_on = "observer"
        else:
            waiting_on = "candidate"
        summary = f"{len(observers)} of {rule.observers} evaluations filed"
        if not_ready:
            summary += "; not yet ready: another intensive is needed"
        return Progress(
            met=met,
            started=bool(asked),
            summary=summary,
            cannot_start="" if asked or facts.last_is_next else "Evaluators are asked before your last intensive.",
            have=str(len(observers)),
            need=str(rule.observers),
            waiting_on="" if met else waiting_on,
            references=tuple(a.reference for a in filed),
            met_on=max(a.filed_on for a in filed if a.filed_on) if met else None,
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        number = requirement.parameters.observers
        return f"Be evaluated by {number} credentialed leaders, each alone, all finding you ready."
