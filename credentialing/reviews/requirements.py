"""What reviewers said, as the progress of a case counts it."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.pathways.kinds import SignOffFact


def sign_off_facts(application: Application, on: date) -> Sequence[SignOffFact]:
    """Every sign-off of a case that stood on that day, oldest first."""
    return [
        SignOffFact(
            requirement=row.requirement,
            outcome=row.outcome,
            role=row.role,
            person_id=row.reviewer_id,
            digest=row.evidence_digest,
            at=row.created_at,
            reason=row.reason,
            expires_on=row.expires_on,
        )
        for row in sorted(application.sign_offs.all(), key=lambda row: (row.created_at, row.pk))
        if timezone.localdate(row.created_at) <= on
        and (row.taken_back_at is None or timezone.localdate(row.taken_back_at) > on)
    ]
