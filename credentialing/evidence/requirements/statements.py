"""Agreement, attestation, report and fee."""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.applications.requirements import content_digest
from credentialing.evidence.models import FeePayment
from credentialing.evidence.requirements.months import add_months, in_words
from credentialing.pathways.definitions import Requirement, money
from credentialing.pathways.kinds import Progress
from workflows.subjects import EvidenceReference

PARTIES = {"candidate": "you", "supervisor": "your supervisor"}


def statement_digest(text: str) -> str:
    """Which exact text was signed."""
    return hashlib.sha256(text.encode()).hexdigest()


class Agreement:
    """A text that all parties must sign."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """`statement`: the text's name in the pathway file; `parties`: who signs."""

        statement: str
        parties: tuple[str, ...]

    @dataclass(frozen=True, kw_only=True)
    class Facts:
        """Who has signed the present text when, and whether there is anybody to sign with."""

        signed: tuple[tuple[str, date, EvidenceReference], ...]
        partner: bool

    def gather(self, requirement: Requirement, application: Application) -> "Agreement.Facts":
        digest = statement_digest(application.definition.statement(requirement.parameters.statement))
        supervision = application.supervisions.accepted().first()
        people = {"candidate": application.candidate_id, "supervisor": supervision and supervision.supervisor_id}
        return self.Facts(
            signed=tuple(
                (
                    s.party,
                    timezone.localdate(s.signed_at),
                    EvidenceReference(
                        kind="signature",
                        id=str(s.uuid),
                        sha256=content_digest(s.party, s.person_id, s.statement_digest),
                    ),
                )
                for s in application.signatures.filter(requirement=requirement.slug, withdrawn_at__isnull=True)
                if s.statement_digest == digest and s.person_id == people.get(s.party, s.person_id)
            ),
            partner="supervisor" not in requirement.parameters.parties or supervision is not None,
        )

    def assess(self, requirement: Requirement, facts: "Agreement.Facts", on: date) -> Progress:
        """Signed by all parties on or before that day."""
        parties = requirement.parameters.parties
        signed = {party: day for party, day, _ in facts.signed if day <= on}
        missing = [party for party in parties if party not in signed]
        if not facts.partner:
            return Progress(
                met=False,
                started=bool(signed),
                summary="Needs a supervisor first",
                waiting_on="",
                cannot_start="A supervisor must have accepted first.",
            )
        return Progress(
            met=not missing,
            started=bool(signed),
            summary=f"Signed by {len(parties) - len(missing)} of {len(parties)}",
            have=str(len(parties) - len(missing)),
            need=str(len(parties)),
            waiting_on=missing[0] if missing else "",
            references=tuple(reference for _, day, reference in facts.signed if day <= on),
            met_on=max(signed.values()) if not missing else None,
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        return "Sign the agreement: " + " and ".join(PARTIES.get(p, p) for p in requirement.parameters.parties) + "."


class Attestation:
    """A statement that the candidate makes."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """`statement`: the text's name in the pathway file."""

        statement: str

    def gather(self, requirement: Requirement, application: Application) -> tuple[tuple[date, EvidenceReference], ...]:
        digest = statement_digest(application.definition.statement(requirement.parameters.statement))
        rows = application.attestations.filter(
            requirement=requirement.slug, withdrawn_at__isnull=True, statement_digest=digest
        )
        return tuple(
            (
                timezone.localdate(row.attested_at),
                EvidenceReference(kind="attestation", id=str(row.uuid), sha256=row.statement_digest),
            )
            for row in rows
        )

    def assess(
        self,
        requirement: Requirement,  # noqa: ARG002 - protocol
        facts: tuple[tuple[date, EvidenceReference], ...],
        on: date,
    ) -> Progress:
        """Stated on or before that day."""
        stated = [row for row in facts if row[0] <= on]
        return Progress(
            met=bool(stated),
            started=bool(stated),
            summary=f"Stated on {in_words(stated[0][0])}" if stated else "Not stated yet",
            waiting_on="" if stated else "candidate",
            references=tuple(reference for _, reference in stated),
            met_on=stated[0][0] if stated else None,
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        return f"Make the statement “{requirement.label}”."


class Report:
    """A supervisor's report that recommends the candidate."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """`author`: the role that writes it."""

        author: str

    @dataclass(frozen=True, kw_only=True)
    class Facts:
        """The standing report, if any."""

        filed_on: date | None = None
        recommended: bool = False
        reference: EvidenceReference | None = None
        author_known: bool = True

    def gather(self, requirement: Requirement, application: Application) -> "Report.Facts":
        report = application.reports.filter(requirement=requirement.slug, superseded_at__isnull=True).first()
        if report is None:
            return self.Facts(author_known=application.supervisions.accepted().exists())
        digest = content_digest(report.author_id, report.strengths, report.growth, report.recommended)
        return self.Facts(
            filed_on=timezone.localdate(report.filed_at),
            recommended=report.recommended,
            reference=EvidenceReference(kind="report", id=str(report.uuid), sha256=digest),
        )

    def assess(self, requirement: Requirement, facts: "Report.Facts", on: date) -> Progress:
        """Filed on or before that day, with a recommendation."""
        if facts.filed_on is None or facts.filed_on > on:
            return Progress(
                met=False,
                started=False,
                summary="Not filed yet",
                waiting_on=requirement.parameters.author,
                cannot_start="" if facts.author_known else "A supervisor must have accepted first.",
            )
        words = "recommends you" if facts.recommended else "doesn't recommend you yet"
        return Progress(
            met=facts.recommended,
            started=True,
            summary=f"Filed on {in_words(facts.filed_on)}: {words}",
            waiting_on="" if facts.recommended else requirement.parameters.author,
            references=(facts.reference,) if facts.reference else (),
            met_on=facts.filed_on if facts.recommended else None,
        )

    def sentence(self, requirement: Requirement) -> str:  # noqa: ARG002 - protocol
        """The rule in words."""
        return "Your supervisor files a final report and recommends you."


class Fee:
    """A fee that the Treasurer must have received or waived."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """The amount in the society's currency, and for which year of the candidacy."""

        amount: Decimal
        year: int = 1

    @dataclass(frozen=True, kw_only=True)
    class Facts:
        """Payments and waivers that stand, and the day from which the fee's year counts."""

        paid: Decimal
        waived: bool
        last_on: date | None
        references: tuple[EvidenceReference, ...]
        currency: str
        candidate: bool
        first_settled_on: date | None

    def gather(self, requirement: Requirement, application: Application) -> "Fee.Facts":
        entries = list(application.fee_payments.all())
        mine = [entry for entry in entries if entry.requirement == requirement.slug]
        paid, waived, last_on = balance(mine)
        others = {entry.requirement for entry in entries} - {requirement.slug}
        first = [e for slug in others for e in standing([e for e in entries if e.requirement == slug])]
        return self.Facts(
            paid=paid,
            waived=waived,
            last_on=last_on,
            references=tuple(
                EvidenceReference(
                    kind="fee_payment", id=str(e.uuid), sha256=content_digest(e.kind, e.amount, e.received_on)
                )
                for e in mine
            ),
            currency=application.definition.fee_currency,
            candidate=application.is_candidate,
            first_settled_on=min((entry.received_on for entry in first), default=None),
        )

    def assess(self, requirement: Requirement, facts: "Fee.Facts", on: date) -> Progress:
        """Paid in full, or waived."""
        rule = requirement.parameters
        amount = money(rule.amount, facts.currency)
        met = facts.waived or facts.paid >= rule.amount
        if met and facts.last_on is not None and facts.last_on <= on:
            words = "Waived" if facts.waived else f"{money(facts.paid, facts.currency)} received"
            return Progress(
                met=True,
                started=True,
                summary=f"{words} on {in_words(facts.last_on)}",
                have=str(facts.paid),
                need=str(rule.amount),
                waiting_on="",
                references=facts.references,
                met_on=facts.last_on,
            )
        summary = f"{money(facts.paid, facts.currency)} of {amount} received" if facts.paid else f"{amount} due"
        first = facts.first_settled_on
        due = add_months(first, 12 * (rule.year - 1)) if first and rule.year > 1 else None
        if due is not None and not facts.paid:
            summary = f"{amount} due on {in_words(due)}"
        return Progress(
            met=False,
            started=facts.paid > 0,
            summary=summary,
            have=str(facts.paid),
            need=str(rule.amount),
            waiting_on="treasurer",
            cannot_start=_why_not_due(rule.year, facts, due, on),
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        year = {1: "first", 2: "second", 3: "third"}.get(rule.year, f"{rule.year}th")
        return f"Pay the Treasurer {money(rule.amount, requirement.currency)} for the {year} year."


def _why_not_due(year: int, facts: Fee.Facts, due: date | None, on: date) -> str:
    if not facts.candidate:
        return "Comes after your admission."
    if year > 1 and facts.first_settled_on is None and not facts.paid:
        return "Due a year after the first fee."
    if due is not None and due > on and not facts.paid:
        return f"Due on {in_words(due)}; it may be paid earlier."
    return ""


def balance(entries: list[FeePayment]) -> tuple[Decimal, bool, date | None]:
    """What stands after payments, waivers and reversals: sum, waived, and the day of the last entry that counts."""
    kept = standing(entries)
    paid = sum((entry.amount for entry in kept if entry.kind == FeePayment.Kind.PAID), Decimal(0))
    waived = any(entry.kind == FeePayment.Kind.WAIVED for entry in kept)
    return paid, waived, max((entry.received_on for entry in kept), default=None)


def standing(entries: list[FeePayment]) -> list[FeePayment]:
    """The payments and waivers of one fee that no reversal has taken back."""
    reversals = [index for index, entry in enumerate(entries) if entry.kind == FeePayment.Kind.REVERSED]
    return entries[reversals[-1] + 1 :] if reversals else entries
