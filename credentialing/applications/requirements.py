"""Kinds of requirement that look at the case itself: standing (membership, supervision) and document."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import rfc8785
from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Progress
from workflows.subjects import EvidenceReference


def content_digest(*parts: object) -> str:
    """SHA-256 over canonical JSON: what evidence without a file is pinned by."""
    return hashlib.sha256(rfc8785.dumps([part if isinstance(part, int) else str(part) for part in parts])).hexdigest()


class Standing:
    """Something that must hold throughout: `membership` of the society, or `supervision` by an accepted supervisor."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """`what`: membership or supervision."""

        what: Literal["membership", "supervision"]

    @dataclass(frozen=True, kw_only=True)
    class Facts:
        """The periods that count, and whether somebody has been asked."""

        periods: tuple[tuple[str, date, date | None, str], ...] = ()
        asked: bool = False

    def gather(self, requirement: Requirement, application: Application) -> "Standing.Facts":
        if requirement.parameters.what == "membership":
            rows = application.candidate.memberships.all()
            return self.Facts(
                periods=tuple(
                    (str(row.pk), row.starts_on, row.ends_on, content_digest(row.pk, row.starts_on, row.ends_on))
                    for row in rows
                )
            )
        supervisions = list(application.supervisions.live())
        return self.Facts(
            periods=tuple(
                (str(row.pk), timezone.localdate(row.accepted_at), None, content_digest(row.pk, row.supervisor_id))
                for row in supervisions
                if row.accepted_at
            ),
            asked=bool(supervisions),
        )

    def assess(self, requirement: Requirement, facts: "Standing.Facts", on: date) -> Progress:
        holding = [p for p in facts.periods if p[1] <= on and (p[2] is None or p[2] >= on)]
        membership = requirement.parameters.what == "membership"
        if holding:
            since = min(p[1] for p in holding)
            words = "Member" if membership else "Accepted"
            return Progress(
                met=True,
                started=True,
                summary=f"{words} since {since:%B %-d, %Y}",
                waiting_on="",
                met_on=since,
                references=tuple(
                    EvidenceReference(kind=requirement.parameters.what, id=p[0], sha256=p[3]) for p in holding
                ),
            )
        if membership:
            ended = [p[2] for p in facts.periods if p[2] and p[2] < on]
            summary = f"Membership ended on {max(ended):%B %-d, %Y}" if ended else "No membership on record"
            return Progress(met=False, started=bool(ended), summary=summary, waiting_on="coordinator")
        if facts.asked:
            return Progress(met=False, started=True, summary="Asked; waiting for the answer", waiting_on="supervisor")
        return Progress(met=False, started=False, summary="Nobody asked yet", waiting_on="candidate")

    def sentence(self, requirement: Requirement) -> str:
        if requirement.parameters.what == "membership":
            return "Be a member of the society from the application to the decision."
        return "Have a supervisor from the society's list who has agreed to work with you."


class Document:
    """A form that must be filled in: the application form."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """`what`: application_form."""

        what: Literal["application_form"]

    def gather(self, requirement: Requirement, application: Application) -> dict[str, Any]:  # noqa: ARG002 - protocol
        return {
            "id": str(application.uuid),
            "texts": (application.motivation, application.prior_experience, application.practice),
            "submitted_on": timezone.localdate(application.submitted_at) if application.submitted_at else None,
        }

    def assess(self, requirement: Requirement, facts: dict[str, Any], on: date) -> Progress:
        filled = sum(bool(text.strip()) for text in facts["texts"])
        reference = EvidenceReference(
            kind=requirement.parameters.what, id=facts["id"], sha256=content_digest(*facts["texts"])
        )
        met = filled == len(facts["texts"])
        return Progress(
            met=met,
            started=filled > 0,
            summary="Complete" if met else f"{filled} of {len(facts['texts'])} answers given",
            have=str(filled),
            need=str(len(facts["texts"])),
            waiting_on="" if met else "candidate",
            references=(reference,) if filled else (),
            met_on=facts["submitted_on"] or on if met else None,
        )

    def sentence(self, requirement: Requirement) -> str:  # noqa: ARG002 - protocol
        return "Fill in the application form."
