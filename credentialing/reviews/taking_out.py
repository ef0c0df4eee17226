"""Words of somebody whose tie becomes known before the decision are taken out: kept on the page, and not counted."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.accounts.signals import tie_known
from credentialing.accounts.ties import Tie
from credentialing.applications.endorsing import SIGN
from credentialing.applications.models import Application, StageEndorsement
from credentialing.applications.permissions import barring_ties, officers_told_of
from credentialing.applications.progress import refresh_progress
from credentialing.applications.services.endorsing import built_on as stage_built_on
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter
from credentialing.reviews.models import SignOff
from credentialing.reviews.services import built_on


@receiver(tie_known)
def take_out_on_a_tie(*, person: Person, other: Person, now: datetime, **_: Any) -> None:
    """As soon as a record ties two people."""
    for application in Application.objects.of(other).unfinished():
        take_out_words(application=application, person=person, now=now)


@transaction.atomic
def take_out_words(*, application: Application, person: Person, now: datetime) -> int:
    """Take out what a tied person has said on a case and nothing has been built on yet; answers how many words.

    Each is kept with the tie, and those of the same office are told that it has to be said anew.
    """
    ties = barring_ties(person, application.candidate, application)
    if not ties:
        return 0
    application = Application.objects.select_for_update().get(pk=application.pk)
    said = [
        word
        for word in SignOff.objects.standing().filter(application=application, reviewer=person)
        if not built_on(application, word, timezone.localdate(now))
    ]
    endorsed = [
        word
        for word in StageEndorsement.objects.standing().filter(application=application, person=person)
        if not stage_built_on(application, word)
    ]
    SignOff.objects.filter(pk__in=[word.pk for word in said]).update(taken_back_at=now, tie=ties[0].kind)
    StageEndorsement.objects.filter(pk__in=[word.pk for word in endorsed]).update(taken_back_at=now, tie=ties[0].kind)
    for word in said:
        label = application.requirement(word.requirement).label
        _note(Event.SIGN_OFF_TAKEN_OUT, application, role=word.role, what=label, person=person, tie=ties[0], now=now)
    for endorsement in endorsed:
        what = "signature" if endorsement.act == SIGN else "recommendation"
        label = f"{application.definition.stage(endorsement.stage).label} ({what})"
        role = endorsement.role
        _note(Event.STAGE_WORD_TAKEN_OUT, application, role=role, what=label, person=person, tie=ties[0], now=now)
    if said or endorsed:
        refresh_progress(application, now)
    return len(said) + len(endorsed)


def take_out_what_ties_undo(now: datetime) -> int:
    """The same for every case under way, of ties that were known before words were judged by them; answers how many."""
    number = 0
    spoken = SignOff.objects.standing().filter(application__in=Application.objects.unfinished())
    endorsed = StageEndorsement.objects.standing().filter(application__in=Application.objects.unfinished())
    speakers = set(spoken.order_by().values_list("reviewer", flat=True))
    speakers |= set(endorsed.order_by().values_list("person", flat=True))
    for person in Person.objects.filter(pk__in=speakers).order_by("pk"):
        heard = Application.objects.filter(sign_offs__reviewer=person) | Application.objects.filter(
            stage_endorsements__person=person
        )
        for application in heard.unfinished().in_conflict_with(person).distinct().order_by("pk"):
            number += take_out_words(application=application, person=person, now=now)
    return number


def _note(
    event: Event, application: Application, *, role: str, what: str, person: Person, tie: Tie, now: datetime
) -> None:
    record_event(
        event=event,
        actor=Person.objects.system(),
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
        details={"role": role, "by": str(person.uuid), "tie": tie.kind},
        now=now,
    )
    for officer in officers_told_of(application, {role}, now):
        if officer.pk != person.pk:
            send_letter(
                template="word_taken_out",
                to=officer,
                context={
                    "candidate": str(application.candidate),
                    "what": what,
                    "person": str(person),
                    "tie": tie.told,
                    "path": f"/reviews/cases/{application.uuid}/",
                },
                now=now,
            )
