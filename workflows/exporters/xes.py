"""The ledger as an event log for process mining tools (XES, IEEE 1849-2016 and 1849-2023): one trace per subject.

Written as it is read, so a ledger of any length needs the same memory. No log attributes: the two editions differ in
nothing else but where those stand.
"""

from collections.abc import Iterable
from datetime import UTC
from io import TextIOBase
from itertools import groupby
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from workflows.exporters.records import actor_of, steps
from workflows.exporters.text import legal
from workflows.models import LedgerRecord

EXTENSIONS = {  # chapter 7 of the standard
    "concept": "Concept",
    "identity": "Identity",
    "lifecycle": "Lifecycle",
    "org": "Organizational",
    "time": "Time",
}
COMPLETE = "complete"  # of the standard life cycle: a record tells of an act that is done
ACTIVITY = ("concept:name", "lifecycle:transition")


def write_xes(out: TextIOBase) -> None:
    """Write all records of the ledger as XES; people are ids and no reason is told."""
    xml = XMLGenerator(out, encoding="UTF-8", short_empty_elements=True)
    xml.startDocument()
    _begin(xml, "log", {"xes.version": "1849.2016", "xes.features": ""})
    for prefix, name in EXTENSIONS.items():
        uri = f"http://www.xes-standard.org/{prefix}.xesext"
        _element(xml, "extension", {"name": name, "prefix": prefix, "uri": uri})
    _globals(xml, "trace", [("string", "concept:name", "unknown")])
    _globals(
        xml,
        "event",
        [
            ("string", "concept:name", "unknown"),
            ("string", "lifecycle:transition", COMPLETE),
            ("string", "org:resource", "unknown"),
            ("string", "org:role", "unknown"),
            ("date", "time:timestamp", "1970-01-01T00:00:00.000+00:00"),
        ],
    )
    _element(xml, "classifier", {"name": "Activity", "scope": "event", "keys": " ".join(ACTIVITY)})
    for (kind, subject), records in groupby(steps(), key=lambda record: (record.subject_kind, record.subject_id)):
        _begin(xml, "trace")
        _attributes(xml, [("string", "concept:name", str(subject)), ("string", "kind", kind)])
        for record in records:
            _begin(xml, "event")
            _attributes(xml, _event(record))
            _end(xml, "event")
        _end(xml, "trace")
    _end(xml, "log")
    xml.endDocument()


def _event(record: LedgerRecord) -> list[tuple[str, str, str]]:
    """The facts of one record; the time to the millisecond, which is what tools read reliably."""
    at = record.recorded_at.astimezone(UTC).isoformat(timespec="milliseconds")
    return [
        ("string", "concept:name", record.transition),
        ("id", "identity:id", str(record.uuid)),
        ("string", "lifecycle:transition", COMPLETE),
        ("string", "org:resource", actor_of(record.actor)),
        ("string", "org:role", record.role),
        ("date", "time:timestamp", at),
        ("string", "source", record.source),
        ("string", "target", record.target),
        ("string", "definition", record.definition_digest),
    ]


def _globals(xml: XMLGenerator, scope: str, attributes: Iterable[tuple[str, str, str]]) -> None:
    _begin(xml, "global", {"scope": scope})
    _attributes(xml, attributes)
    _end(xml, "global")


def _attributes(xml: XMLGenerator, attributes: Iterable[tuple[str, str, str]]) -> None:
    for kind, key, value in attributes:
        _element(xml, kind, {"key": key, "value": legal(value)})


def _element(xml: XMLGenerator, name: str, attributes: dict[str, str]) -> None:
    _begin(xml, name, attributes)
    _end(xml, name)


def _begin(xml: XMLGenerator, name: str, attributes: dict[str, str] | None = None) -> None:
    xml.startElement(name, AttributesImpl(attributes or {}))


def _end(xml: XMLGenerator, name: str) -> None:
    xml.endElement(name)
    xml.ignorableWhitespace("\n")
