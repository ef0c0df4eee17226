"""Fee: what the Treasurer must have received or waived."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.applications.requirements import content_digest
from credentialing.evidence.models import FeePayment
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment, Progress
from credentialing.pathways.money import money
from credentialing.pathways.months import add_months, in_words
from workflows.subjects import EvidenceReference

YEARS = {1: "first", 2: "second", 3: "third"}


class Fee:
    """A fee that the Treasurer must have received or waived."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Keys of the pathway file.

        `amount` in the society's currency; `year`: for which year of the candidacy (0: once);
        `late_after_months`: from when on it is shown as late.
        """

        amount: Decimal
        year: int = 0
        late_after_months: int = 0

    @dataclass(frozen=True, kw_only=True)
    class Facts:
        """The Treasurer's entries for this fee and for the other fees, oldest first."""

        entries: tuple[FeePayment, ...]
        others: tuple[FeePayment, ...] = ()
        currency: str = "USD"

    lookups = ("fee_payments",)

    def gather(self, requirement: Requirement, application: Application) -> "Fee.Facts":
        entries = sorted(application.fee_payments.all(), key=lambda entry: (entry.marked_at, entry.pk))
        return self.Facts(
            entries=tuple(entry for entry in entries if entry.requirement == requirement.slug),
            others=tuple(entry for entry in entries if entry.requirement != requirement.slug),
            currency=application.definition.fee_currency,
        )

    def assess(self, requirement: Requirement, facts: "Fee.Facts", moment: Moment) -> Progress:
        """Paid in full, or waived."""
        rule, on = requirement.parameters, moment.on
        entries = _known(facts.entries, on)
        paid, waived, last_on = balance(entries)
        settled_on = _settled_on(standing(entries), rule.amount)
        amount = money(rule.amount, facts.currency)
        if last_on is not None and settled_on is not None:
            words = "Waived" if waived else f"{money(paid, facts.currency)} received"
            return Progress(
                met=True,
                started=True,
                summary=f"{words} on {in_words(last_on)}",
                have=str(paid),
                need=str(rule.amount),
                have_amount=paid,
                need_amount=rule.amount,
                waiting_on="",
                references=tuple(_reference(entry) for entry in entries),
                met_on=settled_on,
            )
        due = _due(rule, facts, moment)
        late_from = _late_from(rule, due)
        late = late_from is not None and on >= late_from
        summary = f"{money(paid, facts.currency)} of {amount} received" if paid else f"{amount} due"
        if due is not None and not paid and rule.year > 1:
            summary = f"{amount} due on {in_words(due)}"
        return Progress(
            met=False,
            started=paid > 0,
            summary=f"{summary}; late" if late else summary,
            have=str(paid),
            need=str(rule.amount),
            have_amount=paid,
            need_amount=rule.amount,
            waiting_on="treasurer",
            cannot_start=_why_not_due(rule.year, moment, due, paid=paid),
            next_step=f"Pay {money(rule.amount - paid, facts.currency)} to the Treasurer.",
            changes_on=min((day for day in (due, late_from) if day is not None and day > on), default=None),
            lacks=(money(rule.amount - paid, facts.currency),),
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        words = f"Pay the Treasurer {money(rule.amount, requirement.currency)}"
        if rule.year:
            words += f" for the {YEARS.get(rule.year, f'{rule.year}th')} year"
        if rule.late_after_months:
            months = "a month" if rule.late_after_months == 1 else f"{rule.late_after_months} months"
            words += f", within {months} after it is due"
        return f"{words}."


def _known(entries: tuple[FeePayment, ...], on: date) -> list[FeePayment]:
    """What the Treasurer had entered by that day, of money that had come by then."""
    known = (e for e in entries if max(e.received_on, timezone.localdate(e.marked_at)) <= on)
    return sorted(known, key=lambda e: (e.marked_at, e.pk or 0))


def _reference(entry: FeePayment) -> EvidenceReference:
    return EvidenceReference(
        kind="fee_payment", id=str(entry.uuid), sha256=content_digest(entry.kind, entry.amount, entry.received_on)
    )


def _due(rule: Fee.Parameters, facts: Fee.Facts, moment: Moment) -> date | None:
    """The first year's fee is due with the admission, each further one a year after the first was settled."""
    if rule.year <= 1:
        return moment.admitted_on
    others = _known(facts.others, moment.on)
    by_fee = [[e for e in others if e.requirement == slug] for slug in {e.requirement for e in others}]
    first = min((entry.received_on for entries in by_fee for entry in standing(entries)), default=None)
    return add_months(first, 12 * (rule.year - 1)) if first else None


def _late_from(rule: Fee.Parameters, due: date | None) -> date | None:
    """The first day on which it is late; None where nothing is ever late, or nothing is due yet."""
    if due is None or not rule.late_after_months:
        return None
    return add_months(due, rule.late_after_months) + timedelta(days=1)


def _why_not_due(year: int, moment: Moment, due: date | None, *, paid: Decimal) -> str:
    if moment.candidate_since is None:
        return "Comes after your admission."
    if year > 1 and due is None and not paid:
        return "Due a year after the first fee."
    if year > 1 and due is not None and due > moment.on and not paid:
        return f"Due on {in_words(due)}; it may be paid earlier."
    return ""


def balance(entries: list[FeePayment]) -> tuple[Decimal, bool, date | None]:
    """What stands after payments, waivers and reversals: sum, waived, and the day of the last entry that counts."""
    kept = standing(entries)
    paid = sum((entry.amount for entry in kept if entry.kind == FeePayment.Kind.PAID), Decimal(0))
    waived = any(entry.kind == FeePayment.Kind.WAIVED for entry in kept)
    return paid, waived, max((entry.received_on for entry in kept), default=None)


def _settled_on(kept: list[FeePayment], amount: Decimal) -> date | None:
    """The day of the money with which it was paid, or of the first waiver: what comes later moves it no more."""
    paid = Decimal(0)
    for entry in sorted(kept, key=lambda entry: entry.received_on):
        paid += entry.amount if entry.kind == FeePayment.Kind.PAID else 0
        if paid >= amount or entry.kind == FeePayment.Kind.WAIVED:
            return entry.received_on
    return None


def standing(entries: list[FeePayment]) -> list[FeePayment]:
    """The payments and waivers of one fee that no reversal has taken back."""
    reversals = [index for index, entry in enumerate(entries) if entry.kind == FeePayment.Kind.REVERSED]
    return entries[reversals[-1] + 1 :] if reversals else entries
