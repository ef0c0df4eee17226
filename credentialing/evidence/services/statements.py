"""Signing agreements and making statements."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.permissions import officers_told_of, supervises
from credentialing.audit.events import Event
from credentialing.correspondence.services import send_letter
from credentialing.evidence.models import AgreementSignature, Attestation
from credentialing.evidence.requirements.statements import statement_digest
from credentialing.evidence.services.cases import EvidenceRefused, lock_case, must_be_candidate, note_change


def party_of(application: Application, person: Person, now: datetime) -> str:
    """As which party this person signs in this case now; "" if as none."""
    if person.pk == application.candidate_id:
        return "candidate"
    return "supervisor" if supervises(person, application, now) else ""


@transaction.atomic
def sign_agreement(
    *, application: Application, requirement: str, actor: Person, now: datetime | None = None
) -> AgreementSignature:
    """Sign the agreement of a requirement; when both have signed, coordinator and treasurer get a copy.

    Raises:
        PermissionError: the actor is no party.
        EvidenceRefused: signed already, or no supervisor has accepted.
    """
    now = now or timezone.now()
    application = lock_case(application)
    rule = application.requirement(requirement)
    party = party_of(application, actor, now)
    if party not in rule.parameters.parties:
        msg = "Only the candidate and their supervisor sign this agreement."
        raise PermissionError(msg)
    supervision = application.supervisions.accepted().first()
    if supervision is None:
        msg = "A supervisor must have accepted first."
        raise EvidenceRefused(msg)
    standing = application.signatures.filter(requirement=requirement, withdrawn_at__isnull=True)
    digest = statement_digest(application.definition.statement(rule.parameters.statement))
    mine = standing.filter(party=party).first()
    if mine is not None:
        if mine.person_id == actor.pk and mine.statement_digest == digest:
            msg = "You have already signed this."
            raise EvidenceRefused(msg)
        standing.filter(party=party).update(withdrawn_at=now)  # an earlier supervisor's signature
    signature = AgreementSignature.objects.create(
        application=application,
        requirement=requirement,
        party=party,
        person=actor,
        statement_digest=digest,
        signed_at=now,
    )
    note_change(
        application,
        event=Event.STATEMENT_SIGNED,
        actor=actor,
        now=now,
        details={"requirement": requirement, "party": party, "text": digest},
    )
    signed = set(standing.all().values_list("party", flat=True))
    other = supervision.supervisor if party == "candidate" else application.candidate
    if signed >= set(rule.parameters.parties):
        _send_copies(application, now)
    elif party != "candidate" or supervises(other, application, now):
        path = f"/supervision/{application.uuid}/" if party == "candidate" else "/my/"
        send_letter(
            template="agreement_to_sign",
            to=other,
            context={"candidate": str(application.candidate), "path": path},
        )
    return signature


@transaction.atomic
def attest(*, application: Application, requirement: str, actor: Person, now: datetime | None = None) -> Attestation:
    """Make the statement of a requirement.

    Raises:
        PermissionError: not the candidate.
        EvidenceRefused: stated already.
    """
    now = now or timezone.now()
    application = lock_case(application)
    must_be_candidate(application, actor)
    rule = application.requirement(requirement)
    if application.attestations.filter(requirement=requirement, withdrawn_at__isnull=True).exists():
        msg = "You have already stated this."
        raise EvidenceRefused(msg)
    attestation = Attestation.objects.create(
        application=application,
        requirement=requirement,
        person=actor,
        statement_digest=statement_digest(application.definition.statement(rule.parameters.statement)),
        attested_at=now,
    )
    note_change(application, event=Event.STATEMENT_SIGNED, actor=actor, now=now, details={"requirement": requirement})
    return attestation


@transaction.atomic
def withdraw_attestation(
    *, application: Application, requirement: str, actor: Person, now: datetime | None = None
) -> None:
    """Take a statement back; it is kept and counts no more.

    Raises:
        PermissionError: not the candidate.
        EvidenceRefused: nothing to take back.
    """
    now = now or timezone.now()
    application = lock_case(application)
    must_be_candidate(application, actor)
    taken = application.attestations.filter(requirement=requirement, withdrawn_at__isnull=True)
    if not taken.update(withdrawn_at=now):
        msg = "There is no statement to take back."
        raise EvidenceRefused(msg)
    note_change(
        application, event=Event.STATEMENT_WITHDRAWN, actor=actor, now=now, details={"requirement": requirement}
    )


def _send_copies(application: Application, now: datetime) -> None:
    for person in officers_told_of(application, ("coordinator", "treasurer"), now):
        send_letter(
            template="agreement_signed",
            to=person,
            context={"candidate": str(application.candidate), "path": "/home/"},
        )
