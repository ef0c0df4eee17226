"""The last step: the council has decided; the credential is awarded and the certificate prepared."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from certificates.designs import CertificateWording, SigningOffice, seal_in_force, wording_in_force
from certificates.facts import CertificateFacts, Signatory
from certificates.fonts import region_of
from certificates.models import Credential
from certificates.services import award_credential, prepare_certificate
from credentialing.accounts.models import Person, Term
from credentialing.accounts.naming import printed_name_of
from credentialing.applications.models import Application
from credentialing.applications.progress import refresh_cases_of, refresh_progress
from credentialing.correspondence.services import send_letter
from credentialing.pathways.definitions import PathwayDefinition
from credentialing.pathways.months import add_months
from workflows.models import LedgerRecord
from workflows.services import perform

OFFICES = (  # in the standard wording
    SigningOffice(office="president", title="President"),
    SigningOffice(office="ccc_chair", title="Chair, Credentialing Coordinating Committee"),
)

AWARDERS = frozenset({"council", "registrar"})


@transaction.atomic
def certify(*, application: Application, actor: Person, now: datetime | None = None) -> Credential:
    """Certify the candidate, award the credential and prepare its certificate: all of it or nothing.

    Raises:
        TransitionError: the refusals of the engine.
    """
    now = now or timezone.now()
    day = timezone.localdate(now)
    perform(application, "certify", actor=actor, now=now)
    definition = application.definition
    holder = application.candidate
    wording = wording_in_force()
    printed = printed_name_of(holder)
    credential = award_credential(
        holder=holder,
        designation=definition.designation,
        scheme=definition.slug,
        scheme_version=definition.version,
        number_prefix=definition.number_prefix,
        awarded_on=day,
        valid_until=valid_until(definition, day),
        basis="pathway",
        actor=actor if actor.roles_on(day) & AWARDERS else Person.objects.system(),  # of a body of other officers
        name=printed.name,
        post_nominals=printed.post_nominals,
        now=now,
    )
    prepare_certificate(
        credential=credential,
        facts=CertificateFacts(
            society=wording.society or definition.society,
            designation=definition.designation,
            name=printed.name,
            post_nominals=printed.post_nominals,
            pathway_version=definition.version,
            number=credential.number,
            awarded_on=day,
            valid_until=valid_until(definition, day),
            signatories=signatories_on(day, wording),
            verify_base_url=settings.BASE_URL,
            page_size=settings.CERTIFICATE_PAGE_SIZE,
            seal=seal_in_force(),
            region=region_of(holder.country),
        ),
        actor=actor,
    )
    refresh_progress(application, now)
    send_letter(
        template="certified",
        to=holder,
        context={"designation": definition.designation, "number": credential.number, "path": "/my/"},
        dedupe_key=f"certified:{application.uuid}",
    )
    return credential


def tell_of_standing(*, credential: Credential, record: LedgerRecord, now: datetime) -> None:
    """What follows a step of a credential, whoever took it: the letter to the holder, and their own case elsewhere."""
    refresh_cases_of(credential.holder, now)
    send_letter(
        template="suspended" if record.transition == "suspend" else "standing_changed",
        to=credential.holder,
        context={
            "designation": credential.designation,
            "status": credential.status_label.lower(),
            "reason": record.reason,
            "path": "/my/",
        },
        dedupe_key=f"standing:{record.uuid}",
        even_if_closed=True,
        now=now,
    )


def valid_until(definition: PathwayDefinition, awarded_on: date) -> date | None:
    """The last day of a credential awarded on that day: the eve of the same day so many months later; None if none."""
    renewal = definition.award.renewal
    return add_months(awarded_on, renewal.valid_months) - timedelta(days=1) if renewal else None


def signatories_on(day: date, wording: CertificateWording | None = None) -> tuple[Signatory, ...]:
    """Those in office on that day sign, under the name that the society vouches for; an empty office doesn't."""
    return tuple(
        Signatory(name=printed_name_of(term.person).name, office=signing.title)
        for signing, term in signing_terms(day, wording or wording_in_force())
        if term is not None
    )


def signing_terms(day: date, wording: CertificateWording) -> list[tuple[SigningOffice, Term | None]]:
    """Each office that signs, with the term of who signs for it on that day; of several holders the first by name."""
    running = Term.objects.on(day).select_related("person").order_by("person__name_order", "person__pk", "starts_on")
    return [(one, running.filter(role=one.office).first()) for one in wording.signing or OFFICES]
