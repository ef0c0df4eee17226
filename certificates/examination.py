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

from django.conf import settings

from certificates.badge.attached import stored_badge
from certificates.badge.checking import Difference, differences, read_credential
from certificates.badge.issuer import known_addresses, known_dids
from certificates.badge.others import OfOthers, looks_like_token
from certificates.badge.picture import baked_png, baked_svg, is_same_picture
from certificates.badge.statements import statements_of
from certificates.looking import Seen, Unreadable, seen_in
from certificates.models import Certificate
from certificates.same_text import is_same
from certificates.signing import findings as document
from certificates.signing.findings import DocumentFinding

ADDRESS = re.compile(r"/credentials/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
GENUINE, FOREIGN_PAGE, ALTERED, UNKNOWN, UNREADABLE = "genuine", "foreign_page", "altered", "not_ours", "unreadable"
UNREGISTERED, OF_OTHERS, PICTURE = "unregistered", "of_others", "picture"
MOST_DIFFERENCES = 40  # told of a changed credential; a stranger may change as much as they like
EVERY_FIELD = "Every field of this credential is as it was issued."
SAME_PICTURE = "This file says and shows what was issued, though another program has saved it anew."
SAME_STATEMENTS = "Every statement of it is the one that was issued, however it is written"
ASK = "We can't tell whether it is genuine: ask whoever it names as its issuer. It says: {} (unverified)."
ASK_NOBODY = "We can't tell whether it is genuine: ask whoever has issued it. It names nobody."
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
    OF_OTHERS: (
        "info",
        "A credential, not one of ours",
        "The registry has not issued it, and nothing in it claims that. It looks like a credential of somebody else.",
    ),
    PICTURE: (
        "info",
        "A picture",
        "This looks like a picture of a certificate. A picture can't be checked: use the number printed on it.",
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
    others: OfOthers | None = None  # what a credential of somebody else looks like, unverified
    saved_anew: bool = False  # a picture that another program has written, with the same points

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
        if self.outcome == GENUINE and self.saved_anew:
            return SAME_PICTURE
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
            "of_others": {"looks_like": self.others.kind, "says_issuer": self.others.issuer} if self.others else None,
        }


def examine(content: bytes, *, client: str = "") -> Examination:
    """Look at a file of any of the kinds; `client` is whoever sent it (`certificates.looking.client_of`).

    Raises:
        TooBusy: as many files are being looked at as may be at once, or another of this client's.
        NoChild: this machine can't start a process.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    kind = kind_of(content)
    if kind in {"", PICTURE}:
        return Examination(outcome=kind or UNREADABLE, kind="", sha256=sha256)
    if kind == "pdf" and (issued := _issued_as(sha256)):
        proofs = ((IN_REGISTRY, True),)
        return Examination(outcome=GENUINE, kind=kind, sha256=sha256, certificate=issued, proofs=proofs)
    try:
        seen = seen_in(content, kind, client=client)
    except Unreadable as refusal:
        found = Examination(outcome=UNREADABLE, kind=kind, sha256=sha256, part=str(refusal))
        return _or_of_others(found, refusal.others)
    found = _credential(kind, sha256, seen) if kind in {"json", "token"} else _carrier(kind, sha256, seen, content)
    found = found if seen.signed is None else _judged_by_signature(found, seen.signed)
    others = seen.others or _signed_by_others(seen)
    if found.outcome == UNKNOWN and seen.scan and others is None:
        return replace(found, outcome=PICTURE, part="", proofs=())
    return _or_of_others(found, others)


def kind_of(content: bytes) -> str:
    """What a file is, by its content: pdf, png, svg, json, token, a picture of another kind, or nothing we know."""
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(PHOTOGRAPHS) or IN_A_BOX.match(content):
        return PICTURE
    start = content[:512]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):  # a text with two bytes for each letter
        start = start.replace(b"\0", b"")[2:]
    start = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{", b"[")):
        return "json"
    if looks_like_token(start):
        return "token"
    return "svg" if start.startswith(b"<") else ""


def _or_of_others(found: Examination, others: OfOthers | None) -> Examination:
    """A credential of somebody else is told as such: it is neither damaged nor forged because it isn't ours."""
    if others is None or found.outcome not in {UNKNOWN, UNREADABLE} or _claims_to_be_ours(others):
        return found
    ask = ASK.format(others.issuer) if others.issuer else ASK_NOBODY
    part = f"It looks like {others.kind}. {ask}"
    return replace(found, outcome=OF_OTHERS, part=part, proofs=(), others=others)


def _claims_to_be_ours(others: OfOthers) -> bool:
    """Whether it names this society or one of its addresses anywhere as its issuer."""
    if is_same(others.issuer, settings.SOCIETY_NAME):
        return True
    own = (*known_addresses(), *known_dids())
    return any(said == one or said.startswith((f"{one}/", f"{one}#")) for said in others.addresses for one in own)


def _signed_by_others(seen: Seen) -> OfOthers | None:
    """A document that somebody else has signed, once or several times."""
    if seen.signed is None or not seen.signed.by_others:
        return None
    return OfOthers(kind="a document that somebody else has signed", issuer=seen.signed.by_others)


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
    if kind in BAKE:
        issued = _baked(kind, found.certificate)
        if issued == content:
            return found
        if is_same_picture(kind, content, issued):
            return replace(found, saved_anew=True)
    return Examination(
        outcome=FOREIGN_PAGE,
        kind=kind,
        sha256=sha256,
        certificate=found.certificate,
        proofs=(*found.proofs, ("The page or picture around it is the one that was issued", False)),
    )


def _baked(kind: str, certificate: Certificate) -> bytes:
    """The picture that we give out."""
    facts = certificate.printed
    return BAKE[kind](facts.designation, facts.society, stored_badge(certificate) or b"")


PHOTOGRAPHS = (b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
IN_A_BOX = re.compile(rb"RIFF.{4}WEBP|.{4}ftyp(?:heic|heix|hevc|heim|heis|mif1|msf1|avif)", re.DOTALL)
BAKE: Mapping[str, Callable[[str, str, bytes], bytes]] = {"png": baked_png, "svg": baked_svg}


def _credential(kind: str, sha256: str, seen: Seen) -> Examination:
    """A credential beside the one that was issued under its address."""
    credential = read_credential(seen.credential)
    certificate = _named_in(credential)
    issued = certificate and stored_badge(certificate)
    if certificate is None or not issued:
        return Examination(outcome=UNKNOWN, kind=kind, sha256=sha256, proofs=(seen.signature,))
    as_issued = read_credential(issued)
    changed = tuple(islice(differences(as_issued, credential), MOST_DIFFERENCES))
    if changed and seen.signature[1] and seen.statements and seen.statements == statements_of(as_issued):
        proofs = (seen.signature, (SAME_STATEMENTS, True))
        return Examination(outcome=GENUINE, kind=kind, sha256=sha256, certificate=certificate, proofs=proofs)
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
