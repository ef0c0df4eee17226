"""The worked examples of `worked_examples.md`, by the rules of the shipped pathways and nothing else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from credentialing.applications.assessments import Assessment
from credentialing.applications.groups import progress_of_group
from credentialing.evidence.requirements import Attendance, Exam, Holding, Reference, Report
from credentialing.evidence.requirements.documents import Document
from credentialing.evidence.requirements.sessions import Session
from credentialing.pathways.definitions import PathwayDefinition, Requirement
from credentialing.pathways.kinds import Moment, SignOffFact, kind
from credentialing.pathways.loader import SHIPPED, load_pathway
from workflows.subjects import EvidenceReference

LINE = re.compile(r"^\| (?!who |---)(.+) \|$")
MONTH = re.compile(r"\d{4}-\d{2}")
_numbers = count()


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One piece of evidence: what it is, on which day, and whatever else is said of it."""

    what: str
    day: date
    said: dict[str, str]


def examples() -> Iterator[Any]:
    pathway = ""
    for line in (Path(__file__).parent / "worked_examples.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            pathway = line.removeprefix("## ")
        elif found := LINE.match(line):
            who, requirement, *rest = (cell.strip() for cell in found[1].split("|"))
            yield pytest.param(pathway, requirement, *rest, id=f"{pathway}: {who}")


def second_saturday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first.replace(day=8 + (5 - first.weekday()) % 7)


def pieces(evidence: str) -> Iterator[Piece]:
    for part in filter(None, (part.strip() for part in evidence.split(";"))):
        number, what, *words = part.split()
        said = dict(word.split("=") for word in words)
        for index in range(int(number)):
            if "from" in said:
                year, month = (int(each) for each in said["from"].split("-"))
                day = second_saturday(year + (month - 1 + index) // 12, (month - 1 + index) % 12 + 1)
            else:
                day = date.fromisoformat(said.get("day", said.get("since", "2000-01-01")))
            own = said | ({"client": f"c{index + 1}"} if said.get("client") == "each" else {})
            yield Piece(what=what, day=day, said=own)


def proof() -> EvidenceReference:
    return EvidenceReference(kind="example", id=f"{next(_numbers):05}", sha256="0" * 64)


def session(piece: Piece) -> Session:
    said = piece.said
    return Session(
        reference=proof(),
        held_on=piece.day,
        known_on=piece.day,
        confirmed_on=None if said.get("confirmed") == "no" else piece.day,
        recorded=said.get("recorded") != "no",
        minutes=int(said.get("minutes", 90)),
        cases=int(said.get("cases", 1)),
        role=said.get("role", "co_led"),
        setting=said.get("setting", "practice"),
        client=said.get("client", ""),
    )


def event(piece: Piece) -> tuple[str, Attendance.Attended]:
    said = piece.said
    days = int(said.get("days", 4))
    attended = Attendance.Attended(
        ended_on=piece.day,
        status="attended",
        days=days,
        of_days=4,
        assessed=said.get("assessed") == "yes",
        hours=Decimal(said.get("hours", 0)),
        marked_on=piece.day,
        reference=proof(),
    )
    return said.get("kind", "intensive"), attended


def holding(piece: Piece) -> Holding.Held:
    ends = piece.said.get("ends")
    return Holding.Held(
        name="A title",
        day=date.min,
        since=piece.day,
        ends=date.fromisoformat(ends) if ends else None,
        reference=proof(),
    )


def sessions(requirement: Requirement, of: dict[str, list[Piece]]) -> Any:
    supervised = requirement.kind == "count" and requirement.parameters.unit.startswith("supervision")
    return tuple(session(piece) for piece in of.get("supervision" if supervised else "session", []))


def events(requirement: Requirement, of: dict[str, list[Piece]]) -> Any:
    found = [event(piece) for piece in of.get("event", [])]
    return tuple(attended for name, attended in found if name == requirement.parameters.event)


def reports(_: Requirement, of: dict[str, list[Piece]]) -> Any:
    pieces = of.get("report", [])
    filed = [Report.Filed(day=p.day, recommended=p.said["recommended"] == "yes", reference=proof()) for p in pieces]
    return Report.Facts(filed=tuple(filed))


def sittings(_: Requirement, of: dict[str, list[Piece]]) -> Any:
    return tuple(
        Exam.Sat(day=p.day, taken_on=p.day, score=Decimal(p.said["score"]), reference=proof()) for p in of["exam"]
    )


def words(_: Requirement, of: dict[str, list[Piece]]) -> Any:
    return tuple(
        Reference.Word(
            day=p.day, given_on=p.day, relation=p.said["relation"], recommended=True, referee="R", reference=proof()
        )
        for p in of["reference"]
    )


FACTS = {
    "cadence": sessions,
    "count": sessions,
    "attendance": events,
    "report": reports,
    "holding": lambda _, of: tuple(holding(piece) for piece in of.get("holding", [])),
    "exam": sittings,
    "reference": words,
    "document": lambda _, of: tuple(Document.Paper(day=piece.day) for piece in of.get("upload", [])),
    "duration": lambda *_: None,
}


def facts(requirement: Requirement, found: list[Piece]) -> Any:
    of = {name: [piece for piece in found if piece.what == name] for name in {piece.what for piece in found}}
    return FACTS[requirement.kind](requirement, of)


def assess(requirement: Requirement, found: list[Piece], moment: Moment) -> Assessment:
    options = tuple(assess(option, found, moment) for option in requirement.options)
    if requirement.is_group:
        progress = progress_of_group(requirement, options)
    else:
        progress = kind(requirement.kind).assess(requirement, facts(requirement, found), moment)
    waivers = [piece for piece in found if piece.what == "waiver"]
    return Assessment(
        requirement=requirement,
        progress=progress,
        references=progress.references,
        on=moment.on,
        options=options,
        sign_offs=tuple(
            SignOffFact(
                requirement=requirement.slug,
                outcome="waived",
                role="ccc_chair",
                person_id=1,
                digest="",
                at=datetime(piece.day.year, piece.day.month, piece.day.day, 12, tzinfo=UTC),
                reason="prior learning",
                expires_on=date.fromisoformat(piece.said["until"]) if "until" in piece.said else None,
            )
            for piece in waivers
        ),
    )


def definition(name: str) -> PathwayDefinition:
    return load_pathway((SHIPPED / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("pathway", "slug", "since", "on", "evidence", "met", "says"), list(examples()))
def test_rule_answers_as_the_society_would(pathway, slug, since, on, evidence, met, says):
    begun = date.fromisoformat(since)
    moment = Moment(
        on=date.fromisoformat(on), applied_on=begun, admitted_on=begun, supervision_from=begun, candidate_since=begun
    )
    found = assess(definition(pathway).requirement(slug), list(pieces(evidence)), moment)
    assert ("yes" if found.progress.met or found.waiver else "no", found.summary.split(", signed off")[0]) == (
        met,
        says,
    )


def test_every_society_has_examples_of_each_answer():
    answers = {(example.values[0], example.values[5]) for example in examples()}
    assert answers >= {(path.stem, answer) for path in SHIPPED.glob("*.toml") for answer in ("yes", "no")}
