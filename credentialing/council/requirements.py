"""The kind `decision`: admission by the committee, and the decision of the council."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.applications.requirements import Document, content_digest
from credentialing.council.models import Decision as DecisionRow
from credentialing.evidence.requirements.months import in_words
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Progress
from workflows.subjects import EvidenceReference


class Decision:
    """A body must decide: the committee (through the sign-offs of its officers) or the council (by ballots)."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """`body`: committee or council."""

        body: str

    @dataclass(frozen=True, kw_only=True)
    class Facts:
        """What lies before the body, and what it has decided."""

        before_it: bool
        decided_on: date | None = None
        outcome: str = ""
        minute: str = ""
        reference: EvidenceReference | None = None
        when: date | None = None

    def gather(self, requirement: Requirement, application: Application) -> "Decision.Facts":
        if requirement.parameters.body == "committee":
            form = Document().gather(requirement, application)
            reference = EvidenceReference(kind="application_form", id=form["id"], sha256=content_digest(*form["texts"]))
            return self.Facts(
                before_it=application.submitted_at is not None, reference=reference, when=form["submitted_on"]
            )
        decision = DecisionRow.objects.filter(application=application, attempt=application.attempt).first()
        last = application.definition.stages[-2].slug
        if decision is None or decision.decided_at is None:
            return self.Facts(before_it=application.state == last)
        return self.Facts(
            before_it=True,
            decided_on=timezone.localdate(decision.decided_at),
            outcome=decision.outcome,
            minute=decision.minute_number or "",
            reference=EvidenceReference(
                kind="decision",
                id=str(decision.uuid),
                sha256=content_digest(decision.outcome, decision.minute_number, decision.attempt),
            ),
        )

    def assess(self, requirement: Requirement, facts: "Decision.Facts", on: date) -> Progress:
        """For the committee: something lies before it (its officers' sign-offs decide). For the council: approved."""
        if requirement.parameters.body == "committee":
            return Progress(
                met=facts.before_it,
                started=facts.before_it,
                summary="With the committee" if facts.before_it else "Comes after your application",
                waiting_on="",
                cannot_start="" if facts.before_it else "Apply first.",
                references=(facts.reference,) if facts.reference and facts.before_it else (),
                met_on=facts.when,
            )
        if facts.decided_on is not None and facts.decided_on <= on and facts.outcome == DecisionRow.Outcome.APPROVED:
            return Progress(
                met=True,
                started=True,
                summary=f"Approved on {in_words(facts.decided_on)}, minute {facts.minute}",
                waiting_on="",
                references=(facts.reference,) if facts.reference else (),
                met_on=facts.decided_on,
            )
        return Progress(
            met=False,
            started=facts.before_it,
            have=facts.outcome if facts.decided_on is not None and facts.decided_on <= on else "",
            summary="Before the council" if facts.before_it else "Comes last",
            waiting_on="council" if facts.before_it else "",
            cannot_start="" if facts.before_it else "Everything else must be signed off first.",
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        if requirement.parameters.body == "committee":
            return "The committee admits you: its chair and the coordinator of supervision each approve."
        return "The council decides."
