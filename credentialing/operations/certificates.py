"""Certificates by the thousand: how far they are, pausing, going on, trying again, preparing those that are missing."""

from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.tasks import task
from django.utils import timezone

from certificates.designs import seal_in_force, wording_in_force
from certificates.facts import CertificateFacts
from certificates.fonts import region_of
from certificates.models import Certificate, Credential
from certificates.services import DRAWING, prepare_certificate, supersede_certificate, take_up_waiting
from certificates.signing.checking import trust_as_json
from certificates.signing.findings import NOT_BELIEVED
from credentialing.accounts.models import Person, Role
from credentialing.applications.services.certification import signatories_on
from credentialing.audit.events import Event
from credentialing.audit.services import issue_is_paused, record_event
from workflows.effects import try_again
from workflows.models import EffectRun

KEEPERS = frozenset({Role.REGISTRAR, Role.ADMINISTRATOR})
SUBJECT = uuid5(NAMESPACE_URL, "certificates")  # the issue as a whole has no row of its own


class NothingToDo(Exception):
    """It is so already."""


@dataclass(frozen=True, kw_only=True)
class IssueProgress:
    """How far the issue is: certificates by where they stand, holders in good standing who have none."""

    issued: int
    waiting: int
    refused: int
    given_up: int
    missing: int
    paused: bool

    @property
    def wanted(self) -> int:
        """How many there will be when all is done."""
        return self.issued + self.waiting + self.refused


def issue_progress() -> IssueProgress:
    """How far it is now; replaced editions are not counted."""
    return IssueProgress(
        issued=Certificate.objects.filter(status=Certificate.Status.ISSUED).count(),
        waiting=Certificate.objects.waiting().count(),
        refused=Certificate.objects.refused().count(),
        given_up=given_up().count(),
        missing=without_certificate(timezone.localdate()).count(),
        paused=issue_is_paused(),
    )


def given_up() -> QuerySet[EffectRun]:
    """Drawings that were tried as often as anything is."""
    return EffectRun.objects.given_up().filter(effect=DRAWING)


def without_certificate(on: date) -> QuerySet[Credential]:
    """Credentials in good standing for which no certificate was ever prepared (those of earlier holders)."""
    return Credential.objects.active(on).filter(~Exists(Certificate.objects.filter(credential=OuterRef("pk"))))


@transaction.atomic
def pause_issue(*, actor: Person) -> None:
    """Draw no certificate until somebody resumes; one that is being drawn is finished.

    Raises:
        NothingToDo: it is paused already.
        PermissionError: the actor is neither registrar nor administrator.
    """
    _must_keep(actor)
    if issue_is_paused():
        msg = "It is paused already."
        raise NothingToDo(msg)
    record_event(event=Event.ISSUE_PAUSED, actor=actor, subject_kind="issue", subject_id=SUBJECT)


@transaction.atomic
def resume_issue(*, actor: Person) -> int:
    """Draw what has been prepared meanwhile, and go on; answers how many wait.

    Raises:
        NothingToDo: it is not paused.
        PermissionError: the actor is neither registrar nor administrator.
    """
    _must_keep(actor)
    if not issue_is_paused():
        msg = "It is not paused."
        raise NothingToDo(msg)
    record_event(event=Event.ISSUE_RESUMED, actor=actor, subject_kind="issue", subject_id=SUBJECT)
    return take_up_waiting()


@transaction.atomic
def try_all_again(*, actor: Person) -> int:
    """Take up every drawing that was given up; answers how many.

    Raises:
        NothingToDo: none was.
        PermissionError: the actor is neither registrar nor administrator.
    """
    _must_keep(actor)
    count = 0
    for run in given_up().select_related("record").order_by("pk"):
        if try_again(run):
            count += 1
            record_event(
                event=Event.EFFECT_TRIED_AGAIN,
                actor=actor,
                subject_kind=run.record.subject_kind,
                subject_id=run.record.subject_id,
                details={"effect": run.effect, "record": str(run.record.uuid)},
            )
    if not count:
        msg = "Nothing is given up."
        raise NothingToDo(msg)
    return count


@transaction.atomic
def want_missing(*, actor: Person) -> int:
    """Have certificates prepared and drawn for all holders in good standing who have none; answers for how many.

    Raises:
        NothingToDo: everybody has one.
        PermissionError: the actor is neither registrar nor administrator.
    """
    _must_keep(actor)
    missing = without_certificate(timezone.localdate()).count()
    if not missing:
        msg = "Every holder in good standing has a certificate."
        raise NothingToDo(msg)
    record_event(
        event=Event.CERTIFICATES_WANTED,
        actor=actor,
        subject_kind="issue",
        subject_id=SUBJECT,
        details={"holders": missing},
    )
    prepare_missing.enqueue(str(actor.uuid))
    return missing


def reissue_compromised(*, actor: Person) -> int:
    """New editions of all certificates in force whose signature is believed no longer; answers how many.

    One after the other, each in a transaction of its own: broken off, it goes on when asked again.
    """
    from certificates.signing.examining import examined, trust_of  # noqa: PLC0415 - half a second

    trust, count = trust_of(trust_as_json()), 0
    being_replaced = Certificate.objects.filter(
        credential=OuterRef("credential"), status__in=[Certificate.Status.INTENT, Certificate.Status.REFUSED]
    )
    in_force = Certificate.objects.filter(status=Certificate.Status.ISSUED).exclude(Exists(being_replaced))
    for certificate in in_force.order_by("pk").iterator(100):
        if examined(certificate.read(), trust).part == NOT_BELIEVED:
            with transaction.atomic():
                new = supersede_certificate(certificate=certificate, facts=certificate.printed, actor=actor, same=True)
                record_event(
                    event=Event.CERTIFICATE_CORRECTED,
                    actor=actor,
                    subject_kind="certificate",
                    subject_id=new.uuid,
                    details={"edition": new.edition},
                )
            count += 1
    return count


@task()
def prepare_missing(actor_uuid: str) -> None:
    """Prepare them one by one; stopped in between, it goes on with those that are still missing when asked again."""
    actor = Person.objects.get(uuid=UUID(actor_uuid))
    today = timezone.localdate()
    wording = wording_in_force()
    society, signatories = wording.society or settings.SOCIETY_NAME, signatories_on(today, wording)
    for credential in without_certificate(today).select_related("holder").order_by("pk").iterator(chunk_size=100):
        facts = CertificateFacts(
            society=society,
            designation=credential.designation,
            name=credential.recorded_name,
            post_nominals=credential.recorded_post_nominals,
            pathway_version=credential.scheme_version,
            number=credential.number,
            awarded_on=credential.awarded_on,
            valid_until=credential.valid_until,
            signatories=signatories,
            verify_base_url=settings.BASE_URL,
            page_size=settings.CERTIFICATE_PAGE_SIZE,
            seal=seal_in_force(),
            region=region_of(credential.holder.country),
        )
        prepare_certificate(credential=credential, facts=facts, actor=actor)


def _must_keep(actor: Person) -> None:
    if not KEEPERS & actor.roles_on(timezone.localdate()):
        msg = "The registrar or an administrator looks after the certificates."
        raise PermissionError(msg)
