"""What is believed of signatures on documents, for whoever looks at one."""

import base64
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates, load_pem_x509_crl
from django.conf import settings

from certificates.keys import document_leaves, revocation_lists, trusted_roots
from certificates.keys.document import as_pem


def trust_as_json() -> dict[str, Any]:
    """What is believed today (`certificates.signing.examining.Trust`)."""
    roots = settings.CERTIFICATES_TIMESTAMP_ROOTS
    stamps = load_pem_x509_certificates(Path(roots).read_bytes()) if roots else []
    lists = [load_pem_x509_crl(pem).public_bytes(Encoding.DER) for pem in revocation_lists()]
    return {
        "roots": as_pem(trusted_roots()).decode(),
        "leaves": [[one.id, as_pem([one.leaf]).decode(), one.compromise is not None] for one in document_leaves()],
        "others": as_pem([above for one in document_leaves() for above in one.above]).decode(),
        "revoked": [base64.b64encode(listed).decode() for listed in lists],
        "stamp_roots": as_pem(stamps).decode(),
    }
