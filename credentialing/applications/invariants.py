"""What `manage.py verify` asks about cases (DESIGN §4, 5): a certified candidate holds a credential, nobody else."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from django.db.models import Exists, OuterRef

from certificates.models import Credential
from credentialing.applications.models import Application
from credentialing.applications.workflow import MOVE
from credentialing.audit.events import Event
from credentialing.audit.models import AuditEvent
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


@examination
def cases_change_their_rules_by_moves_alone() -> Iterator[Finding]:
    """From submission on a case goes by one version; only a recorded move carries it to another, the one it names."""
    pinned = dict(Application.objects.exclude(submitted_at=None).values_list("uuid", "pathway_version__digest"))
    records = LedgerRecord.objects.filter(subject_kind=Application.subject_kind).in_order()
    steps = records.values_list("subject_id", "transition", "rules_digest", "uuid")
    named = {
        event.details.get("record"): event.details.get("to_digest")
        for event in AuditEvent.objects.filter(event=Event.CASE_MOVED).iterator()
    }
    for case, taken in groupby(steps.iterator(), key=itemgetter(0)):
        expected = ""
        for _, transition, digest, record in taken:
            if expected and digest != expected:
                yield Finding(about=f"application {case}", message="goes by other rules without a recorded move")
            expected = named.get(str(record), "") if transition == MOVE else digest
        if case in pinned and pinned[case] != expected:
            yield Finding(about=f"application {case}", message="is pinned to another version than its records say")


def _was_certified() -> Exists:
    records = LedgerRecord.objects.filter(
        subject_kind=Application.subject_kind, subject_id=OuterRef("uuid"), transition="certify"
    )
    return Exists(records)
