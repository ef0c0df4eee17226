"""The steps of every subject: dense, each from where the one before led, and ending in its present state."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Exists, OuterRef

from workflows.errors import RulesUnreadable
from workflows.ledger import STEP, Step, faults_of_steps
from workflows.models import LedgerRecord, Reason
from workflows.subjects import WorkflowSubject
from workflows.verification.findings import Finding, Progress

if TYPE_CHECKING:
    from workflows.definitions import WorkflowDefinition

AT_ONCE = 500


def examine_chains(progress: Progress) -> Iterator[Finding]:
    """Subject by subject."""
    for model in subject_models():
        yield from _examine_kind(model, progress)
    yield from _without_subject()


def examine_reasons() -> Iterator[Finding]:
    """The words given for a step, where they have not been erased, are those that were given."""
    for reason in Reason.objects.select_related("record").order_by("pk").iterator():
        if Reason.digest_of(reason.text, reason.salt) != reason.record.reason_digest:
            record = reason.record
            yield Finding(
                about=f"{record.subject_kind} {record.subject_id}, record {record.sequence}",
                message="has another reason than was recorded",
            )


def subject_models() -> list[type[WorkflowSubject]]:
    """Every kind of subject."""
    return [model for model in apps.get_models() if issubclass(model, WorkflowSubject) and not model._meta.proxy]


def _examine_kind(model: type[WorkflowSubject], progress: Progress) -> Iterator[Finding]:
    subjects = model._base_manager.order_by("pk").fetch_mode(models.FETCH_PEERS)
    total, done = subjects.count(), 0
    definitions: dict[str, WorkflowDefinition | None] = {}
    last = 0
    while chunk := list(subjects.filter(pk__gt=last)[:AT_ONCE]):
        last = chunk[-1].pk
        steps = _steps_of(model.subject_kind, [subject.uuid for subject in chunk])
        for subject in chunk:
            rules = subject.rules_digest()
            if rules not in definitions:
                definitions[rules] = _definition_of(subject)
            definition = definitions[rules]
            if definition is None:
                continue
            faults = faults_of_steps(definition, subject, steps.get(subject.uuid.hex, []))
            for sequence, message in faults:
                yield Finding(about=f"{model.subject_kind} {subject.uuid}, record {sequence}", message=message)
        done += len(chunk)
        progress(str(model._meta.verbose_name_plural), done, total)


def _definition_of(subject: WorkflowSubject) -> "WorkflowDefinition | None":
    """The rules it moves by; None where they can't be read, which is told once, of them."""
    try:
        return subject.workflow_definition()
    except RulesUnreadable:
        return None


def _steps_of(kind: str, subjects: list[Any]) -> dict[str, list[Step]]:
    """The steps of these subjects, read as raw rows."""
    records = LedgerRecord.objects.filter(subject_kind=kind, subject_id__in=subjects)
    query = records.order_by("subject_id", "sequence").values_list("subject_id", *STEP)
    statement, params = query.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows = cursor.fetchall()
    return {
        str(subject).replace("-", ""): [Step(*row[1:]) for row in group]
        for subject, group in groupby(rows, key=itemgetter(0))
    }


def _without_subject() -> Iterator[Finding]:
    """Records of subjects that are not there."""
    kinds = {model.subject_kind: model for model in subject_models()}
    records = LedgerRecord.objects.in_order()
    lost = [records.exclude(subject_kind__in=kinds)]
    lost += [
        records.filter(~Exists(model._base_manager.filter(uuid=OuterRef("subject_id"))), subject_kind=kind)
        for kind, model in kinds.items()
    ]
    for query in lost:
        for record in query.iterator():
            yield Finding(
                about=f"{record.subject_kind} {record.subject_id}, record {record.sequence}",
                message="tells of something that is not there any more",
            )
