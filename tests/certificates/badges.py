"""Issued certificates with a badge inside, without drawing anything."""

import copy
import hashlib
import io
import json
from typing import Any

import pikepdf
from django.utils import timezone

from certificates.badge.signing import signed_badge
from certificates.models import Certificate, Credential
from certificates.signals import certificate_issued
from certificates.signing.sealing import seal_document
from certificates.storage import store_once
from tests.certificates.factories import prepared


def pdf_with(badge: bytes | None, *, words: str = "", name: str = "credential.json") -> bytes:
    """A small PDF that carries a file."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.docinfo["/Title"] = words
    if badge is not None:
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, badge, filename=name, mime_type="application/json")
    out = io.BytesIO()
    pdf.save(out, static_id=True)
    return out.getvalue()


def issued(credential: Credential | None = None, *, sealed: bool = False, **facts: Any) -> Certificate:
    """A certificate whose document carries its badge (and, where it matters, its signature), issued as it should be."""
    certificate = prepared(credential, **facts)
    content = pdf_with(signed_badge(certificate), words=certificate.token)
    if sealed:
        content = seal_document(content, society=certificate.facts["society"])
    sha256 = hashlib.sha256(content).hexdigest()
    certificate.storage_name = store_once(f"{certificate.uuid}/{sha256}.pdf", content)
    certificate.sha256, certificate.size = sha256, len(content)
    certificate.status, certificate.issued_at = Certificate.Status.ISSUED, timezone.now()
    certificate.save()
    certificate_issued.send(sender=Certificate, certificate=certificate)
    return certificate


def badge_of(certificate: Certificate) -> dict[str, Any]:
    """Its badge, read."""
    badge: dict[str, Any] = json.loads(signed_badge(certificate))
    return badge


def changed(badge: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one field set, by a path such as `credentialSubject.name` or `proof.0.created`."""
    copied = copy.deepcopy(badge)
    *way, last = path.split(".")
    place: Any = copied
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place.insert(int(last), value)
    else:
        place[last] = value
    return copied


def without(badge: dict[str, Any], path: str) -> dict[str, Any]:
    """A copy without one field."""
    copied = copy.deepcopy(badge)
    *way, last = path.split(".")
    place: Any = copied
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    del place[last]
    return copied
