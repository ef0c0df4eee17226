"""What a rule says is what is judged: each claim of a sentence, with evidence that lacks just that and has all else."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from credentialing.applications.requirements import Standing
from credentialing.evidence.models import FeePayment
from credentialing.evidence.requirements import (
    Attendance,
    Cadence,
    Count,
    Document,
    Duration,
    Exam,
    Fee,
    Holding,
    Observation,
    Reference,
    Report,
)
from credentialing.evidence.requirements.numbers import number_in_words
from credentialing.evidence.requirements.shares import AtLeast, AtMost
from credentialing.pathways.definitions import Requirement
from tests.evidence.facts import looked_at, reference, rule, session
from tests.pathways.generated import noon

BEGUN = date(2024, 1, 1)
ON = date(2026, 6, 1)


def led(*days: str, **facts: Any) -> tuple[Any, ...]:
    """Sessions on those days."""
    return tuple(session(date.fromisoformat(day), **{"minutes": 90, **facts}) for day in days)


def attended(day: str, **facts: Any) -> Attendance.Attended:
    return Attendance.Attended(
        ended_on=date.fromisoformat(day),
        reference=reference(),
        **{"status": "attended", "days": 4, "of_days": 4, "hours": Decimal(20), "assessed": False, **facts},
    )


def seen(*observers: tuple[int, bool, int]) -> Observation.Facts:
    """One event: observer, ready, rating."""
    asked = (
        Observation.Asked(observer=who, filed_on=BEGUN, ready=ready, scores=(score,), reference=reference())
        for who, ready, score in observers
    )
    return Observation.Facts(events=(tuple(asked),))


def apart(*observers: tuple[int, bool, int]) -> Observation.Facts:
    """The same, each at an event of its own."""
    return Observation.Facts(events=tuple(seen(one).events[0] for one in observers))


def members(*periods: tuple[str, str]) -> Standing.Facts:
    return Standing.Facts(
        periods=tuple(
            Standing.Period(
                starts_on=date.fromisoformat(first),
                ends_on=date.fromisoformat(last) if last else None,
                known_on=date.fromisoformat(first),
                reference=reference(),
            )
            for first, last in periods
        )
    )


def held(name: str, since: str, ends: str = "") -> Holding.Held:
    day = date.fromisoformat(since)
    until = date.fromisoformat(ends) if ends else None
    return Holding.Held(name=name, day=day, since=day, ends=until, reference=reference())


def word(who: str, relation: str = "colleague", *, recommended: bool = True, given: bool = True) -> Reference.Word:
    given_on = BEGUN if given else None
    return Reference.Word(
        referee=who, day=BEGUN, given_on=given_on, relation=relation, recommended=recommended, reference=reference()
    )


def sat(day: str, score: int) -> Exam.Sat:
    taken = date.fromisoformat(day)
    return Exam.Sat(day=taken, taken_on=taken, score=Decimal(score), reference=reference())


def filed(*reports: tuple[int, bool]) -> Report.Facts:
    return Report.Facts(
        filed=tuple(
            Report.Filed(day=BEGUN, number=number, recommended=recommended, reference=reference())
            for number, recommended in reports
        ),
        supervised=((BEGUN, None),),
    )


def received(*amounts: int) -> Fee.Facts:
    return Fee.Facts(
        entries=tuple(
            FeePayment(requirement="a_rule", kind="paid", amount=Decimal(a), received_on=BEGUN, marked_at=noon(BEGUN))
            for a in amounts
        )
    )


def paper(day: str) -> tuple[Document.Paper, ...]:
    return (Document.Paper(day=date.fromisoformat(day)),)


@dataclass(frozen=True)
class Claim:
    """Words of a sentence: evidence for which they are true, and evidence that differs in that alone."""

    rule: Requirement
    words: str
    true: Any
    false: Any
    begun: date = BEGUN
    parameter: str = ""

    def __str__(self) -> str:
        return f"{self.rule.kind}: {self.words}"


TWO = led("2025-01-10", "2025-02-10")
LEAST = AtLeast(of="format", values=("in_person",), percent=50)
MOST = AtMost(of="setting", values=("intensive",), percent=50)
THREE = Decimal(3)


def counting(**parameters: Any) -> Requirement:
    return rule(Count, **{"unit": "meeting", "at_least": Decimal(2), **parameters})


CLAIMS = (
    Claim(rule(Standing, what="membership"), "Be a member", members(("2023-01-01", "")), members(), parameter="what"),
    Claim(
        rule(Standing, what="membership"),
        "while your membership has lapsed you can't go on",
        members(("2023-01-01", "2025-01-01"), ("2025-08-01", "")),
        members(("2023-01-01", "2025-01-01")),
        parameter="on_breach",
    ),
    Claim(
        rule(Standing, what="membership", months=24),
        "for at least 24 months without a break",
        members(("2023-01-01", "")),
        members(("2023-01-01", "2025-01-01"), ("2025-08-01", "")),
        parameter="months",
    ),
    Claim(
        rule(Standing, what="membership", on_breach="warn"),
        "a lapse later is shown and doesn't stop you",
        members(("2023-01-01", "2025-01-01")),
        members(),
        parameter="on_breach",
    ),
    Claim(
        rule(Document, what="licence", not_older_than_months=12),
        "anew every 12 months",
        paper("2026-01-01"),
        paper("2025-01-01"),
        parameter="not_older_than_months",
    ),
    Claim(
        rule(Attendance, event="intensive", events=2),
        "2 Leadership Intensives in total",
        (attended("2024-05-01"), attended("2025-05-01")),
        (attended("2024-05-01"),),
        parameter="events",
    ),
    Claim(
        rule(Attendance, event="intensive", events=1, days_each=4),
        "4 days each",
        (attended("2024-05-01"),),
        (attended("2024-05-01", days=3),),
        parameter="days_each",
    ),
    Claim(
        rule(Attendance, event="intensive", events=1, percent_each=80),
        "at least 80 % of each",
        (attended("2024-05-01"),),
        (attended("2024-05-01", days=3),),
        parameter="percent_each",
    ),
    Claim(
        rule(Attendance, event="intensive", hours=Decimal(40)),
        "40 hours or more together",
        (attended("2024-05-01"), attended("2025-05-01")),
        (attended("2024-05-01"),),
        parameter="hours",
    ),
    Claim(
        rule(Attendance, event="intensive", events=1, window_months=12),
        "in the last 12 months",
        (attended("2025-09-01"),),
        (attended("2024-09-01"),),
        parameter="window_months",
    ),
    Claim(
        rule(Attendance, event="intensive", events=1, last_assessed=True),
        "you are evaluated at the last",
        (attended("2025-09-01", assessed=True),),
        (attended("2025-09-01"),),
        parameter="last_assessed",
    ),
    Claim(
        rule(Cadence, months=2, needs_confirmation=False), "in each of 2 calendar months", TWO,
        led("2025-01-10", "2025-01-20"), parameter="months",
    ),
    Claim(
        rule(Cadence, months=1, per_month=2, needs_confirmation=False), "at least 2 sessions",
        led("2025-01-10", "2025-01-20"), TWO, parameter="per_month",
    ),
    Claim(
        rule(Cadence, months=3, missed_months_allowed=1, needs_confirmation=False), "of which 1 may be missed", TWO,
        TWO[:1], parameter="missed_months_allowed",
    ),
    Claim(
        rule(Cadence, months=2, role=("led",), needs_confirmation=False), "Lead at least",
        led("2025-01-10", "2025-02-10", role="led"), TWO, parameter="role",
    ),
    Claim(
        rule(Cadence, months=2), "confirmed by your co-leader or supervisor", TWO,
        led("2025-01-10", "2025-02-10", confirmed=False), parameter="needs_confirmation",
    ),
    Claim(counting(), "Have at least 2", TWO, TWO[:1], parameter="at_least"),
    Claim(
        counting(unit="case"), "cases", led("2025-01-10", cases=2), led("2025-01-10", cases=1), parameter="unit"
    ),
    Claim(
        counting(unit="hour", at_least=THREE), "3 hours", TWO, led("2025-01-10", minutes=179), parameter="unit",
    ),
    Claim(
        counting(unit="debrief"), "Debrief with your co-leader after at least 2 groups",
        led("2025-01-10", "2025-02-10", debriefed=True), TWO, parameter="unit",
    ),
    Claim(counting(role=("member",)), "as a member", led("2025-01-10", "2025-02-10", role="member"), TWO,
          parameter="role"),
    Claim(
        counting(role=("led", "member")), "that you led, or as a member of a group",
        (*led("2025-01-10", role="member"), *led("2025-02-10", role="led")), TWO, parameter="role",
    ),
    Claim(counting(format=("online",)), "(online)", led("2025-01-10", "2025-02-10", format="online"), TWO,
          parameter="format"),
    Claim(counting(setting=("practice",)), "(practice)", led("2025-01-10", "2025-02-10", setting="practice"), TWO,
          parameter="setting"),
    Claim(
        counting(unit="supervision_session", mode=("individual",)), "(individual)",
        led("2025-01-10", "2025-02-10", mode="individual"), led("2025-01-10", "2025-02-10", mode="group"),
        parameter="mode",
    ),
    Claim(counting(window_months=18), "in the last 18 months", TWO, led("2024-01-10", "2025-02-10"),
          parameter="window_months"),
    Claim(
        counting(per_year=1), "1 session or more in each full year", led("2024-05-10", "2025-02-10"), TWO,
        parameter="per_year",
    ),
    Claim(
        counting(distinct="clients"), "2 different clients",
        (*led("2025-01-10", client="A"), *led("2025-01-10", client="B")), led("2025-01-10", "2025-02-10", client="A"),
        parameter="distinct",
    ),
    Claim(
        counting(at_least=Decimal(1), distinct="clients", each_hours=THREE), "each for 3 hours",
        led("2025-01-10", "2025-02-10", client="A"), led("2025-01-10", client="A"), parameter="each_hours",
    ),
    Claim(
        counting(at_least=Decimal(1), distinct="clients", each_months=1), "1 months",
        led("2025-01-10", "2025-02-10", client="A"), led("2025-01-10", "2025-02-09", client="A"),
        parameter="each_months",
    ),
    Claim(counting(spread_months=1), "spread over 1 months or more", TWO, led("2025-01-10", "2025-02-09"),
          parameter="spread_months"),
    Claim(
        counting(at_most=(MOST,)), "at most 50 % of them intensive",
        (*led("2025-01-10", setting="intensive"), *led("2025-02-10")),
        led("2025-01-10", "2025-02-10", setting="intensive"), parameter="at_most",
    ),
    Claim(
        counting(at_least_of=(LEAST,)), "at least 50 % of them in person",
        (*led("2025-01-10", format="in_person"), *led("2025-02-10")), TWO, parameter="at_least_of",
    ),
    Claim(
        counting(needs_confirmation=True),
        "each of them confirmed",
        TWO,
        led("2025-01-10", "2025-02-10", confirmed=False),
        parameter="needs_confirmation",
    ),
    Claim(
        counting(unit="supervision_session", needs_recording=True), "on recordings of your groups",
        led("2025-01-10", "2025-02-10"), led("2025-01-10", "2025-02-10", recorded=False), parameter="needs_recording",
    ),
    Claim(rule(Duration, months=24), "for at least 24 months", None, None, parameter="months"),
    Claim(rule(Duration, at_most_months=36), "within 36 months", None, None, parameter="at_most_months"),
    Claim(rule(Fee, amount=Decimal("85.50")), "$85.50", received(85, 1), received(85), parameter="amount"),
    Claim(
        rule(Holding, any_of=("medical_degree",), held_months=24), "for at least 24 months",
        (held("a", "2024-05-01"),), (held("a", "2025-05-01"),), parameter="held_months",
    ),
    Claim(
        rule(Holding, any_of=("medical_degree",)), "still valid", (held("a", "2024-05-01"),),
        (held("a", "2024-05-01", "2026-05-01"),), parameter="active",
    ),
    Claim(rule(Reference, at_least=2), "2 different people", (word("A"), word("B")), (word("A"),),
          parameter="at_least"),
    Claim(
        rule(Reference, relations=("co_leader",)), "(co leader)", (word("A", "co_leader"),), (word("A"),),
        parameter="relations",
    ),
    Claim(rule(Reference), "recommends you", (word("A"),), (word("A", recommended=False),), parameter="recommends"),
    Claim(rule(Exam, pass_mark=Decimal("3.75")), "with 3.75 or better", (sat("2025-01-01", 4),),
          (sat("2025-01-01", 3),), parameter="pass_mark"),
    Claim(
        rule(Exam, pass_mark=THREE, attempts=1), "in at most 1 attempts", (sat("2025-01-01", 3),),
        (sat("2025-01-01", 2), sat("2025-06-01", 3)), parameter="attempts",
    ),
    Claim(
        rule(Exam, pass_mark=THREE, wait_months=6), "each 6 months or more after a failed one",
        (sat("2025-01-01", 2), sat("2025-07-01", 3)), (sat("2025-01-01", 2), sat("2025-06-30", 3)),
        parameter="wait_months",
    ),
    Claim(
        rule(Exam, pass_mark=THREE, passes=2), "2 times", (sat("2025-01-01", 3), sat("2025-07-01", 3)),
        (sat("2025-01-01", 3),), parameter="passes",
    ),
    Claim(rule(Report, author="supervisor", at_least=2), "at least 2 reports", filed((1, True), (2, True)),
          filed((1, True)), parameter="at_least"),
    Claim(rule(Report, author="supervisor"), "and recommends you", filed((1, True)), filed((1, False)),
          parameter="recommends"),
    Claim(rule(Observation, observers=2), "by 2 credentialed leaders", seen((1, True, 3), (2, True, 3)),
          seen((1, True, 3), (1, True, 3)), parameter="observers"),
    Claim(rule(Observation, observers=2), "at one event", seen((1, True, 3), (2, True, 3)),
          apart((1, True, 3), (2, True, 3))),
    Claim(rule(Observation, observers=2), "all finding you ready", seen((1, True, 3), (2, True, 3)),
          seen((1, True, 3), (2, False, 3)), parameter="rule"),
    Claim(
        rule(Observation, observers=3, rule="majority"), "most of them finding you ready",
        seen((1, True, 3), (2, True, 3), (3, False, 3)), seen((1, True, 3), (2, False, 3), (3, False, 3)),
        parameter="rule",
    ),
    Claim(
        rule(Observation, observers=2, rule="mean", score=THREE), "mean rating of 3 or better",
        seen((1, True, 2), (2, True, 4)), seen((1, True, 2), (2, True, 3)), parameter="score",
    ),
    Claim(
        rule(Observation, observers=2, rule="times", score=THREE, times=1), "1 of them rating you 3 or better",
        seen((1, True, 2), (2, True, 3)), seen((1, True, 2), (2, True, 2)), parameter="times",
    ),
    Claim(
        rule(Observation, observers=2, each_item=Decimal(2)), "no item rated lower than 2",
        seen((1, True, 2), (2, True, 3)), seen((1, True, 1), (2, True, 3)), parameter="each_item",
    ),
)  # fmt: skip
KINDS = (
    Standing, Document, Attendance, Cadence, Count, Duration, Exam, Fee, Holding, Observation, Reference, Report,
)  # fmt: skip
# What a sentence need not say: words that are shown whole beside it, who writes, and advice that never blocks.
UNSAID = {
    ("document", "what"), ("attendance", "event"), ("fee", "year"), ("fee", "late_after_months"),
    ("count", "advised_per_year"), ("duration", "since"), ("holding", "any_of"), ("holding", "credential"),
    ("report", "author"), ("report", "every_months"),
}  # fmt: skip


def judged(claim: Claim, facts: Any) -> bool:
    kind = next(kind for kind in KINDS if kind.__name__.lower() == claim.rule.kind)()
    return kind.assess(claim.rule, facts, looked_at(ON, claim.begun)).met


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_what_a_rule_says_decides_whether_it_is_met(claim):
    kind = next(kind for kind in KINDS if kind.__name__.lower() == claim.rule.kind)()

    assert claim.words in kind.sentence(claim.rule)
    if claim.rule.kind != "duration":  # judged by the day alone, below
        assert judged(claim, claim.true)
        assert not judged(claim, claim.false)


def test_every_key_of_a_rule_that_decides_is_said_and_tried():
    tried = {(claim.rule.kind, claim.parameter) for claim in CLAIMS}
    there = {(kind.__name__.lower(), field.name) for kind in KINDS for field in fields(kind.Parameters)}

    assert there - tried - UNSAID == set()


@pytest.mark.parametrize(
    ("months", "at_most", "day", "met"),
    [
        (24, 0, date(2025, 12, 31), False),
        (24, 0, date(2026, 1, 1), True),
        (0, 36, date(2027, 1, 1), True),
        (0, 36, date(2027, 1, 2), False),
    ],
)
def test_a_duration_is_met_from_its_day_on_and_to_its_last(months, at_most, day, met):
    between = rule(Duration, months=months, at_most_months=at_most)

    assert Duration().assess(between, None, looked_at(day, BEGUN)).met is met


@pytest.mark.parametrize("kind", [Attendance, Cadence])
@pytest.mark.parametrize(
    ("counts_from", "words"),
    [("application", "your application"), ("admission", "your admission"), ("supervision", "the start of supervision")],
)
def test_since_when_evidence_counts_is_said(kind, counts_from, words):
    parameters = {"event": "intensive", "events": 1} if kind is Attendance else {"months": 2}
    requirement = Requirement(
        slug="a_rule", kind=kind.__name__.lower(), stage="a", label="A", parameters=kind.Parameters(**parameters),
        counts_from=counts_from,
    )  # fmt: skip

    said = kind().sentence(requirement)

    assert (words in said) is not (kind is Cadence and counts_from == "application")  # where a cadence begins anyway


def test_a_lapse_since_the_application_stays_on_view_after_it_is_mended():
    membership = rule(Standing, what="membership")
    facts = members(("2023-01-01", "2025-01-01"), ("2025-08-01", ""))

    progress = Standing().assess(membership, facts, looked_at(ON, BEGUN))
    unbroken = Standing().assess(
        membership, members(("2023-01-01", "2025-01-01"), ("2025-01-02", "")), looked_at(ON, BEGUN)
    )
    before = Standing().assess(membership, facts, looked_at(ON, date(2025, 9, 1)))

    assert progress.summary == "Member since August 1, 2025; lapsed from January 2, 2025 to July 31, 2025"
    assert "lapsed" not in unbroken.summary
    assert "lapsed" not in before.summary  # that was before they applied


@pytest.mark.parametrize(
    ("amount", "words"),
    [("12", "12"), ("1.5", "1.5"), ("3.75", "3.75"), ("0.04", "0.04"), ("100", "100"), ("0", "0")],
)
def test_a_number_is_said_as_it_is(amount, words):
    assert number_in_words(Decimal(amount)) == words


def test_a_number_is_never_rounded_up_to_what_is_not_there_yet():
    assert number_in_words(Decimal(719) / 60) == "11.9"
    assert number_in_words(Decimal(1) / 60) == "0.02"  # still to come: more than nothing


def test_an_attempt_that_came_too_soon_neither_passes_nor_is_one():
    exam = rule(Exam, pass_mark=THREE, attempts=2, wait_months=6)
    attempts = (sat("2025-01-01", 2), sat("2025-03-01", 3), sat("2025-07-01", 3))

    progress = Exam().assess(exam, attempts, looked_at(ON, BEGUN))

    assert (progress.met, progress.met_on) == (True, date(2025, 7, 1))
    assert "March 1, 2025: too soon after a failed attempt" in progress.uncounted
