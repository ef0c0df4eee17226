"""Looking at a PDF that somebody was shown: in a child process, because a stranger's file may be made to do harm."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates, load_pem_x509_crl
from django.conf import settings

from certificates.keys import document_leaves, revocation_lists, trusted_roots
from certificates.keys.document import as_pem
from certificates.looking import a_turn
from certificates.signing.findings import FOREIGN, DocumentFinding

CHILD = Path(__file__).with_name("child.py")
SECONDS = 20
TOO_MUCH = "It can't be read in the time and memory that a certificate needs."


def document_check(content: bytes) -> DocumentFinding:
    """Whether these bytes are a document as the society signed it: genuine, altered (what of it), or foreign (why).

    Says nothing about standing, which is the registry's to tell. Nothing is kept of the file.

    Raises:
        TooBusy: too many are being looked at.
        KeyMissing: there is no list of revoked keys, and the root that would sign one is gone.
    """
    job = json.dumps({"content": base64.b64encode(content).decode(), **trust_as_json()}).encode()
    try:
        with a_turn():
            done = subprocess.run(  # noqa: S603 - our own module, no shell
                [sys.executable, "-I", str(CHILD)], input=job, capture_output=True, timeout=SECONDS, check=False
            )
        found = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return DocumentFinding(outcome=FOREIGN, part=TOO_MUCH)
    return DocumentFinding(**found)


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
