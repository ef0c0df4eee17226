"""What a case itself holds: the kind `standing` (membership, supervision), and the application form."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import rfc8785
from django.utils import timezone

from credentialing.applications.models import Application, Supervision
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment, Progress
from credentialing.pathways.months import add_months, in_words
from workflows.subjects import EvidenceReference


def content_digest(*parts: object) -> str:
    """SHA-256 over canonical JSON: what evidence without a file is pinned by."""
    return hashlib.sha256(rfc8785.dumps([part if isinstance(part, int) else str(part) for part in parts])).hexdigest()


class Standing:
    """Something that must hold throughout: `membership` of the society, or `supervision` by an accepted supervisor."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Keys of the pathway file.

        `what` must hold: membership or supervision; `months`: for how long without a break (0: now is enough);
        `on_breach`: whether a break blocks, or only warns.
        """

        what: Literal["membership", "supervision"]
        months: int = 0
        on_breach: Literal["block", "warn"] = "block"

    @dataclass(frozen=True, kw_only=True)
    class Period:
        """A stretch of time in which it held, since when that is known, and the evidence for it."""

        starts_on: date
        ends_on: date | None = None
        known_on: date = date.min
        reference: EvidenceReference

        def holds_on(self, day: date) -> bool:
            """Whether it held on that day, as far as was known then."""
            return max(self.starts_on, self.known_on) <= day and (self.ends_on is None or self.ends_on >= day)

    @dataclass(frozen=True, kw_only=True)
    class Facts:
        """The periods that count, and when somebody was asked and how long that stood open."""

        periods: tuple["Standing.Period", ...] = ()
        asked: tuple[tuple[date, date | None], ...] = ()

    lookups = ("candidate__memberships", "supervisions")

    def gather(self, requirement: Requirement, application: Application) -> "Standing.Facts":
        if requirement.parameters.what == "membership":
            return self.Facts(
                periods=tuple(
                    self.Period(
                        starts_on=row.starts_on,
                        ends_on=row.ends_on,
                        known_on=timezone.localdate(row.recorded_at),
                        reference=EvidenceReference(
                            kind="membership",
                            id=str(row.pk),
                            sha256=content_digest(row.pk, row.starts_on, row.ends_on),
                        ),
                    )
                    for row in application.candidate.memberships.all()
                )
            )
        supervisions = list(application.supervisions.all())
        return self.Facts(
            periods=tuple(
                self.Period(
                    starts_on=timezone.localdate(row.accepted_at),
                    ends_on=_day_before(row),
                    known_on=timezone.localdate(row.accepted_at),
                    reference=EvidenceReference(
                        kind="supervision", id=str(row.pk), sha256=content_digest(row.pk, row.supervisor_id)
                    ),
                )
                for row in supervisions
                if row.accepted_at
            ),
            asked=tuple((timezone.localdate(row.asked_at), _answered_no_on(row)) for row in supervisions),
        )

    def assess(self, requirement: Requirement, facts: "Standing.Facts", moment: Moment) -> Progress:
        """Whether it holds on that day."""
        rule, on = requirement.parameters, moment.on
        membership = rule.what == "membership"
        stretch = _last_stretch(facts.periods, rule, on)
        due = add_months(stretch[0].starts_on, rule.months) if stretch else date.max
        met = due <= on
        ahead = [period.starts_on for period in facts.periods if period.known_on <= on < period.starts_on]
        if holding := [period for period in stretch if period.holds_on(on)]:
            since = (stretch if membership else holding)[0].starts_on
            words = f"{'Member' if membership else 'Accepted'} since {in_words(since)}"
            if membership and (lapse := _last_lapse(facts.periods, moment.applied_on, on)):
                words = f"{'Member' if rule.on_breach == 'warn' else words}; lapsed from {lapse}"
            ahead += [period.ends_on + timedelta(days=1) for period in holding if period.ends_on]
            return Progress(
                met=met,
                started=True,
                summary=words if met else f"{words}; counts from {in_words(due)}",
                waiting_on="" if met else "candidate",
                met_on=due if met else None,
                references=tuple(period.reference for period in (stretch if rule.months else holding)),
                changes_on=min(ahead if met else [due, *ahead], default=None),
            )
        if membership:
            ended = [p.ends_on for p in facts.periods if p.ends_on and p.ends_on < on and p.known_on <= on]
            summary = f"Membership ended on {in_words(max(ended))}" if ended else "No membership on record"
            if ended and rule.on_breach == "warn":
                summary += ": please renew it" if met else f"; counts from {in_words(due)}"
                return Progress(
                    met=met, started=True, summary=summary, waiting_on="" if met else "candidate",
                    met_on=due if met else None, changes_on=min(ahead if met else [due, *ahead], default=None),
                )  # fmt: skip
            return Progress(
                met=False, started=bool(ended), summary=summary, waiting_on="coordinator",
                next_step="Renew your membership." if ended else "Become a member of the society.",
                changes_on=min(ahead, default=None),
            )  # fmt: skip
        waits = any(asked <= on and (ended is None or ended > on) for asked, ended in facts.asked)
        return Progress(
            met=False,
            started=waits,
            summary="Asked; waiting for the answer" if waits else "Nobody asked yet",
            waiting_on="supervisor" if waits else "candidate",
            next_step="" if waits else "Ask a supervisor.",
            changes_on=min(ahead, default=None),
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        for_months = f", for at least {rule.months} months" if rule.months else ""
        if for_months:
            for_months += " without a break" if rule.on_breach == "block" else " taken together"
        if rule.what == "supervision":
            return f"Have a supervisor from the society's list who has agreed to work with you{for_months}."
        if rule.on_breach == "warn":
            return f"Have become a member of the society{for_months}; a lapse later is shown and doesn't stop you."
        return (
            f"Be a member of the society{for_months}, and stay one until the decision: "
            "while your membership has lapsed you can't go on, and a lapse stays on view."
        )


def _last_stretch(periods: tuple[Standing.Period, ...], rule: Standing.Parameters, on: date) -> list[Standing.Period]:
    """The last periods without a day between them, as far as they were known; where a break only warns, all."""
    stretch: list[Standing.Period] = []
    until = date.min
    known = (period for period in periods if max(period.starts_on, period.known_on) <= on)
    for period in sorted(known, key=lambda period: (period.starts_on, period.reference.id)):
        if rule.on_breach == "block" and until != date.max and period.starts_on > until + timedelta(days=1):
            stretch = []
        stretch.append(period)
        until = max(until, period.ends_on or date.max)
    return stretch


def _last_lapse(periods: tuple[Standing.Period, ...], applied_on: date | None, on: date) -> str:
    """The last days since the application on which nobody was a member, in words; "" where there are none."""
    if applied_on is None:
        return ""
    known = sorted((p for p in periods if max(p.starts_on, p.known_on) <= on), key=lambda p: p.starts_on)
    covered, lapse = applied_on - timedelta(days=1), ""
    for period in known:
        if period.starts_on > covered + timedelta(days=1):
            first, last = covered + timedelta(days=1), period.starts_on - timedelta(days=1)
            lapse = f"{in_words(first)} to {in_words(last)}"
        covered = max(covered, period.ends_on or date.max - timedelta(days=1))
    return lapse


def _answered_no_on(supervision: Supervision) -> date | None:
    end = supervision.declined_at or supervision.ended_at
    return timezone.localdate(end) if end else None


def _day_before(supervision: Supervision) -> date | None:
    """The last day on which somebody supervised: on that of the end they don't any more."""
    return timezone.localdate(supervision.ended_at) - timedelta(days=1) if supervision.ended_at else None


@dataclass(frozen=True, kw_only=True)
class FormFacts:
    """The application form as it is now; earlier texts are not kept, only that it was handed in."""

    case: str
    texts: tuple[str, ...]
    submitted_on: date | None = None

    @property
    def reference(self) -> EvidenceReference:
        """What a sign-off of it is pinned to."""
        return EvidenceReference(kind="application_form", id=self.case, sha256=content_digest(*self.texts))


class ApplicationForm:
    """The form that an application begins with."""

    def gather(self, application: Application) -> FormFacts:
        """Read it."""
        return FormFacts(
            case=str(application.uuid),
            texts=(application.motivation, application.prior_experience, application.practice),
            submitted_on=timezone.localdate(application.submitted_at) if application.submitted_at else None,
        )

    def assess(self, facts: FormFacts, moment: Moment) -> Progress:
        """Whether every question has an answer."""
        filled = sum(bool(text.strip()) for text in facts.texts)
        met = filled == len(facts.texts)
        return Progress(
            met=met,
            started=filled > 0,
            summary="Complete" if met else f"{filled} of {len(facts.texts)} answers given",
            have=str(filled),
            need=str(len(facts.texts)),
            waiting_on="" if met else "candidate",
            references=(facts.reference,) if filled else (),
            met_on=facts.submitted_on or moment.on if met else None,
            next_step="" if met else "Fill in the application form.",
        )
