"""What `manage.py verify` asks about vouched names (docs/adr/0009)."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q

from certificates.models import Certificate, Credential
from credentialing.names.lifecycle import RECORDED
from credentialing.names.models import NameChange
from workflows.models import LedgerRecord
from workflows.verification import Finding, examination


@examination
def recorded_names_are_those_of_the_documents() -> Iterator[Finding]:
    """The registry says what the newest edition says: the one being drawn, else the one in force."""
    newer = Certificate.objects.filter(credential=OuterRef("credential"), edition__gt=OuterRef("edition"))
    current = Certificate.objects.exclude(status=Certificate.Status.SUPERSEDED).exclude(Exists(newer))
    current = current.select_related("credential")
    for certificate in current.order_by("pk").iterator():
        held, facts = certificate.credential, certificate.facts  # as they lie there: somebody may have cut them by hand
        printed = [facts.get(field) for field in ("name", "post_nominals")] if isinstance(facts, dict) else []
        if printed != [held.recorded_name, held.recorded_post_nominals]:
            yield Finding(about=f"credential {held.uuid}", message="has another name on record than on its document")


@examination
def credentials_have_a_name() -> Iterator[Finding]:
    """Nobody is vouched for without a name."""
    for credential in Credential.objects.filter(recorded_name="").order_by("pk").iterator():
        yield Finding(about=f"credential {credential.uuid}", message="has no name on record")


@examination
def names_were_changed_by_two_others() -> Iterator[Finding]:
    """Behind each other name stand two people who are not its holder."""
    confirmed = LedgerRecord.objects.filter(
        subject_kind=NameChange.subject_kind, subject_id=OuterRef("uuid"), transition="confirm"
    ).exclude(actor=OuterRef("approved_by"))
    alone = Q(state=RECORDED) & ~Q(name=F("name_before")) & ~Exists(confirmed)
    for change in NameChange.objects.filter(alone | Q(approved_by=F("credential__holder"))).order_by("pk").iterator():
        yield Finding(about=f"name change {change.uuid}", message="was not decided by two people besides its holder")
