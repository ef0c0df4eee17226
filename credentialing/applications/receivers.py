"""What cases listen to: changes about people, and what becomes of a certificate."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils import timezone

from certificates.models import Certificate, Credential
from certificates.signals import certificate_issued, certificate_refused
from credentialing.accounts.models import Person, Role
from credentialing.accounts.signals import person_changed, tie_known
from credentialing.applications.models import Application, Override
from credentialing.applications.progress import refresh_cases_of
from credentialing.applications.services.certification import tell_of_standing
from credentialing.applications.services.lifecycle import tell_of_step
from credentialing.applications.services.overrides import end_override
from credentialing.correspondence.services import send_letter
from workflows.deadlines import deadline_met
from workflows.models import LedgerRecord


@receiver(person_changed)
def refresh_cases_of_member(*, name: str, subject_id: UUID, **_: Any) -> None:
    """A membership recorded or ended changes how far the person's open case is."""
    if name == "accounts:membership:recorded":
        refresh_cases_of(Person.objects.get(uuid=subject_id), timezone.now())


@receiver(tie_known)
def undo_what_the_tied_permitted(*, person: Person, other: Person, now: datetime, **_: Any) -> None:
    """Who turns out to be tied has permitted nobody to judge: the permission ends, and whoever has it is told."""
    given = Override.objects.in_force().filter(answered_by=person, candidate=other)
    for override in given.select_related("person", "candidate", "application"):
        end_override(
            override=override, reason=f"{person}, who had permitted it, is tied to the candidate too.", now=now
        )


@receiver(deadline_met, sender=Application)
def follow_what_time_did(*, subject: Application, record: LedgerRecord, **_: Any) -> None:
    """A deferred case comes back on its day: the candidate is told, and those who have the ball see it."""
    tell_of_step(application=subject, record=record, now=record.recorded_at)


@receiver(deadline_met, sender=Credential)
def write_of_expiry(*, subject: Credential, record: LedgerRecord, **_: Any) -> None:
    """The holder learns that the credential has run out; a case of theirs that rests on it is looked at."""
    tell_of_standing(credential=subject, record=record, now=record.recorded_at)


@receiver(certificate_issued)
def write_to_holder(*, certificate: Certificate, **_: Any) -> None:
    """The holder learns that the certificate can be downloaded."""
    send_letter(
        template="certificate_ready",
        to=certificate.credential.holder,
        context={"number": certificate.credential.number, "path": "/my/"},
        dedupe_key=f"certificate:{certificate.uuid}",
    )


@receiver(certificate_refused)
def write_of_refusal(*, certificate: Certificate, **_: Any) -> None:
    """Holder, registrar and administrators learn that a certificate can't be drawn, why, and where to mend it."""
    credential = certificate.credential
    send_letter(
        template="spelling_wanted",
        to=credential.holder,
        context={
            "number": credential.number,
            "problem": certificate.problem,
            "path": f"/my/credentials/{credential.uuid}/name/",
        },
    )
    today = timezone.localdate()
    keepers = Person.objects.holding(Role.REGISTRAR, today) | Person.objects.holding(Role.ADMINISTRATOR, today)
    for keeper in keepers:
        send_letter(
            template="certificate_refused",
            to=keeper,
            context={
                "number": credential.number,
                "problem": certificate.problem,
                "path": f"/council/registry/{credential.uuid}/",
            },
        )
