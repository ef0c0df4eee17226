"""Holding, reference and exam: what people bring with them or earn elsewhere."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.applications.requirements import content_digest
from credentialing.evidence.requirements.statements import Said
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment, Progress
from credentialing.pathways.months import add_months, in_words
from workflows.subjects import EvidenceReference

LIVE = frozenset({"active", "suspended", "expired"})  # in any other state it is as if it had been given back


class Holding:
    """A qualification from elsewhere, or a credential of this society."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Keys of the pathway file.

        `any_of`: names of qualifications, one of which must be held; `credential`: the slug of a pathway of this
        society whose credential does as well; `held_months`: for how long; `active`: whether it must still be valid.
        """

        any_of: tuple[str, ...] = ()
        credential: str = ""
        held_months: int = 0
        active: bool = True

    @dataclass(frozen=True, kw_only=True)
    class Held(Said):
        """One of them: `day` and `until` are when it was stated and withdrawn, `since` and `ends` when it was held."""

        name: str
        since: date
        ends: date | None = None

    lookups = ("qualifications", "candidate__credentials")

    def gather(self, requirement: Requirement, application: Application) -> tuple["Holding.Held", ...]:
        rule = requirement.parameters
        stated = [
            self.Held(
                name=str(row),
                day=timezone.localdate(row.stated_at),
                until=timezone.localdate(row.withdrawn_at) if row.withdrawn_at else None,
                since=row.held_since,
                ends=row.valid_until,
                reference=EvidenceReference(
                    kind="qualification",
                    id=str(row.uuid),
                    sha256=content_digest(row.what, row.title, row.issuer, row.held_since, row.valid_until),
                ),
            )
            for row in application.qualifications.all()
            if row.requirement == requirement.slug and row.what in rule.any_of
        ]
        own = [
            self.Held(
                name=f"{row.designation}, {row.number}",
                day=row.awarded_on,
                since=row.awarded_on,
                until=None if row.state in LIVE else timezone.localdate(row.state_since),
                ends=timezone.localdate(row.state_since) if row.state in LIVE - {"active"} else row.valid_until,
                reference=EvidenceReference(kind="credential", id=str(row.uuid), sha256=content_digest(row.number)),
            )
            for row in application.candidate.credentials.all()
            if rule.credential and row.scheme == rule.credential
        ]
        return (*stated, *own)

    def assess(self, requirement: Requirement, facts: tuple["Holding.Held", ...], moment: Moment) -> Progress:
        """Held for long enough on that day, and still valid where that is asked."""
        rule, on = requirement.parameters, moment.on
        known = sorted(
            (held for held in facts if held.stood_on(on) and held.since <= on),
            key=lambda held: (held.since, held.day, held.reference.id),
        )
        ended = [held for held in known if rule.active and held.ends is not None and held.ends < on]
        valid = [held for held in known if held not in ended]
        if not valid:
            return Progress(
                met=False,
                started=bool(known),
                summary="No longer valid" if ended else "Not stated yet",
                uncounted=tuple(f"{held.name}: ended on {in_words(held.ends)}" for held in ended if held.ends),
                next_step="State what you hold, since when, and upload the paper.",
            )
        first = valid[0]
        due = add_months(first.since, rule.held_months)
        met = due <= on
        return Progress(
            met=met,
            started=True,
            summary=f"{first.name}, since {in_words(first.since)}"
            + ("" if met else f"; long enough on {in_words(due)}"),
            waiting_on="" if met else "candidate",
            references=tuple(held.reference for held in valid),
            met_on=min(max(add_months(h.since, rule.held_months), h.day) for h in valid) if met else None,
            changes_on=_changes_on(valid, due, rule, on),
            forecast=None if met else due,
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        names = [name.replace("_", " ") for name in rule.any_of]
        words = f"Hold {' or '.join(names)}" if names else "Hold the society's credential"
        if names and rule.credential:
            words += " or the society's credential"
        words += f" for at least {rule.held_months} months" if rule.held_months else ""
        return words + (", still valid." if rule.active else ".")


def _changes_on(valid: list[Holding.Held], due: date, rule: Holding.Parameters, on: date) -> date | None:
    """The day on which it has been held for long enough, or on which one is no longer valid."""
    ends = [held.ends + timedelta(days=1) for held in valid if held.ends] if rule.active else []
    return min([day for day in (due, *ends) if day > on], default=None)


class Reference:
    """Words about the candidate by distinct people who know their work."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Keys of the pathway file.

        `at_least`: how many different referees; `relations`: only from those (co_leader, colleague, teacher); relatives
        and friends never count; `recommends`: whether each must recommend the candidate.
        """

        at_least: int = 1
        relations: tuple[str, ...] = ()
        recommends: bool = True

    @dataclass(frozen=True, kw_only=True)
    class Word(Said):
        """One reference: `day` is when it was asked for."""

        referee: str
        given_on: date | None = None
        declined_on: date | None = None
        relation: str = ""
        recommended: bool = False

    lookups = ("references",)

    def gather(self, requirement: Requirement, application: Application) -> tuple["Reference.Word", ...]:
        return tuple(
            self.Word(
                referee=row.referee_name,
                day=timezone.localdate(row.asked_at),
                until=timezone.localdate(row.withdrawn_at) if row.withdrawn_at else None,
                given_on=timezone.localdate(row.answered_at) if row.answered_at else None,
                declined_on=timezone.localdate(row.declined_at) if row.declined_at else None,
                relation=row.relation,
                recommended=row.recommended,
                reference=EvidenceReference(
                    kind="reference",
                    id=str(row.uuid),
                    sha256=content_digest(row.referee_email, row.relation, row.text, row.recommended),
                ),
            )
            for row in application.references.all()
            if row.requirement == requirement.slug
        )

    def assess(self, requirement: Requirement, facts: tuple["Reference.Word", ...], moment: Moment) -> Progress:
        """As many as are asked for, from those who may give one."""
        rule, on = requirement.parameters, moment.on
        asked = sorted((w for w in facts if w.stood_on(on)), key=lambda w: (w.day, w.reference.id))
        given = [word for word in asked if word.given_on is not None and word.given_on <= on]
        reasons = {word: _why_not(word, rule) for word in given}
        counted = sorted((w for w in given if not reasons[w]), key=lambda w: (w.given_on or on, w.reference.id))
        open_ = [w for w in asked if w not in given and not (w.declined_on and w.declined_on <= on)]
        met = len(counted) >= rule.at_least
        enough_asked = len(counted) + len(open_) >= rule.at_least
        summary = f"{len(counted)} of {rule.at_least}"
        if open_ and not met:
            summary += f", {len(open_)} asked and not answered yet"
        return Progress(
            met=met,
            started=bool(asked),
            summary=summary,
            have=str(len(counted)),
            need=str(rule.at_least),
            have_amount=Decimal(len(counted)),
            need_amount=Decimal(rule.at_least),
            waiting_on="" if met else "referee" if enough_asked else "candidate",
            uncounted=tuple(f"{word.referee}: {why}" for word, why in reasons.items() if why),
            references=tuple(word.reference for word in counted),
            met_on=counted[rule.at_least - 1].given_on if met else None,
            next_step="" if met or enough_asked else "Ask somebody who knows your work for a reference.",
            unit="references",
            lacks=() if met else (f"{rule.at_least - len(counted)} more",),
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        number = "One person" if rule.at_least == 1 else f"{rule.at_least} different people"
        who = f" ({' or '.join(r.replace('_', ' ') for r in rule.relations)})" if rule.relations else ""
        knows, gives, recommends = (
            ("knows", "gives", "recommends") if rule.at_least == 1 else ("know", "give", "recommend")
        )
        words = f"{number} who {knows} your work{who} {gives} a reference"
        return words + (f" and {recommends} you." if rule.recommends else ".")


def _why_not(word: Reference.Word, rule: Reference.Parameters) -> str:
    if word.relation == "relative":
        return "a relative or friend"
    if rule.relations and word.relation not in rule.relations:
        return "not one of those who are asked for"
    return "doesn't recommend you" if rule.recommends and not word.recommended else ""
