"""What reviewers said, as the progress of a case counts it."""

from collections.abc import Sequence

from credentialing.applications.models import Application
from credentialing.pathways.kinds import SignOffFact


def standing_sign_offs(application: Application) -> Sequence[SignOffFact]:
    """Every sign-off of a case that stands, oldest first."""
    return [
        SignOffFact(
            requirement=row.requirement,
            outcome=row.outcome,
            role=row.role,
            person_id=row.reviewer_id,
            digest=row.evidence_digest,
            at=row.created_at,
            reason=row.reason,
        )
        for row in application.sign_offs.standing()
    ]
