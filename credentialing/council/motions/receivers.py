"""What time decides about motions, carried out in the transaction of its step."""

from typing import Any

from django.dispatch import receiver

from credentialing.council.motions.models import Motion
from credentialing.council.motions.services import follow_deadline
from workflows.deadlines import deadline_met
from workflows.models import LedgerRecord


@receiver(deadline_met, sender=Motion)
def follow(*, subject: Motion, record: LedgerRecord, **_: Any) -> None:
    """End a suspension that nobody confirmed; let a revocation take effect."""
    follow_deadline(subject, record.transition, record.recorded_at)
