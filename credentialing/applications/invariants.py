"""What `manage.py verify` asks about cases (DESIGN §4, 5): a certified candidate holds a credential, nobody else."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from certificates.models import Credential
from credentialing.applications.models import Application
from workflows.models import LedgerRecord
from workflows.verification import Finding, examination


@examination
def certified_cases_have_their_credential() -> Iterator[Finding]:
    """Each certified case led to a credential of its pathway."""
    awarded = Credential.objects.filter(
        holder=OuterRef("candidate"), scheme=OuterRef("pathway_version__pathway__slug"), basis="pathway"
    )
    for application in Application.objects.filter(_was_certified(), ~Exists(awarded)).order_by("pk").iterator():
        yield Finding(about=f"application {application.uuid}", message="was certified, but there is no credential")


@examination
def credentials_of_a_pathway_have_their_case() -> Iterator[Finding]:
    """Each credential awarded at the end of a pathway goes back to a certified case."""
    cases = Application.objects.filter(
        _was_certified(), candidate=OuterRef("holder"), pathway_version__pathway__slug=OuterRef("scheme")
    )
    for credential in Credential.objects.filter(~Exists(cases), basis="pathway").order_by("pk").iterator():
        yield Finding(about=f"credential {credential.uuid}", message="was awarded, but no case was certified for it")


def _was_certified() -> Exists:
    records = LedgerRecord.objects.filter(
        subject_kind=Application.subject_kind, subject_id=OuterRef("uuid"), transition="certify"
    )
    return Exists(records)
