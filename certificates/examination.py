"""Looking at a file that somebody was shown: is it as it was issued, and whose credential is it about?

The file decides only which credential is meant and whether it was changed. Name and standing are told by the registry
(`certificates.verification`). Nothing of the file is kept.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any
from uuid import UUID

from certificates.badge.attached import stored_badge
from certificates.badge.checking import Difference, differences, read_credential
from certificates.badge.picture import baked_png, baked_svg
from certificates.looking import Seen, Unreadable, seen_in
from certificates.models import Certificate
from certificates.signing import findings as document
from certificates.signing.findings import DocumentFinding

ADDRESS = re.compile(r"/credentials/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
GENUINE, FOREIGN_PAGE, ALTERED, UNKNOWN, UNREADABLE = "genuine", "foreign_page", "altered", "not_ours", "unreadable"
UNREGISTERED = "unregistered"
MOST_DIFFERENCES = 40  # told of a changed credential; a stranger may change as much as they like
EVERY_FIELD = "Every field of this credential is as it was issued."
IN_REGISTRY = "Its SHA-256 is the one that the registry and the ledger recorded when it was issued"

WORDS: dict[str, tuple[str, str, str]] = {
    GENUINE: ("good", "Genuine", "This file is, to the last character, as it was issued."),
    FOREIGN_PAGE: (
        "warning",
        "Genuine credential in a foreign page",
        "The credential inside is genuine, but what is around it was not issued. Trust only what stands below.",
    ),
    ALTERED: ("danger", "Altered", "This file has been changed since it was issued. Do not rely on it."),
    UNKNOWN: (
        "danger",
        "Not ours",
        "The registry has issued no such file, and nothing in it was signed for one that we know.",
    ),
    UNREGISTERED: (
        "danger",
        "Not in the registry",
        "This file bears the society's signature, but the registry has not issued it. Please tell the society.",
    ),
    UNREADABLE: (
        "warning",
        "Can't be read",
        "This is no certificate or badge that can be read: a PDF, PNG, SVG or JSON file is needed.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What became of looking at a file."""

    outcome: str
    kind: str
    sha256: str
    certificate: Certificate | None = None
    part: str = ""  # what of it was changed, in words
    differences: tuple[Difference, ...] = ()
    proofs: tuple[tuple[str, bool], ...] = field(default=())  # what was looked at, and whether it held

    @property
    def tone(self) -> str:
        """The color of the answer."""
        return WORDS[self.outcome][0]

    @property
    def headline(self) -> str:
        """The answer in a word or two."""
        return WORDS[self.outcome][1]

    @property
    def explanation(self) -> str:
        """The answer in a sentence; a text says the same however its lines are broken."""
        if (self.outcome, self.kind) == (GENUINE, "json"):
            return EVERY_FIELD
        return WORDS[self.outcome][2]

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON for machines."""
        return {
            "outcome": self.outcome,
            "kind": self.kind,
            "sha256": self.sha256,
            "altered_part": self.part,
            "differences": [{"path": one.path, "issued": one.issued, "found": one.found} for one in self.differences],
            "proofs": [{"proof": words, "holds": holds} for words, holds in self.proofs],
        }


def examine(content: bytes, *, client: str = "") -> Examination:
    """Look at a file of any of the four kinds; `client` is whoever sent it (`certificates.looking.client_of`).

    Raises:
        TooBusy: as many files are being looked at as may be at once, or another of this client's.
        NoChild: this machine can't start a process.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    kind = kind_of(content)
    if not kind:
        return Examination(outcome=UNREADABLE, kind="", sha256=sha256)
    if kind == "pdf" and (issued := _issued_as(sha256)):
        proofs = ((IN_REGISTRY, True),)
        return Examination(outcome=GENUINE, kind=kind, sha256=sha256, certificate=issued, proofs=proofs)
    try:
        seen = seen_in(content, kind, client=client)
    except Unreadable as refusal:
        return Examination(outcome=UNREADABLE, kind=kind, sha256=sha256, part=str(refusal))
    found = _credential(kind, sha256, seen) if kind == "json" else _carrier(kind, sha256, seen, content)
    return found if seen.signed is None else _judged_by_signature(found, seen.signed)


def kind_of(content: bytes) -> str:
    """What a file is, by its content: pdf, png, svg, json, or nothing that we know."""
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        return "json"
    return "svg" if start.startswith(b"<") else ""


def _issued_as(sha256: str) -> Certificate | None:
    return Certificate.objects.issued().select_related("credential__holder").filter(sha256=sha256).first()


def _judged_by_signature(found: Examination, signed: DocumentFinding) -> Examination:
    """What the signature of the document adds to what its credential says."""
    if signed.outcome == document.ALTERED:
        proof = ("The society's signature on the document holds", False)
        return replace(found, outcome=ALTERED, part=signed.part, proofs=(*found.proofs, proof))
    if signed.outcome == document.GENUINE:  # by our key, and yet not among what was issued
        proof = ("The society's signature on the document holds", True)
        return replace(found, outcome=UNREGISTERED, part="", proofs=(*found.proofs, proof, (IN_REGISTRY, False)))
    proof = (f"The society's signature on the document holds ({signed.part})", False)
    return replace(found, proofs=(*found.proofs, proof))


def _carrier(kind: str, sha256: str, seen: Seen, content: bytes) -> Examination:
    """A page or picture by what it carries."""
    if not seen.credential:
        return Examination(outcome=UNKNOWN, kind=kind, sha256=sha256, part="It carries no credential.")
    found = _credential(kind, sha256, seen)
    if found.outcome != GENUINE or found.certificate is None:
        return found
    bake = BAKE.get(kind)
    if bake is not None and _same(bake, content, found.certificate, stored_badge(found.certificate) or b""):
        return found
    return Examination(
        outcome=FOREIGN_PAGE,
        kind=kind,
        sha256=sha256,
        certificate=found.certificate,
        proofs=(*found.proofs, ("The page or picture around it is the one that was issued", False)),
    )


def _same(bake: Callable[[str, str, bytes], bytes], content: bytes, certificate: Certificate, badge: bytes) -> bool:
    """Whether it is the picture that we give out."""
    facts = certificate.printed
    return bake(facts.designation, facts.society, badge) == content


BAKE: Mapping[str, Callable[[str, str, bytes], bytes]] = {"png": baked_png, "svg": baked_svg}


def _credential(kind: str, sha256: str, seen: Seen) -> Examination:
    """A credential beside the one that was issued under its address."""
    credential = read_credential(seen.credential)
    certificate = _named_in(credential)
    issued = certificate and stored_badge(certificate)
    if certificate is None or not issued:
        return Examination(outcome=UNKNOWN, kind=kind, sha256=sha256, proofs=(seen.signature,))
    changed = tuple(islice(differences(read_credential(issued), credential), MOST_DIFFERENCES))
    return Examination(
        outcome=ALTERED if changed else GENUINE,
        kind=kind,
        sha256=sha256,
        certificate=certificate,
        part="The credential says something else than what was signed." if changed else "",
        differences=changed,
        proofs=(seen.signature, ("Every field of it is the one that was issued", not changed)),
    )


def _named_in(credential: dict[str, Any]) -> Certificate | None:
    """The certificate whose address the credential gives as its own."""
    address = ADDRESS.search(credential.get("id", ""))
    if address is None:
        return None
    issued = Certificate.objects.issued().select_related("credential__holder")
    found = issued.filter(uuid=UUID(address.group(1))).first()
    return found if found is not None and credential["id"].endswith(address.group()) else None
