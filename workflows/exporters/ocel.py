"""The ledger as an object-centric event log (OCEL 2.0, JSON; Berti et al. 2023, ocel-standard.org).

Objects are the subjects, whose state changes with every step, and the people who act. Written as it is read, one
subject at a time, so a ledger of any length needs the same memory. All values are text: the published schema knows
no other.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import TextIOBase
from itertools import chain, groupby
from typing import Any

from django.contrib.auth import get_user_model

from workflows.exporters.records import AT_A_TIME, actor_of, steps
from workflows.models import LedgerRecord

ACTOR = "actor"
EVENT_ATTRIBUTES = ("definition", "role", "source", "target")
FROM_THE_FIRST = datetime.fromtimestamp(0, UTC)  # chapter 5: the time of a value that no event has set


def write_ocel(out: TextIOBase) -> None:
    """Write all records of the ledger as OCEL 2.0 JSON; people are ids and no reason is told.

    Events come first: the ledger only grows, so all that they name is found afterwards, whoever acts meanwhile.
    """
    sections = {
        "events": map(_event, steps()),
        "objects": chain(_actors(), _subjects()),
        "eventTypes": _event_types(),
        "objectTypes": _object_types(),
    }
    opening = "{"
    for name, rows in sections.items():
        out.write(f"{opening}\n{json.dumps(name)}: [")
        separator = "\n"
        for row in rows:
            out.write(separator + json.dumps(row))
            separator = ",\n"
        out.write("\n]")
        opening = ","
    out.write("\n}\n")


def _event(record: LedgerRecord) -> dict[str, Any]:
    values = {
        "definition": record.definition_digest,
        "role": record.role,
        "source": record.source,
        "target": record.target,
    }
    return {
        "id": str(record.uuid),
        "type": _type_of(record.subject_kind, record.transition),
        "time": _at(record.recorded_at),
        "attributes": [{"name": name, "value": values[name]} for name in EVENT_ATTRIBUTES],
        "relationships": [
            {"objectId": str(record.subject_id), "qualifier": "subject"},
            {"objectId": actor_of(record.actor), "qualifier": ACTOR},
        ],
    }


def _actors() -> Iterator[dict[str, Any]]:
    acting = LedgerRecord.objects.order_by().values("actor")
    people = get_user_model()._base_manager.filter(pk__in=acting).order_by("pk")
    for person in people.iterator(chunk_size=AT_A_TIME):
        yield {"id": actor_of(person), "type": ACTOR, "attributes": [], "relationships": []}


def _subjects() -> Iterator[dict[str, Any]]:
    for (kind, subject), records in groupby(steps(), key=lambda record: (record.subject_kind, record.subject_id)):
        first = next(records)
        changes = [(FROM_THE_FIRST, first.source), *((step.recorded_at, step.target) for step in (first, *records))]
        states = [{"name": "state", "time": _at(time), "value": state} for time, state in changes]
        yield {"id": str(subject), "type": kind, "attributes": states, "relationships": []}


def _event_types() -> Iterator[dict[str, Any]]:
    acts = LedgerRecord.objects.order_by("subject_kind", "transition").values_list("subject_kind", "transition")
    for kind, transition in acts.distinct():
        attributes = [{"name": name, "type": "string"} for name in EVENT_ATTRIBUTES]
        yield {"name": _type_of(kind, transition), "attributes": attributes}


def _object_types() -> Iterator[dict[str, Any]]:
    yield {"name": ACTOR, "attributes": []}
    kinds = LedgerRecord.objects.order_by("subject_kind").values_list("subject_kind", flat=True)
    for kind in kinds.distinct():
        yield {"name": kind, "attributes": [{"name": "state", "type": "string"}]}


def _type_of(kind: str, transition: str) -> str:
    """Acts of the same name are different acts on different kinds of subject."""
    return f"{transition} {kind}"


def _at(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds")
