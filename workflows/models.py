"""The ledger: one record for every step of every subject, chained per subject and never rewritten."""

import hashlib
import secrets
import uuid
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from workflows.subjects import WorkflowSubject

NEVER_CHANGES = "A ledger record never changes."
NEVER_REMOVED = "A ledger record is never removed."


class LedgerRewritten(Exception):
    """Somebody tried to change or remove a record."""


class LedgerRecordQuerySet(models.QuerySet["LedgerRecord"]):
    """Records, which can be read and appended but neither changed nor removed."""

    def update(self, **kwargs: Any) -> int:  # noqa: ARG002 - always refused
        """Refuse: records never change.

        Raises:
            LedgerRewritten: always.
        """
        raise LedgerRewritten(NEVER_CHANGES)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: records are never removed.

        Raises:
            LedgerRewritten: always.
        """
        raise LedgerRewritten(NEVER_REMOVED)

    def of(self, subject: "WorkflowSubject") -> "LedgerRecordQuerySet":
        """Those of one subject, in their order."""
        return self.filter(subject_kind=subject.subject_kind, subject_id=subject.uuid).in_order()

    def in_order(self) -> "LedgerRecordQuerySet":
        """Subject by subject, each in the order of its steps."""
        return self.order_by("subject_kind", "subject_id", "sequence")


class LedgerRecord(models.Model):
    """One step: who did what to which subject, in which role, when, on which evidence and under which rules.

    Holds no personal text: people are ids, the reason lives in `Reason` under its digest (and can be erased).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append the record.

        Raises:
            LedgerRewritten: it stands in the ledger already.
        """
        if not self._state.adding:
            raise LedgerRewritten(NEVER_CHANGES)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:  # noqa: ARG002 - always refused
        """Refuse: records are never removed.

        Raises:
            LedgerRewritten: always.
        """
        raise LedgerRewritten(NEVER_REMOVED)

    @property
    def reason(self) -> str:
        """The reason in words, or "" when none was given or it has been erased."""
        if not self.reason_digest:
            return ""
        kept: Reason | None = getattr(self, "kept_reason", None)
        return kept.text if kept else ""

    def content(self) -> dict[str, Any]:
        """What the digest covers."""
        return {
            "subject_kind": self.subject_kind,
            "subject_id": str(self.subject_id),
            "sequence": self.sequence,
            "transition": self.transition,
            "source": self.source,
            "target": self.target,
            "actor": str(getattr(self.actor, "uuid", self.actor.pk)),
            "role": self.role,
            "reason_digest": self.reason_digest,
            "evidence": self.evidence,
            "rules_digest": self.rules_digest,
            "definition_digest": self.definition_digest,
            "recorded_at": self.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "previous_digest": self.previous_digest,
        }


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


class EffectRun(models.Model):
    """One effect of one record: done once, or tried and why not."""

    record = models.ForeignKey(LedgerRecord, on_delete=models.PROTECT, related_name="effect_runs")
    effect = models.SlugField()
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["record", "effect"], name="effect_run_one_per_record_and_effect"),
        ]

    def __str__(self) -> str:
        return f"{self.effect} of {self.record_id}"
