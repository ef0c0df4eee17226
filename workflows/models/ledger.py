"""The ledger: one record for every step of every subject, chained per subject and never rewritten."""

import hashlib
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from workflows.models.tree import AppendOnlyQuerySet, TreeEntry

if TYPE_CHECKING:
    from workflows.subjects import WorkflowSubject


class LedgerRecordQuerySet(AppendOnlyQuerySet["LedgerRecord"]):
    """Records."""

    def of(self, subject: "WorkflowSubject") -> "LedgerRecordQuerySet":
        """Those of one subject, in their order."""
        return self.filter(subject_kind=subject.subject_kind, subject_id=subject.uuid).in_order()

    def in_order(self) -> "LedgerRecordQuerySet":
        """Subject by subject, each in the order of its steps."""
        return self.order_by("subject_kind", "subject_id", "sequence")


class LedgerRecord(TreeEntry):
    """One step: who did what to which subject, in which role, when, on which evidence and under which rules.

    Holds no personal text: people are ids, the reason lives in `Reason` under its digest (and can be erased).
    """

    entry_kind: ClassVar[str] = "step"
    called: ClassVar[str] = "A ledger record"
    covers: ClassVar[Mapping[str, str]] = {
        "subject_kind": "subject_kind",
        "subject_id": "subject_id",
        "sequence": "sequence",
        "transition": "transition",
        "source": "source",
        "target": "target",
        "actor": "actor__uuid",
        "role": "role",
        "reason_digest": "reason_digest",
        "evidence": "evidence",
        "rules_digest": "rules_digest",
        "definition_digest": "definition_digest",
        "recorded_at": "recorded_at",
        "previous_digest": "previous_digest",
    }

    subject_kind = models.SlugField()
    subject_id = models.UUIDField()
    sequence = models.PositiveIntegerField()
    transition = models.SlugField()
    source = models.SlugField()
    target = models.SlugField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ledger_records")
    role = models.SlugField()
    reason_digest = models.CharField(max_length=64, blank=True)
    evidence = models.JSONField(default=list)
    rules_digest = models.CharField(max_length=64)
    definition_digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    objects = LedgerRecordQuerySet.as_manager()

    class Meta:
        ordering = ("subject_kind", "subject_id", "sequence")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "sequence"], name="ledger_record_one_per_sequence"
            ),
            models.CheckConstraint(condition=models.Q(sequence__gte=1), name="ledger_record_sequence_starts_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} #{self.sequence} {self.transition}"

    @property
    def reason(self) -> str:
        """The reason in words, or "" when none was given or it has been erased."""
        if not self.reason_digest:
            return ""
        kept: Reason | None = getattr(self, "kept_reason", None)
        return kept.text if kept else ""


def new_salt() -> str:
    """Keeps a short reason from being guessed from its digest."""
    return secrets.token_hex(16)


class Reason(models.Model):
    """The words given for a step, apart from the record so that they can be erased without breaking the chain."""

    record = models.OneToOneField(LedgerRecord, on_delete=models.PROTECT, related_name="kept_reason")
    text = models.TextField()
    salt = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.text

    @staticmethod
    def digest_of(text: str, salt: str) -> str:
        """SHA-256 over salt and text."""
        return hashlib.sha256(f"{salt}:{text}".encode()).hexdigest()
