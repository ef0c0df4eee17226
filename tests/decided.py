"""A standing that was decided as it must be: put by the registrar, voted on by members of the council."""

from datetime import datetime

from django.utils import timezone

from certificates.models import Credential
from credentialing.council.motions.models import Motion
from credentialing.council.motions.services import cast_vote, put_motion
from tests.factories import PersonFactory


def decided(credential: Credential, act: str, *, reason: str = "x", now: datetime | None = None) -> Motion:
    """Suspend, revoke or reinstate by as many new members of the council as must vote."""
    now = now or timezone.now()
    mover = PersonFactory(offices=["registrar"])
    motion = put_motion(credential=credential, act=act, actor=mover, reason=reason, now=now)
    for _ in range(motion.quorum):
        cast_vote(motion=motion, actor=PersonFactory(offices=["council"]), choice="for", now=now)
        motion.refresh_from_db()
        if not motion.is_voted_on:
            break
    credential.refresh_from_db()
    return motion
