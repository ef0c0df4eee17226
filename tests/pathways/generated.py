"""Evidence as it might lie there for each kind of requirement: rules, pieces of evidence in the order of their entry,
and what of a piece was known on an earlier day, written without the code that is under test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from hypothesis import strategies as st

from credentialing.applications.requirements import Standing
from credentialing.evidence.models import FeePayment
from credentialing.evidence.requirements import (
    Agreement,
    Attendance,
    Attestation,
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
from credentialing.evidence.requirements.documents import Paper
from credentialing.evidence.requirements.sessions import Session
from credentialing.evidence.requirements.shares import AtLeast, AtMost
from credentialing.evidence.requirements.statements import Said
from credentialing.pathways.definitions import Requirement, Variation
from credentialing.pathways.kinds import Moment, Progress, kind
from workflows.subjects import EvidenceReference

FIRST, LAST = date(2019, 1, 1), date(2024, 12, 31)
EDGES = [
    date(2020, 2, 29),
    date(2020, 2, 28),
    date(2020, 3, 1),
    date(2021, 2, 28),
    date(2021, 1, 31),
    date(2024, 2, 29),
]
_numbers = count(1)

days = st.one_of(st.dates(FIRST, LAST), st.sampled_from(EDGES))
waits = st.one_of(st.just(0), st.integers(0, 500))
few = st.integers(1, 3)
maybe = st.booleans()
any_score = st.integers(1, 4)


def reference() -> EvidenceReference:
    """Another piece of evidence at each call."""
    return EvidenceReference(kind="generated", id=f"{next(_numbers):09}", sha256="0" * 64)


def noon(day: date) -> datetime:
    """The middle of a day of the society."""
    return datetime.combine(day, time(18), UTC)


def later(draw: Any, day: date) -> date | None:
    """A day not before that one, or none."""
    return day + timedelta(days=draw(waits)) if draw(maybe) else None


def by(day: date | None, on: date) -> date | None:
    """The day, where it has come."""
    return day if day is not None and day <= on else None


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One kind: its rules, its pieces (any, and such as speak for the candidate), and what was known of one when."""

    slug: str
    rules: st.SearchStrategy[Any]
    pieces: st.SearchStrategy[Any]
    welcome: Callable[[Any], st.SearchStrategy[Any]]
    known: Callable[[Any, date], Any]
    facts: Callable[[Sequence[Any]], Any]

    def assess(self, requirement: Requirement, pieces: Sequence[Any], moment: Moment) -> Progress:
        """The progress with these pieces."""
        return kind(self.slug).assess(requirement, self.facts(pieces), moment)


def sample(slug: str, rules: Any, pieces: Any, known: Any, facts: Any = tuple, welcome: Any = None) -> Sample:
    return Sample(
        slug=slug, rules=rules, pieces=pieces, known=known, facts=facts, welcome=welcome or (lambda _: pieces)
    )


@st.composite
def moments(draw: Any) -> Moment:
    """A day, of a case that may have been handed in, admitted and begun before it, in that order."""
    on = draw(days)
    applied = by(draw(days), on)
    admitted = by(applied + timedelta(days=draw(waits)), on) if applied else None
    begun = by(admitted + timedelta(days=draw(waits)), on) if admitted else None
    return Moment(on=on, applied_on=applied, admitted_on=admitted, supervision_from=begun, candidate_since=admitted)


def at(moment: Moment, on: date) -> Moment:
    """The same case on another day."""
    return replace(
        moment,
        on=on,
        applied_on=by(moment.applied_on, on),
        admitted_on=by(moment.admitted_on, on),
        supervision_from=by(moment.supervision_from, on),
        candidate_since=by(moment.candidate_since, on),
    )


def requirement(slug: str, parameters: Any, **fields: Any) -> Requirement:
    return Requirement(slug=slug, kind=slug, stage="a_stage", label="A rule", parameters=parameters, **fields)


@st.composite
def varied(draw: Any, slug: str, parameters: Any) -> Requirement:
    """A rule that may be another one for evidence of a stretch of time, and may count since a day."""
    rule = draw(parameters)
    start = draw(days)
    variation = Variation(
        starts_on=start, ends_on=start + timedelta(days=draw(waits)), reason="No meetings", parameters=draw(parameters)
    )
    return requirement(
        slug,
        rule,
        variations=draw(st.sampled_from([(), (variation,)])),
        counts_from=draw(st.sampled_from(["", "ever", "application", "admission", "supervision"])),
    )


ROLES = st.sampled_from([("co_led", "led"), ("led",), ("member",), ("co_led", "led", "member")])
SHARES = st.sampled_from(
    [
        (),
        (AtMost(of="setting", values=("intensive",), percent=49),),
        (
            AtMost(of="setting", values=("intensive",), percent=25),
            AtMost(of="setting", values=("open", "other"), percent=25),
        ),
        (AtMost(of="format", values=("online",), percent=0), AtMost(of="format", values=("hybrid",), percent=60)),
    ]
)
cadences = st.builds(
    Cadence.Parameters,
    per_month=st.integers(1, 2),
    months=st.integers(2, 6),
    missed_months_allowed=st.integers(0, 1),
    role=ROLES,
    needs_confirmation=maybe,
)
counts = st.builds(
    Count.Parameters,
    unit=st.sampled_from(["session", "case", "hour", "double_hour", "debrief", "supervision_session"]),
    at_least=st.integers(1, 8).map(Decimal),
    role=ROLES,
    setting=st.sampled_from([(), ("intensive", "open")]),
    window_months=st.sampled_from([0, 1, 12, 18]),
    per_year=st.sampled_from([0, 0, 1, 3]),
    distinct=st.sampled_from(["", "", "clients", "settings"]),
    each_hours=st.sampled_from([Decimal(0), Decimal(2)]),
    each_months=st.sampled_from([0, 1]),
    spread_months=st.sampled_from([0, 3]),
    at_most=SHARES,
    at_least_of=st.sampled_from([(), (AtLeast(of="role", values=("led",), percent=30),)]),
    needs_recording=maybe,
    needs_confirmation=maybe,
)


@st.composite
def sessions(draw: Any) -> Session:
    held = draw(days)
    entered = held + timedelta(days=draw(waits))
    answered = later(draw, entered)
    denied = draw(st.sampled_from([False, False, False, True]))
    return Session(
        reference=reference(),
        held_on=held,
        known_on=entered,
        confirmed_on=None if denied else answered,
        denied_on=answered if denied else None,
        removed_on=draw(st.sampled_from([None, None, None, entered + timedelta(days=40)])),
        recorded=draw(maybe),
        debriefed=draw(maybe),
        minutes=draw(st.sampled_from([45, 60, 90])),
        cases=draw(few),
        role=draw(st.sampled_from(["co_led", "led", "member"])),
        format=draw(st.sampled_from(["in_person", "online", "hybrid"])),
        setting=draw(st.sampled_from(["intensive", "open", "practice"])),
        client=draw(st.sampled_from(["", "c1", "c2", "c3"])),
    )


def session_known(session: Session, on: date) -> Session | None:
    if session.known_on > on:
        return None
    return replace(
        session,
        confirmed_on=by(session.confirmed_on, on),
        denied_on=by(session.denied_on, on),
        removed_on=by(session.removed_on, on),
    )


@st.composite
def attended(draw: Any) -> Attendance.Attended:
    ended = draw(days)
    claimed = ended + timedelta(days=draw(waits))
    of_days = draw(st.integers(1, 4))
    there = draw(st.integers(0, of_days))
    status = draw(st.sampled_from(["attended", "attended", "attended", "claimed", "absent"]))
    return Attendance.Attended(
        ended_on=ended,
        status=status,
        days=there if status == "attended" else 0,
        assessed=status == "attended" and draw(maybe),
        reference=reference(),
        marked_on=claimed if status == "claimed" else claimed + timedelta(days=draw(waits)),
        claimed_on=claimed,
        of_days=of_days,
        hours=Decimal(there) * 6,
    )


def attendance_known(row: Attendance.Attended, on: date) -> Attendance.Attended | None:
    if row.marked_on <= on:
        return row
    if row.claimed_on is None or row.claimed_on > on:
        return None
    return replace(row, status="claimed", days=0, hours=Decimal(0), assessed=False, marked_on=row.claimed_on)


attendances = st.builds(
    Attendance.Parameters,
    event=st.just("intensive"),
    events=st.integers(0, 3),
    days_each=few,
    percent_each=st.sampled_from([0, 75]),
    hours=st.sampled_from([Decimal(0), Decimal(30)]),
    last_assessed=maybe,
    window_months=st.sampled_from([0, 12, 36]),
)


@dataclass(frozen=True)
class Looked:
    """One observer asked at one event."""

    event: date
    asked: Observation.Asked


@st.composite
def observations(draw: Any, *, ready: Any = maybe, scores: Any = any_score) -> Looked:
    event = draw(st.sampled_from([date(2020, 2, 29), date(2022, 6, 30)]))
    asked = event - timedelta(days=draw(st.integers(0, 60)))
    return Looked(
        event,
        Observation.Asked(
            observer=draw(st.integers(1, 4)),
            asked_on=asked,
            filed_on=later(draw, event),
            ready=draw(ready),
            scores=tuple(draw(st.lists(scores, max_size=3))),
            reference=reference(),
        ),
    )


def observation_known(row: Looked, on: date) -> Looked | None:
    if row.asked.asked_on > on:
        return None
    if row.asked.filed_on is not None and row.asked.filed_on <= on:
        return row
    return Looked(row.event, replace(row.asked, filed_on=None, ready=False, scores=()))


def observed(rows: Sequence[Looked]) -> Observation.Facts:
    events = sorted({row.event for row in rows}, reverse=True)
    return Observation.Facts(events=tuple(tuple(r.asked for r in rows if r.event == event) for event in events))


observing = st.builds(
    Observation.Parameters,
    observers=st.integers(1, 2),
    rule=st.sampled_from(["all", "majority", "mean", "times"]),
    score=st.just(Decimal(3)),
    times=st.just(1),
    each_item=st.sampled_from([Decimal(0), Decimal(2)]),
)


@st.composite
def said(draw: Any, made: Any, **fields: Any) -> Any:
    """Something that stood from a day on, perhaps until another."""
    day = draw(days)
    return made(
        day=day,
        until=draw(st.sampled_from([None, None, day + timedelta(days=100)])),
        reference=reference(),
        **{name: draw(each) for name, each in fields.items()},
    )


def said_known(row: Any, on: date) -> Any:
    return replace(row, until=by(row.until, on)) if row.day <= on else None


@st.composite
def words(draw: Any, *, recommended: Any = maybe) -> Reference.Word:
    asked = draw(said(Reference.Word, referee=st.sampled_from("ABC"), recommended=recommended))
    answered = later(draw, asked.day)
    declined = draw(st.sampled_from([False, False, True]))
    relation = draw(st.sampled_from(["co_leader", "colleague", "relative"]))
    return replace(
        asked,
        given_on=None if declined else answered,
        declined_on=answered if declined else None,
        relation=relation if answered and not declined else "",
    )


def word_known(row: Reference.Word, on: date) -> Reference.Word | None:
    row = said_known(row, on)
    if row is None:
        return None
    if row.given_on is not None and row.given_on > on:
        row = replace(row, given_on=None, relation="", recommended=False)
    return replace(row, declined_on=by(row.declined_on, on))


@st.composite
def payments(draw: Any, kinds: Any) -> FeePayment:
    received = draw(days)
    kind_ = draw(kinds)
    return FeePayment(
        requirement="fee",
        kind=kind_,
        amount=Decimal(draw(st.sampled_from([100, 450, 900]))) if kind_ == "paid" else Decimal(0),
        received_on=received,
        marked_at=noon(received + timedelta(days=draw(waits))) + timedelta(seconds=next(_numbers)),
    )


def payment_known(row: FeePayment, on: date) -> FeePayment | None:
    return row if row.marked_at.date() <= on else None


@st.composite
def periods(draw: Any) -> Standing.Period:
    start = draw(days)
    return Standing.Period(
        starts_on=start,
        ends_on=draw(st.sampled_from([None, start + timedelta(days=365), start + timedelta(days=700)])),
        known_on=start + timedelta(days=draw(st.integers(-60, 60))),
        reference=reference(),
    )


@st.composite
def holdings(draw: Any) -> Holding.Held:
    row = draw(said(Holding.Held, name=st.sampled_from(["A title", "B title"]), since=st.just(date.min)))
    since = row.day - timedelta(days=draw(waits))
    return replace(row, since=since, ends=draw(st.sampled_from([None, since + timedelta(days=900)])))


@st.composite
def sat(draw: Any, scores: Any) -> Exam.Sat:
    row = draw(said(Exam.Sat, taken_on=st.just(date.min), score=scores))
    return replace(row, taken_on=row.day - timedelta(days=draw(waits)))


FILED = {"number": st.integers(1, 9)}
PARTIES = ("candidate", "supervisor")
ALWAYS = ((date.min, None),)

SAMPLES = (
    sample("cadence", varied("cadence", cadences), sessions(), session_known),
    sample("count", varied("count", counts), sessions(), session_known),
    sample("attendance", varied("attendance", attendances), attended(), attendance_known),
    sample(
        "observation",
        observing.map(lambda rule: requirement("observation", rule)),
        observations(),
        observation_known,
        observed,
        lambda _: observations(ready=st.just(True), scores=st.integers(3, 4)),
    ),
    sample(
        "standing",
        st.builds(
            Standing.Parameters,
            what=st.sampled_from(["membership", "supervision"]),
            months=st.sampled_from([0, 12]),
            on_breach=st.sampled_from(["block", "warn"]),
        ).map(lambda rule: requirement("standing", rule)),
        periods(),
        lambda row, on: row if row.known_on <= on else None,
        lambda rows: Standing.Facts(periods=tuple(rows)),
    ),
    sample(
        "holding",
        st.builds(Holding.Parameters, held_months=st.sampled_from([0, 24]), active=maybe).map(
            lambda rule: requirement("holding", rule)
        ),
        holdings(),
        said_known,
    ),
    sample(
        "reference",
        st.builds(
            Reference.Parameters,
            at_least=few,
            relations=st.sampled_from([(), ("co_leader",)]),
            recommends=maybe,
        ).map(lambda rule: requirement("reference", rule)),
        words(),
        word_known,
    ),
    sample(
        "exam",
        st.builds(
            Exam.Parameters,
            pass_mark=st.just(Decimal(460)),
            attempts=st.integers(0, 3),
            wait_months=st.integers(0, 2),
            passes=st.integers(1, 2),
        ).map(lambda rule: requirement("exam", rule)),
        sat(st.sampled_from([Decimal(400), Decimal(460), Decimal(500)])),
        said_known,
        tuple,
        lambda rule: sat(st.just(rule.parameters.pass_mark)),
    ),
    sample(
        "report",
        st.builds(
            Report.Parameters,
            author=st.just("supervisor"),
            at_least=few,
            every_months=st.sampled_from([0, 6]),
            recommends=maybe,
        ).map(lambda rule: requirement("report", rule)),
        said(Report.Filed, **FILED, recommended=maybe),
        said_known,
        lambda rows: Report.Facts(filed=tuple(rows), supervised=ALWAYS),
        lambda _: said(Report.Filed, number=st.just(10), recommended=st.just(True)),
    ),
    sample(
        "agreement",
        st.just(requirement("agreement", Agreement.Parameters(statement="a_text", parties=PARTIES))),
        said(Said, party=st.sampled_from(PARTIES)),
        said_known,
        lambda rows: Agreement.Facts(signed=tuple(rows), supervised=ALWAYS),
    ),
    sample(
        "attestation",
        st.just(requirement("attestation", Attestation.Parameters(statement="a_text"))),
        st.one_of(said(Said), st.builds(Paper, day=days, until=st.none() | st.just(LAST))),
        said_known,
        lambda rows: Attestation.Facts(
            stated=tuple(row for row in rows if isinstance(row, Said)),
            drawn=len(rows) % 2 == 1,
            papers=tuple(row for row in rows if isinstance(row, Paper)),
        ),
    ),
    sample(
        "document",
        st.builds(Document.Parameters, what=st.just("record"), not_older_than_months=st.sampled_from([0, 1, 12])).map(
            lambda rule: requirement("document", rule)
        ),
        st.builds(lambda day, stood: Paper(day=day, until=day + timedelta(days=stood) if stood else None), days, waits),
        said_known,
    ),
    sample(
        "fee",
        st.builds(
            Fee.Parameters,
            amount=st.just(Decimal(900)),
            year=st.integers(0, 2),
            late_after_months=st.sampled_from([0, 2]),
        ).map(lambda rule: requirement("fee", rule)),
        payments(st.sampled_from(["paid", "paid", "waived", "reversed"])),
        payment_known,
        lambda rows: Fee.Facts(entries=tuple(rows)),
        lambda _: payments(st.sampled_from(["paid", "waived"])),
    ),
    sample(
        "duration",
        st.builds(
            Duration.Parameters,
            months=st.sampled_from([0, 1, 24]),
            at_most_months=st.sampled_from([0, 36]),
            since=st.sampled_from(["supervision", "application", "admission"]),
        ).map(lambda rule: requirement("duration", rule)),
        st.none(),
        lambda row, on: row,
        lambda rows: None,
    ),
)
