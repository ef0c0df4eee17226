"""Credentials of others: told by their form, and who they say has issued them. Nothing of it is verified.

A stranger who is shown the badge of another society must not read that it is damaged or forged. So what the strict
readers of our own badges refuse is looked at once more, leniently, by what the published forms have in common: W3C's
Verifiable Credentials 1.1 and 2.0, Open Badges 1.0 to 3.0, Comprehensive Learner Records, Europass, and each of them as
a token (RFC 7519, SD-JWT). What claims to be ours never comes through here (`certificates.examination`).
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

LONGEST = 1_000_000  # bytes; of records with pictures in them
DEEPEST = 5  # tokens inside wrappers inside tokens
LONGEST_NAME = 120
TOKEN = re.compile(r"\s*\"?(?:Bearer\s+)?(eyJ[\w-]+)\.([\w-]+)\.[\w-]*(?:~[^\s\"]*)?\"?\s*")
DATA = re.compile(r"data:application/[\w+.-]+,(.+)", re.DOTALL)
ADDRESS = re.compile(r"https?://[^\s<>\"]{3,2000}")
WRAPPERS = ("verifiableCredential", "verifiablePresentation", "credential", "vc", "vp", "badge_assertion")
NAMES = ("name", "preferredName", "legalName", "prefLabel", "title")
KINDS = (  # the narrowest first: a word among the types or contexts, and what people call it
    ("ClrCredential", "a Comprehensive Learner Record"),
    ("EndorsementCredential", "an endorsement (Open Badges 3.0)"),
    ("OpenBadgeCredential", "an Open Badges 3.0 badge"),
    ("AchievementCredential", "an Open Badges 3.0 badge"),
    ("EuropeanDigitalCredential", "a European digital credential (Europass)"),
    ("EuropassCredential", "a European digital credential (Europass)"),
    ("VerifiablePresentation", "a presentation of credentials"),
    ("VerifiableCredential", "a verifiable credential"),
    ("https://www.w3.org/2018/credentials/v1", "a verifiable credential"),
    ("https://www.w3.org/ns/credentials/v2", "a verifiable credential"),
    ("CLR", "a Comprehensive Learner Record"),
    ("Clr", "a Comprehensive Learner Record"),
    ("BadgeClass", "a kind of badge (Open Badges 2.0)"),
    ("Assertion", "an Open Badges 2.0 badge"),
    ("https://w3id.org/openbadges/v2", "an Open Badges 2.0 document"),
    ("https://w3id.org/openbadges/v1", "an Open Badges 1.1 document"),
)


@dataclass(frozen=True, kw_only=True)
class OfOthers:
    """What it looks like, who it says has issued it (as written there), and every address in it."""

    kind: str
    issuer: str = ""
    addresses: tuple[str, ...] = ()

    def as_facts(self) -> dict[str, Any]:
        """The same in the form that a child may answer."""
        return asdict(self)


def of_others(content: bytes, depth: int = 0) -> OfOthers | None:
    """The credential in a text (JSON, token, address of an assertion), by its form; None where it looks like none."""
    if len(content) > LONGEST or depth > DEEPEST:
        return None
    text = decoded(content)
    token = TOKEN.fullmatch(text)
    if token is not None:
        return _in_token(token, depth)
    if ADDRESS.fullmatch(text.strip()):
        address = text.strip()
        return OfOthers(kind="an Open Badges 2.0 badge", issuer=_host(address), addresses=(address,))
    try:
        return _in_value(json.loads(text), depth)
    except (ValueError, RecursionError):
        return None


def decoded(content: bytes) -> str:
    """The text of a file, in any of the ways in which programs save one; empty where it is no text."""
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        return ""


def looks_like_token(start: bytes) -> bool:
    """Whether a file begins as tokens do."""
    return re.match(rb"\s*\"?(?:Bearer\s+)?eyJ[\w-]+\.", start.removeprefix(b"\xef\xbb\xbf")) is not None


def _in_token(token: re.Match[str], depth: int) -> OfOthers | None:
    """A token's payload; the one around it names the issuer where the credential inside doesn't."""
    head, payload = _unpacked(token[1]), _unpacked(token[2])
    if not isinstance(head, dict) or not isinstance(payload, dict):
        return None
    found = _in_value(payload, depth + 1)
    said = payload.get("iss")
    issuer = _named(said) if said else ""
    if found is None and ("vct" in payload or "vc" in str(head.get("typ", "")).lower()):
        found = OfOthers(kind="a verifiable credential", addresses=tuple(_addresses(payload)))
    if found is None:
        return None
    kind = found.kind if found.kind.endswith("(signed as a token)") else f"{found.kind} (signed as a token)"
    return OfOthers(kind=kind, issuer=found.issuer or issuer, addresses=(*found.addresses, *_addresses(payload)))


def _unpacked(part: str) -> Any:
    try:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None


def _in_value(value: Any, depth: int) -> OfOthers | None:
    if depth > DEEPEST:
        return None
    if isinstance(value, str):
        data = DATA.fullmatch(value)
        return of_others((unquote(data[1]) if data else value).encode(errors="replace"), depth + 1)
    if isinstance(value, list):
        return next((found for one in value[:20] if (found := _in_value(one, depth + 1))), None)
    return _in_object(value, depth) if isinstance(value, dict) else None


def _in_object(value: dict[str, Any], depth: int) -> OfOthers | None:
    addresses = tuple(_addresses(value))
    if isinstance(value.get("payload"), str) and {"signature", "signatures"} & value.keys():
        inside = _in_value(_unpacked(value["payload"]), depth + 1)  # RFC 7515, 7.2
        return inside and OfOthers(kind=f"{inside.kind} (signed as a token)", issuer=inside.issuer, addresses=addresses)
    words = {word for name in ("type", "@type", "@context") for word in _all(value.get(name)) if isinstance(word, str)}
    kind = next((told for word, told in KINDS if word in words), "")
    if not kind and "badge" in value and {"recipient", "verify", "verification"} & value.keys():
        kind = "an Open Badges 1.0 badge"
    if "EnvelopedVerifiableCredential" in words or "EnvelopedVerifiablePresentation" in words:
        return _in_value(value.get("id"), depth + 1)
    inside = next((found for name in WRAPPERS if (found := _in_value(value.get(name), depth + 1))), None)
    if inside is not None and (not kind or "presentation" in kind):
        return OfOthers(kind=kind or inside.kind, issuer=inside.issuer, addresses=(*addresses, *inside.addresses))
    return OfOthers(kind=kind, issuer=_issuer_of(value), addresses=addresses) if kind else None


def _issuer_of(value: dict[str, Any]) -> str:
    """Who it says has issued it: a name, else an identifier, else the site that it stands on."""
    badge = value.get("badge")
    within = badge.get("issuer") if isinstance(badge, dict) else None
    for said in (value.get("issuer"), value.get("publisher"), within):
        if said:
            return _named(said)
    for place in (badge, value.get("verify"), value.get("id"), value.get("@id")):
        host = _host(place.get("url") or place.get("id") if isinstance(place, dict) else place)
        if host:
            return host
    return ""


def _named(said: Any) -> str:
    """A name out of whatever stands for an issuer; names may be texts in several languages."""
    if isinstance(said, list):
        return _named(said[0]) if said else ""
    if not isinstance(said, dict):
        return _plain(said)
    for name in NAMES:
        word = said.get(name)
        if isinstance(word, dict):  # {"en": "…"}, {"@value": "…"}
            word = word.get("@value") or word.get("en") or next(iter(word.values()), "")
        if isinstance(word, list):
            word = _named(word)
        if isinstance(word, str) and word.strip():
            return _plain(word)
    return _plain(said.get("@value") or said.get("id") or said.get("@id") or said.get("url") or "")


def _plain(said: Any) -> str:
    text = said if isinstance(said, str) else ""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())[:LONGEST_NAME]


def _host(address: Any) -> str:
    try:
        return urlsplit(address).hostname or "" if isinstance(address, str) else ""
    except ValueError:
        return ""


def _addresses(value: Mapping[str, Any], most: int = 60) -> Iterator[str]:
    """Its own identifiers and those of its issuer, in any depth: whoever claims to be us is found by them."""
    waiting: list[Any] = [value]
    looked = 0
    while waiting and most:
        one = waiting.pop(0)
        looked += 1
        if looked > 2000:  # noqa: PLR2004 - more than any credential has parts
            return
        if isinstance(one, dict):
            for name, inner in one.items():
                if name in {"id", "@id", "iss", "issuer", "publisher", "url", "badge"} and isinstance(inner, str):
                    most -= 1
                    yield inner[:2000]
                waiting.append(inner)
        elif isinstance(one, list):
            waiting += one


def _all(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
