"""What `manage.py verify` asks about files: what was destroyed is gone."""

from collections.abc import Iterator

from django.core.files.storage import storages
from django.db.models import Exists, OuterRef

from credentialing.evidence.lifecycle import DESTROYED
from credentialing.evidence.models import EvidenceFile
from workflows.models import EffectRun
from workflows.verification import Finding, examination


@examination
def destroyed_files_have_no_bytes() -> Iterator[Finding]:
    """A destroyed file's bytes are erased, unless that is still waiting for its turn."""
    waiting = EffectRun.objects.open().filter(
        effect="erase_bytes",
        record__subject_kind=EvidenceFile.subject_kind,
        record__subject_id=OuterRef("uuid"),
    )
    store = storages["evidence"]
    for file in EvidenceFile.objects.filter(~Exists(waiting), state=DESTROYED).order_by("pk").iterator():
        if store.exists(file.storage_name):
            yield Finding(about=f"evidence file {file.uuid}", message="was destroyed, but its bytes are still there")
