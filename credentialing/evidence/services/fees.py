"""What the Treasurer marks."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.permissions import objection_to_judging
from credentialing.audit.events import Event
from credentialing.correspondence.services import send_letter
from credentialing.evidence.models import FeePayment
from credentialing.evidence.requirements.fees import balance
from credentialing.evidence.services.cases import EvidenceRefused, lock_case, must_be_past, note_change
from credentialing.pathways.money import money


@transaction.atomic
def mark_fee(
    *,
    application: Application,
    requirement: str,
    actor: Person,
    kind: str,
    received_on: date,
    amount: Decimal = Decimal(0),
    reference: str = "",
    reason: str = "",
    now: datetime | None = None,
) -> FeePayment:
    """Record a payment, a waiver, or the reversal of what was recorded; entries are never edited.

    Raises:
        PermissionError: not the Treasurer, the Treasurer's own case, or that of somebody they are tied to.
        EvidenceRefused: nothing due, nothing to reverse, no amount, no reason, impossible date.
    """
    now = now or timezone.now()
    application = lock_case(application)
    if "treasurer" not in application.roles_of(actor, timezone.localdate(now)):
        msg = "Only the Treasurer marks fees, and not their own."
        raise PermissionError(msg)
    if objection := objection_to_judging(actor, application):
        raise PermissionError(objection)
    must_be_past(received_on, now)
    rule = application.requirement(requirement)
    if rule.kind != "fee" or application.submitted_at is None:
        msg = "No fee is due here."
        raise EvidenceRefused(msg)
    _check(application, requirement, kind, amount, reason)
    payment = FeePayment(
        application=application,
        requirement=requirement,
        kind=kind,
        amount=amount,
        received_on=received_on,
        reference=reference,
        reason=reason.strip(),
        marked_by=actor,
        marked_at=now,
    )
    payment.full_clean(exclude=["application"])
    payment.save()
    note_change(
        application,
        event=Event.FEE_MARKED,
        actor=actor,
        now=now,
        details={"requirement": requirement, "kind": kind, "amount": str(amount)},
    )
    if kind == FeePayment.Kind.PAID:
        send_letter(
            template="fee_received",
            to=application.candidate,
            context={
                "fee": rule.label,
                "amount": money(amount, application.definition.fee_currency),
                "path": "/my/",
            },
            dedupe_key=f"fee:{payment.uuid}",
        )
    return payment


def _check(application: Application, requirement: str, kind: str, amount: Decimal, reason: str) -> None:
    paid, waived, _ = balance(list(application.fee_payments.filter(requirement=requirement)))
    due = application.requirement(requirement).parameters.amount
    if kind == FeePayment.Kind.REVERSED:
        if not paid and not waived:
            msg = "There is nothing to reverse."
            raise EvidenceRefused(msg)
    elif waived or paid >= due:
        msg = "This fee is settled already. Reverse it first if that was a mistake."
        raise EvidenceRefused(msg)
    if kind == FeePayment.Kind.PAID and amount <= 0:
        msg = "Enter the amount that was received."
        raise EvidenceRefused(msg)
    if kind == FeePayment.Kind.PAID and paid + amount > due:
        msg = f"That is more than is due: {due - paid} is still open."
        raise EvidenceRefused(msg)
    if kind != FeePayment.Kind.PAID and not reason.strip():
        msg = "Say why."
        raise EvidenceRefused(msg)
