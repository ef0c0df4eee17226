"""OCEL 2.0: the ledger as an object-centric event log, judged here by the rules of the specification's JSON chapter."""

import gc
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from io import StringIO
from typing import Any
from weakref import WeakSet

import pytest
from django.db.models.signals import post_init

from tests.workflows.factories import ActorFactory, loan_for
from workflows.exporters.ocel import write_ocel
from workflows.exporters.xes import write_xes
from workflows.models import LedgerRecord
from workflows.services import perform

NOW = datetime(2026, 3, 1, 23, 59, 59, 987654, tzinfo=timezone(timedelta(hours=-5)))
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
VALUES = {"string", "time", "integer", "float", "boolean"}
SHAPES = {  # required keys, and of what sort their values are; the published schema knows only text for values
    "eventTypes": {"name": str, "attributes": list},
    "objectTypes": {"name": str, "attributes": list},
    "events": {"id": str, "type": str, "time": str, "attributes": list, "relationships": list},
    "objects": {"id": str, "type": str, "attributes": list, "relationships": list},
}


def faults_of(log: dict[str, Any]) -> Iterator[str]:
    """Everything in which a document is no OCEL 2.0 log."""
    if set(log) != set(SHAPES):
        yield "not the four sections"
        return
    for section, shape in SHAPES.items():
        for row in log[section]:
            if {name: type(value) for name, value in row.items()} != shape:
                yield f"{section}: a row of another shape"
                return
        keys = [row.get("id", row.get("name")) for row in log[section]]
        if len(keys) != len(set(keys)):
            yield f"{section}: one stands twice"
    objects = {row["id"] for row in log["objects"]}
    for rows, types in (("events", "eventTypes"), ("objects", "objectTypes")):
        known = {one["name"]: {a["name"]: a["type"] for a in one["attributes"]} for one in log[types]}
        if not {sort for attributes in known.values() for sort in attributes.values()} <= VALUES:
            yield f"{types}: an unknown sort of value"
        for row in log[rows]:
            yield from _faults_of_row(row, known, objects, timed=rows == "objects")


def _faults_of_row(
    row: dict[str, Any], known: dict[str, dict[str, str]], objects: set[str], *, timed: bool
) -> Iterator[str]:
    wanted = {"name", "value", "time"} if timed else {"name", "value"}
    times = [attribute.get("time", "") for attribute in row["attributes"]] if timed else [row["time"]]
    if not all(INSTANT.fullmatch(time) for time in times):
        yield "no instant"
    if row["type"] not in known:
        yield f"{row['type']} is not declared"
        return
    for attribute in row["attributes"]:
        if set(attribute) != wanted or not all(isinstance(value, str) for value in attribute.values()):
            yield "an attribute of another shape"
        if attribute["name"] not in known[row["type"]]:
            yield f"{attribute['name']} is not declared"
    for relation in row["relationships"]:
        if set(relation) != {"objectId", "qualifier"} or relation["objectId"] not in objects:
            yield "a relation to nothing"


def written() -> str:
    out = StringIO()
    write_ocel(out)
    return out.getvalue()


@pytest.fixture
def clerk(db):
    return ActorFactory(name="Clara Clerk", email="clara@example.org")


@pytest.fixture
def loans(clerk):
    made = [loan_for(clerk, "clerk", "chief", "reader") for _ in range(3)]
    for loan in made[:2]:
        perform(loan, "lend", actor=clerk, now=NOW)
    perform(made[0], "write_off", actor=clerk, reason="The dog ate it.", now=NOW + timedelta(days=1))
    ActorFactory(name="Ida Idle")
    return made


def test_log_obeys_the_specification(loans):
    assert list(faults_of(json.loads(written()))) == []


def test_empty_ledger_gives_a_log_without_events(db):
    log = json.loads(written())
    assert list(faults_of(log)) == []
    assert (log["events"], log["objects"], log["eventTypes"]) == ([], [], [])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda log: log.pop("objectTypes"), "not the four sections"),
        (lambda log: log["events"][0].pop("id"), "events: a row of another shape"),
        (lambda log: log["events"].append(log["events"][0]), "events: one stands twice"),
        (lambda log: log["eventTypes"][0]["attributes"][0].update(type="text"), "eventTypes: an unknown sort of value"),
        (lambda log: log["events"][0].update(time="yesterday"), "no instant"),
        (lambda log: log["objects"][-1]["attributes"][0].update(time="1970"), "no instant"),
        (lambda log: log["events"][0].update(type="burn loan"), "burn loan is not declared"),
        (lambda log: log["events"][0]["attributes"][0].update(value=1), "an attribute of another shape"),
        (lambda log: log["objectTypes"][1]["attributes"].clear(), "state is not declared"),
        (lambda log: log["objects"].pop(), "a relation to nothing"),
    ],
)
def test_fault_would_be_found(loans, change, fault):
    log = json.loads(written())
    broken = deepcopy(log)
    change(broken)
    assert fault in set(faults_of(broken))


def test_event_tells_who_did_what_to_which_subject(loans, clerk):
    record = LedgerRecord.objects.of(loans[0]).last()
    (event,) = [event for event in json.loads(written())["events"] if event["id"] == str(record.uuid)]
    assert event == {
        "id": str(record.uuid),
        "type": "write_off loan",
        "time": "2026-03-03T04:59:59.987654+00:00",
        "attributes": [
            {"name": "definition", "value": record.definition_digest},
            {"name": "role", "value": "chief"},
            {"name": "source", "value": "lent"},
            {"name": "target", "value": "lost"},
        ],
        "relationships": [
            {"objectId": str(loans[0].uuid), "qualifier": "subject"},
            {"objectId": str(clerk.uuid), "qualifier": "actor"},
        ],
    }


def test_subject_carries_each_state_from_its_moment_on(loans):
    objects = {row["id"]: row for row in json.loads(written())["objects"]}
    lost = objects[str(loans[0].uuid)]
    assert lost["type"] == "loan"
    assert [(change["time"], change["value"]) for change in lost["attributes"]] == [
        ("1970-01-01T00:00:00.000000+00:00", "asked"),
        ("2026-03-02T04:59:59.987654+00:00", "lent"),
        ("2026-03-03T04:59:59.987654+00:00", "lost"),
    ]
    assert str(loans[2].uuid) not in objects


def test_only_those_who_acted_are_objects(loans, clerk):
    people = [row["id"] for row in json.loads(written())["objects"] if row["type"] == "actor"]
    assert people == [str(clerk.uuid)]


def test_log_names_nobody_and_tells_no_reason(loans):
    text = written()
    for personal in ("Clara", "Clerk", "clara@example.org", "dog", "Book"):
        assert personal not in text


def test_what_happens_while_the_log_is_written_leaves_no_event_without_its_objects(loans):
    class Busy(StringIO):
        def write(self, text: str) -> int:
            if text == "\n]":  # a section is complete
                newcomer = ActorFactory()
                perform(loan_for(newcomer, "clerk"), "pause", actor=newcomer)
            return super().write(text)

    out = Busy()
    write_ocel(out)
    log = json.loads(out.getvalue())
    assert list(faults_of(log)) == []
    assert {row["type"] for row in log["events"]} < {row["name"] for row in log["eventTypes"]}


@pytest.mark.parametrize("write", [write_ocel, write_xes])
def test_writing_holds_a_few_records_at_a_time(write, clerk):
    for _ in range(30):
        perform(loan_for(clerk, "clerk"), "lend", actor=clerk, now=datetime.now(UTC))
    alive: WeakSet[LedgerRecord] = WeakSet()
    most = 0

    def note(instance: LedgerRecord, **_: Any) -> None:
        alive.add(instance)

    class Out(StringIO):
        def write(self, text: str) -> int:
            nonlocal most
            most = max(most, len(alive))
            return len(text)

    gc.collect()
    post_init.connect(note, sender=LedgerRecord)
    try:
        write(Out())
    finally:
        post_init.disconnect(note, sender=LedgerRecord)
    assert 1 <= most <= 4
