"""References: asked for by e-mail, given or declined on a page without a log-in, withdrawn by the candidate."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from certificates.same_text import address as compared
from credentialing.accounts.addresses import is_address_of, shares_an_address
from credentialing.accounts.models import Person
from credentialing.accounts.ties import note_tie
from credentialing.applications.models import Application
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter, send_to_stranger
from credentialing.evidence.models import Reference
from credentialing.evidence.services.cases import EvidenceRefused, lock_case, must_be_candidate, note_item
from credentialing.evidence.services.earlier_links import keep_link


@transaction.atomic
def ask_reference(
    *,
    application: Application,
    requirement: str,
    actor: Person,
    referee_name: str,
    referee_email: str,
    now: datetime | None = None,
) -> Reference:
    """Ask somebody by e-mail for a reference; they answer without a log-in.

    Raises:
        PermissionError: not the candidate.
        EvidenceRefused: a closed case, oneself, or somebody who has been asked.
        TooOften: as many letters have gone out as may.
    """
    now = now or timezone.now()
    application = lock_case(application)
    must_be_candidate(application, actor)
    application.requirement(requirement)
    address = compared(referee_email)
    if is_address_of(application.candidate, address):
        msg = "This is, or was, your own address. Give your referee's."
        raise EvidenceRefused(msg)
    reference = Reference(
        application=application, requirement=requirement, referee_name=referee_name, referee_email=address, asked_at=now
    )
    try:
        reference.full_clean()
    except ValidationError as refusal:
        if "__all__" in refusal.error_dict:
            raise EvidenceRefused(" ".join(refusal.messages)) from refusal
        raise
    _store_and_ask(application, reference, actor, now)
    note_item(Event.ITEM_ADDED, application, reference, actor=actor, now=now)
    return reference


@transaction.atomic
def ask_referee_again(
    *, reference: Reference, actor: Person, end_earlier: bool = False, now: datetime | None = None
) -> Reference:
    """Send the referee a new link; earlier ones work as well, unless somebody else may have one (`end_earlier`).

    Raises:
        PermissionError: not the candidate.
        EvidenceRefused: a closed case, or it has been answered or withdrawn.
        TooOften: as many letters have gone out as may.
    """
    now = now or timezone.now()
    application = lock_case(reference.application)
    must_be_candidate(application, actor)
    reference = _unanswered(application, reference)
    keep_link(reference, now, ended=end_earlier)
    _store_and_ask(application, reference, actor, now)
    record_event(
        event=Event.ASKED_AGAIN,
        actor=actor,
        subject_kind=application.subject_kind,
        subject_id=application.uuid,
        details={"item": str(reference.uuid), "kind": "reference", "requirement": reference.requirement},
        now=now,
    )
    return reference


@transaction.atomic
def give_reference(
    *,
    reference: Reference,
    relation: str,
    text: str,
    recommended: bool,
    actor: Person | None = None,
    now: datetime | None = None,
) -> Reference:
    """Give the reference, once; the candidate is told and can read it.

    Raises:
        PermissionError: the candidate themself.
        EvidenceRefused: a closed case, or it has been answered or withdrawn.
        ValidationError: no words, or no relation.
    """
    now = now or timezone.now()
    application, reference = _answerable(reference, actor)
    reference.relation, reference.text, reference.recommended = relation, text.strip(), recommended
    reference.answered_at = now
    reference.given_by = actor or Person.objects.reached_at(reference.referee_email)
    reference.full_clean()
    reference.save()
    note_item(Event.REFERENCE_GIVEN, application, reference, actor=actor, now=now)
    _tell(application, reference, "reference_given")
    if reference.given_by is not None:
        note_tie(person=reference.given_by, other=application.candidate, now=now)
    return reference


@transaction.atomic
def decline_reference(*, reference: Reference, actor: Person | None = None, now: datetime | None = None) -> Reference:
    """Say that one gives no reference; the candidate is told and asks somebody else.

    Raises:
        PermissionError: the candidate themself.
        EvidenceRefused: a closed case, or it has been answered or withdrawn.
    """
    now = now or timezone.now()
    application, reference = _answerable(reference, actor)
    reference.declined_at = now
    reference.save()
    note_item(Event.REFERENCE_DECLINED, application, reference, actor=actor, now=now)
    _tell(application, reference, "reference_declined")
    return reference


@transaction.atomic
def withdraw_reference(*, reference: Reference, actor: Person, now: datetime | None = None) -> None:
    """Ask no more for a reference that has not been given, or leave one that was given out of the case.

    Raises:
        PermissionError: not the candidate.
        EvidenceRefused: a closed case, or withdrawn already.
    """
    now = now or timezone.now()
    application = lock_case(reference.application)
    must_be_candidate(application, actor)
    if not application.references.filter(pk=reference.pk, withdrawn_at__isnull=True).update(withdrawn_at=now):
        msg = "This has already been withdrawn."
        raise EvidenceRefused(msg)
    note_item(Event.ITEM_REMOVED, application, reference, actor=actor, now=now)


def _answerable(reference: Reference, actor: Person | None) -> tuple[Application, Reference]:
    application = lock_case(reference.application)
    candidate = application.candidate
    own = is_address_of(candidate, reference.referee_email)  # asked today: it may have been added since
    if actor is not None:
        own = own or actor.pk == candidate.pk or shares_an_address(actor, candidate)
    if own:
        msg = "Nobody gives a reference about themselves."
        raise PermissionError(msg)
    return application, _unanswered(application, reference)


def _unanswered(application: Application, reference: Reference) -> Reference:
    reference = application.references.get(pk=reference.pk)
    if reference.is_answered or reference.withdrawn_at:
        msg = "This reference has already been answered, or isn't needed any more."
        raise EvidenceRefused(msg)
    return reference


def _store_and_ask(application: Application, reference: Reference, actor: Person, now: datetime) -> None:
    """Store the request; the referee gets a link that only they know."""
    token = reference.new_link(now)
    reference.save()
    send_to_stranger(
        template="reference_asked",
        address=reference.referee_email,
        actor=actor,
        context={
            "designation": application.definition.designation,
            "days": settings.LINK_DAYS,
            "path": f"/references/{token}/",
        },
        secret=token,
        now=now,
    )


def _tell(application: Application, reference: Reference, template: str) -> None:
    send_letter(
        template=template,
        to=application.candidate,
        context={"referee": reference.referee_name, "path": f"/my/references/{reference.requirement}/"},
    )
