"""What time decides about motions, and what a tie takes out of their votes, each in the transaction of its cause."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.accounts.signals import tie_known
from credentialing.applications.permissions import barring_ties
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter
from credentialing.council.motions.counting import voters_of
from credentialing.council.motions.lifecycle import VOTING
from credentialing.council.motions.models import Motion, MotionVote
from credentialing.council.motions.services import follow_deadline
from workflows.deadlines import deadline_met
from workflows.models import LedgerRecord


@receiver(deadline_met, sender=Motion)
def follow(*, subject: Motion, record: LedgerRecord, **_: Any) -> None:
    """End a suspension that nobody confirmed; let a revocation take effect."""
    follow_deadline(subject, record.transition, record.recorded_at)


@receiver(tie_known)
def tell_of_a_vote_on_a_motion(*, person: Person, other: Person, now: datetime, **_: Any) -> None:
    """The vote of the one on what the other holds is kept and counts no more while nothing is decided; others hear."""
    votes = MotionVote.objects.filter(member=person, motion__credential__holder=other, motion__state__in=VOTING)
    for vote in votes.select_related("motion__credential__holder"):
        motion = vote.motion
        ties = barring_ties(person, other, None)
        if not ties:
            continue
        record_event(
            event=Event.BALLOT_LEFT_OUT,
            actor=Person.objects.system(),
            subject_kind=motion.subject_kind,
            subject_id=motion.uuid,
            details={"member": str(person.uuid), "tie": ties[0].kind},
            now=now,
        )
        for member in voters_of(motion, timezone.localdate(now)):
            send_letter(
                template="vote_left_out",
                to=member,
                context={
                    "candidate": motion.credential.recorded_name,
                    "person": str(person),
                    "tie": ties[0].told,
                    "path": f"/council/motions/{motion.uuid}/",
                },
                dedupe_key=f"tie:{vote.uuid}:{ties[0].kind}:{member.uuid}",
                now=now,
            )
