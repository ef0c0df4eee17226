"""Looking at a stranger's file: in a child with limits, when it is its turn (`limited`, docs/adr/0010).

What comes back is small and plain: whether the society's signature on the document holds, and the credential that the
file carries with what became of its signature. Who holds it and whether it counts is the registry's to tell.
"""

import base64
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from certificates.badge.issuer import believed_keys
from certificates.badge.others import OfOthers
from certificates.signing.checking import trust_as_json
from certificates.signing.findings import DocumentFinding
from limited.running import Limits, TooMuch, run
from limited.turns import TooBusy, turn

__all__ = ["Seen", "TooBusy", "Unreadable", "client_of", "seen_in"]
LIMITS = Limits(memory=768 * 1024**2, cpu=8, seconds=12)
JOB = "certificates.looking_child:seen"
TOO_MUCH = "It can't be read in the time and memory that a certificate needs."


class Unreadable(ValueError):
    """The file can't be read; the message says why, and `others` what it looks like if it may be somebody else's."""

    def __init__(self, words: str, others: OfOthers | None = None) -> None:
        super().__init__(words)
        self.others = others


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a file is, apart from what the registry says: its credential as JSON (none: empty), and its signatures."""

    credential: bytes
    signature: tuple[str, bool]
    signed: DocumentFinding | None
    statements: str = ""  # digest of what the credential says, however it is written
    others: OfOthers | None = None  # what it looks like, where it may be somebody else's
    scan: bool = False  # a picture of a page


def seen_in(content: bytes, kind: str, *, client: str) -> Seen:
    """What a file of that kind (pdf, png, svg, json, token) carries.

    Raises:
        Unreadable: it can't be read, carries several credentials, or takes too much.
        TooBusy: too many files are being looked at, or another of this client's.
        NoChild: this machine can't start a process.
        KeyMissing: there is no list of revoked keys, and the root that would sign one is gone.
    """
    options: dict[str, Any] = {"kind": kind, "trust": trust_as_json() if kind == "pdf" else None}
    options["keys"] = {method: base64.b64encode(key).decode() for method, key in believed_keys().items()}
    try:
        with turn(client):
            found = run(JOB, content, limits=LIMITS, **options)
    except TooMuch:
        raise Unreadable(TOO_MUCH) from None
    facts = found.facts
    told = facts["others"]
    others = OfOthers(**{**told, "addresses": tuple(told["addresses"])}) if told else None
    if facts["unreadable"]:
        raise Unreadable(facts["unreadable"], others)
    words, holds = facts["signature"]
    signed = DocumentFinding(**facts["signed"]) if facts["signed"] else None
    return Seen(
        credential=found.content,
        signature=(words, holds),
        signed=signed,
        statements=facts["statements"],
        others=others,
        scan=facts["scan"],
    )


def client_of(request: HttpRequest) -> str:
    """Whose file it is: the account, else the address as `CERTIFICATES_CLIENT` tells it, of IPv6 the network."""
    if request.user.is_authenticated:
        return f"account {request.user.pk}"
    if settings.CERTIFICATES_CLIENT:
        address = import_string(settings.CERTIFICATES_CLIENT)(request)
    else:
        address = request.META.get("REMOTE_ADDR", "")
    try:
        known = ip_address(address)
    except ValueError:
        return f"address {address}"
    return f"address {ip_network((known, 64), strict=False) if known.version == 6 else known}"  # noqa: PLR2004
