"""How a change of a name is told."""

from credentialing.names.models import NameChange
from workflows.models import LedgerRecord

DONE = {"approve": "Approved", "confirm": "Confirmed", "refuse": "Refused", "withdraw": "Withdrawn"}


def steps_of(change: NameChange) -> list[tuple[str, LedgerRecord]]:
    """What was decided, the newest first, each with its record."""
    records = LedgerRecord.objects.of(change).select_related("actor", "kept_reason").reverse()
    return [(DONE[record.transition], record) for record in records]
