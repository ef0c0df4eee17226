"""The settings that change what people are promised or shown: a change of them is recorded like any other act."""

import hashlib
from datetime import datetime

import rfc8785
from django.conf import settings
from django.db import transaction

from credentialing.accounts.models import SYSTEM_PERSON_ID, Person
from credentialing.audit.events import Event
from credentialing.audit.models import AuditEvent
from credentialing.audit.services import record_event

# None of them is a secret; even so only their digests are recorded, never the values.
WATCHED = (
    "BASE_URL",
    "CLAMD",
    "CERTIFICATE_PAGE_SIZE",
    "CERTIFICATES_TIMESTAMP_URL",
    "DEFAULT_FROM_EMAIL",
    "DEMO",
    "EVIDENCE_MAX_BYTES",
    "EVIDENCE_MAX_FILES_PER_CASE",
    "FRESH_LOGIN_MINUTES",
    "LINK_DAYS",
    "SOCIETY_NAME",
    "TIME_ZONE",
    "TRUSTED_PROXIES",
)


def digests_of_settings() -> dict[str, str]:
    """SHA-256 of each watched setting's value (RFC 8785 canonical JSON)."""
    return {name: hashlib.sha256(rfc8785.dumps(getattr(settings, name))).hexdigest() for name in WATCHED}


@transaction.atomic
def record_changed_settings(*, actor: Person, now: datetime) -> list[str]:
    """Record which settings are others than at the last record (the first time all of them); answers their names."""
    last = AuditEvent.objects.filter(event=Event.SETTINGS_CHANGED).order_by("pk").last()
    before = last.details["digests"] if last else {}
    present = digests_of_settings()
    changed = sorted(name for name in present.keys() | before.keys() if present.get(name) != before.get(name))
    if changed:
        record_event(
            event=Event.SETTINGS_CHANGED,
            actor=actor,
            subject_kind="settings",
            subject_id=SYSTEM_PERSON_ID,
            details={"changed": changed, "digests": present},
            now=now,
        )
    return changed
