"""XES (IEEE 1849): the ledger as an event log that process mining tools read, judged here by the standard's rules."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from io import StringIO
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from tests.workflows.factories import ActorFactory, loan_for
from tests.workflows.test_exporters_text import parsed
from workflows.exporters.xes import write_xes
from workflows.models import LedgerRecord
from workflows.services import perform

NOW = datetime(2026, 3, 1, 23, 59, 59, 987654, tzinfo=timezone(timedelta(hours=-5)))

# Clause 5: the order of what a log holds, the elements of attributes, and which extension defines what where.
ORDER = ["extension", "global", "classifier", "attribute", "trace", "event"]
ATTRIBUTES = {"string", "date", "int", "float", "boolean", "id", "list"}
NAME = re.compile(r"[A-Za-z_:][\w:.-]*", re.ASCII)
NC_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STANDARD = {
    "concept:name": ("string", {"log", "trace", "event"}),
    "identity:id": ("id", {"log", "trace", "event"}),
    "lifecycle:transition": ("string", {"event"}),
    "org:resource": ("string", {"event"}),
    "org:role": ("string", {"event"}),
    "time:timestamp": ("date", {"event"}),
}


def faults_of(log: ET.Element) -> Iterator[str]:
    """Everything in which a document is no XES log."""
    if log.tag != "log" or not re.fullmatch(r"\d+(\.\d+)?", log.get("xes.version", "")):
        yield "no log of a version"
    ranks = [ORDER.index("attribute" if child.tag in ATTRIBUTES else child.tag) for child in log]
    if ranks != sorted(ranks):
        yield "out of order"
    prefixes = {extension.get("prefix") for extension in log.iter("extension")}
    for extension in log.iter("extension"):
        if not (NC_NAME.fullmatch(extension.get("name")) and NC_NAME.fullmatch(extension.get("prefix"))):
            yield "an extension without a name"
    yield from _faults_of_components(log, prefixes)


def _faults_of_components(log: ET.Element, prefixes: set[str]) -> Iterator[str]:
    declared: dict[str, set[str]] = {"trace": set(), "event": set()}
    for scope in log.iter("global"):
        declared[scope.get("scope")] |= {attribute.get("key") for attribute in scope}
        yield from _faults_of_attributes(scope, scope.get("scope"), prefixes)
    for classifier in log.iter("classifier"):
        keys = set(classifier.get("keys").split())
        if not NC_NAME.fullmatch(classifier.get("name")) or not keys <= declared[classifier.get("scope")]:
            yield "a classifier over what is not global"
    for level in ("trace", "event"):
        for node in log.iter(level):
            yield from _faults_of_attributes(node, level, prefixes)
            if declared[level] - {child.get("key") for child in node}:
                yield f"a global attribute is missing from the {level}"


def _faults_of_attributes(node: ET.Element, level: str, prefixes: set[str]) -> Iterator[str]:
    attributes = [child for child in node if child.tag != "event"]
    keys = [attribute.get("key") for attribute in attributes]
    if len(keys) != len(set(keys)):
        yield "a key stands twice"
    for attribute, key in zip(attributes, keys, strict=True):
        if attribute.tag not in ATTRIBUTES or not NAME.fullmatch(key) or set(attribute.attrib) != {"key", "value"}:
            yield f"{key} is no attribute"
        if ":" in key and (STANDARD[key][0] != attribute.tag or level not in STANDARD[key][1]):
            yield f"{key} is not so in its extension"
        if ":" in key and key.split(":")[0] not in prefixes:
            yield f"{key} has no extension"
        if attribute.tag == "id" and not ID.fullmatch(attribute.get("value")):
            yield f"{key} is no UUID"
        if attribute.tag == "date" and datetime.fromisoformat(attribute.get("value")).utcoffset() != timedelta(0):
            yield f"{key} is not in UTC"


def written() -> str:
    out = StringIO()
    write_xes(out)
    return out.getvalue()


def facts(node: ET.Element) -> dict[str, str]:
    return {child.get("key"): child.get("value") for child in node if child.tag != "event"}


@pytest.fixture
def clerk(db):
    return ActorFactory(name="Clara Clerk", email="clara@example.org")


@pytest.fixture
def loans(clerk):
    made = [loan_for(clerk, "clerk", "chief", "reader") for _ in range(3)]
    for loan in made[:2]:
        perform(loan, "lend", actor=clerk, now=NOW)
    perform(made[0], "write_off", actor=clerk, reason="The dog ate it.", now=NOW + timedelta(days=1))
    return made


def test_log_obeys_the_standard(loans):
    assert list(faults_of(parsed(written()))) == []


def test_empty_ledger_gives_a_log_without_traces(db):
    log = parsed(written())
    assert list(faults_of(log)) == []
    assert log.find("trace") is None


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ('xes.version="1849.2016"', 'xes.version="new"', "no log of a version"),
        ("</trace>\n</log>", '</trace><extension name="A" prefix="a" uri="u"/></log>', "out of order"),
        ('name="Time"', 'name="The time"', "an extension without a name"),
        ('keys="concept:name ', 'keys="org:group ', "a classifier over what is not global"),
        ('<string key="org:role" value="chief"/>', "", "a global attribute is missing from the event"),
        ('key="source"', 'key="target"', "a key stands twice"),
        ('key="kind"', 'key="a kind"', "a kind is no attribute"),
        ('<string key="org:role"', '<id key="org:role"', "org:role is not so in its extension"),
        ('prefix="org"', 'prefix="orga"', "org:role has no extension"),
        ('key="identity:id" value="', 'key="identity:id" value="urn:', "identity:id is no UUID"),
        ("+00:00", "-05:00", "time:timestamp is not in UTC"),
    ],
)
def test_fault_would_be_found(loans, right, wrong, fault):
    assert right in written()
    assert fault in set(faults_of(parsed(written().replace(right, wrong))))


def test_each_subject_is_a_trace_of_its_steps_in_order(loans, clerk):
    traces = {facts(trace)["concept:name"]: trace for trace in parsed(written()).iter("trace")}
    assert set(traces) == {str(loan.uuid) for loan in loans[:2]}
    lost = traces[str(loans[0].uuid)]
    assert facts(lost)["kind"] == "loan"
    lend, write_off = [facts(event) for event in lost.iter("event")]
    record = LedgerRecord.objects.of(loans[0]).last()
    assert lend["concept:name"] == "lend"
    assert write_off == {
        "concept:name": "write_off",
        "identity:id": str(record.uuid),
        "lifecycle:transition": "complete",
        "org:resource": str(clerk.uuid),
        "org:role": "chief",
        "time:timestamp": "2026-03-03T04:59:59.987+00:00",
        "source": "lent",
        "target": "lost",
        "definition": record.definition_digest,
    }
    for trace in traces.values():
        steps = [facts(event) for event in trace.iter("event")]
        assert all(before["target"] == after["source"] for before, after in pairwise(steps))


def test_log_names_nobody_and_tells_no_reason(loans):
    text = written()
    for personal in ("Clara", "Clerk", "clara@example.org", "dog", "Book"):
        assert personal not in text


def test_declared_extensions_are_those_that_are_used(loans):
    log = parsed(written())
    used = {key.split(":")[0] for node in log.iter() if ":" in (key := node.get("key", ""))}
    assert {extension.get("prefix") for extension in log.iter("extension")} == used
