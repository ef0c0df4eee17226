"""Files that candidates upload: stored once under a server-made key, never changed, and with a life of their own."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from django.core.files.storage import storages
from django.db import models
from django.utils import timezone
from django_fsm import RETURN_VALUE, FSMField, transition

from credentialing.accounts.models import SYSTEM_PERSON_ID, Person
from credentialing.accounts.ties import DECLARED
from credentialing.applications.models import Application
from credentialing.applications.permissions import objection_to_judging
from credentialing.evidence.file_names import safe_name
from credentialing.evidence.guards import GUARDS
from credentialing.evidence.lifecycle import (
    DESTROYED,
    EVIDENCE_FILE,
    HELD,
    QUARANTINED,
    STANDING,
    TAKEN_BACK,
    WITHDRAWN,
)
from credentialing.evidence.querysets import EvidenceFileQuerySet
from workflows.definitions import Transition, WorkflowDefinition
from workflows.guards import Guard, TransitionContext
from workflows.machine import read_stored
from workflows.models import LedgerRecord, Sealed, StoredBytes
from workflows.subjects import EvidenceReference, WorkflowSubject

SUFFIXES: Mapping[str, str] = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


class EvidenceFile(Sealed, WorkflowSubject):
    """One uploaded file for one requirement; it counts while it stands (credentialing/evidence/lifecycle.py)."""

    subject_kind: ClassVar[str] = "evidence_file"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="files")
    requirement = models.SlugField()
    title = models.CharField("what this is", max_length=200)
    original_name = models.CharField(max_length=255)
    note = models.CharField("how it was changed before it was stored", max_length=200, blank=True)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_name = models.CharField(max_length=200, unique=True)
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)
    state = FSMField(default=STANDING, protected=True, db_index=True)
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    quarantined_from = models.CharField(max_length=50, blank=True, editable=False)

    objects = EvidenceFileQuerySet.as_manager()

    class Meta:
        ordering = ("uploaded_at", "pk")
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="evidence_file_is_not_empty"),
            models.UniqueConstraint(
                fields=["application", "requirement", "sha256"],
                condition=models.Q(state=STANDING),
                name="evidence_file_uploaded_once_per_requirement",
                violation_error_message="You have already uploaded this file here.",
            ),
        ]

    def __str__(self) -> str:
        return self.title or "A destroyed file"

    @property
    def requirement_label(self) -> str:
        """What it was uploaded for, in words."""
        return self.application.requirement(self.requirement).label

    @property
    def file_name(self) -> str:
        """The name under which it is shown and given to others, whatever it was called."""
        return safe_name(self.original_name, SUFFIXES[self.media_type])

    @property
    def ever_stood(self) -> bool:
        """Whether it has ever counted: not while the scanner hasn't answered, nor when it was refused then."""
        return not {HELD, TAKEN_BACK} & {self.state, self.quarantined_from}

    def stored_bytes(self) -> StoredBytes | None:
        """Nothing once it is destroyed: then there are no bytes to compare."""
        if self.state == DESTROYED:
            return None
        return StoredBytes(storage=storages["evidence"], name=self.storage_name, sha256=self.sha256)

    def read(self) -> bytes:
        """The stored bytes.

        Raises:
            StoredBytesMissing: they are not there.
        """
        return read_stored(storages["evidence"], self.storage_name)

    # What the engine asks of a subject -------------------------------------------------------------------

    @classmethod
    def known_definitions(cls) -> tuple[WorkflowDefinition, ...]:
        return (EVIDENCE_FILE,)

    def workflow_definition(self) -> WorkflowDefinition:
        return EVIDENCE_FILE

    def guards(self) -> Mapping[str, Guard]:
        return GUARDS

    def roles_of(self, actor: Person, on: date) -> frozenset[str]:
        """As in the case; whoever has been asked to supervise reads its files before they have answered."""
        roles = self.application.roles_of(actor, on)
        asked = self.application.supervisions.live().by_those_in_office(on)
        if "candidate" not in roles and asked.filter(supervisor=actor).exists():
            roles |= {"supervisor"}
        return roles

    def objection_to(self, actor: Person, transition: Transition) -> str:
        """Who can't read a file has nothing to report of it; who reported it doesn't decide how that ends."""
        if actor.pk == self.application.candidate_id or actor.uuid == SYSTEM_PERSON_ID:
            return ""
        if transition.name == "quarantine":
            return self._objection_to_reporting(actor)
        if actor.pk == self._quarantine_record().actor_id:
            return "You have put this file into quarantine, so somebody else decides how that ends."
        return self.application.objection_to(actor, transition)

    def evidence_snapshot(self, now: datetime) -> list[EvidenceReference]:  # noqa: ARG002 - the file itself, at any time
        """The file itself, so that every record names its bytes also when they are gone."""
        return [EvidenceReference(kind="file", id=str(self.uuid), sha256=self.sha256)]

    def _objection_to_reporting(self, actor: Person) -> str:
        if objection := objection_to_judging(actor, self.application, {DECLARED}):
            return objection
        readable = EvidenceFile.objects.in_cases_open_to(actor).filter(pk=self.pk).exists()
        return "" if readable else "This case isn't open to you."

    def _quarantine_record(self) -> LedgerRecord:
        return LedgerRecord.objects.of(self).filter(transition="quarantine").reverse()[0]

    # Transitions: only workflows.services.perform calls them; they change fields and nothing else ------------

    @transition(field=state, source=STANDING, target=HELD)
    def hold(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source=HELD, target=STANDING)
    def clear(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source=HELD, target=DESTROYED)
    def reject(self, *, context: TransitionContext) -> None:
        """As `destroy`, and it is remembered that it never counted."""
        self.title = self.original_name = ""
        self.quarantined_from = HELD
        self.state_since = context.now

    @transition(field=state, source=HELD, target=DESTROYED)
    def discard(self, *, context: TransitionContext) -> None:
        """As `reject`, by its candidate; the same bytes may come again."""
        self.title = self.original_name = ""
        self.quarantined_from = TAKEN_BACK
        self.state_since = context.now

    @transition(field=state, source=STANDING, target=WITHDRAWN)
    def withdraw(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source=WITHDRAWN, target=STANDING)
    def restore(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source=[STANDING, WITHDRAWN], target=QUARANTINED)
    def quarantine(self, *, context: TransitionContext) -> None:
        self.quarantined_from = self.state
        self.state_since = context.now

    @transition(field=state, source=QUARANTINED, target=RETURN_VALUE())
    def release(self, *, context: TransitionContext) -> str:
        target, self.quarantined_from = self.quarantined_from, ""
        self.state_since = context.now
        return target

    @transition(field=state, source=QUARANTINED, target=DESTROYED)
    def destroy(self, *, context: TransitionContext) -> None:
        """The words go with the row at once; the bytes follow as an effect (credentialing/evidence/effects.py)."""
        self.title = self.original_name = self.quarantined_from = ""
        self.state_since = context.now
