"""Credentials (the standing) and certificates (the document)."""

import secrets
import uuid
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.module_loading import import_string
from django_fsm import FSMField, transition

from certificates import same_number, same_text
from certificates.facts import CertificateFacts
from certificates.lifecycle import CREDENTIAL, GUARDS
from certificates.querysets import CertificateQuerySet, CredentialQuerySet
from workflows.definitions import Transition, WorkflowDefinition
from workflows.guards import Guard, TransitionContext
from workflows.machine import read_stored
from workflows.models import CodePointField, Derivation, Derived, Sealed, StoredBytes
from workflows.subjects import WorkflowSubject

if TYPE_CHECKING:
    from collections.abc import Callable


def offices_of(person: Any, on: date) -> frozenset[str]:
    """The offices of a person, asked of the callable that `CERTIFICATES_ROLES` names."""
    ask: Callable[[Any, date], frozenset[str]] = import_string(settings.CERTIFICATES_ROLES)
    return ask(person, on)


def objection_to(person: Any, holder: Any) -> str:
    """Why a person must not decide on what somebody holds, by the callable that `CERTIFICATES_OBJECTION` names."""
    ask: Callable[[Any, Any], str] = import_string(settings.CERTIFICATES_OBJECTION)
    return ask(person, holder)


class Credential(Derived, Sealed, WorkflowSubject):
    """A person's standing: that they hold a designation, since when, and whether it is in force today."""

    subject_kind: ClassVar[str] = "credential"

    class Basis(models.TextChoices):
        """Why it was awarded."""

        PATHWAY = "pathway", "Completed the pathway"
        FOUNDING = "founding", "Founding cohort"
        IMPORT = "import", "Earlier holder"
        RECIPROCITY = "reciprocity", "Recognized from another society"

    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="credentials")
    designation = models.CharField(max_length=200)
    scheme = models.SlugField()
    scheme_version = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=40, unique=True)
    # What the society vouches for: the words of the document in force, or of the entry of an earlier holder who has
    # none (docs/adr/0009). After the award they follow the document's facts.
    recorded_name = models.CharField(max_length=200, editable=False)
    recorded_post_nominals = models.CharField(max_length=60, blank=True, editable=False)
    # Taken over from a profile that its holder had changed since the award; nobody of the society has looked yet.
    name_to_check = models.BooleanField(default=False, editable=False)
    awarded_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    basis = models.CharField(max_length=12, choices=Basis.choices)
    state = FSMField(default="pending", protected=True, db_index=True)
    state_since = models.DateTimeField(default=timezone.now, editable=False)

    # How it is found and where it stands in a list; `certificates.same_text` decides, and no seal covers it.
    name_key = models.TextField(default="", editable=False)
    name_order = CodePointField(max_length=200, default="", editable=False)
    number_key = CodePointField(max_length=120, default="", editable=False)
    number_together = CodePointField(max_length=120, default="", editable=False)
    derived = {
        "name_key": Derivation(sources=("recorded_name", "recorded_post_nominals"), compute=same_text.search_key),
        "name_order": Derivation(sources=("recorded_name",), compute=lambda name: same_text.sort_key(name)[:200]),
        "number_key": Derivation(sources=("number",), compute=lambda text: same_number.number(text)[:120]),
        "number_together": Derivation(
            sources=("number",), compute=lambda text: same_number.number_together(text)[:120]
        ),
    }

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering = ("-awarded_on", "number")
        indexes = [
            models.Index(fields=["name_order"], name="credential_by_name"),
            models.Index(fields=["number_key"], name="credential_by_number"),
            models.Index(fields=["number_together"], name="credential_by_number_together"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "scheme"],
                condition=Q(state__in=["pending", "active", "suspended"]),
                name="credential_one_live_per_holder_and_scheme",
                violation_error_message="This person already holds this credential.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("awarded_on")),
                name="credential_valid_until_after_its_award",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.recorded_name}"

    def status_on(self, day: date) -> str:
        """The state on that day as far as it is known today: an active one past its last day has expired."""
        if self.state == "active" and self.valid_until is not None and self.valid_until < day:
            return "expired"
        return str(self.state)

    @property
    def status_today(self) -> str:
        """The state, today."""
        return self.status_on(timezone.localdate())

    @property
    def status_label(self) -> str:
        """The state today, in words."""
        return CREDENTIAL.state(self.status_today).label

    @property
    def recorded_as(self) -> str:
        """Name and degrees as the society vouches for them: in the registry, in its answers, in its letters."""
        return ", ".join(filter(None, (self.recorded_name, self.recorded_post_nominals)))

    def record(self, name: str, post_nominals: str) -> None:
        """Store what the society vouches for, under a lock that the caller holds; unchanged, nothing is written."""
        if (name, post_nominals) != (self.recorded_name, self.recorded_post_nominals):
            self.recorded_name, self.recorded_post_nominals = name, post_nominals
            self.save(update_fields=["recorded_name", "recorded_post_nominals"])

    @property
    def current_certificate(self) -> "Certificate | None":
        """The newest document that has been issued."""
        return self.certificates.filter(status="issued").order_by("-edition").first()

    @classmethod
    def known_definitions(cls) -> tuple[WorkflowDefinition, ...]:
        return (CREDENTIAL,)

    def workflow_definition(self) -> WorkflowDefinition:
        return CREDENTIAL

    def guards(self) -> Mapping[str, Guard]:
        return GUARDS

    def roles_of(self, actor: Any, on: date) -> frozenset[str]:
        """The holder is the holder and nothing else, whatever offices they hold."""
        if actor.pk == self.holder_id:
            return frozenset({"holder"})
        return offices_of(actor, on)

    def objection_to(self, actor: Any, transition: Transition) -> str:  # noqa: ARG002 - same for all
        """Whoever is tied to the holder doesn't decide on what they hold; the holder only resigns."""
        return "" if actor.pk == self.holder_id else objection_to(actor, self.holder)

    @transition(field=state, source="pending", target="active")
    def award(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source="active", target="suspended")
    def suspend(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source="suspended", target="active")
    def reinstate(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source=["active", "suspended"], target="expired")
    def expire(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source="expired", target="active")
    def renew(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source=["active", "suspended", "expired"], target="revoked")
    def revoke(self, *, context: TransitionContext) -> None:
        self.state_since = context.now

    @transition(field=state, source=["active", "suspended", "expired"], target="resigned")
    def resign(self, *, context: TransitionContext) -> None:
        self.state_since = context.now


def new_token() -> str:
    """The part of the verification address that can't be guessed (96 bits)."""
    return secrets.token_urlsafe(12)


class Certificate(Sealed):
    """One edition of the document of a credential: what it says, and its bytes, stored once."""

    class Status(models.TextChoices):
        """How far its issue is."""

        INTENT = "intent", "Being issued"
        ISSUED = "issued", "Issued"
        REFUSED = "refused", "Can't be drawn"
        SUPERSEDED = "superseded", "Replaced by a newer edition"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="certificates")
    edition = models.PositiveSmallIntegerField(default=1)
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    facts = models.JSONField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.INTENT)
    problem = models.TextField(blank=True)
    storage_name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    prepared_at = models.DateTimeField(default=timezone.now, editable=False)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(null=True, editable=False)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ("credential", "-edition")
        indexes = [models.Index(Lower("token"), name="certificate_by_token_any_case")]
        constraints = [
            models.UniqueConstraint(fields=["credential", "edition"], name="certificate_one_per_edition"),
            models.UniqueConstraint(
                fields=["credential"],
                condition=Q(status="issued"),
                name="certificate_one_in_force_per_credential",
            ),
            models.UniqueConstraint(
                fields=["credential"],
                condition=Q(status__in=["intent", "refused"]),
                name="certificate_one_being_issued_per_credential",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["issued", "superseded"])
                | (~Q(sha256="") & ~Q(storage_name="") & Q(issued_at__isnull=False)),
                name="certificate_issued_with_its_bytes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credential.number} edition {self.edition}"

    @property
    def is_outdated(self) -> bool:
        """Whether a newer edition has taken its place, or will as soon as it is drawn."""
        said = (self.facts["name"], self.facts["post_nominals"])
        on_record = (self.credential.recorded_name, self.credential.recorded_post_nominals)
        return self.status == self.Status.SUPERSEDED or said != on_record

    @property
    def printed(self) -> CertificateFacts:
        """What stands on the paper."""
        return CertificateFacts.from_dict(self.facts)

    @property
    def verification_url(self) -> str:
        """The address in the QR code."""
        return f"{self.facts['verify_base_url']}/v/{self.token}"

    def stored_bytes(self) -> StoredBytes | None:
        if not self.storage_name:
            return None
        return StoredBytes(storage=storages["certificates"], name=self.storage_name, sha256=self.sha256)

    def read(self) -> bytes:
        """The stored bytes.

        Raises:
            StoredBytesMissing: they are not there.
        """
        return read_stored(storages["certificates"], self.storage_name)


# These have modules of their own; named here so that Django finds them with the other models.
from certificates.badge.entries import StatusEntry  # noqa: E402
from certificates.designs import CertificateSeal, CertificateWording  # noqa: E402
from certificates.numbers import NumberSeries  # noqa: E402

__all__ = [
    "Certificate",
    "CertificateSeal",
    "CertificateWording",
    "Credential",
    "NumberSeries",
    "StatusEntry",
    "new_token",
    "offices_of",
]
