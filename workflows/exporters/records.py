"""What the event logs read: the ledger, a few records at a time, and nobody's name."""

from collections.abc import Iterator
from typing import Any

from workflows.models import LedgerRecord

AT_A_TIME = 500


def steps() -> Iterator[LedgerRecord]:
    """All records, subject by subject, each in the order of its steps."""
    return LedgerRecord.objects.in_order().defer("evidence").select_related("actor").iterator(chunk_size=AT_A_TIME)


def actor_of(person: Any) -> str:
    """The pseudonym under which the ledger knows a person."""
    return str(getattr(person, "uuid", person.pk))
