"""What a stranger learns about a certificate: always from the registry, never from the paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from certificates.models import Certificate, Credential
from workflows.models import LedgerRecord

ANSWERS: Mapping[str, tuple[str, str, str]] = {
    "active": ("good", "Valid", "This credential is in force today."),
    "suspended": ("warning", "Suspended", "This credential is suspended: its holder may not use it at present."),
    "expired": ("warning", "Expired", "This credential has run out and has not been renewed."),
    "revoked": ("danger", "Revoked", "This credential has been revoked by the council. It is not valid."),
    "resigned": ("neutral", "Given up", "The holder has given this credential up. It is no longer in force."),
    "pending": ("neutral", "Being awarded", "This credential is being awarded and is not in force yet."),
}


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The answer: who, what, since when, and whether it is in force on that day."""

    name: str
    designation: str
    number: str
    status: str
    tone: str
    headline: str
    explanation: str
    awarded_on: date
    since: date
    valid_until: date | None
    on: date
    superseded: bool
    ledger_entry: UUID | None  # the step that brought the standing about

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON for machines."""
        return {
            "name": self.name,
            "designation": self.designation,
            "number": self.number,
            "status": self.status,
            "awarded_on": self.awarded_on.isoformat(),
            "status_since": self.since.isoformat(),
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
            "on": self.on.isoformat(),
            "superseded": self.superseded,
            "ledger_entry": str(self.ledger_entry) if self.ledger_entry else None,
        }


def verification_of(credential: Credential, on: date, certificate: Certificate | None = None) -> Verification:
    """What the registry says of this credential on that day."""
    status = credential.status_on(on)
    tone, headline, explanation = ANSWERS[status]
    holder = credential.holder
    since = timezone.localdate(credential.state_since)
    if status == "active":
        since = credential.awarded_on
    elif status == "expired" and credential.valid_until is not None:
        since = min(since, credential.valid_until) if credential.state == "expired" else credential.valid_until
    return Verification(
        name=getattr(holder, "printed_name", str(holder)),
        designation=credential.designation,
        number=credential.number,
        status=status,
        tone=tone,
        headline=headline,
        explanation=explanation,
        awarded_on=credential.awarded_on,
        since=since,
        valid_until=credential.valid_until,
        on=on,
        superseded=certificate is not None and certificate.status == Certificate.Status.SUPERSEDED,
        ledger_entry=LedgerRecord.objects.of(credential).values_list("uuid", flat=True).last(),
    )
