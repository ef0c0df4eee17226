"""What the council hears of ties: a vote that falls out before the decision, or a tie that becomes known after it."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.accounts.signals import tie_known
from credentialing.accounts.ties import Tie
from credentialing.applications.permissions import barring_ties, officers_told_of
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter
from credentialing.council.models import Ballot


@receiver(tie_known)
def tell_of_a_vote(*, person: Person, other: Person, now: datetime, **_: Any) -> None:
    """Each vote of the one on a case of the other: recorded as left out where nothing is decided; the body is told."""
    votes = Ballot.objects.filter(member=person, decision__application__candidate=other, left_out=False)
    for ballot in votes.select_related("decision__application__candidate"):
        ties = barring_ties(person, other, ballot.decision.application)
        if ties:
            _tell(ballot, ties[0], now)


def _tell(ballot: Ballot, tie: Tie, now: datetime) -> None:
    decision = ballot.decision
    application = decision.application
    if not decision.outcome:
        record_event(
            event=Event.BALLOT_LEFT_OUT,
            actor=Person.objects.system(),
            subject_kind=application.subject_kind,
            subject_id=application.uuid,
            details={"requirement": decision.requirement, "member": str(ballot.member.uuid), "tie": tie.kind},
            now=now,
        )
    definition = application.definition
    body = definition.body(definition.requirement(decision.requirement).parameters.body)
    for officer in officers_told_of(application, {body.voters}, now):
        if officer.pk == ballot.member_id:
            continue
        send_letter(
            template="tie_after_the_decision" if decision.outcome else "vote_left_out",
            to=officer,
            context={
                "candidate": str(application.candidate),
                "person": str(ballot.member),
                "tie": tie.told,
                "minute": decision.minute_number or "",
                "decided_on": f"{timezone.localtime(decision.decided_at):%B %-d, %Y}" if decision.decided_at else "",
                "path": f"/council/cases/{application.uuid}/",
            },
            dedupe_key=f"tie:{ballot.uuid}:{tie.kind}:{bool(decision.outcome)}:{officer.uuid}",
            now=now,
        )
