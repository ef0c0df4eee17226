"""Who signs the badges: the society's decentralized identifier and the keys that speak for it.

On the web the identifier is `did:web` and its keys are published at `/.well-known/did.json`. An installation without
a public address (the demo) signs as `did:key`, which holds its key in its own name and so can be checked by anybody
without asking anyone; there each key is an issuer of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings

from certificates.badge.multibase import NotWellWritten, from_multikey, to_multikey
from certificates.keys import BadgeKey, badge_keys, sign_with_badge_key

DID_CONTEXTS = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """The identifier, the method by which it signs today, and every key that has signed and may be believed."""

    did: str
    method: str
    name: str
    url: str

    def profile(self) -> dict[str, Any]:
        """Who issues, as it stands in a badge."""
        return {"id": self.did, "type": ["Profile"], "name": self.name, "url": self.url}


def issuer(*, name: str = "", url: str = "") -> Issuer:
    """The issuer as it signs now."""
    key = badge_keys()[0]
    did = did_of(key)
    return Issuer(did=did, method=method_of(key), name=name or settings.SOCIETY_NAME, url=url or str(settings.BASE_URL))


def sign(data: bytes) -> bytes:
    """Sign with the key in force."""
    return sign_with_badge_key(data)


def on_the_web() -> bool:
    """Whether others can look the identifier up: `did:web` is always asked over HTTPS."""
    return str(settings.BASE_URL).startswith("https://")


def did_of(key: BadgeKey) -> str:
    """The identifier under which a key signs."""
    if not on_the_web():
        return f"did:key:{to_multikey(key.public)}"
    return web_did(str(settings.BASE_URL))


def web_did(address: str) -> str:
    """The `did:web` of an address: the colon before a port is escaped, a path follows after colons."""
    parts = urlsplit(address)
    path = [quote(segment, safe="") for segment in parts.path.split("/") if segment]
    return ":".join(["did:web", quote(parts.netloc, safe=""), *path])


def method_of(key: BadgeKey) -> str:
    """The name of a key within the identifier; it stays when another key takes its place."""
    multikey = to_multikey(key.public)
    return f"{did_of(key)}#{multikey if not on_the_web() else key.id}"


def public_key_of(method: str) -> bytes | None:
    """The public key of one of our methods, present or former; None where it is none of ours or believed no longer."""
    return believed_keys().get(method)


def believed_keys() -> dict[str, bytes]:
    """The public key of every method of ours, present or former, that is believed."""
    keys = [key for key in reversed(badge_keys()) if not key.compromised]  # of two with one name the newer counts
    return {method: key.public for key in keys for method in methods_of(key)}


def methods_of(key: BadgeKey) -> Sequence[str]:
    """Every name under which a key may have signed: also as `did:key`, before there was a public address."""
    multikey = to_multikey(key.public)
    return [method_of(key), f"did:key:{multikey}#{multikey}"]


def key_in_its_name(method: str) -> bytes | None:
    """The public key that a `did:key` method holds in its own name; None for any other."""
    did, _, fragment = method.partition("#")
    try:
        return from_multikey(fragment) if did == f"did:key:{fragment}" else None
    except NotWellWritten:
        return None


def believed_methods() -> list[tuple[str, str]]:
    """Name and public key of every method whose signatures are believed, the one in force first."""
    return [(method_of(key), to_multikey(key.public)) for key in badge_keys() if not key.compromised]


def did_document() -> dict[str, Any]:
    """The identifier's document: every key that may be believed, the one in force first."""
    keys = [key for key in badge_keys() if not key.compromised]
    if not on_the_web():
        keys = keys[:1]
    did = did_of(badge_keys()[0])
    methods = [
        {"id": method_of(key), "type": "Multikey", "controller": did, "publicKeyMultibase": to_multikey(key.public)}
        for key in keys
    ]
    return {
        "@context": DID_CONTEXTS,
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
