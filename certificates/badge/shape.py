"""What a badge says: an Open Badges 3.0 credential made of the facts that stand on the paper."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from certificates.badge.bundled import CREDENTIALS, EXTENSIONS, OPEN_BADGES, SCHEMA
from certificates.badge.entries import StatusEntry
from certificates.badge.integrity import instant
from certificates.badge.issuer import Issuer
from certificates.facts import CertificateFacts
from certificates.models import Certificate

# The third context gives `1EdTechJsonSchemaValidator2019` its meaning; without it the schema would go unsigned.
CONTEXTS = [CREDENTIALS, OPEN_BADGES, EXTENSIONS]


def open_badge(certificate: Certificate, entry: StatusEntry, issuer: Issuer) -> dict[str, Any]:
    """The credential without its signature; the same for the same certificate whenever it is asked.

    `endorsementJwt` and `jti` are kept out (their terms differ between the published contexts), and so is every form
    as a token: the proof stands in the document.
    """
    facts, base = certificate.printed, certificate.facts["verify_base_url"]
    badge = {
        "@context": CONTEXTS,
        "id": address_of(certificate),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": facts.designation,
        "issuer": issuer.profile(),
        "validFrom": _start_of(facts.awarded_on),
        "awardedDate": _start_of(facts.awarded_on),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "name": facts.name,
            "licenseNumber": facts.number,
            "identifier": [
                {"type": "IdentityObject", "hashed": False, "identityHash": facts.name, "identityType": "name"}
            ],
            "achievement": achievement(certificate.credential.scheme, facts, issuer),
        },
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "credentialStatus": status_reference(base, "revocation", entry),
    }
    if facts.valid_until is not None:
        badge["validUntil"] = end_of(facts.valid_until)
    return badge


def address_of(certificate: Certificate) -> str:
    """The address of a badge, which is also its name."""
    return f"{certificate.facts['verify_base_url']}/credentials/{certificate.uuid}"


def achievement(scheme: str, facts: CertificateFacts, issuer: Issuer) -> dict[str, Any]:
    """What was achieved: the designation, under the rules of one version of its pathway."""
    address = f"{facts.verify_base_url}/achievements/{scheme}"
    rules = f", version {facts.pathway_version}" if facts.pathway_version else ""
    described: dict[str, Any] = {
        "id": address,
        "type": ["Achievement"],
        "achievementType": "Certification",
        "name": facts.designation,
        "description": f"{facts.designation}, a credential of the {facts.society}, awarded by its council.",
        "criteria": {
            "id": f"{address}#criteria",
            "narrative": f"Met the requirements of the {facts.society} for {facts.designation}{rules}.",
        },
        "image": {"id": f"{address}.png", "type": "Image"},
        "creator": {"id": issuer.did, "type": ["Profile"]},
        "inLanguage": "en",
    }
    if facts.pathway_version:
        described["version"] = facts.pathway_version
    return described


def achievement_page(scheme: str, facts: CertificateFacts, issuer: Issuer) -> dict[str, Any]:
    """What was achieved, as a document of its own (Open Badges 3.0, 5.1)."""
    described = achievement(scheme, facts, issuer)
    return {"@context": [CREDENTIALS, OPEN_BADGES], **described, "creator": issuer.profile()}


def status_reference(base: str, purpose: str, entry: StatusEntry) -> dict[str, str]:
    """Where others look up whether the badge still counts. One object, not a list: the schema takes nothing else."""
    address = f"{base}/status/{purpose}/{entry.list_number}"
    return {
        "id": f"{address}#{entry.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(entry.index),
        "statusListCredential": address,
    }


def _start_of(day: date) -> str:
    return instant(datetime.combine(day, time.min, timezone.get_default_timezone()))


def end_of(day: date) -> str:
    """The last second of the society's local day."""
    next_day = datetime.combine(day + timedelta(days=1), time.min, timezone.get_default_timezone())
    return instant(next_day - timedelta(seconds=1))
