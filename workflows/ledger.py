"""Writing and checking the ledger: canonical JSON, digests, the chain of each subject."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection

from workflows.canonical import content_digest
from workflows.definitions import Transition, WorkflowDefinition
from workflows.models import LedgerRecord, Reason, new_salt
from workflows.models.rows import insert_row
from workflows.subjects import WorkflowSubject

LAST = (
    "SELECT sequence, digest FROM workflows_ledgerrecord "
    "WHERE subject_kind = %s AND subject_id = %s ORDER BY sequence DESC LIMIT 1"
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something in the ledger that honest use can't have made."""

    subject_kind: str
    subject_id: str
    sequence: int
    message: str


def digest(record: LedgerRecord) -> str:
    """SHA-256 of the canonical record, which contains the digest of the one before."""
    return content_digest(record.content())


class Rules(NamedTuple):
    """Under which rules a step is taken: the digest of the society's, and that of the machine they amount to."""

    digest: str
    definition: str


def rules_of(subject: WorkflowSubject) -> Rules:
    """The rules that the subject goes by now."""
    return Rules(subject.rules_digest(), subject.workflow_definition().digest)


def append(
    subject: WorkflowSubject, *, edge: Transition, actor: Any, role: str, reason: str, now: datetime, rules: Rules
) -> LedgerRecord:
    """Add the record of a step to the subject's chain; the caller holds the subject's row lock."""
    last_sequence, last_digest = _last_of(subject)
    salt = new_salt()
    record = LedgerRecord(
        subject_kind=subject.subject_kind,
        subject_id=subject.uuid,
        sequence=last_sequence + 1,
        transition=edge.name,
        source=edge.source,
        target=edge.target,
        actor=actor,
        role=role,
        reason_digest=Reason.digest_of(reason, salt) if reason else "",
        evidence=[asdict(reference) for reference in subject.evidence_snapshot(now)],
        rules_digest=rules.digest,
        definition_digest=rules.definition,
        recorded_at=now,
        previous_digest=last_digest,
    )
    record.digest = digest(record)
    record.save()
    if reason:
        insert_row(Reason(record=record, text=reason, salt=salt))
    return record


def _last_of(subject: WorkflowSubject) -> tuple[int, str]:
    """Sequence and digest of the subject's last record; 0 and "" before its first."""
    subject_id = LedgerRecord._meta.get_field("subject_id").get_db_prep_value(subject.uuid, connection)
    with connection.cursor() as cursor:
        cursor.execute(LAST, [subject.subject_kind, subject_id])
        return cursor.fetchone() or (0, "")


def replay(subject: WorkflowSubject) -> str:
    """The state that the ledger says the subject is in."""
    last = LedgerRecord.objects.of(subject).last()
    return last.target if last else subject.workflow_definition().initial


class Step(NamedTuple):
    """What of a record says how it hangs together with its neighbours."""

    sequence: int
    transition: str
    source: str
    target: str
    role: str
    definition_digest: str
    previous_digest: str
    digest: str


STEP = tuple(Step.__annotations__)


def faults_of_steps(
    definition: WorkflowDefinition, subject: WorkflowSubject, steps: Iterable[Step]
) -> Iterator[tuple[int, str]]:
    """What doesn't fit in the steps of one subject, with the number of the record; the first fault first."""
    previous, state, expected = "", definition.initial, 0
    for step in steps:
        expected += 1
        if step.sequence != expected:
            yield expected, f"record {expected} is missing"
            return
        if step.previous_digest != previous:
            yield expected, "doesn't follow the record before it"
        if step.source != state:
            yield expected, f"starts from {step.source}, but the subject was in {state}"
        if step.definition_digest == definition.digest:
            yield from ((expected, message) for message in _faults_of_edge(definition, step))
        previous, state = step.digest, step.target
    if subject.state != state:
        yield expected, f"the subject is in {subject.state}, the ledger says {state}"
    if subject.version != expected:
        yield expected, f"the subject has version {subject.version}, the ledger {expected} records"


def _faults_of_edge(definition: WorkflowDefinition, step: Step) -> Iterator[str]:
    """Under the rules in force today a step must be one of their edges, taken in one of its roles."""
    roles = definition.roles_by_edge.get((step.transition, step.source, step.target))
    if roles is None:
        yield f"{step.transition} doesn't lead from {step.source} to {step.target}"
    elif step.role not in roles:
        yield f"{step.transition} was recorded in the role {step.role}, which may not do it"


def verify_chain(subject: WorkflowSubject) -> Iterator[Fault]:
    """Everything in this one subject's chain that doesn't fit (`workflows.verification` goes through all of them)."""
    records = list(LedgerRecord.objects.of(subject).select_related("actor", "kept_reason"))
    steps = (Step(*(getattr(record, name) for name in STEP)) for record in records)
    found = [
        *faults_of_steps(subject.workflow_definition(), subject, steps),
        *((record.sequence, message) for record in records for message in _faults_of(record)),
    ]
    for sequence, message in sorted(found, key=itemgetter(0)):
        yield Fault(subject_kind=subject.subject_kind, subject_id=str(subject.uuid), sequence=sequence, message=message)


def _faults_of(record: LedgerRecord) -> Iterator[str]:
    """What is wrong with one record by itself."""
    if record.digest != digest(record):
        yield "has been changed"
    kept = getattr(record, "kept_reason", None)
    if kept is not None and Reason.digest_of(kept.text, kept.salt) != record.reason_digest:
        yield "has another reason than was recorded"
