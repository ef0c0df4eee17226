"""A certificate's proof to take along: that these very bytes were issued, and how the credential stands, both signed.

Whoever has the bundle and the published keys needs neither this program nor this site to check it
(docs/verifying.md, and the page that does it in the browser).
"""

import base64
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_crl
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from certificates.badge.entries import StatusEntry
from certificates.badge.integrity import instant
from certificates.badge.shape import end_of, status_reference
from certificates.keys import KeyMissing, document_leaves, published_roots, revocation_lists
from certificates.models import Certificate
from certificates.standing import standing_on
from workflows.canonical import canonical
from workflows.models import TreeEntry
from workflows.proofs import inclusion_of
from workflows.signing import known_keys, sign_note

if TYPE_CHECKING:
    from collections.abc import Callable

FORMAT = "certificate-proof/1"


class NotProvedYet(LookupError):
    """No signed checkpoint covers the issue yet; within the hour one will."""


def proof_bundle(certificate: Certificate, *, now: datetime) -> dict[str, Any]:
    """Everything that proves a certificate, as JSON.

    Raises:
        NotProvedYet: the ledger's entry of its issue has no signed checkpoint above it yet, or there is none.
    """
    entry = issue_entry_of(certificate)
    inclusion = inclusion_of(entry.uuid) if entry is not None else None
    if entry is None or inclusion is None or inclusion.checkpoint is None:
        msg = "No signed checkpoint covers this certificate yet."
        raise NotProvedYet(msg)
    return {
        "format": FORMAT,
        "certificate": str(certificate.uuid),
        "sha256": certificate.sha256,
        "issued": {
            "entry": canonical(entry.content()).decode(),
            "leaf_index": inclusion.leaf.position,
            "tree_size": inclusion.checkpoint.size,
            "audit_path": [base64.b64encode(node).decode() for node in inclusion.path],
            "checkpoint": inclusion.checkpoint.note,
        },
        "standing": signed_standing(certificate, now=now),
        "status": _status_of(certificate),
        "keys": [str(key) for key in known_keys().values()],
        "documents": document_keys(),
    }


def document_keys() -> dict[str, list[str]]:
    """By what the signature inside a document is checked: DER in base64, what is in force first.

    Roots, the certificate of every key that has signed and is believed, and the lists of those believed no longer; no
    lists where the root that would sign one is gone.
    """
    lists: list[bytes] = []
    with suppress(KeyMissing):
        lists = [load_pem_x509_crl(pem).public_bytes(Encoding.DER) for pem in revocation_lists()]
    roots = [root.public_bytes(Encoding.DER) for root in published_roots()]
    signers = [one.leaf.public_bytes(Encoding.DER) for one in document_leaves() if one.compromise is None]
    return {"roots": _in_base64(roots), "signers": _in_base64(signers), "revoked": _in_base64(lists)}


def _in_base64(parts: list[bytes]) -> list[str]:
    return [base64.b64encode(part).decode() for part in parts]


def issue_entry_of(certificate: Certificate) -> TreeEntry | None:
    """The ledger's entry of the issue, asked of the callable that `CERTIFICATES_ISSUE_ENTRY` names."""
    ask: Callable[[Certificate], TreeEntry | None] = import_string(settings.CERTIFICATES_ISSUE_ENTRY)
    return ask(certificate)


def signed_standing(certificate: Certificate, *, now: datetime) -> str:
    """How the credential stands at this moment, as a note signed by the ledger's key (C2SP signed-note).

    Its first line is another origin than that of a checkpoint, so that neither can be taken for the other. It says of
    which day it is true, in the society's time zone, and when the credential runs out if nobody renews it: whoever
    reads it later must be able to tell that it has become old.
    """
    day = timezone.localdate(now)
    status = "superseded" if certificate.status == Certificate.Status.SUPERSEDED else ""
    lines = [
        f"{settings.LEDGER_ORIGIN}/standing",
        str(certificate.uuid),
        certificate.sha256,
        status or standing_on(certificate.credential, day).status,
        instant(now),
        f"day {day.isoformat()}",
        f"until {end_of(last_day) if (last_day := certificate.credential.valid_until) else '-'}",
    ]
    return sign_note("".join(f"{line}\n" for line in lines))


def _status_of(certificate: Certificate) -> dict[str, str] | None:
    entry = StatusEntry.objects.filter(certificate=certificate).first()
    return status_reference(certificate.facts["verify_base_url"], "revocation", entry) if entry else None
