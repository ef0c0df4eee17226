"""Fees: the Treasurer records what came, waives and reverses; nothing is ever edited."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from credentialing.audit.models import AuditEvent
from credentialing.evidence.models import FeePayment
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.fees import mark_fee
from tests.evidence.acts import NOW, letters, progress
from tests.factories import PersonFactory

DAY = date(2024, 3, 1)


def mark(walk, kind="paid", *, amount=900, actor=None, requirement="fee_first_year", received_on=DAY, reason=""):
    return mark_fee(
        application=walk.application,
        requirement=requirement,
        actor=actor or walk.officers.treasurer,
        kind=kind,
        amount=Decimal(amount),
        received_on=received_on,
        reason=reason,
        now=NOW,
    )


def waive(walk, **changes):
    return mark(walk, **{"kind": "waived", "amount": 0, "reason": "Hardship.", **changes})


def reverse(walk, **changes):
    return mark(walk, **{"kind": "reversed", "amount": 0, "reason": "Bounced.", **changes})


def test_payment_completes_the_fee_and_is_acknowledged(submitted):
    payment = mark(submitted)

    assert progress(submitted, "fee_first_year").met
    letter = letters(submitted.candidate.email)[-1]
    assert letter.template == "fee_received"
    assert "$900" in letter.body
    assert payment.marked_by == submitted.officers.treasurer
    said = AuditEvent.objects.get(event="evidence:fee:marked")
    assert said.details == {"requirement": "fee_first_year", "kind": "paid", "amount": "900"}


def test_payments_in_parts_add_up(submitted):
    mark(submitted, amount="450.50")
    assert progress(submitted, "fee_first_year").summary == "$450.50 of $900 received"

    mark(submitted, amount="449.50")
    assert progress(submitted, "fee_first_year").met


def test_waiver_needs_a_reason_and_writes_no_receipt(submitted):
    before = len(letters(submitted.candidate.email))
    with pytest.raises(EvidenceRefused, match="Say why"):
        waive(submitted, reason=" ")

    waive(submitted)

    assert progress(submitted, "fee_first_year").met
    assert len(letters(submitted.candidate.email)) == before


def test_reversal_takes_back_a_payment_or_a_waiver_and_nothing_is_deleted(submitted):
    mark(submitted)
    reverse(submitted)
    assert not progress(submitted, "fee_first_year").met

    waive(submitted)
    reverse(submitted)
    assert not progress(submitted, "fee_first_year").met
    assert FeePayment.objects.count() == 4

    with pytest.raises(EvidenceRefused, match="nothing to reverse"):
        reverse(submitted)


def test_reversal_needs_a_reason(submitted):
    mark(submitted)

    with pytest.raises(EvidenceRefused, match="Say why"):
        reverse(submitted, reason="")


def test_settled_fee_is_not_paid_or_waived_again(submitted):
    mark(submitted)
    for again in (mark, waive):
        with pytest.raises(EvidenceRefused, match="settled already"):
            again(submitted)

    reverse(submitted)
    waive(submitted)
    with pytest.raises(EvidenceRefused, match="settled already"):
        mark(submitted)


def test_no_more_is_received_than_is_due(submitted):
    mark(submitted, amount=500)

    with pytest.raises(EvidenceRefused, match=r"400.* is still open"):
        mark(submitted, amount=401)
    assert mark(submitted, amount=400).pk


@pytest.mark.parametrize("amount", [0, -900])
def test_payment_is_more_than_nothing(submitted, amount):
    with pytest.raises(EvidenceRefused, match="Enter the amount"):
        mark(submitted, amount=amount)


def test_amount_has_no_fractions_of_a_cent(submitted):
    with pytest.raises(ValidationError):
        mark(submitted, amount="0.001")
    assert not FeePayment.objects.exists()


def test_payment_to_come_is_refused(submitted):
    with pytest.raises(EvidenceRefused, match="in the future"):
        mark(submitted, received_on=date(2024, 3, 21))


def test_only_the_treasurer_marks_fees(submitted):
    for other in (submitted.candidate, submitted.officers.coordinator, PersonFactory()):
        with pytest.raises(PermissionError, match="Only the Treasurer"):
            mark(submitted, actor=other)


def test_treasurer_marks_no_fee_of_their_own(submitted):
    submitted.candidate.terms.create(role="treasurer", starts_on=date(2015, 1, 1))

    with pytest.raises(PermissionError, match="not their own"):
        mark(submitted, actor=submitted.candidate)


def test_no_fee_is_due_before_one_has_applied_or_for_what_is_no_fee(drafted, submitted):
    with pytest.raises(EvidenceRefused, match="No fee is due"):
        mark(drafted)
    with pytest.raises(EvidenceRefused, match="No fee is due"):
        mark(submitted, requirement="two_years")


def test_second_fee_is_due_a_year_after_the_first_was_paid_or_waived(running):
    stored = progress(running, "fee_second_year")
    assert stored.summary == "$900 due on January 19, 2025"

    reverse(running)
    assert progress(running, "fee_second_year").summary == "$900 due"

    waive(running, received_on=date(2024, 2, 1))
    assert progress(running, "fee_second_year").summary == "$900 due on February 1, 2025"
