"""What follows a step of a file: the bytes of a destroyed one are erased."""

from credentialing.evidence.lifecycle import DESTROYED
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.storage import discard
from workflows.effects import subscribe
from workflows.models import LedgerRecord


def erase_bytes(record: LedgerRecord) -> None:
    """The row and its SHA-256 stay; the bytes go. Doing it again does no harm."""
    file = EvidenceFile.objects.get(uuid=record.subject_id, state=DESTROYED)
    discard(file.storage_name)


for act in ("destroy", "reject", "discard"):
    subscribe(subject_kind=EvidenceFile.subject_kind, transition=act, name="erase_bytes", act=erase_bytes)
