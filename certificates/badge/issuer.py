"""Who signs the badges: the society's decentralized identifier and the keys that speak for it.

On the web the identifier is `did:web` and its keys are published at `/.well-known/did.json`, or below a path at its
`/did.json`. An installation without a public address (the demo) signs as `did:key`, which holds its key in its own name
and so can be checked by anybody without asking anyone; there each key is an issuer of its own.
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


def issuer(*, name: str = "", url: str = "", address: str = "") -> Issuer:
    """The issuer as it signs now; under a former address by its former identifier."""
    key = badge_keys()[0]
    did, method = did_of(key), method_of(key)
    if address in former_addresses() and address.startswith("https://"):
        did = web_did(address)
        method = f"{did}#{key.id}"
    return Issuer(did=did, method=method, name=name or settings.SOCIETY_NAME, url=url or str(settings.BASE_URL))


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
    """Every name under which a key may have signed: under a former address, and before there was one as `did:key`."""
    multikey = to_multikey(key.public)
    former = [f"{web_did(address)}#{key.id}" for address in former_addresses() if address.startswith("https://")]
    return list(dict.fromkeys([method_of(key), *former, f"did:key:{multikey}#{multikey}"]))


def former_addresses() -> Sequence[str]:
    """Every address that the service had before, without a slash at the end."""
    return tuple(settings.FORMER_BASE_URLS)


def known_addresses() -> Sequence[str]:
    """The address of the service, then its former ones."""
    return (str(settings.BASE_URL), *former_addresses())


def known_dids() -> Sequence[str]:
    """Every identifier under which the service issues or has issued on the web."""
    return tuple(web_did(address) for address in known_addresses() if address.startswith("https://"))


def key_in_its_name(method: str) -> bytes | None:
    """The public key that a `did:key` method holds in its own name; None for any other."""
    did, _, fragment = method.partition("#")
    try:
        return from_multikey(fragment) if did == f"did:key:{fragment}" else None
    except NotWellWritten:
        return None


def believed_methods() -> list[tuple[str, str]]:
    """Name and public key of every method whose signatures are believed, the one in force first."""
    believed = [key for key in badge_keys() if not key.compromised]
    return [(method, to_multikey(key.public)) for key in believed for method in methods_of(key)]


def did_document(address: str = "") -> dict[str, Any]:
    """The identifier's document: every key that may be believed, the one in force first.

    Under a former address that of the former identifier, by which earlier badges are checked.
    """
    keys = [key for key in badge_keys() if not key.compromised]
    former = address if address in former_addresses() and address.startswith("https://") else ""
    if not on_the_web() and not former:
        keys = keys[:1]
    did = web_did(former) if former else did_of(badge_keys()[0])
    methods = [
        {
            "id": f"{did}#{key.id}" if former else method_of(key),
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": to_multikey(key.public),
        }
        for key in keys
    ]
    return {
        "@context": DID_CONTEXTS,
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
