"""What is true of groups, sign-offs and waivers, whatever the rule and whatever lies there."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentialing.applications.assessments import Assessment
from credentialing.applications.groups import progress_of_group
from credentialing.evidence.requirements import Cadence, Count
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.groups import AllOf, AnyOf
from credentialing.pathways.kinds import Moment, SignOffFact, kind
from tests.evidence.facts import looked_at, session
from tests.pathways.generated import at, days, moments, noon, sessions, waits

OFTEN = settings(max_examples=80, deadline=None)
RULES = (
    ("cadence", Cadence.Parameters(months=3, needs_confirmation=False)),
    ("count", Count.Parameters(unit="session", at_least=Decimal(3))),
    ("count", Count.Parameters(unit="case", at_least=Decimal(5), window_months=18)),
    ("count", Count.Parameters(unit="hour", at_least=Decimal(4), role=("member",))),
)


@st.composite
def trees(draw, depth: int = 2, place: str = "r") -> Requirement:
    """A requirement, or a group of some, at most two levels deep; nobody signs it."""
    if depth == 0 or draw(st.booleans()):
        slug, parameters = draw(st.sampled_from(RULES))
        return Requirement(slug=place, kind=slug, stage="a_stage", label=f"Rule {place}", parameters=parameters)
    options = tuple(draw(trees(depth=depth - 1, place=f"{place}_{n}")) for n in range(draw(st.integers(2, 3))))
    any_of = draw(st.booleans())
    parameters = AnyOf(at_least=draw(st.integers(1, len(options)))) if any_of else AllOf()
    return Requirement(
        slug=place,
        kind="any_of" if any_of else "all_of",
        stage="a_stage",
        label=f"Group {place}",
        parameters=parameters,
        options=options,
    )


@st.composite
def waivers(draw) -> SignOffFact:
    given_on = draw(days)
    return SignOffFact(
        requirement=draw(st.sampled_from(["r", "r_0", "r_1", "r_0_1"])),
        outcome="waived",
        role="ccc_chair",
        person_id=1,
        digest="",
        at=noon(given_on),
        reason="prior learning",
        expires_on=draw(st.sampled_from([None, given_on + timedelta(days=200)])),
    )


def assess(rule: Requirement, there, moment: Moment, facts=()) -> Assessment:
    """The same that `CaseOnDay` does with what it has read."""
    options = tuple(assess(option, there, moment, facts) for option in rule.options)
    progress = progress_of_group(rule, options) if rule.is_group else kind(rule.kind).assess(rule, tuple(there), moment)
    return Assessment(
        requirement=rule,
        progress=progress,
        references=progress.references,
        sign_offs=tuple(
            fact
            for fact in sorted(facts, key=lambda fact: fact.at)
            if fact.requirement == rule.slug and fact.at.date() <= moment.on
        ),
        on=moment.on,
        options=options,
    )


@OFTEN
@given(rule=trees(), there=st.lists(sessions(), max_size=10), more=sessions(), moment=moments(), facts=st.data())
def test_more_evidence_and_more_waivers_never_take_away_what_is_complete(rule, there, more, moment, facts):
    waived = facts.draw(st.lists(waivers(), max_size=2))
    before = assess(rule, there, moment, waived)
    for after in (
        assess(rule, [*there, more], moment, waived),
        assess(rule, there, moment, [*waived, facts.draw(waivers())]),
    ):
        assert after.complete >= before.complete
        if before.completed_on:
            assert after.completed_on <= before.completed_on
        if before.requirement.is_group:
            assert int(after.progress.have) >= int(before.progress.have)


@OFTEN
@given(rule=trees(), there=st.lists(sessions(), max_size=10), moment=moments(), on=days, facts=st.data())
def test_group_on_a_past_day_is_answered_by_what_was_known_then(rule, there, moment, on, facts):
    waived = facts.draw(st.lists(waivers(), max_size=3))
    known_waivers = [fact for fact in waived if fact.at.date() <= on]
    then = [replace(s, removed_on=None, confirmed_on=None, denied_on=None) for s in there if s.known_on <= on]
    now = [
        replace(
            s,
            removed_on=s.removed_on and s.removed_on + timedelta(days=9999),
            confirmed_on=None,
            denied_on=None,
        )
        for s in there
    ]
    found, known = assess(rule, now, at(moment, on), waived), assess(rule, then, at(moment, on), known_waivers)

    assert (found.complete, found.completed_on, found.summary, found.digest) == (
        known.complete, known.completed_on, known.summary, known.digest,
    )  # fmt: skip
    assert found.progress == known.progress


@OFTEN
@given(rule=trees(), there=st.lists(sessions(), max_size=10), moment=moments())
def test_group_is_met_by_as_many_options_as_it_asks_for(rule, there, moment):
    for item in assess(rule, there, moment).with_options():
        if item.requirement.is_group:
            complete = sum(option.complete for option in item.options)
            need = item.requirement.parameters.at_least if item.requirement.kind == "any_of" else len(item.options)
            assert item.progress.met is (complete >= need)
            assert bool(item.progress.lacks) is not item.progress.met


@OFTEN
@given(there=st.lists(sessions(), min_size=3, max_size=8), more=sessions(), moment=moments(), after=waits)
def test_what_was_signed_off_must_be_signed_again_when_more_counts(there, more, moment, after):
    """Invariant 7, the one way in which more evidence takes a “complete” away: nobody has seen the new piece."""
    rule = Requirement(
        slug="r", kind="count", stage="a_stage", label="Rule", signed_by=("coordinator",), parameters=RULES[1][1]
    )
    there, more = [replace(s, denied_on=None, removed_on=None) for s in there], replace(more, denied_on=None)
    for number in range(3):  # as many as are asked for
        held = min(there[number].held_on, moment.on)
        there[number] = replace(there[number], role="led", held_on=held, known_on=held)
    item = assess(rule, there, moment)
    assert item.progress.met
    word = SignOffFact(
        requirement="r", outcome="approved", role="coordinator", person_id=1, digest=item.digest, at=noon(moment.on)
    )
    later = replace(moment, on=moment.on + timedelta(days=after))
    same = [s for s in there if s.known_on <= moment.on]
    assert assess(rule, same, later, [word]).complete
    grown = assess(rule, [*same, more], later, [word])

    counted = more.reference in grown.progress.references
    assert grown.progress.met
    assert grown.complete is not counted
    assert bool(grown.outdated) is counted


@pytest.mark.parametrize("on", [date(2021, 5, 3), date(2021, 12, 31), date(2022, 1, 1)])
def test_second_waiver_and_a_waiver_of_what_is_met_move_no_day(on):
    """A case whose supervision began on a day keeps that day, whatever is waived on top."""
    rule = Requirement(slug="r", kind="count", stage="a_stage", label="Rule", parameters=RULES[1][1])
    first = SignOffFact(
        requirement="r", outcome="waived", role="ccc_chair", person_id=1, digest="", at=noon(date(2021, 3, 1)),
        reason="a", expires_on=date(2021, 12, 31),
    )  # fmt: skip
    second = replace(first, at=noon(date(2021, 5, 1)), reason="b", expires_on=None)
    item = assess(rule, (), looked_at(on, date(2020, 1, 1)), [first, second])

    assert item.complete
    assert item.waiver == second
    assert item.completed_on == (date(2021, 3, 1) if on <= date(2021, 12, 31) else date(2021, 5, 1))

    held = [date(2020, 2, 1), date(2020, 3, 1), date(2020, 4, 1)]
    there = [session(day) for day in held]
    assert assess(rule, there, looked_at(on, date(2020, 1, 1)), [first, second]).completed_on == held[-1]
