"""Agreement, attestation, report and fee: what counts as signed, stated, filed and paid."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from credentialing.evidence.models import FeePayment
from credentialing.evidence.requirements import Agreement, Attestation, Fee, Report
from credentialing.evidence.requirements.fees import balance
from credentialing.evidence.requirements.statements import Said, statement_digest
from tests.evidence.facts import looked_at, reference, rule

LATER = date(2030, 1, 1)
MONDAY, TUESDAY = date(2024, 3, 4), date(2024, 3, 5)
BOTH = rule(Agreement, statement="a_text", parties=("candidate", "supervisor"))


def agree(*signed, partner=True, on=LATER):
    facts = Agreement.Facts(
        signed=tuple(Said(party=party, day=day, reference=reference()) for party, day in signed),
        supervised=((date.min, None),) if partner else (),
    )
    return Agreement().assess(BOTH, facts, looked_at(on, None))


def test_agreement_stands_from_the_day_on_which_the_last_party_signed():
    progress = agree(("candidate", TUESDAY), ("supervisor", MONDAY))

    assert progress.met
    assert progress.met_on == TUESDAY
    assert progress.waiting_on == ""
    assert len(progress.references) == 2


@pytest.mark.parametrize(("signed", "waits"), [("candidate", "supervisor"), ("supervisor", "candidate")])
def test_agreement_signed_by_one_waits_for_the_other(signed, waits):
    progress = agree((signed, MONDAY))

    assert not progress.met
    assert progress.started
    assert progress.waiting_on == waits
    assert progress.summary == "Signed by 1 of 2"
    assert progress.met_on is None


def test_agreement_needs_somebody_to_sign_with():
    progress = agree(("candidate", MONDAY), partner=False)

    assert not progress.met
    assert progress.cannot_start == "A supervisor must have accepted first."


def test_signature_after_the_day_of_judgement_is_neither_counted_nor_pinned():
    progress = agree(("candidate", MONDAY), ("supervisor", TUESDAY), on=MONDAY)

    assert not progress.met
    assert progress.have == "1"
    assert len(progress.references) == 1


def test_rule_of_an_agreement_names_the_parties():
    assert Agreement().sentence(BOTH) == "Sign the agreement: you and your supervisor."
    alone = rule(Agreement, statement="a_text", parties=("committee",))
    assert Agreement().sentence(alone) == "Sign the agreement: committee."


def test_changed_text_has_another_digest():
    assert statement_digest("We agree.") == statement_digest("We agree.")
    assert statement_digest("We agree.") != statement_digest("We agree!")


CONSENT = rule(Attestation, statement="a_text")


def test_statement_counts_from_the_day_it_was_made():
    facts = Attestation.Facts(stated=(Said(day=TUESDAY, reference=reference()),))

    assert not Attestation().assess(CONSENT, facts, looked_at(MONDAY, None)).met
    progress = Attestation().assess(CONSENT, facts, looked_at(TUESDAY, None))
    assert progress.met
    assert progress.met_on == TUESDAY
    assert progress.summary == "Stated on March 5, 2024"
    assert progress.waiting_on == ""


def test_statement_not_made_waits_for_the_candidate():
    progress = Attestation().assess(CONSENT, Attestation.Facts(stated=()), looked_at(LATER, None))

    assert not progress.met
    assert not progress.started
    assert progress.waiting_on == "candidate"
    assert Attestation().sentence(CONSENT) == "Make the statement “A rule”."


REPORT = rule(Report, author="supervisor")


def report(on=LATER, *, filed_on=None, recommended=False, author_known=True):
    filed = [Report.Filed(day=filed_on, recommended=recommended, reference=reference())] if filed_on else []
    facts = Report.Facts(filed=tuple(filed), supervised=((date.min, None),) if author_known else ())
    return Report().assess(REPORT, facts, looked_at(on, None))


def test_report_that_recommends_is_enough():
    progress = report(filed_on=TUESDAY, recommended=True)

    assert progress.met
    assert progress.met_on == TUESDAY
    assert progress.summary == "Filed on March 5, 2024: recommends you"
    assert len(progress.references) == 1


def test_report_that_does_not_recommend_is_not_enough_and_the_supervisor_is_next():
    progress = report(filed_on=TUESDAY, recommended=False)

    assert not progress.met
    assert progress.started
    assert progress.waiting_on == "supervisor"
    assert "doesn't recommend you yet" in progress.summary


def test_report_filed_after_the_day_of_judgement_is_not_seen():
    assert not report(on=MONDAY, filed_on=TUESDAY, recommended=True).started


def test_report_cannot_be_filed_before_somebody_supervises():
    assert report(author_known=False).cannot_start == "A supervisor must have accepted first."
    assert report().cannot_start == ""
    assert Report().sentence(REPORT) == "Your supervisor files a final report and recommends you."


FIRST_YEAR, SECOND_YEAR = (rule(Fee, slug=f"fee_{year}", amount=Decimal(900), year=year) for year in (1, 2))


def entry(kind, day=MONDAY, amount=0, requirement="this_fee"):
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return FeePayment(kind=kind, received_on=day, amount=Decimal(amount), marked_at=noon, requirement=requirement)


def fee(*entries, requirement=FIRST_YEAR, on=LATER, candidate=True, first_settled_on=None):
    others = (entry("paid", first_settled_on, 900, "first_fee"),) if first_settled_on else ()
    moment = looked_at(on, MONDAY if candidate else None)
    return Fee().assess(requirement, Fee.Facts(entries=entries, others=others), moment)


def test_fee_paid_in_full_is_met_on_the_day_of_the_last_payment():
    progress = fee(entry("paid", TUESDAY, 900))

    assert progress.met
    assert progress.met_on == TUESDAY
    assert progress.summary == "$900 received on March 5, 2024"
    assert len(progress.references) == 1


def test_waived_fee_is_met():
    progress = fee(entry("waived", TUESDAY))

    assert progress.met
    assert progress.summary == "Waived on March 5, 2024"


def test_part_of_a_fee_is_not_enough_and_the_treasurer_is_next():
    progress = fee(entry("paid", TUESDAY, "450.50"))

    assert not progress.met
    assert progress.started
    assert progress.summary == "$450.50 of $900 received"
    assert progress.waiting_on == "treasurer"


def test_fee_received_after_the_day_of_judgement_does_not_count():
    assert not fee(entry("paid", TUESDAY, 900), on=MONDAY).met


def test_fee_is_due_after_admission_and_not_before():
    assert fee(candidate=False).cannot_start == "Comes after your admission."
    assert fee().cannot_start == ""
    assert fee().summary == "$900 due"


def test_second_fee_is_due_a_year_after_the_first():
    settled = {"first_settled_on": date(2024, 2, 29), "requirement": SECOND_YEAR}

    early = fee(on=date(2025, 2, 27), **settled)
    assert early.summary == "$900 due on February 28, 2025"
    assert early.cannot_start == "Due on February 28, 2025; it may be paid earlier."
    assert fee(on=date(2025, 2, 28), **settled).cannot_start == ""


def test_second_fee_has_no_day_before_the_first_is_settled():
    progress = fee(requirement=SECOND_YEAR)

    assert progress.cannot_start == "Due a year after the first fee."
    assert fee(entry("paid", MONDAY, 100), requirement=SECOND_YEAR).cannot_start == ""


def test_part_of_the_second_fee_paid_early_is_shown_as_received():
    progress = fee(entry("paid", MONDAY, 100), requirement=SECOND_YEAR, on=MONDAY, first_settled_on=date(2024, 1, 1))

    assert progress.summary == "$100 of $900 received"
    assert progress.cannot_start == ""


@pytest.mark.parametrize(("year", "words"), [(1, "first"), (2, "second"), (3, "third"), (4, "4th")])
def test_rule_of_a_fee_says_how_much_for_which_year(year, words):
    requirement = rule(Fee, amount=Decimal(900), year=year)

    assert Fee().sentence(requirement) == f"Pay the Treasurer $900 for the {words} year."


def test_reversal_takes_back_everything_before_it_and_nothing_after():
    entries = [entry("paid", MONDAY, 900), entry("reversed", MONDAY), entry("paid", TUESDAY, 400)]

    assert balance(entries[:1]) == (Decimal(900), False, MONDAY)
    assert balance(entries[:2]) == (Decimal(0), False, None)
    assert balance(entries) == (Decimal(400), False, TUESDAY)


def test_reversal_takes_back_a_waiver():
    assert balance([entry("waived")]) == (Decimal(0), True, MONDAY)
    assert balance([entry("waived"), entry("reversed")]) == (Decimal(0), False, None)


def test_payments_in_parts_add_up_and_the_latest_day_counts():
    entries = [entry("paid", TUESDAY, 500), entry("paid", MONDAY, 400)]

    assert balance(entries) == (Decimal(900), False, TUESDAY)
