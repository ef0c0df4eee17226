"""What `manage.py verify` asks about decisions (DESIGN §4, 3 and 4)."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Prefetch

from credentialing.applications.models import Application
from credentialing.council.models import Ballot, Decision
from workflows.models import LedgerRecord
from workflows.verification import Finding, examination

AT_ONCE = 500


@examination
def certified_cases_were_decided() -> Iterator[Finding]:
    """Behind each certification stands a decision of the council."""
    records = LedgerRecord.objects.filter(
        subject_kind=Application.subject_kind, subject_id=OuterRef("uuid"), transition="certify"
    )
    certified = Application.objects.filter(Exists(records)).select_related("pathway_version")
    approved = Decision.objects.filter(outcome=Decision.Outcome.APPROVED)
    for application in certified.prefetch_related(Prefetch("decisions", approved)).order_by("pk").iterator(AT_ONCE):
        if not application.pathway_version.is_readable:  # which is told of the version
            continue
        given = {decision.requirement for decision in application.decisions.all()}
        if not any(r.slug in given for r in application.definition.balloted if r.stage == _last_stage(application)):
            yield Finding(about=f"application {application.uuid}", message="was certified without a council's decision")


@examination
def nobody_voted_on_their_own_case() -> Iterator[Finding]:
    """One's own case is others' to decide."""
    for ballot in Ballot.objects.filter(member=F("decision__application__candidate")).order_by("pk").iterator():
        yield Finding(about=f"ballot {ballot.uuid}", message="was cast by the candidate themselves")


def _last_stage(application: Application) -> str:
    return application.definition.stages[-1].slug
