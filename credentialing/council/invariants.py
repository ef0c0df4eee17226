"""What `manage.py verify` asks about decisions (DESIGN §4, 3 and 4)."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef

from credentialing.applications.models import Application
from credentialing.council.models import Ballot, Decision
from workflows.models import LedgerRecord
from workflows.verification import Finding, examination


@examination
def certified_cases_were_decided() -> Iterator[Finding]:
    """Behind each certification stands a decision of the council."""
    records = LedgerRecord.objects.filter(
        subject_kind=Application.subject_kind, subject_id=OuterRef("uuid"), transition="certify"
    )
    decided = Decision.objects.filter(application=OuterRef("pk"), outcome=Decision.Outcome.APPROVED)
    councils = Application.objects.filter(Exists(records), ~Exists(decided)).select_related("pathway_version")
    for application in councils.order_by("pk").iterator():
        if any(r.kind == "decision" and r.parameters.body == "council" for r in application.definition.requirements):
            yield Finding(about=f"application {application.uuid}", message="was certified without a council's decision")


@examination
def nobody_voted_on_their_own_case() -> Iterator[Finding]:
    """One's own case is others' to decide."""
    for ballot in Ballot.objects.filter(member=F("decision__application__candidate")).order_by("pk").iterator():
        yield Finding(about=f"ballot {ballot.uuid}", message="was cast by the candidate themselves")
