"""What VC Data Model 2.0 asks of a credential and a presentation beyond their signature."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from certificates.badge.bundled import CREDENTIALS

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
INSTANT = re.compile(
    r"-?([1-9]\d{3,}|0\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
)
TYPED = ("credentialStatus", "credentialSchema", "termsOfUse", "evidence", "refreshService")
FIRST = [CREDENTIALS]  # the context that comes first; `allowed` adds that of data model 1.1
NAMED = ("credentialSchema", "refreshService")  # must also say which


def faults_of_credential(credential: Any, *, now: datetime | None = None) -> Iterator[str]:
    """What a credential lacks, or has in a form that the model doesn't allow; dates are judged where `now` is said."""
    if not isinstance(credential, Mapping):
        yield "it is no object"
        return
    yield from _faults_of_frame(credential, "VerifiableCredential")
    issuer = credential.get("issuer")
    if not _is_address(issuer.get("id") if isinstance(issuer, Mapping) else issuer):
        yield "issuer must be an address, or an object with one"
    yield from _faults_of_subject(credential.get("credentialSubject"))
    yield from _faults_of_dates(credential, now)
    yield from _faults_of_resources(credential.get("relatedResource"))
    for name in TYPED:
        for part in _all(credential.get(name)):
            if not isinstance(part, Mapping) or not _all(part.get("type")):
                yield f"{name} must have a type"
            elif name in NAMED and not _is_address(part.get("id")):
                yield f"{name} must have an address"
            elif "id" in part and not _is_address(part["id"]):
                yield f"{name} has an id that is no address"
    for name in ("name", "description"):
        if name in credential and not all(_is_text(text) for text in _all(credential[name])):
            yield f"{name} must be text, or text with a language"


def faults_of_presentation(presentation: Any) -> Iterator[str]:
    """The same for a presentation, its credentials left out."""
    if not isinstance(presentation, Mapping):
        yield "it is no object"
        return
    yield from _faults_of_frame(presentation, "VerifiablePresentation")
    holder = presentation.get("holder")
    if holder is not None and not _is_address(holder.get("id") if isinstance(holder, Mapping) else holder):
        yield "holder must be an address"
    for credential in _all(presentation.get("verifiableCredential")):
        if not isinstance(credential, Mapping):
            yield "verifiableCredential must be an object"


def _faults_of_frame(document: Mapping[str, Any], kind: str) -> Iterator[str]:
    contexts, types = document.get("@context"), document.get("type")
    if not isinstance(contexts, list) or not contexts or contexts[0] not in FIRST:
        yield f"@context must begin with {CREDENTIALS}"
    if not all(isinstance(one, str) for one in _all(types)) or kind not in _all(types):
        yield f"type must hold {kind}"
    if "id" in document and not _is_address(document["id"]):
        yield "id must be one address"


def _faults_of_subject(subject: Any) -> Iterator[str]:
    subjects = _all(subject)
    if not subjects:
        yield "credentialSubject is missing"
    for one in subjects:
        if not isinstance(one, Mapping) or not one:
            yield "credentialSubject must be an object that says something"
        elif "id" in one and not _is_address(one["id"]):
            yield "credentialSubject has an id that is no address"


def _faults_of_resources(resources: Any) -> Iterator[str]:
    """Each names one resource, once, with its fingerprint; nothing is fetched to look whether it is the right one."""
    seen = set()
    for one in _all(resources):
        if not isinstance(one, Mapping) or not _is_address(one.get("id")) or one["id"] in seen:
            yield "relatedResource must name each resource once, by its address"
            return
        seen.add(one["id"])
        if not any(isinstance(one.get(name), str) for name in ("digestSRI", "digestMultibase")):
            yield "relatedResource must have a fingerprint"


def _faults_of_dates(credential: Mapping[str, Any], now: datetime | None) -> Iterator[str]:
    found = {}
    for name in ("validFrom", "validUntil"):
        if name in credential:
            value = credential[name]
            if not isinstance(value, str) or not INSTANT.fullmatch(value):
                yield f"{name} must be an instant"
                return
            found[name] = datetime.fromisoformat(value)
    first, last = found.get("validFrom"), found.get("validUntil")
    if first and last and last < first:
        yield "validUntil lies before validFrom"
    if now and first and now < first:
        yield "it is not valid yet"
    if now and last and now > last:
        yield "it has run out"


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and ADDRESS.fullmatch(value) is not None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, Mapping) and isinstance(value.get("@value"), str))


def _all(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
