"""Writing and checking the ledger: canonical JSON, digests, the chain of each subject."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from workflows.canonical import content_digest
from workflows.definitions import Transition, WorkflowDefinition
from workflows.models import LedgerRecord, Reason, new_salt
from workflows.subjects import WorkflowSubject


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


def append(
    subject: WorkflowSubject, *, edge: Transition, actor: Any, role: str, reason: str, now: datetime
) -> LedgerRecord:
    """Add the record of a step to the subject's chain; the caller holds the subject's row lock."""
    last = LedgerRecord.objects.of(subject).only("sequence", "digest").last()
    salt = new_salt() if reason else ""
    record = LedgerRecord(
        subject_kind=subject.subject_kind,
        subject_id=subject.uuid,
        sequence=last.sequence + 1 if last else 1,
        transition=edge.name,
        source=edge.source,
        target=edge.target,
        actor=actor,
        role=role,
        reason_digest=Reason.digest_of(reason, salt) if reason else "",
        evidence=[asdict(reference) for reference in subject.evidence_snapshot(now)],
        rules_digest=subject.rules_digest(),
        definition_digest=subject.workflow_definition().digest,
        recorded_at=now,
        previous_digest=last.digest if last else "",
    )
    record.digest = digest(record)
    record.save()
    if reason:
        Reason.objects.create(record=record, text=reason, salt=salt)
    return record


def replay(subject: WorkflowSubject) -> str:
    """The state that the ledger says the subject is in."""
    last = LedgerRecord.objects.of(subject).last()
    return last.target if last else subject.workflow_definition().initial


def verify_chain(subject: WorkflowSubject) -> Iterator[Fault]:
    """Everything in this subject's chain that doesn't fit, the first fault first."""

    def fault(sequence: int, message: str) -> Fault:
        return Fault(
            subject_kind=subject.subject_kind, subject_id=str(subject.uuid), sequence=sequence, message=message
        )

    previous, state, expected = "", subject.workflow_definition().initial, 0
    definition = subject.workflow_definition()
    for record in LedgerRecord.objects.of(subject).select_related("actor", "kept_reason").iterator():
        expected += 1
        if record.sequence != expected:
            yield fault(expected, f"record {expected} is missing")
            return
        if record.previous_digest != previous:
            yield fault(expected, "doesn't follow the record before it")
        if record.source != state:
            yield fault(expected, f"starts from {record.source}, but the subject was in {state}")
        for message in _faults_of(record, definition):
            yield fault(expected, message)
        previous, state = record.digest, record.target
    if subject.state != state:
        yield fault(expected, f"the subject is in {subject.state}, the ledger says {state}")
    if subject.version != expected:
        yield fault(expected, f"the subject has version {subject.version}, the ledger {expected} records")


def _faults_of(record: LedgerRecord, definition: WorkflowDefinition) -> Iterator[str]:
    """What is wrong with one record by itself."""
    if record.digest != digest(record):
        yield "has been changed"
    edges = definition.edges(record.transition, record.source)
    if record.definition_digest == definition.digest and record.target not in {edge.target for edge in edges}:
        yield f"{record.transition} doesn't lead from {record.source} to {record.target}"
    kept = getattr(record, "kept_reason", None)
    if kept is not None and Reason.digest_of(kept.text, kept.salt) != record.reason_digest:
        yield "has another reason than was recorded"
