"""What is true of the progress of every kind of requirement, whatever the rule and whatever lies there.

More evidence never takes anything away, with these exceptions, each of them a rule and no accident (docs/pathways.md,
“What progress promises”):

- a word against the candidate (a failed attempt at an exam with few attempts, an evaluation that says “not yet”, a last
  report that does not recommend, a reversal by the Treasurer) is evidence, but no welcome one;
- an evaluation at another event begins the number of evaluations anew; what was met stays met;
- a sign-off counts for what was signed: evidence that comes later, and counts, has to be signed again (invariant 7).
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from credentialing.applications.assessments import Assessment
from credentialing.pathways.kinds import KINDS
from tests.pathways.generated import LAST, SAMPLES, at, days, moments

BY_KIND = pytest.mark.parametrize("sample", SAMPLES, ids=[sample.slug for sample in SAMPLES])
THOROUGHLY = settings(max_examples=40, deadline=None)


def test_every_kind_is_sampled_but_the_decision_of_a_body_which_is_no_evidence():
    assert {sample.slug for sample in SAMPLES} == KINDS.keys() - {"decision"}


@BY_KIND
@THOROUGHLY
@given(data=st.data(), moment=moments())
def test_more_evidence_never_lowers_what_is_there(sample, data, moment):
    rule = data.draw(sample.rules)
    pieces = data.draw(st.lists(sample.pieces, max_size=10))
    more = data.draw(sample.welcome(rule))
    if sample.slug == "observation":
        pieces = [piece for piece in pieces if piece.event == more.event]
    if sample.slug == "attestation":  # its draw is a matter of the case, not of the evidence
        pieces = pieces[: len(pieces) // 2 * 2]
    before = sample.assess(rule, pieces, moment)
    after = sample.assess(
        rule, [*pieces, more, more][: len(pieces) + (2 if sample.slug == "attestation" else 1)], moment
    )

    assert after.met >= before.met
    assert (after.have_amount or 0) >= (before.have_amount or 0)
    assert not (before.met and before.met_on and after.met_on and after.met_on > before.met_on)


@THOROUGHLY
@given(data=st.data(), moment=moments())
def test_evaluator_asked_at_another_event_takes_nothing_away_that_was_met(data, moment):
    (sample,) = (sample for sample in SAMPLES if sample.slug == "observation")
    rule = data.draw(sample.rules)
    pieces = data.draw(st.lists(sample.pieces, max_size=8))
    asked = data.draw(sample.pieces)
    asked = replace(asked, event=date(2023, 1, 1), asked=replace(asked.asked, filed_on=None))

    assert sample.assess(rule, [*pieces, asked], moment).met >= sample.assess(rule, pieces, moment).met


@BY_KIND
@THOROUGHLY
@given(data=st.data(), moment=moments(), chance=st.randoms())
def test_order_of_entry_does_not_matter(sample, data, moment, chance):
    rule = data.draw(sample.rules)
    pieces = data.draw(st.lists(sample.pieces, max_size=10))
    shuffled = list(pieces)
    chance.shuffle(shuffled)

    assert sample.assess(rule, shuffled, moment) == sample.assess(rule, pieces, moment)


@BY_KIND
@THOROUGHLY
@given(data=st.data(), moment=moments(), on=days)
def test_day_that_has_passed_is_answered_by_what_was_known_then(sample, data, moment, on):
    rule = data.draw(sample.rules)
    pieces = data.draw(st.lists(sample.pieces, max_size=10))
    if sample.slug == "attestation":
        pieces = [piece for piece in pieces if piece.day <= on]
    then = [known for piece in pieces if (known := sample.known(piece, on)) is not None]

    assert sample.assess(rule, pieces, at(moment, on)) == sample.assess(rule, then, at(moment, on))


@BY_KIND
@THOROUGHLY
@given(data=st.data(), moment=moments())
def test_what_is_met_was_met_on_a_day_that_has_come(sample, data, moment):
    rule = data.draw(sample.rules)
    progress = sample.assess(rule, data.draw(st.lists(sample.pieces, max_size=10)), moment)

    assert progress.met_on is None or (progress.met and progress.met_on <= moment.on)
    assert progress.met <= (progress.met_on is not None)
    assert not (progress.met and (progress.next_step or progress.cannot_start or progress.lacks))


@BY_KIND
@THOROUGHLY
@given(data=st.data(), moment=moments(), number=st.integers(1, 1200))
def test_time_alone_changes_nothing_before_the_day_that_is_named(sample, data, moment, number):
    """With nothing entered, confirmed or taken back after the day one looks."""
    rule = data.draw(sample.rules)
    pieces = data.draw(st.lists(sample.pieces, max_size=10))
    known = [now for piece in pieces if (now := sample.known(piece, moment.on)) is not None]
    if sample.slug == "fee":  # money is entered when it has come
        assume(all(piece.received_on <= moment.on for piece in known))
    progress = sample.assess(rule, known, moment)
    on = moment.on + timedelta(days=number)
    changes_on = progress.changes_on if progress.changes_on and progress.changes_on > moment.on else None
    assume(changes_on is None or on < changes_on)
    later = sample.assess(rule, known, replace(moment, on=on))

    for told in ("met", "have_amount", "references", "summary", "waiting_on", "started", "cannot_start"):
        assert getattr(later, told) == getattr(progress, told)


@BY_KIND
@THOROUGHLY
@given(data=st.data(), moment=moments())
def test_sign_off_stands_until_other_evidence_counts(sample, data, moment):
    rule = replace(data.draw(sample.rules), signed_by=("coordinator",))
    pieces = data.draw(st.lists(sample.pieces, max_size=6))
    more = data.draw(sample.pieces)
    if sample.slug == "attestation":
        pieces, more = pieces[: len(pieces) // 2 * 2], None
    before, after = (
        Assessment(requirement=rule, progress=progress, references=progress.references, sign_offs=(), on=moment.on)
        for progress in (
            sample.assess(rule, pieces, moment),
            sample.assess(rule, [*pieces, more] if more is not None else pieces, moment),
        )
    )

    same = set(before.references) == set(after.references)
    assert (before.digest == after.digest) is same


@THOROUGHLY
@given(data=st.data(), moment=moments())
def test_share_is_kept_by_what_counts_and_nothing_more_could_count(data, moment):
    """By trying: of the amounts that lie there, the largest sum in which every kind keeps its share."""
    (sample,) = (sample for sample in SAMPLES if sample.slug == "count")
    rule = data.draw(sample.rules)
    free = {"distinct": "", "unit": "session", "window_months": 0, "setting": (), "role": ("co_led", "led", "member")}
    rule = replace(rule, parameters=replace(rule.parameters, **free), variations=(), counts_from="ever")
    pieces = data.draw(st.lists(sample.pieces, max_size=14))
    progress = sample.assess(rule, pieces, moment)
    counted = [piece for piece in pieces if piece.reference in progress.references]
    parts = [(share.percent, sum(share.covers(s) for s in counted)) for share in rule.parameters.at_most]
    others = len(counted) - sum(amount for _, amount in parts)

    have = progress.have_amount
    assert have is not None
    fills = [min(Decimal(amount), have * percent / 100) for percent, amount in parts]
    assert abs(others + sum(fills) - have) < Decimal("0.000001")
    step = Decimal("0.01")
    assert others + sum(min(Decimal(a), (have + step) * p / 100) for p, a in parts) < have + step


def test_generated_days_include_those_that_go_wrong():
    assert date(2020, 2, 29) <= LAST
