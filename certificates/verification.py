"""What a stranger learns about a certificate: always from the registry, never from the paper."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from certificates.models import Certificate, Credential
from certificates.standing import NOT_AWARDED, standing_on
from workflows.models import LedgerRecord

ANSWERS: Mapping[str, tuple[str, str, str, str]] = {  # tone, headline, of today, of an earlier day
    "active": (
        "good",
        "Valid",
        "This credential is in force today.",
        "This credential was in force on that day.",
    ),
    "suspended": (
        "warning",
        "Suspended",
        "This credential is suspended: its holder may not use it at present.",
        "This credential was suspended: its holder was not allowed to use it on that day.",
    ),
    "expired": (
        "warning",
        "Expired",
        "This credential has run out and has not been renewed.",
        "This credential had run out by that day.",
    ),
    "revoked": (
        "danger",
        "Revoked",
        "This credential has been revoked by the council. It is not valid.",
        "This credential had been revoked by that day. It was not valid.",
    ),
    "resigned": (
        "neutral",
        "Given up",
        "The holder has given this credential up. It is no longer in force.",
        "The holder had given this credential up by that day.",
    ),
    "pending": (
        "neutral",
        "Being awarded",
        "This credential is being awarded and is not in force yet.",
        "This credential was being awarded and was not in force on that day.",
    ),
    NOT_AWARDED: (
        "neutral",
        "Not awarded yet",
        "This credential has not been awarded.",
        "This credential had not been awarded on that day.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The answer: who, what, since when, and whether it is in force on that day."""

    name: str
    post_nominals: str
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
    past: bool  # asked for an earlier day than today
    recorded: bool  # the ledger was kept on that day
    superseded: bool
    ledger_entry: UUID | None  # the step that brought the standing about
    whole: bool = True  # false: only the status, and the initials of somebody who doesn't want to be found

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON for machines."""
        if not self.whole:
            return {"name": self.name, "number": self.number, "status": self.status, "on": self.on.isoformat()}
        return {
            "name": self.name,
            "post_nominals": self.post_nominals,
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
    """What the registry says of this credential on that day, under the name that the society vouches for.

    Of a replaced edition too: it says that it was replaced, and the name in force is that of its successor. A former
    name stands on the paper that somebody holds, and is published nowhere beside the present one.
    """
    standing, past = standing_on(credential, on), on < timezone.localdate()
    tone, headline, today, earlier = ANSWERS[standing.status]
    return Verification(
        name=credential.recorded_name,
        post_nominals=credential.recorded_post_nominals,
        designation=credential.designation,
        number=credential.number,
        status=standing.status,
        tone=tone,
        headline=headline,
        explanation=earlier if past else today,
        awarded_on=credential.awarded_on,
        since=standing.since,
        valid_until=credential.valid_until,
        on=on,
        past=past,
        recorded=standing.recorded,
        superseded=certificate is not None and certificate.is_outdated,
        ledger_entry=LedgerRecord.objects.of(credential).values_list("uuid", flat=True).last(),
    )


def seen_by_number(found: Verification, credential: Credential) -> Verification:
    """What whoever has nothing but a number learns.

    Numbers can be counted through. So of a holder who isn't listed the answer is the status and the initials, enough to
    compare with a name in one's hand; the code on the certificate itself answers whole (OWASP ASVS 5.0, 2.4.1).
    """
    if getattr(credential.holder, "listed", True):
        return found
    return replace(found, name=initials(found.name), whole=False, ledger_entry=None)


def initials(name: str) -> str:
    """“A. L.” of “Ada Lovelace”: the first letter of each word, with the marks that belong to it."""
    return " ".join(f"{_first_letter(word)}." for word in name.replace("-", " ").split() if _first_letter(word))


def _first_letter(word: str) -> str:
    start = next((place for place, sign in enumerate(word) if sign.isalpha()), len(word))
    end = start + 1
    while end < len(word) and unicodedata.combining(word[end]):
        end += 1
    return word[start:end].upper()
