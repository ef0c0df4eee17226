"""The published status lists: a bit for each badge (W3C Bitstring Status List 1.0), signed, told by the registry.

A badge names the list of revocations, where a bit once set stays set. What may pass (a suspension, an expiry that was
recorded) stands at the same place of a second list, since the schema of Open Badges lets a badge name only one; who
asks the registry learns both in words.
"""

import base64
import gzip
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Max, Q

from certificates.badge.bundled import CREDENTIALS
from certificates.badge.entries import LENGTH, StatusEntry
from certificates.badge.integrity import instant, signed
from certificates.badge.issuer import issuer, sign
from certificates.models import Certificate

REVOKED = Q(certificate__credential__state__in=["revoked", "resigned"]) | Q(
    certificate__status=Certificate.Status.SUPERSEDED
)
SUSPENDED = Q(certificate__credential__state__in=["suspended", "expired"])
PURPOSES: Mapping[str, Q] = {"revocation": REVOKED, "suspension": SUSPENDED}
MAY_BE_KEPT = timedelta(minutes=5)  # how long whoever asks may rely on an answer
VALID = timedelta(days=1)  # so that an old list can't be shown for ever


class NoSuchList(LookupError):
    """There is no list of that purpose and number."""


def status_list(purpose: str, number: int, *, now: datetime, address: str = "") -> dict[str, Any]:
    """A list as it stands now, as a signed credential; the same within five minutes while nothing changes.

    Earlier badges name lists under a former `address`; there it is issued by the former identifier, as they are.

    Raises:
        NoSuchList: there is none.
    """
    newest = StatusEntry.objects.aggregate(newest=Max("list_number"))["newest"] or 1
    if purpose not in PURPOSES or not 1 <= number <= newest:
        msg = f"There is no list of {purpose[:40]} with the number {number}."
        raise NoSuchList(msg)
    entries = StatusEntry.objects.filter(PURPOSES[purpose], list_number=number).order_by("index")
    places = tuple(entries.values_list("index", flat=True))
    window = datetime.fromtimestamp(now.timestamp() // 300 * 300, UTC)
    address = address or str(settings.BASE_URL)
    who = issuer(address=address)
    return _signed_list(purpose, number, places, window, (address, who.did, who.method))


@lru_cache(maxsize=32)
def _signed_list(
    purpose: str, number: int, places: tuple[int, ...], window: datetime, by: tuple[str, str, str]
) -> dict[str, Any]:
    base, did, method = by
    address = f"{base}/status/{purpose}/{number}"
    document = {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did,
        "validFrom": instant(window),
        "validUntil": instant(window + VALID),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded_list(places),
            "ttl": int(MAY_BE_KEPT.total_seconds() * 1000),
        },
    }
    return signed(document, sign=sign, method=method, created=window)


def encoded_list(places: tuple[int, ...]) -> str:
    """The bits, the first one leftmost, compressed and as multibase base64url (`u…`)."""
    bits = bytearray(LENGTH // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")


def bit_of(encoded: str, place: int) -> bool:
    """The bit at a place of an encoded list.

    Raises:
        ValueError: it is no such list, unpacks to another length than ours, or has no such place.
    """
    packed = base64.urlsafe_b64decode(encoded.removeprefix("u") + "=" * (-len(encoded.removeprefix("u")) % 4))
    bits = gzip.decompress(packed)
    if not encoded.startswith("u") or len(bits) * 8 < LENGTH or not 0 <= place < len(bits) * 8:
        msg = "This is no status list with that place."
        raise ValueError(msg)
    return bool(bits[place // 8] & 0x80 >> place % 8)
