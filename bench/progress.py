"""How far 10,000 cases are, all together and each by itself, beside reading the same rows with the bare driver."""

import uuid
from copy import copy
from datetime import date
from itertools import batched
from typing import Any

from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from bench.driver import opened
from bench.measuring import Contender, clock_for, interleaved, ratios
from bench.reports import Goal, Report, lines_of
from credentialing.accounts.models import Person, Role, Term
from credentialing.applications.assessments import AT_ONCE, assess_case, assess_cases
from credentialing.applications.models import Application
from credentialing.operations.demo.walk import CaseWalk, Officers
from credentialing.pathways.services import publish_pathway, shipped_source
from workflows.triggers import lifted_triggers

LIMIT = "driver: read the same rows"
TOGETHER = "assess_cases: all requirements of each, some hundreds of cases at a time"
ALONE = "naive: assess_case for each"
CASES, SAMPLE = 10_000, 100
ROUNDS = 3
LEFT_OUT = {"requirement_progress", "awaited_acts"}  # what is kept about progress is no evidence of it


def measure(*, rounds: int) -> Report:
    """Time and queries for 10,000 cases of two years each, by what the pathway of the ABS asks."""
    walk = _walked()
    day = walk.reviewed_on
    tables = _copied(walk.application, CASES - 1)
    cases = Application.objects.order_by("pk")
    few, many = (_queries(cases[:number], day) for number in (AT_ONCE, CASES))
    raw = opened()
    contenders = [
        Contender(name=LIMIT, run=lambda _times: _read(raw, tables), times=CASES),
        Contender(
            name=TOGETHER, run=lambda _times: sum(1 for _ in assess_cases(cases.iterator(AT_ONCE), day)), times=CASES
        ),
        Contender(name=ALONE, run=lambda _times: [assess_case(case, day) for case in cases[:SAMPLE]], times=SAMPLE),
    ]
    seconds = interleaved(contenders, rounds=min(rounds, ROUNDS), clock=clock_for(connection.vendor))
    lines = lines_of(seconds, LIMIT)
    return Report(
        name="progress",
        database=connection.vendor,
        limit=LIMIT,
        lines=lines,
        goals=[
            Goal(what=f"queries for {AT_ONCE} cases", value=few, at_most=40, must=True),
            Goal(
                what=f"queries for {CASES:,} cases, for each {AT_ONCE}",
                value=many / (CASES / AT_ONCE),
                at_most=few,
                must=True,
            ),
            Goal(what="together, times alone", value=ratios(seconds, TOGETHER, ALONE).median, at_most=0.5, must=True),
        ],
        facts={"rows": sum(tables.values()), "clock": clock_for(connection.vendor).__name__},
    )


def _walked() -> CaseWalk:
    """One candidate at the end of two years, through the services."""

    def person(name: str, *roles: str) -> Person:
        made = Person.objects.create(name=name, email=f"{uuid.uuid4()}@example.org")
        Term.objects.bulk_create([Term(person=made, role=role, starts_on=date(2015, 1, 1)) for role in roles])
        return made

    officers = Officers(
        coordinator=person("Coordinator", Role.COORDINATOR),
        chair=person("Chair", Role.CCC_CHAIR),
        treasurer=person("Treasurer", Role.TREASURER),
        organiser=person("Organizer", Role.ORGANISER),
        supervisors=[person("Supervisor", Role.SUPERVISOR)],
        observers=[person(f"Evaluator {number}", Role.OBSERVER) for number in range(2)],
        council=[],
    )
    administrator = person("Administrator", Role.ADMINISTRATOR)
    publish_pathway(source=shipped_source("abs-leader"), actor=administrator, in_force_from=date(2015, 1, 1))
    walk = CaseWalk(officers=officers, candidate=person("Candidate"), starts_on=date(2024, 1, 10))
    return walk.be_evaluated()


def _copied(case: Application, number: int) -> dict[str, int]:
    """As many cases with the same evidence, written in bulk; answers how many rows each table of them holds."""
    of_case = [relation.get_accessor_name() for relation in Application._meta.related_objects if relation.one_to_many]
    rows = [row for name in of_case if name not in LEFT_OUT for row in getattr(case, name).all()]
    of_person = [*case.candidate.memberships.all(), *case.candidate.attendances.all()]
    with lifted_triggers(), transaction.atomic():
        for several in batched(range(number), AT_ONCE, strict=False):
            people = _store([_another(case.candidate, email=f"{n}@copies.example.org") for n in several])
            cases = _store(
                [
                    _another(case, candidate=person, reference=f"B{n:07}")
                    for n, person in zip(several, people, strict=True)
                ]
            )
            for row in rows:
                _store([_another(row, application=other) for other in cases])
            for row in of_person:
                _store([_another(row, person=other) for other in people])
    kept = {type(row) for row in (case, case.candidate, *rows, *of_person)}
    return {model._meta.db_table: model._base_manager.count() for model in kept}


def _another[Row: models.Model](row: Row, **changes: Any) -> Row:
    other = copy(row)
    other.pk, other._state.adding = None, True
    for field in other._meta.concrete_fields:
        if field.unique and not field.primary_key and field.value_from_object(other):
            fresh = uuid.uuid4()
            setattr(
                other, field.attname, fresh if isinstance(field, models.UUIDField) else fresh.hex[: field.max_length]
            )
    for name, value in changes.items():
        setattr(other, name, value)
    return other


def _store[Row: models.Model](rows: list[Row]) -> list[Row]:
    return list(models.QuerySet(type(rows[0])).bulk_create(rows))


def _queries(cases: Any, day: date) -> int:
    with CaptureQueriesContext(connection) as asked:
        for _ in assess_cases(cases, day):
            pass
    return len(asked)


def _read(raw: Any, tables: dict[str, int]) -> None:
    for table in tables:
        raw.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 - names of our own tables
